//! What the identity part of a sign-in proves, method by method.

use super::directory::{DOMAIN_ID, DOMAIN_NAME, User};
use super::error::KeystoneError;
use super::lent::AppCredential;
use super::no_token;
use super::tokens::Token;
use crate::cloud::Cloud;
use crate::json::{Json, object};

/// What a real Keystone knows by default. The sandbox has no users for the others.
const METHODS: [&str; 7] = ["external", "password", "token", "oauth1", "mapped", "application_credential", "ec2credential"];

/// What the identity part proved.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) user_id: String,
    pub(super) methods: Vec<String>,
    /// The token it came from.
    pub(super) parent: Option<Token>,
    pub(super) app_credential: Option<AppCredential>,
}

pub(super) fn text<'j>(value: &'j Json, key: &str) -> Option<&'j str> {
    value.get(key).and_then(Json::as_str)
}

/// Whether the domain beside a name is ours; a name needs one.
pub(super) fn in_domain(value: &Json, place: &str) -> Result<bool, KeystoneError> {
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
pub(super) fn prove(cloud: &Cloud, identity: &Json) -> Result<Proof, KeystoneError> {
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
