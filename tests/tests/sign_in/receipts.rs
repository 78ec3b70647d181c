//! Sign-ins that need more than one step.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use cloudimg_auth::{Keystone, Method, Receipt, Scope, Settings, User};
use cloudimg_core::{Error, ErrorKind, Session};
use serde_json::{Value, json};

use crate::server::{Reply, Request, Server, ok, status};
use crate::support::{GET, clock, secret, session, token};

fn user() -> User {
    User::Id("u123".into())
}

fn settings(url: &str) -> Settings {
    Settings::new(url, user(), "secret-word", Scope::ProjectId("p1".into()))
}

fn totp(passcode: &str) -> Method {
    Method::Totp { user: user(), passcode: passcode.into() }
}

/// What a service says that wants more than was given so far.
fn receipt(text: &str, done: &[&str]) -> Reply {
    let body = json!({
        "receipt": {"methods": done, "user": {"id": "u123", "name": "demo"}, "expires_at": "2027-01-15T08:05:00.000000Z"},
        "required_auth_methods": [["password", "totp"], ["password", "fingerprint"]],
    });
    status(401).header("openstack-auth-receipt", text).body(&body.to_string())
}

fn sent(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn methods(request: &Request) -> Vec<String> {
    serde_json::from_value(sent(request)["auth"]["identity"]["methods"].clone()).unwrap()
}

/// A service that wants a password, and a passcode that nobody has used before.
fn guarded() -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    let (signed_in, used) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    move |request| {
        if request.path == "/x" {
            return if request.header("x-auth-token") == Some("t1") { status(401) } else { ok("fine") };
        }
        let by_receipt = request.header("openstack-auth-receipt") == Some("secret-receipt");
        let passcode = sent(request)["auth"]["identity"]["totp"]["user"]["passcode"].as_str().map(str::to_owned);
        match (methods(request).as_slice(), passcode) {
            ([one], None) if one == "password" => receipt("secret-receipt", &["password"]),
            ([one], Some(code)) if one == "totp" && by_receipt && !used.lock().unwrap().contains(&code) => {
                used.lock().unwrap().push(code);
                let n = signed_in.fetch_add(1, Ordering::SeqCst) as u64 + 1;
                token(&format!("t{n}"), 3600 * n)
            }
            _ => status(401),
        }
    }
}

#[tokio::test]
async fn a_receipt_is_a_refusal_that_says_what_is_missing() {
    let server = Server::answering(guarded()).await;
    let keystone = Keystone::new(&session(&clock()), settings(server.url())).unwrap();
    let error = keystone.token().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.operation()), (ErrorKind::AuthFailed, Some(401), Some("issue_token")));
    let words = "signing in needs more methods than password; missing: totp, or fingerprint";
    assert!(error.to_string().contains(words), "{error}");
    let receipt = Receipt::of(&error).unwrap();
    assert_eq!(receipt.secret().expose(), "secret-receipt");
    assert_eq!((receipt.done(), receipt.missing()), (&["password".to_owned()][..], vec![vec!["totp"], vec!["fingerprint"]]));
    assert_eq!(receipt.required()[0], ["password", "totp"]);
    assert_eq!(receipt.user_id(), Some("u123"));
    assert_eq!(receipt.expires().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs(), 1_800_000_300);
    for text in [format!("{error:?}"), format!("{receipt:?}"), receipt.to_string(), format!("{keystone:?}")] {
        assert!(!text.contains("secret-"), "{text}");
    }
}

