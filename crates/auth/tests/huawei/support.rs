//! A clock, a session, variables, and what services answer.

use std::time::{Duration, SystemTime};

use cloudimg_auth::huawei::{Chain, Link};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::credentials::AkSk;
use cloudimg_core::wire::Timestamp;
use cloudimg_core::{Clock as _, Credentials, OperationFacts, Result, Session, retry};
use serde_json::{Value, json};

use crate::server::{Reply, Server, ok, status};

pub(crate) const SECRET: &str = "the-secret-key";
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A call of some service.
pub(crate) static CALL: OperationFacts = OperationFacts {
    id: "call",
    method: "GET",
    path: "/v2/cloudimages",
    success: &[200],
    idempotent: true,
    ..OperationFacts::PLAIN
};

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

pub(crate) fn session(clock: &ManualClock) -> Session {
    Session::builder().clock(clock.clone()).retry(retry::Never).build().unwrap()
}

pub(crate) fn aksk(access: &str) -> AkSk {
    AkSk::builder(access, SECRET).build().unwrap()
}

/// A chain that sees these variables and no others; nobody is at its metadata service's address.
pub(crate) fn chain(links: impl IntoIterator<Item = Link>, variables: &[(&str, &str)]) -> Chain {
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let get = move |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    Chain::of(links).with_variables(get).with_metadata_endpoint("http://127.0.0.1:1")
}

/// Calls the service at `server` with these credentials.
pub(crate) async fn call(session: &Session, credentials: impl Credentials, server: &Server) -> Result<()> {
    session.with_credentials(credentials).fetch(&format!("{}/v2/cloudimages", server.url()), &CALL).await.map(drop)
}

/// The access key in a signature.
pub(crate) fn access_of(authorization: &str) -> &str {
    authorization.strip_prefix("SDK-HMAC-SHA256 Access=").unwrap().split(',').next().unwrap()
}

pub(crate) fn at(clock: &ManualClock, after: Duration) -> String {
    Timestamp::from(clock.now() + after).as_str().to_owned()
}

pub(crate) fn text(value: &Value) -> Reply {
    ok(&value.to_string())
}

/// What the metadata service says of a key.
pub(crate) fn keys(access: &str, end: &str) -> Reply {
    text(
        &json!({"credential": {"access": access, "secret": SECRET, "securitytoken": format!("token-of-{access}"), "expires_at": end}}),
    )
}

/// What IAM says of one.
pub(crate) fn temporary(access: &str, end: &str) -> Reply {
    let Reply::Answer { body, .. } = keys(access, end) else { unreachable!("keys are an answer") };
    status(201).body(&body)
}
