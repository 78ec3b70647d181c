//! Keys from wherever they are, and the project that belongs to them: on servers that say what a test wants, and on the sandbox.

use std::time::{Duration, SystemTime};

use cloudimg::clock::ManualClock;
use cloudimg::credentials::AkSk;
use cloudimg::huawei::{Agency, Chain, Iam, IdToken, Link, OidcAgency, Origin, Signer, TokenSource};
use cloudimg::ims::{CreateImageFromServer, Ims, ImsBuilder};
use cloudimg::{ErrorKind, Flavour, Method, Named, Scope, Settings};
use cloudimg_auth::Keystone;
use cloudimg_core::Session;
use cloudimg_sandbox::{Clock, Sandbox};
use serde_json::json;

use crate::server::{Reply, Server, status};
use crate::support::{images, text};

const START: u64 = 1_700_000_000;
const MINUTE: Duration = Duration::from_secs(60);
const SOMETHING: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";

fn projects(ids: &[&str]) -> Reply {
    text(&json!({"projects": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(), "links": {}}))
}

fn chain(variables: &[(&str, &str)]) -> Chain {
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let get = move |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    Chain::new().with_variables(get).with_metadata_endpoint("http://127.0.0.1:1")
}

fn keys() -> AkSk {
    AkSk::builder("access", "secret").build().unwrap()
}

#[tokio::test]
async fn the_project_of_the_region_is_looked_up_once_at_the_first_call() {
    let (iam, service) = (Server::start([projects(&["p"])]).await, Server::answering(|_| images(json!([]))).await);
    let ims = Ims::builder().region("eu-de").endpoint(service.url()).iam_endpoint(iam.url()).keys(keys()).build().unwrap();
    assert_eq!(iam.count() + service.count(), 0);
    let calls = (0..1000).map(|_| ims.project_id());
    assert!(futures::future::join_all(calls).await.into_iter().all(|id| id.unwrap() == "p"));
    ims.images().list().collect().await.unwrap();
    assert_eq!(iam.paths(), ["/v3/projects?name=eu-de"]);
    assert_eq!(service.header("x-project-id"), ["p"]);
    assert!(iam.header("authorization")[0].starts_with("SDK-HMAC-SHA256 Access=access, "));
}

#[tokio::test]
async fn a_project_below_that_of_the_region_goes_by_its_name() {
    let iam = Server::start([projects(&["sub"])]).await;
    let keys = AkSk::builder("access", "secret").project_id("main").build().unwrap();
    let builder = Ims::builder().region("eu-de").iam_endpoint(iam.url()).keys(keys);
    assert_eq!(builder.project_name("eu-de_images").build().unwrap().project_id().await.unwrap(), "sub");
    assert_eq!(iam.paths(), ["/v3/projects?name=eu-de_images"]);
}

#[tokio::test]
async fn a_look_up_that_fails_names_the_remedy_and_is_tried_again() {
    let iam = Server::start([projects(&[]), projects(&["p", "q"]), status(403), projects(&["p"])]).await;
    let ims = Ims::builder().region("eu-de").iam_endpoint(iam.url()).keys(keys()).build().unwrap();
    for kind in [ErrorKind::NotFound, ErrorKind::Ambiguous, ErrorKind::Forbidden] {
        let error = ims.images().list().collect().await.unwrap_err();
        assert!(error.kind() == kind && error.message().contains("`eu-de`"), "{error}");
    }
    assert_eq!(ims.project_id().await.unwrap(), "p");
}

#[tokio::test]
async fn keys_go_to_no_iam_without_tls() {
    let ims = Ims::builder().region("eu-de").iam_endpoint("http://iam.example.com").keys(keys()).build().unwrap();
    let error = ims.project_id().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("https"), "{error}");
}

#[tokio::test]
async fn the_environment_says_where_and_who() {
    let missing = ImsBuilder::from_chain(chain(&[])).unwrap_err();
    assert!(missing.message().starts_with("`HUAWEICLOUD_SDK_REGION` is missing"), "{missing}");
    let service = Server::start([images(json!([]))]).await;
    let endpoints = format!("{}/v2, https://second.example.com", service.url());
    let variables = [
        ("HUAWEICLOUD_SDK_REGION", "eu-de"),
        ("HUAWEICLOUD_SDK_REGION_IMS_EU_DE", endpoints.as_str()),
        ("HUAWEICLOUD_SDK_AK", "ENV"),
        ("HUAWEICLOUD_SDK_SK", "secret"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
    ];
    let ims = ImsBuilder::from_chain(chain(&variables)).unwrap().build().unwrap();
    ims.images().list().collect().await.unwrap();
    assert_eq!(service.header("x-project-id"), ["p"]);
    let none = ImsBuilder::from_chain(chain(&variables[..2])).unwrap().build().unwrap();
    let error = none.images().list().collect().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().starts_with("no access key was found"), "{error}");
}

