//! Ways to sign in that a fresh Keystone is not set up for, on the sandbox.

use std::time::Duration;

use cloudimg::{Cloud, ErrorKind, Method, Named, Scope, Settings, User};
use cloudimg_auth::{Keystone, Receipt};
use cloudimg_core::Session;
use cloudimg_sandbox::{Clock, Sandbox};

fn user(name: &str) -> User {
    User::Name { name: name.into(), domain: Some(Named::Id("default".into())) }
}

fn settings(sandbox: &Sandbox, name: &str, scope: Scope) -> Settings {
    Settings::new(sandbox.auth_url(), user(name), sandbox.password(), scope)
}

fn project(name: &str) -> Scope {
    Scope::Project { name: name.into(), domain: Some(Named::Name("Default".into())) }
}

fn keystone(settings: Settings) -> Keystone {
    Keystone::new(&Session::builder().build().unwrap(), settings).unwrap()
}

/// What becomes of a sign-in, seen from the image service.
async fn lists_images(settings: Settings) -> cloudimg::Result<usize> {
    Ok(Cloud::builder(settings).build()?.images().list().collect().await?.len())
}

#[tokio::test]
async fn a_passcode_signs_in_alone_and_beside_a_password() {
    let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
    let sandbox = Sandbox::builder().clock(clock.clone()).start().await.unwrap();
    let totp = |passcode: &str| Method::Totp { user: user("demo"), passcode: passcode.into() };
    let with = |methods: Vec<Method>| Settings::with_methods(sandbox.auth_url(), methods, project("demo"));
    let error = keystone(with(vec![totp("123456")])).token().await.unwrap_err();
    assert!(error.kind() == ErrorKind::AuthFailed && error.message().contains("unsupported method"), "{error}");

    let passcode = sandbox.users().passcode("demo").unwrap();
    assert_eq!(lists_images(with(vec![totp(&passcode)])).await.unwrap(), 0);
    // It works once.
    assert_eq!(keystone(with(vec![totp(&passcode)])).token().await.unwrap_err().kind(), ErrorKind::AuthFailed);

    sandbox.users().require_methods("demo", &[&["password", "totp"]]);
    let password = Method::Password { user: user("demo"), password: sandbox.password().into() };
    clock.advance(Duration::from_secs(30));
    let passcode = sandbox.users().passcode("demo").unwrap();
    assert_eq!(lists_images(with(vec![password, totp(&passcode)])).await.unwrap(), 0);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_second_factor_is_asked_for_at_each_sign_in() {
    let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
    let sandbox = std::sync::Arc::new(Sandbox::builder().clock(clock.clone()).start().await.unwrap());
    sandbox.users().require_methods("demo", &[&["password", "totp"], &["password", "token"]]);
    let lone = keystone(settings(&sandbox, "demo", project("demo")));
    let error = lone.token().await.unwrap_err();
    let receipt = Receipt::of(&error).unwrap();
    assert_eq!((receipt.done(), receipt.missing()), (&["password".to_owned()][..], vec![vec!["totp"], vec!["token"]]));
    assert_eq!(receipt.user_id(), sandbox.user_id("demo"));
    let passcode = || Method::Totp { user: user("demo"), passcode: sandbox.users().passcode("demo").unwrap().into() };
    let first = lone.go_on(receipt, [passcode()]).await.unwrap();
    assert_eq!(first.project_id(), sandbox.project_id("demo"));
    // A receipt is one person's, and lasts for minutes only.
    let stranger = Method::Password { user: user("other"), password: sandbox.password().into() };
    assert_eq!(lone.go_on(receipt, [stranger]).await.unwrap_err().kind(), ErrorKind::AuthFailed);
    clock.advance(Duration::from_secs(301));
    assert_eq!(lone.go_on(receipt, [passcode()]).await.unwrap_err().kind(), ErrorKind::AuthFailed);

    let device = std::sync::Arc::clone(&sandbox);
    let asking = settings(&sandbox, "demo", project("demo")).on_more_methods(move |_| {
        let passcode = device.users().passcode("demo").unwrap();
        async move { Ok(vec![Method::Totp { user: user("demo"), passcode: passcode.into() }]) }
    });
    clock.advance(Duration::from_secs(60));
    let cloud = Cloud::builder(asking).build().unwrap();
    assert!(cloud.images().list().collect().await.unwrap().is_empty());
    sandbox.revoke_all_tokens();
    clock.advance(Duration::from_secs(60));
    assert!(cloud.images().list().collect().await.unwrap().is_empty());
    sandbox.users().require_methods("demo", &[]);
    lists_images(settings(&sandbox, "demo", project("demo"))).await.unwrap();
}

#[tokio::test]
async fn a_trust_lends_the_roles_of_another_user() {
    let sandbox = Sandbox::start().await.unwrap();
    let trust = Scope::Trust(sandbox.users().lend("demo", "other").unwrap());
    let token = keystone(settings(&sandbox, "other", trust.clone())).token().await.unwrap();
    assert_eq!((token.project_id(), token.user_id()), (sandbox.project_id("demo"), sandbox.user_id("other")));
    assert_eq!(lists_images(settings(&sandbox, "other", trust.clone())).await.unwrap(), 0);
    for who in ["viewer", "demo"] {
        assert_eq!(keystone(settings(&sandbox, who, trust.clone())).token().await.unwrap_err().kind(), ErrorKind::AuthFailed);
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_domain_and_the_system_are_scopes_of_their_administrators() {
    let sandbox = Sandbox::start().await.unwrap();
    let domain = || Scope::Domain(Named::Name("Default".into()));
    let sign_in = |who: &str, scope| keystone(settings(&sandbox, who, scope));
    assert_eq!(sign_in("admin", domain()).token().await.unwrap_err().kind(), ErrorKind::AuthFailed);
    sandbox.users().administers_domain("admin");
    for scope in [domain(), Scope::Domain(Named::Id("default".into())), Scope::System] {
        let token = sign_in("admin", scope.clone()).token().await.unwrap();
        assert!(token.project_id().is_none() && !token.catalog().services().is_empty(), "{scope:?}");
        assert_eq!(sign_in("demo", scope).token().await.unwrap_err().kind(), ErrorKind::AuthFailed);
    }
    sandbox.stop().await;
}
