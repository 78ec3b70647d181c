//! What IAM knows of projects and accounts.

use cloudimg_auth::huawei::{Iam, Signer};
use cloudimg_core::ErrorKind;
use cloudimg_core::credentials::{AkSk, StaticToken};
use serde_json::{Value, json};

use crate::server::{Reply, Server, status};
use crate::support::{SECRET, aksk, clock, session, text};

fn projects(ids: &[&str]) -> Reply {
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id, "name": "eu-de", "enabled": true})).collect();
    text(&json!({"projects": rows, "links": {"self": "https://iam.example.com/v3/projects", "next": null, "previous": null}}))
}

fn iam(server: &Server) -> Iam {
    let session = session(&clock());
    Iam::signed(&session, &Signer::new(&session, aksk("AK")), server.url()).unwrap()
}

#[tokio::test]
async fn a_project_is_found_by_name_once() {
    let server = Server::start([projects(&["p1"]), projects(&["p2"])]).await;
    let iam = iam(&server);
    assert_eq!(iam.project_id("eu-de").await.unwrap(), "p1");
    assert_eq!(iam.clone().project_id("eu-de").await.unwrap(), "p1");
    assert_eq!(iam.project_id("eu-de_sub one").await.unwrap(), "p2");
    assert_eq!(server.paths(), ["/v3/projects?name=eu-de", "/v3/projects?name=eu-de_sub%20one"]);
    assert!(server.header("authorization")[0].starts_with("SDK-HMAC-SHA256 Access=AK, "));
    for absent in ["x-project-id", "x-domain-id", "content-type"] {
        assert!(server.header(absent).is_empty(), "{absent}");
    }
}

#[tokio::test]
async fn calls_to_iam_are_for_the_account_and_plainly_signed() {
    let server = Server::start([projects(&["p"]), projects(&["p"])]).await;
    let session = session(&clock());
    let keys = AkSk::builder("AK", SECRET).domain_id("d").derived("eu-de", "ims").build().unwrap();
    let signer = Signer::new(&session, keys).for_project("q");
    Iam::signed(&session, &signer, server.url()).unwrap().project_id("eu-de").await.unwrap();
    assert_eq!(server.header("x-domain-id"), ["d"]);
    assert!(server.header("x-project-id").is_empty());
    assert!(server.header("authorization")[0].starts_with("SDK-HMAC-SHA256 "));
    let by_token = Iam::new(&session.with_credentials(StaticToken::new("T")), server.url()).unwrap();
    by_token.project_id("eu-de").await.unwrap();
    assert_eq!(server.header("x-auth-token"), ["T"]);
}

#[tokio::test]
async fn what_is_not_one_project_is_an_error_that_says_what_to_set() {
    let refused = r#"{"error": {"message": "no right", "code": 403, "title": "Forbidden"}}"#;
    let script = [projects(&[]).header("x-iam-trace-id", "trace-1"), projects(&["p1", "p2"]), status(403).body(refused)];
    let server = Server::start(script).await;
    let iam = iam(&server);
    let none = iam.project_id("eu-de").await.unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotFound);
    assert!(none.message().contains("`eu-de`") && none.message().contains("X-IAM-Trace-Id trace-1"), "{none}");
    let several = iam.project_id("eu-de").await.unwrap_err();
    assert_eq!(several.kind(), ErrorKind::Ambiguous);
    assert!(several.message().contains("p1, p2"), "{several}");
    for error in [none, several] {
        assert!(error.message().contains("HUAWEICLOUD_SDK_PROJECT_ID"), "{error}");
    }
    let refused = iam.project_id("eu-de").await.unwrap_err();
    assert_eq!((refused.kind(), refused.status()), (ErrorKind::Forbidden, Some(403)));
    assert!(refused.message().contains("`eu-de`") && refused.message().contains("no right"), "{refused}");
}

#[tokio::test]
async fn an_account_is_the_first_of_the_list() {
    let none = text(&json!({"domains": [], "links": {}}));
    let server = Server::start([text(&json!({"domains": [{"id": "d1", "name": "A"}, {"id": "d2"}], "links": {}})), none]).await;
    let iam = iam(&server);
    assert_eq!(iam.domain_id().await.unwrap(), "d1");
    let error = iam.domain_id().await.unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.message().contains("HUAWEICLOUD_SDK_DOMAIN_ID"), "{error}");
    assert_eq!(server.paths(), ["/v3/auth/domains", "/v3/auth/domains"]);
}

#[tokio::test]
async fn keys_are_shown_to_no_other_place() {
    let session = session(&clock());
    let signer = Signer::new(&session, aksk("AK"));
    let error = Iam::signed(&session, &signer, "http://iam.example.com").unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("https"), "{error}");
    // A redirect leads elsewhere without them.
    let elsewhere = Server::start([projects(&["evil"])]).await;
    let location = format!("{}/v3/projects?name=eu-de", elsewhere.url());
    let server = Server::start([status(307).header("location", &location)]).await;
    let _ = iam(&server).project_id("eu-de").await;
    assert!(elsewhere.header("authorization").is_empty() && elsewhere.header("x-security-token").is_empty());
}