#[tokio::test]
async fn region_and_keys_are_all_it_takes() {
    let sandbox = Sandbox::start().await.unwrap();
    let (access, secret) = sandbox.access_key("demo").unwrap();
    let (ims_url, auth_url) = (sandbox.ims_url(), sandbox.auth_url());
    let variables = [
        ("HUAWEICLOUD_SDK_REGION", "RegionOne"),
        ("HUAWEICLOUD_SDK_REGION_IMS_REGIONONE", ims_url.as_str()),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", auth_url.as_str()),
        ("HUAWEICLOUD_SDK_AK", access),
        ("HUAWEICLOUD_SDK_SK", secret),
    ];
    let ims = ImsBuilder::from_chain(chain(&variables)).unwrap().build().unwrap();
    let rhythm = {
        let mut rhythm = cloudimg::poller::Rhythm::default();
        rhythm.first = Duration::from_millis(5);
        rhythm
    };
    let ims = ims.with_rhythm(rhythm);
    let job = ims.images().create_from_server(CreateImageFromServer::new("golden", SOMETHING)).await.unwrap();
    let id = job.await.unwrap();
    let listed = ims.images().list().collect().await.unwrap();
    assert!(listed.iter().any(|image| image.id == id));
    assert_eq!(Some(ims.project_id().await.unwrap().as_str()), sandbox.project_id("demo"));
    sandbox.stop().await;
}

/// A sandbox, and a clock of ours, that stand at the same time.
async fn with_metadata(life: Duration) -> (Sandbox, ManualClock) {
    let now = jiff_of(START);
    let sandbox = Sandbox::builder().clock(now).metadata("demo", life).metadata_needs_token().start().await.unwrap();
    (sandbox, ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(START)))
}

fn jiff_of(seconds: u64) -> Clock {
    Clock::manual(jiff::Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap())
}

fn on_machine(sandbox: &Sandbox, clock: &ManualClock) -> ImsBuilder {
    let chain = Chain::of([Link::Metadata]).with_metadata_endpoint(sandbox.metadata_url().unwrap());
    let builder = Ims::builder().region("RegionOne").endpoint(sandbox.ims_url()).iam_endpoint(sandbox.auth_url());
    builder.clock(clock.clone()).chain(chain)
}

#[tokio::test]
async fn keys_of_a_machine_are_renewed_as_they_end() {
    let (sandbox, clock) = with_metadata(60 * MINUTE).await;
    let ims = on_machine(&sandbox, &clock).build().unwrap();
    ims.images().list().collect().await.unwrap();
    for _ in 0..5 {
        clock.advance(45 * MINUTE);
        sandbox.clock().advance(45 * MINUTE);
        ims.images().list().collect().await.unwrap();
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn keys_that_end_for_the_service_alone_are_renewed_as_well() {
    let (sandbox, clock) = with_metadata(10 * MINUTE).await;
    let ims = on_machine(&sandbox, &clock).build().unwrap();
    ims.images().list().collect().await.unwrap();
    // Within what clocks may differ: to us the keys are good, to the service they are over.
    sandbox.clock().advance(11 * MINUTE);
    ims.images().list().collect().await.unwrap();
    sandbox.stop().await;
}

#[tokio::test]
async fn an_agency_and_identity_providers_give_keys_that_work() {
    let builder = Sandbox::builder().agency("images", "other").id_token("idp", "jwt", "demo");
    let sandbox = builder.start().await.unwrap();
    let (access, secret) = sandbox.access_key("demo").unwrap();
    let session = Session::builder().build().unwrap();
    let own = Signer::new(&session, AkSk::builder(access, secret).build().unwrap());
    let iam = Iam::signed(&session, &own, &sandbox.auth_url()).unwrap();
    let account = || Named::Name("Default".to_owned());
    let jwt = || TokenSource::Text("jwt".into());
    let signers = [
        (Agency::new(account(), "images").signer(&session, &iam), "other", Origin::Agency("images".to_owned())),
        (
            IdToken::new("idp", jwt()).signer(&session, &sandbox.auth_url()).unwrap(),
            "demo",
            Origin::IdentityProvider("idp".to_owned()),
        ),
        (
            OidcAgency::new("idp", "images", jwt()).signer(&session, &sandbox.auth_url()).unwrap(),
            "other",
            Origin::IdentityProvider("idp".to_owned()),
        ),
        (iam.token_signer(None, None), "demo", Origin::Token),
    ];
    for (signer, user, origin) in signers {
        let project = Iam::signed(&session, &signer, &sandbox.auth_url()).unwrap().project_id("RegionOne").await.unwrap();
        assert_eq!(Some(project.as_str()), sandbox.project_id(user), "{origin}");
        assert_eq!(signer.keys().await.unwrap().origin(), &origin);
        let ims = Ims::builder().endpoint(sandbox.ims_url()).credentials(signer.for_project(&project)).project_id(&project);
        ims.build().unwrap().images().list().collect().await.unwrap();
    }
    assert_eq!(iam.domain_id().await.unwrap(), "default");

    let method = Method::AssumeRole { domain: account(), agency: "images".to_owned() };
    let scope = Scope::Project { name: "RegionOne".to_owned(), domain: None };
    let settings = Settings::with_methods(sandbox.auth_url(), [method], scope).with_flavour(Flavour::Huawei);
    let keystone = Keystone::signed(&session, settings, own.for_account()).unwrap();
    assert_eq!(keystone.token().await.unwrap().project_id(), sandbox.project_id("other"));
    let project = sandbox.project_id("other").unwrap();
    let ims = Ims::builder().endpoint(sandbox.ims_url()).credentials(keystone).project_id(project).build().unwrap();
    ims.images().list().collect().await.unwrap();

    let stranger = Agency::new(account(), "unknown").signer(&session, &iam).keys().await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::NotFound);
    sandbox.stop().await;
}

#[test]
fn what_is_built_shows_no_secret() {
    let keys = AkSk::builder("access", "hidden-word").build().unwrap();
    let builder = Ims::builder().region("eu-de").keys(keys);
    assert!(!format!("{builder:?}").contains("hidden-word"));
    assert!(!format!("{:?}", builder.build().unwrap()).contains("hidden-word"));
}
