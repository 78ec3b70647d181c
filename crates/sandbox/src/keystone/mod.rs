//! Keystone v3: versions, tokens, catalog, and who a token belongs to.

mod application_credentials;
mod auth;
mod control;
pub(crate) mod directory;
pub(crate) mod error;
mod factors;
mod lent;
mod proof;
pub(crate) mod resources;
pub(crate) mod tokens;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};

use crate::cloud::Cloud;
use crate::http::{Call, json, set, text};
use crate::json::{Json, object};
pub use control::Users;
use directory::Directory;
use error::KeystoneError;
use factors::Factors;
use tokens::{NoToken, Scope, Token, Tokens};

pub(crate) type Answer = Result<Response<Body>, KeystoneError>;

/// The state of the identity service.
#[derive(Debug)]
pub(crate) struct Keystone {
    pub(crate) directory: Directory,
    factors: Factors,
    tokens: Mutex<Tokens>,
}

/// The answer to a token request, and to a look at a token.
const NOT_FOUND_PAGE: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n";

impl Keystone {
    pub(crate) fn new(directory: Directory) -> Self {
        Self { directory, factors: Factors::default(), tokens: Mutex::default() }
    }

    pub(crate) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one call.
pub(crate) async fn serve(cloud: &Cloud, mut call: Call) -> Response<Body> {
    let request_id = call.request_id.clone();
    let mut response = match route(cloud, &mut call).await {
        Ok(response) => response,
        Err(error) => error.into_response(&cloud.auth_url()),
    };
    call.discard_body();
    set(&mut response, "vary", "X-Auth-Token");
    set(&mut response, "x-openstack-request-id", &request_id);
    response
}

async fn route(cloud: &Cloud, call: &mut Call) -> Answer {
    let path = call.path.clone();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    if let Some(answer) = crate::iam::routes::answer(cloud, call, &parts).await {
        return answer;
    }
    let allowed = match parts.as_slice() {
        [""] | ["v3"] | ["v3", ""] | ["v3", "auth", "catalog" | "projects" | "domains" | "system"] => "HEAD, OPTIONS, GET",
        ["v3", "auth", "tokens"] => "POST, GET, HEAD, OPTIONS, DELETE",
        ["v3", "users", _, "application_credentials"] => "HEAD, OPTIONS, GET, POST",
        ["v3", "users", _, "application_credentials", _] => "HEAD, OPTIONS, GET, DELETE",
        ["v3", "projects" | "users" | "domains" | "roles"] | ["v3", "projects" | "users" | "domains", _] => "HEAD, OPTIONS, GET",
        _ => {
            let page = NOT_FOUND_PAGE.to_owned();
            return Ok(text(StatusCode::NOT_FOUND, "text/html; charset=utf-8", page));
        }
    };
    let method = call.method.clone();
    if method == Method::OPTIONS {
        let mut response = text(StatusCode::OK, "text/html; charset=utf-8", String::new());
        set(&mut response, "allow", allowed);
        return Ok(response);
    }
    if !allowed.split(", ").any(|m| m == method.as_str()) {
        let body = object([("message", "The method is not allowed for the requested URL.".into())]);
        let mut response = json(StatusCode::METHOD_NOT_ALLOWED, &body);
        set(&mut response, "allow", allowed);
        return Ok(response);
    }
    match (&method, parts.as_slice()) {
        (_, [""]) => Ok(versions(cloud)),
        (_, ["v3"] | ["v3", ""]) => Ok(json(StatusCode::OK, &object([("version", version(cloud))]))),
        (_, ["v3", "users", user, "application_credentials", rest @ ..]) => {
            let (_, token) = caller(cloud, call)?;
            application_credentials::serve(cloud, call, user, rest.first().copied(), &token).await
        }
        (&Method::POST, _) => auth::issue(cloud, call).await,
        (&Method::DELETE, _) => revoke(cloud, call),
        (_, ["v3", "auth", "tokens"]) => show(cloud, call),
        (_, ["v3", "auth", what]) => {
            let (_, token) = caller(cloud, call)?;
            resources::own(cloud, what, &token)
        }
        (_, ["v3", kind, rest @ ..]) => {
            let (_, token) = caller(cloud, call)?;
            resources::read(cloud, call, kind, rest.first().copied(), &token)
        }
        _ => Err(KeystoneError::not_found("The resource could not be found.")),
    }
}

fn version(cloud: &Cloud) -> Json {
    object([
        ("id", "v3.14".into()),
        ("status", "stable".into()),
        ("updated", "2020-04-07T00:00:00Z".into()),
        ("links", vec![object([("rel", "self".into()), ("href", format!("{}/", cloud.auth_url()).into())])].into()),
        (
            "media-types",
            vec![object([("base", "application/json".into()), ("type", "application/vnd.openstack.identity-v3+json".into())])]
                .into(),
        ),
    ])
}

fn versions(cloud: &Cloud) -> Response<Body> {
    let values = object([("values", vec![version(cloud)].into())]);
    let mut response = json(StatusCode::MULTIPLE_CHOICES, &object([("versions", values)]));
    set(&mut response, "location", &format!("{}/", cloud.auth_url()));
    response
}

/// The token that a call is made with.
fn caller(cloud: &Cloud, call: &Call) -> Result<(String, Token), KeystoneError> {
    let id = call.header("x-auth-token").ok_or_else(KeystoneError::unauthorized)?;
    let now = cloud.clock.now();
    let token = cloud.keystone.tokens().get(id, now).cloned();
    let token = token.map_err(|_| KeystoneError::unauthorized())?;
    match &token.app_credential_id {
        // What it came from is gone, and so is what it was good for.
        Some(credential) if cloud.keystone.directory.lent.credential(credential).is_none() => {
            Err(KeystoneError::not_found(format!("Could not find Application Credential: {credential}.")))
        }
        _ => Ok((id.to_owned(), token)),
    }
}

fn is_admin(cloud: &Cloud, token: &Token) -> bool {
    token.roles(&cloud.keystone.directory).iter().any(|r| r.name == "admin")
}

/// The token that a call is about; only its owner and administrators may do something with it.
fn subject(cloud: &Cloud, call: &Call, action: &str) -> Result<(String, Token), KeystoneError> {
    let (_, caller) = caller(cloud, call)?;
    let admin = is_admin(cloud, &caller);
    let Some(id) = call.header("x-subject-token") else {
        return Err(if admin { KeystoneError::not_found("No token in the request") } else { KeystoneError::forbidden(action) });
    };
    let now = cloud.clock.now();
    let token = cloud.keystone.tokens().get(id, now).cloned().map_err(no_token)?;
    if !admin && token.user_id != caller.user_id {
        return Err(KeystoneError::forbidden(action));
    }
    Ok((id.to_owned(), token))
}

pub(crate) fn no_token(why: NoToken) -> KeystoneError {
    KeystoneError::not_found(match why {
        NoToken::Unknown => "Could not recognize Fernet token",
        NoToken::Over => "Failed to validate token",
    })
}

fn show(cloud: &Cloud, call: &Call) -> Answer {
    let (id, token) = subject(cloud, call, "identity:validate_token")?;
    let view = token.view(&cloud.keystone.directory, !call.query.contains("nocatalog"));
    let mut response = json(StatusCode::OK, &view);
    set(&mut response, "x-subject-token", &id);
    Ok(response)
}

fn revoke(cloud: &Cloud, call: &Call) -> Answer {
    let (id, _) = subject(cloud, call, "identity:revoke_token")?;
    cloud.keystone.tokens().revoke(&id);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Who asks, as the other services see it.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user_id: String,
    pub(crate) project_id: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) administers_system: bool,
}