#[tokio::test]
async fn a_receipt_and_the_missing_method_give_the_token_of_the_sign_in() {
    let server = Server::answering(guarded()).await;
    let keystone = Keystone::new(&session(&clock()), settings(server.url())).unwrap();
    // A call that fails for want of a method has the receipt as well.
    let error = keystone.session().fetch(&format!("{}/x", server.url()), &GET).await.unwrap_err();
    let receipt = Receipt::of(&error).unwrap();
    let wrong = keystone.go_on(receipt, []).await.unwrap_err();
    assert_eq!((wrong.kind(), Receipt::of(&wrong)), (ErrorKind::AuthFailed, None));
    let token = keystone.go_on(&Receipt::new(receipt.secret().clone()), [totp("111111")]).await.unwrap();
    assert_eq!(token.secret().expose(), "t1");
    assert_eq!(secret(&keystone).await, "t1");
    let last = server.each(Request::clone).pop().unwrap();
    let expected = json!({"auth": {"scope": {"project": {"id": "p1"}},
        "identity": {"methods": ["totp"], "totp": {"user": {"id": "u123", "passcode": "111111"}}}}});
    assert_eq!((sent(&last), last.header("openstack-auth-receipt")), (expected, Some("secret-receipt")));
}

#[tokio::test]
async fn who_is_asked_for_passcodes_is_asked_again_at_each_renewal() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Server::answering(guarded()).await;
    let settings = settings(server.url()).on_more_methods(move |receipt| {
        let n = count.fetch_add(1, Ordering::SeqCst);
        async move {
            assert_eq!(receipt.missing()[0], ["totp"]);
            tokio::task::yield_now().await;
            Ok(vec![totp(&format!("00000{n}"))])
        }
    });
    let clock = clock();
    let keystone = Keystone::new(&session(&clock), settings).unwrap();
    assert_eq!(secret(&keystone).await, "t1");
    // Refused by a service, and renewed before its end.
    assert_eq!(keystone.session().fetch(&format!("{}/x", server.url()), &GET).await.unwrap(), "fine");
    assert_eq!((secret(&keystone).await, asked.load(Ordering::SeqCst)), ("t2".to_owned(), 2));
    clock.advance(Duration::from_secs(7200 - 100));
    assert_eq!((secret(&keystone).await, asked.load(Ordering::SeqCst)), ("t3".to_owned(), 3));
    assert!(!format!("{keystone:?}").contains("secret-"));
}

#[tokio::test]
async fn who_has_no_further_method_gets_the_receipt_and_who_fails_is_heard() {
    let server = Server::answering(guarded()).await;
    let with = |settings: Settings| Keystone::new(&Session::builder().build().unwrap(), settings).unwrap();
    let nobody = with(settings(server.url()).on_more_methods(async |_| Ok(Vec::new())));
    let error = nobody.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AuthFailed);
    assert_eq!(Receipt::of(&error).unwrap().secret().expose(), "secret-receipt");
    let away = with(settings(server.url()).on_more_methods(async |_| Err(Error::new(ErrorKind::Io, "the key is not plugged in"))));
    let error = away.token().await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Io, "the key is not plugged in"));
    let wrong = with(settings(server.url()).on_more_methods(async |_| Ok(vec![totp("1"), totp("2")])));
    assert_eq!(wrong.token().await.unwrap_err().kind(), ErrorKind::AuthFailed);
}

#[tokio::test]
async fn steps_follow_each_other_as_long_as_each_brings_something_but_not_for_ever() {
    let server = Server::start([receipt("r1", &["password"]), receipt("r2", &["password", "totp"]), token("t1", 3600)]).await;
    let settings_ = settings(server.url()).on_more_methods(async |_| Ok(vec![totp("1")]));
    let keystone = Keystone::new(&Session::builder().build().unwrap(), settings_).unwrap();
    assert_eq!(secret(&keystone).await, "t1");
    assert_eq!(server.header("openstack-auth-receipt"), ["r1", "r2"]);

    let server = Server::answering(|_| receipt("r", &["password"])).await;
    let settings = settings(server.url()).on_more_methods(async |_| Ok(vec![totp("1")]));
    let keystone = Keystone::new(&Session::builder().build().unwrap(), settings).unwrap();
    let error = keystone.token().await.unwrap_err();
    assert!(Receipt::of(&error).is_some() && server.count() < 10, "{error}");
}
