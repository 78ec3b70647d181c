//! Where the service is, and by whom it is called.

use cloudimg::vmp::Vmp;
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};

use crate::server::Server;
use crate::support::{clock, images, vmp};

#[tokio::test]
async fn each_call_is_signed_as_json() {
    let server = Server::answering(|_| images(&[])).await;
    vmp(&server, &clock()).images().list().collect().await.unwrap();
    assert!(server.header("authorization")[0].starts_with("CNC-HMAC-SHA256 Credential=access, SignedHeaders=content-type;host, "));
    assert_eq!(server.header("content-type"), ["application/json"]);
    assert_eq!(server.header("accept"), ["application/json"]);
    assert_eq!(server.header("x-cnc-accesskey"), ["access"]);
    assert_eq!(server.header("x-cnc-auth-method"), ["AKSK"]);
    assert_eq!(server.header("x-cnc-timestamp"), ["1767323045"]);
}

#[tokio::test]
async fn a_cloud_of_keystone_says_what_leads_to_the_service() {
    let user = User::Name { name: "u".to_owned(), domain: Some(Named::Id("default".to_owned())) };
    let identity = Server::start([]).await;
    let settings = Settings::new(format!("{}/v3", identity.url()), user, "secret", Scope::ProjectId("p".to_owned()));
    let images = Cloud::builder(settings).build().unwrap().vmp().images();
    let errors = [
        images.list().collect().await.unwrap_err(),
        images.get("i").await.unwrap_err(),
        images.create_from_instance("a", "b").await.unwrap_err(),
        images.preheat("i", ["a"]).await.unwrap_err(),
        images.remove("i").await.unwrap_err(),
        images.attach("i").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        for part in ["CDNETWORKS_ACCESS_KEY", "CDNETWORKS_SECRET_KEY", "`auth_type: cnc`"] {
            assert!(error.message().contains(part), "{error}");
        }
    }
    assert_eq!(identity.count(), 0);
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    for (builder, part) in [
        (Vmp::builder(), "`keys` is missing"),
        (Vmp::builder().endpoint("api.cdnetworks.com"), "write `https://api.cdnetworks.com`"),
    ] {
        let error = builder.build().unwrap_err();
        assert!(error.kind() == ErrorKind::Configuration && error.message().contains(part), "{error}");
    }
}
