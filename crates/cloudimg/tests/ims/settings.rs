//! Where the service is, for whom, and what is missing.

use cloudimg::credentials::AkSk;
use cloudimg::ims::{Ims, ImsBuilder};
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};
use serde_json::json;

use crate::server::{Server, status};
use crate::support::{images, text};

#[test]
fn what_is_missing_is_named() {
    let keys = || AkSk::builder("access", "secret").build().unwrap();
    let cases: [(ImsBuilder, &str); 6] = [
        (Ims::builder().token("t").project_id("p"), "`region` is missing"),
        (Ims::builder().region("eu-de").project_id("p"), "`keys` is missing"),
        (Ims::builder().region("eu-de").token("t"), "`project_id` is missing"),
        (Ims::builder().endpoint("http://127.0.0.1:1").keys(keys()), "`project_id` is missing"),
        (Ims::builder().endpoint("http://127.0.0.1:1").keys(keys()).project_name("p"), "`project_id` is missing"),
        (Ims::builder().endpoint("nowhere").token("t").project_id("p"), "`endpoint` is `nowhere`"),
    ];
    for (builder, part) in cases {
        let error = builder.build().unwrap_err();
        assert!(error.kind() == ErrorKind::Configuration && error.message().contains(part), "{part}: {error}");
    }
    assert!(Ims::builder().region("eu-de").keys(AkSk::builder("a", "s").project_id("p").build().unwrap()).build().is_ok());
}

#[tokio::test]
async fn keys_sign_each_call() {
    let server = Server::start([images(json!([]))]).await;
    let keys = AkSk::builder("access", "secret").project_id("p").build().unwrap();
    let ims = Ims::builder().endpoint(format!("{}/v2/", server.url())).keys(keys).build().unwrap();
    ims.images().list().collect().await.unwrap();
    assert!(server.header("authorization")[0].starts_with("SDK-HMAC-SHA256 Access=access, "));
    assert_eq!(server.header("x-project-id"), ["p"]);
    assert_eq!(server.paths(), ["/v2/cloudimages"]);
}

fn cloud(server: &Server, scope: Scope) -> Cloud {
    let user = User::Name { name: "u".to_owned(), domain: Some(Named::Id("default".to_owned())) };
    let settings = Settings::new(format!("{}/v3", server.url()), user, "secret", scope).with_region("eu-de");
    Cloud::builder(settings).build().unwrap()
}

fn token(project: bool, catalog: serde_json::Value) -> crate::server::Reply {
    let mut token = json!({"expires_at": "2099-01-01T00:00:00Z", "catalog": catalog});
    if project {
        token["project"] = json!({"id": "p", "name": "p"});
    }
    status(201).header("x-subject-token", "T").body(&json!({"token": token}).to_string())
}

#[tokio::test]
async fn a_cloud_finds_the_service_in_its_catalog_and_calls_it_with_its_token() {
    let service = Server::start([images(json!([])), text(&json!({"tags": []}))]).await;
    let catalog = json!([{"type": "image", "endpoints": [{"interface": "public", "region_id": "eu-de", "url": format!("{}/v2", service.url())}]}]);
    let identity = Server::start([token(true, catalog)]).await;
    let ims = cloud(&identity, Scope::ProjectId("p".to_owned())).ims();
    ims.images().list().collect().await.unwrap();
    ims.tags().list().await.unwrap();
    assert_eq!(service.header("x-auth-token"), ["T", "T"]);
    assert_eq!(service.paths(), ["/v2/cloudimages", "/v2/p/images/tags"]);
}

#[tokio::test]
async fn without_a_project_nothing_is_sent_to_the_service() {
    let identity = Server::start([token(false, json!([]))]).await;
    let error = cloud(&identity, Scope::Unscoped).ims().images().list().collect().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("`project_id`"), "{error}");
    assert_eq!(identity.count(), 0);
    let error = cloud(&identity, Scope::Default).ims().images().list().collect().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("`project_id`"), "{error}");
    assert_eq!(identity.count(), 1);
}

#[tokio::test]
async fn a_catalog_without_the_service_is_said() {
    let identity = Server::start([token(true, json!([{"type": "compute", "endpoints": []}]))]).await;
    let error = cloud(&identity, Scope::ProjectId("p".to_owned())).ims().quota().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("`image`"), "{error}");
}
