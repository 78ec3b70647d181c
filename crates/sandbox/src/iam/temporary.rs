//! Keys for some hours, and tokens, by agencies and identity providers.

use std::time::Duration;

use axum::http::StatusCode;

use super::AccessKey;
use super::routes::Caller;
use crate::clock::{later, micros_z};
use crate::cloud::Cloud;
use crate::http::{Call, json, set};
use crate::json::{Json, object};
use crate::keystone::directory::{DOMAIN_ID, DOMAIN_NAME, Project, REGION, User};
use crate::keystone::error::KeystoneError;
use crate::keystone::tokens::{Scope, Token, new_audit_id};
use crate::keystone::{Answer, check, no_token};

/// How long a key may last, in seconds, and how long it does if nobody says.
const LIFE: std::ops::RangeInclusive<i64> = 900..=86_400;
const USUAL_LIFE: i64 = 900;

/// A key as it is shown.
pub(super) fn credential(key: &AccessKey) -> Json {
    let (token, end) = key.end.as_ref().map(|end| (end.token.as_str(), micros_z(end.time))).unwrap_or_default();
    object([
        ("access", key.access.as_str().into()),
        ("secret", key.secret.as_str().into()),
        ("securitytoken", token.into()),
        ("expires_at", end.into()),
    ])
}

fn text<'j>(value: &'j Json, path: &[&str]) -> Option<&'j str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

fn life(method: Option<&Json>) -> Result<Duration, KeystoneError> {
    let seconds = match method.and_then(|method| method.get("duration_seconds")) {
        None => USUAL_LIFE,
        Some(seconds) => seconds.as_i64().filter(|seconds| LIFE.contains(seconds)).ok_or_else(|| {
            KeystoneError::bad_request("Request parameter duration_seconds is invalid: it is a number from 900 to 86400.")
        })?,
    };
    Ok(Duration::from_secs(seconds.unsigned_abs()))
}

/// The user as whom an agency of the one account lets others act.
fn agent<'c>(cloud: &'c Cloud, method: &Json) -> Result<&'c User, KeystoneError> {
    let (id, domain) = (text(method, &["domain_id"]), text(method, &["domain_name"]));
    if id.is_none() && domain.is_none() {
        return Err(KeystoneError::missing("domain_id or domain_name", "assume_role"));
    }
    let name = text(method, &["agency_name"]).ok_or_else(|| KeystoneError::missing("agency_name", "assume_role"))?;
    let ours = id.map_or_else(|| domain == Some(DOMAIN_NAME), |id| id == DOMAIN_ID);
    let user = cloud.iam.settings.agencies.get(name).filter(|_| ours);
    let user = user.and_then(|user| cloud.keystone.directory.user_named(user));
    user.ok_or_else(|| KeystoneError::not_found(format!("Could not find agency: {name}.")))
}

/// A user's project: the first is named like the region, the others like it with more behind.
pub(super) fn projects<'c>(cloud: &'c Cloud, user_id: &str) -> Vec<(String, &'c Project)> {
    let projects = cloud.keystone.directory.projects_of(user_id).into_iter().enumerate();
    let name = |index, project: &Project| if index == 0 { REGION.to_owned() } else { format!("{REGION}_{}", project.name) };
    projects.map(|(index, project)| (name(index, project), project)).collect()
}

/// `POST /v3.0/OS-CREDENTIAL/securitytokens`
pub(super) fn keys(cloud: &Cloud, call: &Call, caller: Option<&Caller>, body: &Json) -> Answer {
    let identity = body.get("auth").and_then(|auth| auth.get("identity"));
    let identity = identity.ok_or_else(|| KeystoneError::missing("identity", "auth"))?;
    let method = identity.get("methods").and_then(Json::as_list).and_then(<[Json]>::first).and_then(Json::as_str);
    let (user_id, project_id, life) = match method {
        Some("assume_role") => {
            if caller.is_none() {
                return Err(KeystoneError::unauthorized());
            }
            let method = identity.get("assume_role").ok_or_else(|| KeystoneError::missing("assume_role", "identity"))?;
            (agent(cloud, method)?.id.clone(), None, life(Some(method))?)
        }
        Some("token") => {
            let method = identity.get("token");
            let named = method.and_then(|method| text(method, &["id"])).or(call.header("x-auth-token"));
            let named = check(cloud, named).map(|found| (found.user_id, found.project_id));
            // Who signs needs no token besides.
            let signed = || caller.map(|caller| (caller.user_id.clone(), caller.project_id.clone()));
            let has_token = method.is_some_and(|method| method.get("id").is_some());
            let found = if has_token { named } else { named.or_else(signed) };
            let (user, project) = found.ok_or_else(KeystoneError::unauthorized)?;
            (user, project, life(method)?)
        }
        _ => return Err(KeystoneError::bad_request("Request parameter methods is invalid.")),
    };
    let project_id = project_id.or_else(|| Some(projects(cloud, &user_id).first()?.1.id.clone()));
    let project_id = project_id.ok_or_else(KeystoneError::forbidden_plainly)?;
    let key = cloud.iam.issue(&user_id, &project_id, life, cloud.clock.now());
    Ok(json(StatusCode::CREATED, &object([("credential", credential(&key))])))
}

