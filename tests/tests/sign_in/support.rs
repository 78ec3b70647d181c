//! An identity service of a script, and who signs in there.

use std::time::{Duration, SystemTime};

use cloudimg_auth::{Keystone, Named, Scope, Settings, User};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::wire::Timestamp;
use cloudimg_core::{OperationFacts, Session};

use crate::server::{Reply, Request, status};

/// The epoch of the tests.
pub(crate) const START: u64 = 1_800_000_000;

pub(crate) static GET: OperationFacts =
    OperationFacts { id: "get_x", method: "GET", path: "/x", success: &[200], idempotent: true, ..OperationFacts::PLAIN };

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(START))
}

pub(crate) fn demo() -> User {
    User::Name { name: "demo".into(), domain: Some(Named::Name("Default".into())) }
}

pub(crate) fn settings(url: &str) -> Settings {
    Settings::new(format!("{url}/v3"), demo(), "secret-word", Scope::ProjectId("p1".into()))
}

pub(crate) fn session(clock: &ManualClock) -> Session {
    Session::builder().clock(clock.clone()).build().unwrap()
}

pub(crate) fn keystone(url: &str, clock: &ManualClock) -> Keystone {
    Keystone::new(&session(clock), settings(url)).unwrap()
}

/// What a token's body says; `expires` is JSON.
pub(crate) fn body(expires: &str) -> String {
    format!(
        r#"{{"token": {{"methods": ["password"], "expires_at": {expires}, "user": {{"id": "u1"}}, "project": {{"id": "p1"}},
            "catalog": [{{"type": "image", "endpoints": [{{"interface": "public", "region_id": "One", "url": "http://i/v2"}}]}}]}}}}"#
    )
}

/// A token that ends so many seconds after the epoch of the tests.
pub(crate) fn token(name: &str, end: u64) -> Reply {
    let end = Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(START + end));
    status(201).header("x-subject-token", name).body(&body(&format!("\"{end}\"")))
}

pub(crate) fn is_sign_in(request: &Request) -> bool {
    request.path.starts_with("/v3/auth/tokens")
}

/// The text of the token in use.
pub(crate) async fn secret(keystone: &Keystone) -> String {
    keystone.token().await.unwrap().secret().expose().to_owned()
}
