//! An identity service whose catalog says what a test wants.

use std::sync::atomic::{AtomicUsize, Ordering};

use cloudimg::{Scope, Settings, User};
use serde_json::{Value, json};

use crate::server::{Reply, Server, status};

/// The project and the user of each token.
pub(crate) const PROJECT: &str = "pid";
pub(crate) const USER: &str = "uid";

/// A catalog with one image service.
pub(crate) fn catalog(url: &str) -> Value {
    let endpoint = json!({"id": "e1", "interface": "public", "region": "One", "region_id": "One", "url": url});
    json!([{"id": "s1", "type": "image", "name": "glance", "endpoints": [endpoint]}])
}

/// An identity service that gives tokens `t0`, `t1` and so on, all with this catalog.
pub(crate) async fn identity(catalog: Value) -> Server {
    let issued = AtomicUsize::new(0);
    Server::answering(move |_| token(&format!("t{}", issued.fetch_add(1, Ordering::SeqCst)), &catalog)).await
}

/// An answer with a token of this catalog.
pub(crate) fn token(name: &str, catalog: &Value) -> Reply {
    let token = json!({
        "methods": ["password"], "expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2026-01-01T00:00:00.000000Z",
        "project": {"id": PROJECT, "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "user": {"id": USER, "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "catalog": catalog,
    });
    status(201).header("x-subject-token", name).body(&json!({ "token": token }).to_string())
}

/// Settings that sign in at `identity`.
pub(crate) fn settings(identity: &str) -> Settings {
    Settings::new(format!("{identity}/v3"), User::Id(USER.into()), "secret-word", Scope::ProjectId(PROJECT.into()))
}