/// `POST /v3/auth/tokens` by an agency.
pub(super) fn token_by_agency(cloud: &Cloud, call: &Call, caller: Option<&Caller>, body: &Json) -> Answer {
    if caller.is_none() {
        return Err(KeystoneError::unauthorized());
    }
    let auth = body.get("auth").ok_or_else(|| KeystoneError::missing("auth", "request body"))?;
    let method = auth.get("identity").and_then(|identity| identity.get("assume_role"));
    let user = agent(cloud, method.ok_or_else(|| KeystoneError::missing("assume_role", "identity"))?)?;
    let scope = auth.get("scope").ok_or_else(|| KeystoneError::missing("scope", "auth"))?;
    let scope = match (text(scope, &["project", "id"]), text(scope, &["project", "name"])) {
        (None, None) => Scope::Unscoped,
        (id, name) => {
            let own = projects(cloud, &user.id);
            let found = own.iter().find(|(known, project)| id.map_or(name == Some(known.as_str()), |id| id == project.id));
            Scope::Project(found.ok_or_else(KeystoneError::unauthorized)?.1.id.clone())
        }
    };
    issue(cloud, call, user, "assume_role", scope)
}

/// `POST /v3.0/OS-AUTH/id-token/tokens`
pub(super) fn token_by_id_token(cloud: &Cloud, call: &Call, body: &Json) -> Answer {
    let provider = call.header("x-idp-id").ok_or_else(|| KeystoneError::missing("X-Idp-Id", "header"))?;
    let token = text(body, &["auth", "id_token", "id"]).ok_or_else(|| KeystoneError::missing("id_token", "auth"))?;
    let user = cloud.iam.settings.id_tokens.get(&(provider.to_owned(), token.to_owned()));
    let user = user.and_then(|name| cloud.keystone.directory.user_named(name)).ok_or_else(KeystoneError::unauthorized)?;
    issue(cloud, call, user, "mapped", Scope::Unscoped)
}

fn issue(cloud: &Cloud, call: &Call, user: &User, method: &str, scope: Scope) -> Answer {
    let now = cloud.clock.now();
    let token = Token {
        user_id: user.id.clone(),
        methods: vec![method.to_owned()],
        audit_ids: vec![new_audit_id()],
        issued_at: now,
        expires_at: later(now, cloud.token_life),
        scope,
        app_credential_id: None,
    };
    let view = token.view(&cloud.keystone.directory, !call.query.contains("nocatalog"));
    let id = cloud.keystone.tokens().issue(token, now);
    let mut response = json(StatusCode::CREATED, &view);
    set(&mut response, "x-subject-token", &id);
    Ok(response)
}

/// `POST /v5/agencies/assume-with-oidc`, which is the Security Token Service's.
pub(super) fn keys_by_id_token(cloud: &Cloud, body: &Json) -> Answer {
    let need = |key: &str| text(body, &[key]).ok_or_else(|| KeystoneError::missing(key, "request body"));
    let (provider, agency, token) = (need("provider_urn")?, need("agency_urn")?, need("id_token")?);
    need("agency_session_name")?;
    let provider = provider.rsplit(':').next().unwrap_or_default();
    let agency = agency.rsplit(':').next().unwrap_or_default();
    if !cloud.iam.settings.id_tokens.contains_key(&(provider.to_owned(), token.to_owned())) {
        return Err(KeystoneError::unauthorized());
    }
    let domain = object([("domain_id", DOMAIN_ID.into()), ("agency_name", agency.into())]);
    let user = agent(cloud, &domain)?;
    let project = projects(cloud, &user.id).first().map(|(_, project)| project.id.clone());
    let project = project.ok_or_else(KeystoneError::forbidden_plainly)?;
    let life = match body.get("duration_seconds") {
        None => Duration::from_secs(3600),
        Some(_) => life(Some(body))?,
    };
    let key = cloud.iam.issue(&user.id, &project, life, cloud.clock.now());
    let (token, end) = key.end.as_ref().map(|end| (end.token.as_str(), micros_z(end.time))).unwrap_or_default();
    let credentials = object([
        ("access_key_id", key.access.as_str().into()),
        ("secret_access_key", key.secret.as_str().into()),
        ("security_token", token.into()),
        ("expiration", end.into()),
    ]);
    Ok(json(StatusCode::OK, &object([("credentials", credentials)])))
}

/// Whether a token that is named is one at all, for callers who come with it.
pub(super) fn by_token(cloud: &Cloud, id: &str) -> Result<Caller, KeystoneError> {
    let token = cloud.keystone.tokens().get(id, cloud.clock.now()).cloned().map_err(no_token);
    let token = token.map_err(|_| KeystoneError::unauthorized())?;
    let project_id = if let Scope::Project(id) = token.scope { Some(id) } else { None };
    Ok(Caller { user_id: token.user_id, project_id })
}
