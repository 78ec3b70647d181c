//! Reading projects, users, domains and roles: no more than clients look up on their way.

use axum::http::StatusCode;

use super::directory::{DOMAIN_ID, DOMAIN_NAME, Project, Role, Target, User};
use super::error::KeystoneError;
use super::tokens::{Scope, Token};
use super::{Answer, is_admin};
use crate::cloud::Cloud;
use crate::http::{Call, text};
use crate::json::{Json, Layout, object};

pub(crate) fn answer(body: &Json) -> Answer {
    let body = format!("{}\n", body.to_text(Layout::Spaced));
    Ok(text(StatusCode::OK, "application/json", body))
}

pub(crate) fn links(this: String) -> Json {
    object([("next", Json::Null), ("self", this.into()), ("previous", Json::Null)])
}

fn self_link(cloud: &Cloud, kind: &str, id: &str) -> Json {
    object([("self", format!("{}/{kind}/{id}", cloud.auth_url()).into())])
}

pub(crate) fn project(cloud: &Cloud, project: &Project) -> Json {
    object([
        ("id", project.id.as_str().into()),
        ("name", project.name.as_str().into()),
        ("domain_id", DOMAIN_ID.into()),
        ("description", project.description.into()),
        ("enabled", true.into()),
        ("parent_id", DOMAIN_ID.into()),
        ("is_domain", false.into()),
        ("tags", Json::List(Vec::new())),
        ("options", object([])),
        ("links", self_link(cloud, "projects", &project.id)),
    ])
}

fn user(cloud: &Cloud, user: &User) -> Json {
    object([
        ("id", user.id.as_str().into()),
        ("name", user.name.as_str().into()),
        ("domain_id", DOMAIN_ID.into()),
        ("enabled", true.into()),
        ("password_expires_at", Json::Null),
        ("options", object([])),
        ("links", self_link(cloud, "users", &user.id)),
    ])
}

fn role(cloud: &Cloud, role: &Role) -> Json {
    object([
        ("id", role.id.as_str().into()),
        ("name", role.name.as_str().into()),
        ("domain_id", Json::Null),
        ("description", Json::Null),
        ("options", object([("immutable", true.into())])),
        ("links", self_link(cloud, "roles", &role.id)),
    ])
}

pub(crate) fn domain(cloud: &Cloud) -> Json {
    object([
        ("id", DOMAIN_ID.into()),
        ("name", DOMAIN_NAME.into()),
        ("description", "The default domain".into()),
        ("enabled", true.into()),
        ("tags", Json::List(Vec::new())),
        ("options", object([])),
        ("links", self_link(cloud, "domains", DOMAIN_ID)),
    ])
}

/// `/v3/auth/...`: what the caller may use.
pub(super) fn own(cloud: &Cloud, what: &str, token: &Token) -> Answer {
    let directory = &cloud.keystone.directory;
    let here = format!("{}/auth/{what}", cloud.auth_url());
    match what {
        "catalog" => {
            if token.scope == Scope::Unscoped {
                return Err(KeystoneError::forbidden_plainly());
            }
            let links = object([("self", here.into())]);
            let body = object([("catalog", directory.catalog()), ("links", links)]);
            Ok(crate::http::json(StatusCode::OK, &body))
        }
        "projects" => {
            let projects = directory.projects_of(&token.user_id);
            let projects = projects.into_iter().map(|p| project(cloud, p)).collect();
            answer(&object([("projects", Json::List(projects)), ("links", links(here))]))
        }
        "system" => {
            let roles = directory.roles(&token.user_id, Target::System);
            let whole = if roles.is_empty() { vec![] } else { vec![object([("all", true.into())])] };
            answer(&object([("system", whole.into()), ("links", object([("self", here.into())]))]))
        }
        _ => {
            let is_admin = !directory.roles(&token.user_id, Target::Domain).is_empty();
            let domains = if is_admin { vec![domain(cloud)] } else { Vec::new() };
            answer(&object([("domains", Json::List(domains)), ("links", links(here))]))
        }
    }
}

/// `/v3/projects` and its like.
pub(super) fn read(cloud: &Cloud, call: &Call, kind: &str, id: Option<&str>, token: &Token) -> Answer {
    let directory = &cloud.keystone.directory;
    let singular = kind.trim_end_matches('s');
    let own = match (kind, id) {
        ("projects", Some(id)) => token.scope == Scope::Project(id.to_owned()),
        ("users", Some(id)) => token.user_id == id,
        _ => false,
    };
    if !own && !is_admin(cloud, token) {
        let verb = if id.is_some() { format!("get_{singular}") } else { format!("list_{kind}") };
        return Err(KeystoneError::forbidden(&format!("identity:{verb}")));
    }
    let all: Vec<Json> = match kind {
        "projects" => directory.projects.iter().map(|p| project(cloud, p)).collect(),
        "users" => directory.users.iter().map(|u| user(cloud, u)).collect(),
        "roles" => directory.roles.iter().map(|r| role(cloud, r)).collect(),
        _ => vec![domain(cloud)],
    };
    let has = |item: &Json, key: &str, value: &str| item.get(key).and_then(Json::as_str) == Some(value);
    if let Some(id) = id {
        let found = all.into_iter().find(|item| has(item, "id", id));
        let found = found.ok_or_else(|| KeystoneError::not_found(format!("Could not find {singular}: {id}.")))?;
        return answer(&Json::Map(vec![(singular.to_owned(), found)]));
    }
    let wanted = |item: &Json| ["name", "domain_id"].iter().all(|key| call.query.get(key).is_none_or(|v| has(item, key, v)));
    let found = all.into_iter().filter(wanted).collect();
    let mut here = format!("{}/{kind}", cloud.auth_url());
    if !call.raw_query.is_empty() {
        here = format!("{here}?{}", call.raw_query);
    }
    answer(&Json::Map(vec![(kind.to_owned(), Json::List(found)), ("links".to_owned(), links(here))]))
}
