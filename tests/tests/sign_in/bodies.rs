//! Sign-ins by the options of keystoneauth's plugins, against its requests.

use std::collections::{BTreeMap, BTreeSet};

use cloudimg_auth::{Flavour, Keystone, OptionValue, Receipt, Settings, sign_in};
use cloudimg_core::{Error, ErrorKind, Session};
use cloudimg_tests::differ_exactly;
use serde_json::Value;

use crate::decided::{Instead, decision};
use crate::fixture::{Outcome, cases};
use crate::server::{Reply, Request, Server, status};

pub(crate) async fn outcomes(document: &Value) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (name, case) in cases(document, "cases") {
        outcomes.push((name.to_owned(), check(case).await));
    }
    outcomes
}

async fn check(case: &Value) -> Result<(), String> {
    let server = Server::answering(answer).await;
    let result = run(case, server.url()).await;
    let sent: Vec<Request> = server.each(Request::clone);
    let expected = case["requests"].as_array().ok_or("the case lists no requests")?;
    let decision = decision(case);
    if let Some(decision) = decision
        && let Instead::Refused(option) = decision.instead
    {
        return refused(result, &sent, &[option]).map_err(|e| format!("{e}; decided otherwise since {}", decision.reason));
    }
    if !case["expected_error"].is_null() {
        return refused(result, &sent, &refusal(case));
    }
    result.map_err(|error| format!("refused: {error}"))?;
    if sent.len() != expected.len() {
        return Err(format!("{} requests in the place of {}", sent.len(), expected.len()));
    }
    for (wanted, got) in expected.iter().zip(&sent) {
        let mut wanted = wanted.clone();
        if decision.is_some() {
            wanted["body"]["auth"].as_object_mut().and_then(|auth| auth.remove("scope"));
        }
        compare(&wanted, got)?;
    }
    Ok(())
}

/// Signs in by the options of a case.
async fn run(case: &Value, url: &str) -> Result<(), Error> {
    let params = case["params"].as_object().expect("a case has parameters");
    let mut options: BTreeMap<String, OptionValue> =
        params.iter().map(|(name, value)| (name.clone(), option(value, url))).collect();
    let auth_url = params.get("auth_url").and_then(Value::as_str).unwrap_or("$B/v3").replace("$B", url);
    let receipt = options.remove("receipt").map(|_| Receipt::new(params["receipt"].as_str().expect("a text")));
    let sign_in = sign_in(plugin(case), &options, Flavour::OpenStack)?;
    let methods = sign_in.methods.clone();
    let settings: Settings = sign_in.at(auth_url);
    let keystone = Keystone::new(&Session::builder().build()?, settings)?;
    match receipt {
        Some(receipt) => keystone.go_on(&receipt, methods).await?,
        None => keystone.token().await?,
    };
    Ok(())
}

/// The plugin of a case; where its class was used without a loader, the parameters tell which one.
fn plugin(case: &Value) -> &str {
    let has = |name: &str| !case["params"][name].is_null();
    match case["plugin"].as_str().expect("a case has a plugin") {
        "-" if has("auth_methods") => "v3multifactor",
        "-" if has("application_credential_secret") => "v3applicationcredential",
        "-" if has("passcode") => "v3totp",
        "-" if has("token") => "v3token",
        "-" => "v3password",
        plugin => plugin,
    }
}

fn option(value: &Value, url: &str) -> OptionValue {
    match value {
        Value::String(text) => text.replace("$B", url).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Array(items) => items.iter().map(|item| item.as_str().expect("a text").to_owned()).collect::<Vec<_>>().into(),
        Value::Null => "".into(),
        other => other.to_string().into(),
    }
}

/// An identity service that has version 3 right below its root, but believes to be elsewhere.
fn answer(request: &Request) -> Reply {
    let version = r#"{"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": "http://inside.invalid:1/v3/"}]}"#;
    match request.method.as_str() {
        "GET" if request.path.trim_end_matches('/').ends_with("/v3") => status(200).body(&format!(r#"{{"version": {version}}}"#)),
        "GET" => status(300).body(&format!(r#"{{"versions": {{"values": [{version}, {{"id": "v2.0", "links": []}}]}}}}"#)),
        _ => {
            let body = r#"{"token": {"methods": ["password"], "expires_at": "2999-01-01T00:00:00.000000Z"}}"#;
            status(201).header("x-subject-token", "new").body(body)
        }
    }
}

/// The options of which the refusal must name one.
fn refusal(case: &Value) -> Vec<&'static str> {
    let told = case["expected_error"]["message"].as_str().unwrap_or_default();
    let rules: [(&str, &[&str]); 4] = [
        ("user_domain", &["user_domain_name"]),
        ("project_domain", &["project_domain_name"]),
        ("system scope", &["system_scope"]),
        ("multiple targets", &["project_id", "project_name", "domain_id", "domain_name", "trust_id", "system_scope", "unscoped"]),
    ];
    rules.iter().filter(|(words, _)| told.contains(words)).flat_map(|(_, options)| options.iter().copied()).collect()
}

fn refused(result: Result<(), Error>, sent: &[Request], names: &[&str]) -> Result<(), String> {
    let Err(error) = result else { return Err("it is not refused".to_owned()) };
    if error.kind() != ErrorKind::Configuration {
        return Err(format!("it is no wrong setting but {error:?}"));
    }
    if !names.is_empty() && !names.iter().any(|name| error.message().contains(&format!("`{name}`"))) {
        return Err(format!("the refusal names none of {names:?}: {error}"));
    }
    match sent.iter().find(|request| request.method == "POST") {
        Some(request) => Err(format!("before it was refused, POST {} was sent", request.path)),
        None => Ok(()),
    }
}

fn compare(wanted: &Value, got: &Request) -> Result<(), String> {
    let text = |name: &str| wanted[name].as_str().ok_or(format!("the request has no {name}"));
    let start = format!("{} {}", text("method")?, text("path")?);
    // A flag without a value and one with an empty value are the same.
    let path = got.path.replace("=&", "&");
    let sent = format!("{} {}", got.method, path.strip_suffix('=').unwrap_or(&path));
    if sent != start {
        return Err(format!("{sent} is sent in the place of {start}"));
    }
    let headers = wanted["headers"].as_object().ok_or("the request has no headers")?;
    let expected: BTreeMap<_, _> = headers.iter().map(|(name, value)| (name.to_lowercase(), value.as_str())).collect();
    let secrets = ["x-auth-token", "openstack-auth-receipt", "authorization"].map(str::to_owned);
    let names: BTreeSet<_> = expected.keys().chain(&secrets).collect();
    for name in names {
        let (wanted, sent) = (expected.get(name).copied().flatten(), got.header(name));
        if wanted != sent {
            return Err(format!("the header {name} is {sent:?} in the place of {wanted:?}"));
        }
    }
    match wanted.get("body") {
        Some(body) => {
            let sent: Value = serde_json::from_slice(&got.body).map_err(|e| format!("the body is no JSON: {e}"))?;
            differ_exactly("body", body, &sent).map_or(Ok(()), Err)
        }
        None if got.body.is_empty() => Ok(()),
        None => Err("a body is sent where there should be none".to_owned()),
    }
}
