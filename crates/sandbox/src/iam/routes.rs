//! The calls of an IAM, beside those of a Keystone.

use axum::body::Body;
use axum::http::Method;

use super::{signer, temporary};
use crate::cloud::Cloud;
use crate::http::{Call, set};
use crate::json::{Json, object};
use crate::keystone::error::KeystoneError;
use crate::keystone::{Answer, resources};
use crate::signature;

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) user_id: String,
    pub(super) project_id: Option<String>,
}

/// The answer, if the call is an IAM's: by its path, because it is signed, or because it is about an agency.
pub(crate) async fn answer(cloud: &Cloud, call: &mut Call, parts: &[&str]) -> Option<Answer> {
    let is_signed = signature::is_signed(call.header("authorization"));
    let known = match (&call.method, parts) {
        (&Method::POST, ["v3.0", "OS-CREDENTIAL", "securitytokens"] | ["v3.0", "OS-AUTH", "id-token", "tokens"]) => true,
        (&Method::POST, ["v5", "agencies", "assume-with-oidc"] | ["v3", "auth", "tokens"]) => true,
        (&Method::GET, ["v3", "projects"]) => is_signed || cloud.iam.settings.projects_are_listed,
        (&Method::GET, ["v3", "auth", "domains"]) => is_signed,
        _ => false,
    };
    if !known {
        return None;
    }
    let bytes = call.read_body().await.unwrap_or_default();
    let is_agency = Json::parse(&bytes).is_some_and(|body| methods(&body).contains(&"assume_role"));
    // A Keystone's sign-in; it may be signed, which proves nothing there but has to be good.
    if parts == ["v3", "auth", "tokens"] && !is_agency {
        let verdict = if is_signed { signer(cloud, call, &bytes).map(drop) } else { Ok(()) };
        call.body = Body::from(bytes);
        return verdict.err().map(|why| Err(KeystoneError::bad_signature(&why)));
    }
    let mut answer = route(cloud, call, parts, &bytes, is_signed);
    if let Ok(response) = &mut answer {
        let trace = call.request_id.trim_start_matches("req-").replace('-', "");
        set(response, "x-iam-trace-id", &format!("token_RegionOne_null_{trace}"));
    }
    Some(answer)
}

fn methods(body: &Json) -> Vec<&str> {
    let identity = body.get("auth").and_then(|auth| auth.get("identity"));
    let methods = identity.and_then(|identity| identity.get("methods")).and_then(Json::as_list).unwrap_or_default();
    methods.iter().filter_map(Json::as_str).collect()
}

fn route(cloud: &Cloud, call: &Call, parts: &[&str], bytes: &[u8], is_signed: bool) -> Answer {
    let caller = match call.header("x-auth-token") {
        _ if is_signed => {
            let key = signer(cloud, call, bytes).map_err(|why| KeystoneError::bad_signature(&why))?;
            Some(Caller { user_id: key.user_id, project_id: Some(key.project_id) })
        }
        Some(token) => Some(temporary::by_token(cloud, token)?),
        None => None,
    };
    if call.method == Method::GET {
        let caller = caller.ok_or_else(KeystoneError::unauthorized)?;
        return match parts {
            ["v3", "projects"] => projects(cloud, call, &caller),
            _ => domains(cloud),
        };
    }
    let body = Json::parse(bytes).ok_or_else(|| KeystoneError::missing("valid JSON", "request body"))?;
    match parts {
        ["v3.0", "OS-CREDENTIAL", ..] => temporary::keys(cloud, call, caller.as_ref(), &body),
        ["v3.0", "OS-AUTH", ..] => temporary::token_by_id_token(cloud, call, &body),
        ["v5", ..] => temporary::keys_by_id_token(cloud, &body),
        _ => temporary::token_by_agency(cloud, call, caller.as_ref(), &body),
    }
}

/// The caller's projects, under the names that they have in an IAM.
fn projects(cloud: &Cloud, call: &Call, caller: &Caller) -> Answer {
    let own = temporary::projects(cloud, &caller.user_id).into_iter();
    let wanted = own.filter(|(name, _)| call.query.get("name").is_none_or(|wanted| wanted == name));
    let rows = wanted.map(|(name, project)| {
        let mut row = resources::project(cloud, project);
        if let Json::Map(members) = &mut row {
            members.iter_mut().filter(|(key, _)| key == "name").for_each(|(_, value)| *value = name.as_str().into());
        }
        row
    });
    let here = format!("{}/projects", cloud.auth_url());
    resources::answer(&object([("projects", Json::List(rows.collect())), ("links", resources::links(here))]))
}

/// The one account.
fn domains(cloud: &Cloud) -> Answer {
    let here = format!("{}/auth/domains", cloud.auth_url());
    resources::answer(&object([("domains", vec![resources::domain(cloud)].into()), ("links", resources::links(here))]))
}
