//! What the SDK for Huawei Cloud's IAM sends, against what is sent for the same wishes here.

use std::time::Duration;

use cloudimg_auth::huawei::{Agency, Iam, IdToken, OidcAgency, Signer, TokenSource};
use cloudimg_auth::{Domain, Flavour, Keystone, Method, Named, Scope, Settings, User};
use cloudimg_core::credentials::{AkSk, StaticToken};
use cloudimg_core::{Error, Secret, Session, retry};
use cloudimg_tests::differ_exactly;
use serde_json::Value;

use crate::fixture::{Outcome, cases};
use crate::server::{Reply, Request, Server, ok, status};

/// Headers that carry what is asked for; the others say how.
const HEADERS: [&str; 5] = ["x-domain-id", "x-project-id", "x-idp-id", "x-auth-token", "x-security-token"];

pub(crate) async fn outcomes(document: &Value) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (name, case) in cases(document, "huawei_iam") {
        outcomes.push((format!("huawei_iam {name}"), check(case).await));
    }
    outcomes
}

async fn check(case: &Value) -> Result<(), String> {
    let expected = case["requests"].as_array().ok_or("the case lists no requests")?;
    let server = Server::answering(answer).await;
    let result = run(expected.first().ok_or("the case has no request")?, server.url()).await;
    let sent: Vec<Request> = server.each(Request::clone);
    result?.map_err(|error| format!("refused: {error}"))?;
    if sent.len() != expected.len() {
        return Err(format!("{} requests in the place of {}", sent.len(), expected.len()));
    }
    expected.iter().zip(&sent).try_for_each(|(wanted, got)| compare(wanted, got))
}

