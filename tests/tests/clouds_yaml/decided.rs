//! Where we differ from openstacksdk on purpose. Each rule says why; a case counts as passed only while we behave as it says.

use cloudimg::{Error, ErrorKind};
use cloudimg_auth::config::CloudConfig;
use serde_json::{Value, json};

/// An application credential brings its scope with it, and Keystone refuses to be asked for one: we leave it out, whatever is configured.
pub(crate) fn without_needless_scope(body: &Value) -> Value {
    let mut body = body.clone();
    let methods = body["auth"]["identity"]["methods"].as_array().cloned().unwrap_or_default();
    if methods.contains(&json!("application_credential"))
        && let Some(auth) = body["auth"].as_object_mut()
    {
        auth.remove("scope");
    }
    body
}

/// Whether no Keystone can take a sign-in: its user has neither id nor name, or a word of it is no text (`password: yes`).
pub(crate) fn is_useless(body: &Value) -> bool {
    let identity = &body["auth"]["identity"];
    let users = ["password", "totp"].map(|method| &identity[method]["user"]);
    let nameless = |user: &&Value| user.is_object() && user.get("id").is_none() && user.get("name").is_none();
    let proofs = identity.as_object().into_iter().flatten().filter(|(key, _)| *key != "methods");
    users.iter().any(nameless) || proofs.into_iter().any(|(_, proof)| holds_other_than_text(proof))
}

fn holds_other_than_text(value: &Value) -> bool {
    match value {
        Value::String(_) => false,
        Value::Object(map) => map.values().any(holds_other_than_text),
        _ => true,
    }
}

/// That we say what is missing before anything is sent, where openstacksdk sends what is useless.
pub(crate) fn refused(config: &CloudConfig) -> Result<(), String> {
    match config.access() {
        Err(error) if error.kind() == ErrorKind::Configuration => Ok(()),
        Err(error) => Err(format!("a useless sign-in is refused for another reason: {error}")),
        Ok(_) => Err("a useless sign-in is not refused".to_owned()),
    }
}

/// Version 2 of the Identity API is gone from every release of Keystone since 2018: its types are refused, whatever else is wrong with them.
pub(crate) fn is_no_longer_spoken(error: &Error) -> bool {
    error.message().contains("version 2 of the Identity API is gone")
}
