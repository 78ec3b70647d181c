//! `POST /v3/auth/tokens`: who somebody is, and what the token shall be good for.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::directory::{DOMAIN_ID, DOMAIN_NAME, User};
use super::error::{KeystoneError, schema_violation};
use super::lent::AppCredential;
use super::tokens::{Scope, Token, new_audit_id};
use super::{Answer, no_token};
use crate::clock::{later, micros_z};
use crate::cloud::Cloud;
use crate::http::{Call, json, set};
use crate::json::{Json, object};
use crate::schema;

/// The shape of a request, as data; an unreadable file would let everything pass.
static REQUEST: LazyLock<Json> =
    LazyLock::new(|| Json::parse(include_bytes!("../../data/auth-request.json")).unwrap_or(Json::Null));

/// What a real Keystone knows by default. The sandbox has no users for the others.
const METHODS: [&str; 7] = ["external", "password", "token", "oauth1", "mapped", "application_credential", "ec2credential"];

/// What the identity part proved.
#[derive(Debug)]
struct Proof {
    user_id: String,
    methods: Vec<String>,
    /// The token it came from.
    parent: Option<Token>,
    app_credential: Option<AppCredential>,
}

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

fn text<'j>(value: &'j Json, key: &str) -> Option<&'j str> {
    value.get(key).and_then(Json::as_str)
}

/// Whether the domain beside a name is ours; a name needs one.
fn in_domain(value: &Json, place: &str) -> Result<bool, KeystoneError> {
    let domain = value.get("domain").ok_or_else(|| KeystoneError::missing("domain", place))?;
    match (text(domain, "id"), text(domain, "name")) {
        (Some(id), _) => Ok(id == DOMAIN_ID),
        (None, Some(name)) => Ok(name == DOMAIN_NAME),
        (None, None) => Err(KeystoneError::neither_id_nor_name(&format!("{place}/domain"))),
    }
}

fn find_user<'c>(cloud: &'c Cloud, user: &Json) -> Result<Option<&'c User>, KeystoneError> {
    let directory = &cloud.keystone.directory;
    Ok(match (text(user, "id"), text(user, "name")) {
        (Some(id), _) => directory.user(id),
        (None, Some(name)) => in_domain(user, "user")?.then(|| directory.user_named(name)).flatten(),
        (None, None) => return Err(KeystoneError::neither_id_nor_name("identity/password/user")),
    })
}

/// Goes through the methods; all must hold, and for the same user.
fn prove(cloud: &Cloud, identity: &Json) -> Result<Proof, KeystoneError> {
    let methods = identity.get("methods").and_then(Json::as_list).unwrap_or_default();
    let methods: Vec<&str> = methods.iter().filter_map(Json::as_str).collect();
    let mut proof: Option<Proof> = None;
    for method in &methods {
        let given = identity.get(method).ok_or_else(|| KeystoneError::missing(method, "identity"))?;
        let one = match *method {
            "password" => by_password(cloud, given)?,
            "token" => by_token(cloud, given)?,
            "application_credential" => by_app_credential(cloud, given)?,
            "totp" if cloud.keystone.factors.has_passcodes() => by_passcode(cloud, given)?,
            _ => {
                let known = METHODS.iter().map(|m| Json::from(*m)).collect();
                return Err(KeystoneError::unauthorized_because(
                    "Attempted to authenticate with an unsupported method.",
                    object([("methods", Json::List(known))]),
                ));
            }
        };
        proof = Some(match proof {
            None => one,
            Some(before) if before.user_id == one.user_id => {
                let mut methods = before.methods;
                methods.extend(one.methods);
                Proof {
                    user_id: one.user_id,
                    methods,
                    parent: before.parent.or(one.parent),
                    app_credential: before.app_credential.or(one.app_credential),
                }
            }
            Some(_) => return Err(KeystoneError::unauthorized()),
        });
    }
    let mut proof = proof.ok_or_else(KeystoneError::unauthorized)?;
    proof.methods.sort_unstable();
    proof.methods.dedup();
    Ok(proof)
}

fn by_password(cloud: &Cloud, given: &Json) -> Result<Proof, KeystoneError> {
    let user = given.get("user").ok_or_else(|| KeystoneError::missing("user", "None"))?;
    let found = find_user(cloud, user)?.ok_or_else(KeystoneError::unauthorized)?;
    if text(user, "password") != Some(found.password.as_str()) {
        return Err(KeystoneError::unauthorized());
    }
    Ok(Proof { user_id: found.id.clone(), methods: vec!["password".to_owned()], parent: None, app_credential: None })
}

fn by_passcode(cloud: &Cloud, given: &Json) -> Result<Proof, KeystoneError> {
    let user = given.get("user").ok_or_else(|| KeystoneError::missing("user", "None"))?;
    let found = find_user(cloud, user)?.ok_or_else(KeystoneError::unauthorized)?;
    let passcode = text(user, "passcode").unwrap_or_default();
    if !cloud.keystone.factors.accepts(&found.id, passcode, cloud.clock.now()) {
        return Err(KeystoneError::unauthorized());
    }
    Ok(Proof { user_id: found.id.clone(), methods: vec!["totp".to_owned()], parent: None, app_credential: None })
}

fn by_token(cloud: &Cloud, given: &Json) -> Result<Proof, KeystoneError> {
    let id = text(given, "id").unwrap_or_default();
    let now = cloud.clock.now();
    let parent = cloud.keystone.tokens().get(id, now).cloned().map_err(no_token)?;
    if parent.app_credential_id.is_some() {
        return Err(KeystoneError::forbidden("Using a delegated token to create another token is not allowed."));
    }
    let mut methods = vec!["token".to_owned()];
    methods.extend(parent.methods.iter().cloned());
    Ok(Proof { user_id: parent.user_id.clone(), methods, parent: Some(parent), app_credential: None })
}

fn by_app_credential(cloud: &Cloud, given: &Json) -> Result<Proof, KeystoneError> {
    const PLACE: &str = "application credential";
    let directory = &cloud.keystone.directory;
    let found = match (text(given, "id"), text(given, "name")) {
        (Some(id), _) => directory
            .lent
            .credential(id)
            .ok_or_else(|| KeystoneError::not_found(format!("Could not find Application Credential: {id}.")))?,
        (None, Some(name)) => {
            let user = given.get("user").ok_or_else(|| KeystoneError::missing("user", PLACE))?;
            let user = find_user(cloud, user)?.ok_or_else(KeystoneError::unauthorized)?;
            let mut own = directory.lent.credentials_of(&user.id).into_iter();
            own.find(|c| c.name == name).ok_or_else(KeystoneError::unauthorized)?
        }
        (None, None) => return Err(KeystoneError::missing("name or ID", PLACE)),
    };
    let has_ended = found.expires_at.is_some_and(|end| end <= cloud.clock.now());
    if has_ended || text(given, "secret") != Some(found.secret.as_str()) {
        return Err(KeystoneError::unauthorized());
    }
    Ok(Proof {
        user_id: found.user_id.clone(),
        methods: vec!["application_credential".to_owned()],
        parent: None,
        app_credential: Some(found),
    })
}