fn answer(request: &Request) -> Reply {
    const KEYS: &str =
        r#"{"credential": {"access": "A", "secret": "S", "securitytoken": "T", "expires_at": "2999-01-01T00:00:00Z"}}"#;
    const TEMPORARY: &str = r#"{"credentials": {"access_key_id": "A", "secret_access_key": "S", "security_token": "T"}}"#;
    match request.path.split('?').next().unwrap_or_default() {
        "/v3.0/OS-CREDENTIAL/securitytokens" => status(201).body(KEYS),
        "/v5/agencies/assume-with-oidc" => ok(TEMPORARY),
        "/v3/projects" => ok(r#"{"projects": [{"id": "p"}], "links": {}}"#),
        "/v3/auth/domains" => ok(r#"{"domains": [{"id": "d"}], "links": {}}"#),
        // The token that the SDK's stand-in gave.
        _ => status(201).header("x-subject-token", "ST").body(r#"{"token": {"expires_at": "2999-01-01T00:00:00Z"}}"#),
    }
}

/// Does what the first request of a case asks for; the outer error is about the case itself.
async fn run(first: &Value, url: &str) -> Result<Result<(), Error>, String> {
    let session = Session::builder().retry(retry::Never).build().map_err(|error| error.to_string())?;
    let body = &first["body"];
    let (path, query) = first["path"].as_str().map(|path| path.split_once('?').unwrap_or((path, ""))).ok_or("no path")?;
    Ok(match path {
        "/v3/auth/tokens" => {
            let mut settings = settings(&body["auth"], url)?.with_flavour(Flavour::Huawei);
            settings.without_catalog = query.contains("nocatalog");
            let keystone = match (signer(first, &session)?, header(first, "x-auth-token")) {
                (Some(signer), _) => Keystone::signed(&session, settings, signer),
                (None, Some(token)) => Keystone::signed(&session, settings, StaticToken::new(token)),
                (None, None) => Keystone::new(&session, settings),
            };
            async { keystone?.token().await.map(drop) }.await
        }
        "/v3.0/OS-CREDENTIAL/securitytokens" => {
            let iam = iam(first, &session, url)?;
            let identity = &body["auth"]["identity"];
            let seconds = |method: &Value| method["duration_seconds"].as_u64().map(Duration::from_secs);
            match identity["methods"][0].as_str() {
                Some("assume_role") => iam.agency_keys(&agency(&identity["assume_role"])?).await.map(drop),
                _ => {
                    let token = identity["token"]["id"].as_str().map(Secret::from);
                    iam.token_keys(token.as_ref(), seconds(&identity["token"])).await.map(drop)
                }
            }
        }
        "/v3.0/OS-AUTH/id-token/tokens" => {
            let provider = header(first, "x-idp-id").ok_or("the request names no provider")?;
            // With the space that such files have.
            let file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
            std::fs::write(file.path(), format!("{}\n", text(&body["auth"]["id_token"]["id"])?))
                .map_err(|error| error.to_string())?;
            let token = IdToken::new(provider, TokenSource::File(file.path().to_owned()));
            async { token.signer(&session, url)?.keys().await.map(drop) }.await
        }
        "/v5/agencies/assume-with-oidc" => {
            let token = TokenSource::Text(text(&body["id_token"])?.into());
            let mut agency = OidcAgency::new(text(&body["provider_urn"])?, text(&body["agency_urn"])?, token)
                .with_session_name(text(&body["agency_session_name"])?);
            if let Some(seconds) = body["duration_seconds"].as_u64() {
                agency = agency.with_duration(Duration::from_secs(seconds));
            }
            if let Some(policy) = body["policy"].as_str() {
                agency = agency.with_policy(policy);
            }
            let ids = body["policy_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            let agency = agency.with_policy_ids(ids);
            async { agency.signer(&session, url)?.keys().await.map(drop) }.await
        }
        "/v3/projects" => {
            let name = query.strip_prefix("name=").ok_or("projects are looked for by name")?;
            iam(first, &session, url)?.project_id(name).await.map(drop)
        }
        "/v3/auth/domains" => iam(first, &session, url)?.domain_id().await.map(drop),
        other => return Err(format!("nothing here sends a request to {other}")),
    })
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("{value} is no text"))
}

fn header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let headers = request["headers"].as_object()?;
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
}

/// Who signs a request, for the account that it names.
fn signer(request: &Value, session: &Session) -> Result<Option<Signer>, String> {
    if request["signed"] != Value::Bool(true) {
        return Ok(None);
    }
    let mut keys = AkSk::builder("AK", "SK");
    if let Some(id) = header(request, "x-domain-id") {
        keys = keys.domain_id(id);
    }
    let keys = keys.build().map_err(|error| error.to_string())?;
    Ok(Some(Signer::new(session, keys).for_account()))
}

fn iam(request: &Value, session: &Session, url: &str) -> Result<Iam, String> {
    let iam = match (signer(request, session)?, header(request, "x-auth-token")) {
        (Some(signer), _) => Iam::signed(session, &signer, url),
        (None, Some(token)) => Iam::new(&session.with_credentials(StaticToken::new(token)), url),
        (None, None) => Iam::new(session, url),
    };
    iam.map_err(|error| error.to_string())
}

fn agency(role: &Value) -> Result<Agency, String> {
    let mut agency = Agency::new(lender(role)?, text(&role["agency_name"])?);
    if let Some(seconds) = role["duration_seconds"].as_u64() {
        agency = agency.with_duration(Duration::from_secs(seconds));
    }
    if let Some(name) = role["session_user"]["name"].as_str() {
        agency = agency.with_session_name(name);
    }
    Ok(agency)
}

fn lender(role: &Value) -> Result<Domain, String> {
    match (role["domain_id"].as_str(), role["domain_name"].as_str()) {
        (Some(id), _) => Ok(Named::Id(id.to_owned())),
        (None, Some(name)) => Ok(Named::Name(name.to_owned())),
        (None, None) => Err("the agency names no account".to_owned()),
    }
}

fn named(value: &Value) -> Option<Named> {
    let id = value["id"].as_str().map(|id| Named::Id(id.to_owned()));
    id.or_else(|| Some(Named::Name(value["name"].as_str()?.to_owned())))
}

fn settings(auth: &Value, url: &str) -> Result<Settings, String> {
    let identity = &auth["identity"];
    let names = identity["methods"].as_array().ok_or("the request names no methods")?;
    let methods = names.iter().map(|name| method(text(name)?, &identity[text(name)?])).collect::<Result<Vec<_>, String>>()?;
    let scope = match &auth["scope"] {
        Value::Null => Scope::Default,
        Value::String(word) if word == "unscoped" => Scope::Unscoped,
        scope => match (named(&scope["project"]), named(&scope["domain"])) {
            (Some(Named::Id(id)), _) => Scope::ProjectId(id),
            (Some(Named::Name(name)), _) => Scope::Project { name, domain: named(&scope["project"]["domain"]) },
            (None, Some(domain)) => Scope::Domain(domain),
            (None, None) => return Err(format!("{scope} is no scope that is known here")),
        },
    };
    Ok(Settings::with_methods(format!("{url}/v3"), methods, scope))
}

fn method(name: &str, data: &Value) -> Result<Method, String> {
    let user = || match named(&data["user"]).ok_or("the request names no user")? {
        Named::Id(id) => Ok::<_, String>(User::Id(id)),
        Named::Name(name) => Ok(User::Name { name, domain: named(&data["user"]["domain"]) }),
    };
    Ok(match name {
        "password" => Method::Password { user: user()?, password: text(&data["user"]["password"])?.into() },
        "totp" => Method::Totp { user: user()?, passcode: text(&data["user"]["passcode"])?.into() },
        "token" => Method::Token(text(&data["id"])?.into()),
        "assume_role" => Method::AssumeRole { domain: lender(data)?, agency: text(&data["agency_name"])?.to_owned() },
        other => return Err(format!("nobody signs in by {other} here")),
    })
}

fn compare(wanted: &Value, got: &Request) -> Result<(), String> {
    let start = format!("{} {}", text(&wanted["method"])?, text(&wanted["path"])?);
    let sent = format!("{} {}", got.method, got.path);
    if sent != start {
        return Err(format!("{sent} is sent in the place of {start}"));
    }
    for name in HEADERS {
        let (wanted, sent) = (header(wanted, name), got.header(name));
        if wanted != sent {
            return Err(format!("the header {name} is {sent:?} in the place of {wanted:?}"));
        }
    }
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_lowercase();
    let (media, sent) = (header(wanted, "content-type").map(essence), got.header("content-type").map(essence));
    if media != sent && !got.body.is_empty() {
        return Err(format!("the media type is {sent:?} in the place of {media:?}"));
    }
    let signed = got.header("authorization").is_some_and(|text| text.starts_with("SDK-HMAC-SHA256 Access=AK, "));
    if wanted["signed"] != Value::Bool(signed) {
        return Err(format!("signed: {signed} in the place of {}", wanted["signed"]));
    }
    match wanted.get("body").filter(|body| !body.is_null()) {
        Some(body) => {
            let sent: Value = serde_json::from_slice(&got.body).map_err(|error| format!("the body is no JSON: {error}"))?;
            differ_exactly("body", body, &sent).map_or(Ok(()), Err)
        }
        None if got.body.is_empty() => Ok(()),
        None => Err("a body is sent where there should be none".to_owned()),
    }
}