/// A user in a project, for a service that knows its callers by something else than a token.
pub(crate) fn member(cloud: &Cloud, user_id: &str, project_id: &str) -> Option<Caller> {
    let roles = cloud.keystone.directory.roles(user_id, directory::Target::Project(project_id));
    let roles: Vec<String> = roles.iter().map(|r| r.name.clone()).collect();
    let project_id = Some(project_id.to_owned()).filter(|_| !roles.is_empty())?;
    Some(Caller { user_id: user_id.to_owned(), project_id: Some(project_id), roles, administers_system: false })
}

/// Checks a token for another service.
pub(crate) fn check(cloud: &Cloud, token: Option<&str>) -> Option<Caller> {
    let now = cloud.clock.now();
    let token = cloud.keystone.tokens().get(token?, now).ok()?.clone();
    let directory = &cloud.keystone.directory;
    if token.app_credential_id.as_deref().is_some_and(|id| directory.lent.credential(id).is_none()) {
        return None;
    }
    let project_id = token.project_id().map(str::to_owned);
    // Glance's policies are about projects: a token for the system or a domain may do nothing there.
    let roles = match &project_id {
        Some(_) => token.roles(directory).iter().map(|r| r.name.clone()).collect(),
        None => Vec::new(),
    };
    let administers_system = token.scope == Scope::System && token.roles(directory).iter().any(|r| r.name == "admin");
    Some(Caller { user_id: token.user_id, project_id, roles, administers_system })
}
