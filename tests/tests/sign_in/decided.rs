//! Recordings that are not followed, with the reason, and what is done in their place.

use serde_json::Value;

/// One kind of them.
pub(crate) struct Decision {
    /// Why.
    pub(crate) reason: &'static str,
    /// Whether it is about this body of a request.
    is_about: fn(&Value) -> bool,
    /// What is done.
    pub(crate) instead: Instead,
}

/// What is done in the place of a recording.
#[derive(Clone, Copy)]
pub(crate) enum Instead {
    /// The same request without its scope.
    NoScope,
    /// Nothing is sent; the error names this option.
    Refused(&'static str),
}

const DECISIONS: [Decision; 3] = [
    Decision {
        reason: "Keystone refuses an application credential that asks for a scope: it has one of its own",
        is_about: |body| {
            let methods = body["auth"]["identity"]["methods"].as_array();
            let is_credential = methods.is_some_and(|methods| methods.iter().any(|method| method == "application_credential"));
            is_credential && !body["auth"]["scope"].is_null()
        },
        instead: Instead::NoScope,
    },
    Decision {
        reason: "nobody can be found by nothing: Keystone answers 400, later and in other words",
        is_about: |body| users(body).any(|user| user["id"].is_null() && user["name"].is_null()),
        instead: Instead::Refused("username"),
    },
    Decision {
        reason: "a password that is none is a setting that was forgotten",
        is_about: |body| users(body).any(|user| user.get("password").is_some_and(Value::is_null)),
        instead: Instead::Refused("password"),
    },
];

/// The decision about a case.
pub(crate) fn decision(case: &Value) -> Option<&'static Decision> {
    let bodies: Vec<_> = case["requests"].as_array()?.iter().map(|request| &request["body"]).collect();
    DECISIONS.iter().find(|decision| bodies.iter().any(|body| (decision.is_about)(body)))
}

/// The users of all methods.
fn users(body: &Value) -> impl Iterator<Item = &Value> {
    let methods = body["auth"]["identity"].as_object().into_iter().flat_map(|identity| identity.values());
    methods.filter_map(|method| method.get("user"))
}
