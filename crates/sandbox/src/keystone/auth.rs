//! `POST /v3/auth/tokens`: who somebody is, and what the token shall be good for.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::Answer;
use super::directory::{DOMAIN_ID, DOMAIN_NAME};
use super::error::{KeystoneError, schema_violation};
use super::proof::{Proof, in_domain, prove, text};
use super::tokens::{Scope, Token, new_audit_id};
use crate::clock::{later, micros_z};
use crate::cloud::Cloud;
use crate::http::{Call, json, set};
use crate::json::{Json, object};
use crate::schema;

/// The shape of a request, as data; an unreadable file would let everything pass.
static REQUEST: LazyLock<Json> =
    LazyLock::new(|| Json::parse(include_bytes!("../../data/auth-request.json")).unwrap_or(Json::Null));

pub(super) async fn issue(cloud: &Cloud, call: &mut Call) -> Answer {
    let text = call.read_body().await.unwrap_or_default();
    if !text.is_empty() && call.content_type().as_deref() != Some("application/json") {
        return Err(KeystoneError::missing("application/json", "Content-Type header"));
    }
    let body = if text.is_empty() { Some(Json::Null) } else { Json::parse(&text) };
    let body = body.ok_or_else(|| KeystoneError::missing("valid JSON", "request body"))?;
    let auth = body.get("auth").ok_or_else(|| KeystoneError::missing("auth", "request body"))?;
    schema::check(&REQUEST, auth).map_err(|v| schema_violation(&v))?;

    let now = cloud.clock.now();
    let before = match call.header("openstack-auth-receipt") {
        Some(text) => {
            let found = cloud.keystone.factors.receipt(text, now).ok_or_else(|| KeystoneError::no_receipt(text))?;
            Some((text.to_owned(), found))
        }
        None => None,
    };
    let wanted = auth.get("scope").map(|scope| read_scope(cloud, scope)).transpose()?;
    let mut proof = prove(cloud, auth.get("identity").unwrap_or(&Json::Null))?;
    if let Some((text, receipt)) = before {
        if receipt.user_id != proof.user_id {
            return Err(KeystoneError::no_receipt(&text));
        }
        proof.methods.extend(receipt.methods);
        proof.methods.sort_unstable();
        proof.methods.dedup();
    }
    if let Some(rules) = cloud.keystone.factors.wanted(&proof.user_id, &proof.methods) {
        return Ok(more_wanted(cloud, &proof, rules));
    }
    let scope = match (&proof.app_credential, wanted) {
        (Some(_), Some(_)) => {
            return Err(KeystoneError::unauthorized_because(
                "Error authenticating with application credential: Application credentials cannot request a scope.",
                object([]),
            ));
        }
        (Some(credential), None) => credential.project_id.clone().map_or(Scope::Unscoped, Scope::Project),
        (None, wanted) => wanted.unwrap_or(Scope::Unscoped),
    };
    if matches!(&scope, Scope::Trust(trust) if trust.trustee_id != proof.user_id) {
        return Err(KeystoneError::unauthorized());
    }
    let mut audit_ids = vec![new_audit_id()];
    audit_ids.extend(proof.parent.as_ref().and_then(|p| p.audit_ids.last().cloned()));
    let token = Token {
        user_id: proof.user_id,
        methods: proof.methods,
        audit_ids,
        issued_at: now,
        // A token that came from a token lives no longer than that one.
        expires_at: proof.parent.map_or_else(|| later(now, cloud.token_life), |p| p.expires_at),
        scope,
        app_credential_id: proof.app_credential.map(|c| c.id),
    };
    let directory = &cloud.keystone.directory;
    if token.scope != Scope::Unscoped && token.roles(directory).is_empty() {
        return Err(KeystoneError::unauthorized());
    }
    let view = token.view(directory, !call.query.contains("nocatalog"));
    let id = cloud.keystone.tokens().issue(token, now);
    let mut response = json(StatusCode::CREATED, &view);
    set(&mut response, "x-subject-token", &id);
    Ok(response)
}

/// The refusal that is none yet: with a receipt, and what else would do.
fn more_wanted(cloud: &Cloud, proof: &Proof, rules: Vec<Vec<String>>) -> Response<Body> {
    let (text, receipt) = cloud.keystone.factors.issue(&proof.user_id, &proof.methods, cloud.clock.now());
    let list = |texts: Vec<String>| Json::List(texts.into_iter().map(Json::from).collect());
    let name = cloud.keystone.directory.user(&receipt.user_id).map(|user| user.name.as_str());
    let user = object([("id", receipt.user_id.as_str().into()), ("name", name.into()), ("domain", super::directory::domain())]);
    let body = object([
        (
            "receipt",
            object([
                ("methods", list(receipt.methods)),
                ("user", user),
                ("expires_at", micros_z(receipt.expires_at).into()),
                ("issued_at", micros_z(receipt.issued_at).into()),
            ]),
        ),
        ("required_auth_methods", Json::List(rules.into_iter().map(list).collect())),
    ]);
    let mut response = json(StatusCode::UNAUTHORIZED, &body);
    set(&mut response, "openstack-auth-receipt", &text);
    response
}

/// The scope that is asked for. What does not exist is refused like what is not allowed.
fn read_scope(cloud: &Cloud, scope: &Json) -> Result<Scope, KeystoneError> {
    let wrong = || KeystoneError::missing("system, project, domain, OS-TRUST:trust or unscoped", "scope");
    match scope {
        Json::Str(s) if s == "unscoped" => return Ok(Scope::Unscoped),
        Json::Str(_) => return Err(wrong()),
        _ => {}
    }
    let kinds = ["system", "project", "domain", "OS-TRUST:trust"];
    let mut given = kinds.iter().filter_map(|kind| scope.get(kind).map(|v| (*kind, v)));
    let (Some((kind, value)), None) = (given.next(), given.next()) else { return Err(wrong()) };
    match kind {
        "system" => Ok(Scope::System),
        "project" => {
            let directory = &cloud.keystone.directory;
            let found = match (text(value, "id"), text(value, "name")) {
                (Some(id), _) => directory.project(id),
                (None, Some(name)) => in_domain(value, "project")?.then(|| directory.project_named(name)).flatten(),
                (None, None) => return Err(KeystoneError::neither_id_nor_name("scope/project")),
            };
            let project = found.ok_or_else(KeystoneError::unauthorized)?;
            Ok(Scope::Project(project.id.clone()))
        }
        "domain" if text(value, "id").or(text(value, "name")).is_none() => Err(KeystoneError::neither_id_nor_name("scope/domain")),
        "domain" => match (text(value, "id"), text(value, "name")) {
            (Some(DOMAIN_ID), _) | (None, Some(DOMAIN_NAME)) => Ok(Scope::Domain),
            _ => Err(KeystoneError::unauthorized()),
        },
        _ => {
            let id = text(value, "id").ok_or_else(|| KeystoneError::missing("trust_id", "trust"))?;
            let trust = cloud.keystone.directory.lent.trust(id);
            trust.map(Scope::Trust).ok_or_else(KeystoneError::unauthorized)
        }
    }
}
