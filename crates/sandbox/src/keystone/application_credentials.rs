//! `/v3/users/{id}/application_credentials`

use axum::http::{Method, StatusCode};

use super::directory::{Directory, Role, new_id};
use super::error::KeystoneError;
use super::lent::AppCredential;
use super::resources::links;
use super::tokens::{Scope, Token, random_text};
use super::{Answer, is_admin};
use crate::clock::micros_z;
use crate::cloud::Cloud;
use crate::http::{Call, empty, text};
use crate::json::{Json, Layout, object};
use crate::python::repr;

fn answer(status: StatusCode, body: &Json) -> Answer {
    Ok(text(status, "application/json", format!("{}\n", body.to_text(Layout::Spaced))))
}

fn role(role: &Role) -> Json {
    object([
        ("id", role.id.as_str().into()),
        ("name", role.name.as_str().into()),
        ("domain_id", Json::Null),
        ("description", Json::Null),
        ("options", object([("immutable", true.into())])),
    ])
}

fn view(cloud: &Cloud, credential: &AppCredential, with_secret: bool) -> Json {
    let roles = cloud.keystone.directory.roles_lent(credential).into_iter().map(role).collect();
    let mut members = vec![
        ("id", credential.id.as_str().into()),
        ("name", credential.name.as_str().into()),
        ("description", credential.description.as_deref().into()),
        ("user_id", credential.user_id.as_str().into()),
        ("project_id", credential.project_id.as_deref().into()),
        ("system", Json::Null),
        ("expires_at", credential.expires_at.map(micros_z).as_deref().into()),
        ("unrestricted", credential.unrestricted.map_or(Json::Null, Json::from)),
        ("roles", Json::List(roles)),
    ];
    if with_secret {
        members.push(("secret", credential.secret.as_str().into()));
    }
    let own = format!("{}/application_credentials/{}", cloud.auth_url(), credential.id);
    members.push(("links", object([("self", own.into())])));
    Json::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn named(inner: Json) -> Json {
    object([("application_credential", inner)])
}

/// Answers a call about the credentials of a user, or about one of them.
pub(super) async fn serve(cloud: &Cloud, call: &mut Call, user_id: &str, id: Option<&str>, token: &Token) -> Answer {
    let directory = &cloud.keystone.directory;
    let verb = match (&call.method, id) {
        (&Method::POST, _) => "create",
        (&Method::DELETE, _) => "delete",
        (_, Some(_)) => "get",
        (_, None) => "list",
    };
    let own = token.user_id == user_id;
    // Users make them for themselves alone; all else administrators may do as well.
    if !own && (verb == "create" || !is_admin(cloud, token)) {
        let plural = if verb == "list" { "s" } else { "" };
        return Err(KeystoneError::forbidden(&format!("identity:{verb}_application_credential{plural}")));
    }
    if matches!(verb, "create" | "delete") && is_restricted(directory, token) {
        let why = "Using method 'application_credential' is not allowed for managing additional application credentials.";
        return Err(KeystoneError::forbidden(why));
    }
    match id {
        None if verb == "create" => create(cloud, call, token).await,
        None => {
            let wanted = |c: &AppCredential| call.query.get("name").is_none_or(|name| name == c.name);
            let of_user = directory.lent.credentials_of(user_id);
            let found = of_user.iter().filter(|c| wanted(c)).map(|c| view(cloud, c, false)).collect();
            let mut here = format!("{}/users/{user_id}/application_credentials", cloud.auth_url());
            if !call.raw_query.is_empty() {
                here = format!("{here}?{}", call.raw_query);
            }
            answer(StatusCode::OK, &object([("application_credentials", Json::List(found)), ("links", links(here))]))
        }
        Some(id) => {
            let missing = || KeystoneError::not_found(format!("Could not find Application Credential: {id}."));
            let found = directory.lent.credential(id).filter(|c| c.user_id == user_id).ok_or_else(missing)?;
            if verb == "delete" {
                directory.lent.delete(user_id, id);
                return Ok(empty(StatusCode::NO_CONTENT));
            }
            answer(StatusCode::OK, &named(view(cloud, &found, false)))
        }
    }
}

/// Whether a token comes from a credential that may not make others.
fn is_restricted(directory: &Directory, token: &Token) -> bool {
    let credential = token.app_credential_id.as_deref().map(|id| directory.lent.credential(id));
    credential.is_some_and(|credential| credential.is_none_or(|c| c.unrestricted != Some(true)))
}

async fn create(cloud: &Cloud, call: &mut Call, token: &Token) -> Answer {
    let body = call.read_body().await.unwrap_or_default();
    let body = Json::parse(&body).ok_or_else(|| KeystoneError::missing("valid JSON", "request body"))?;
    let wanted = body
        .get("application_credential")
        .ok_or_else(|| KeystoneError::bad_request("'application_credential' is a required property"))?;
    let optional = |key: &str| match wanted.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Str(text)) => Ok(Some(text.clone())),
        Some(other) => {
            let value = repr(other);
            let what = format!("Invalid input for field/attribute {key}. Value: {value}. {value} is not of type 'string'");
            Err(KeystoneError::bad_request(what))
        }
    };
    let name = optional("name")?.ok_or_else(|| {
        let value = repr(wanted);
        KeystoneError::bad_request(format!(
            "Invalid input for field/attribute application_credential. Value: {value}. 'name' is a required property"
        ))
    })?;
    let expires_at =
        match optional("expires_at")? {
            None => None,
            Some(time) => Some(time.parse().or_else(|_| format!("{time}Z").parse()).map_err(|_| {
                KeystoneError::bad_request(format!("Invalid input for field/attribute expires_at. Value: {time}."))
            })?),
        };
    let credential = AppCredential {
        id: new_id(),
        name,
        secret: optional("secret")?.unwrap_or_else(|| random_text(86)),
        description: optional("description")?,
        user_id: token.user_id.clone(),
        project_id: if let Scope::Project(id) = &token.scope { Some(id.clone()) } else { None },
        expires_at,
        unrestricted: wanted.get("unrestricted").and_then(Json::as_bool),
    };
    let shown = view(cloud, &credential, true);
    let name = credential.name.clone();
    if !cloud.keystone.directory.lent.keep(credential) {
        return Err(KeystoneError::conflict(format!(
            "Conflict occurred attempting to store application_credential - Duplicate entry found with name {name}."
        )));
    }
    answer(StatusCode::CREATED, &named(shown))
}
