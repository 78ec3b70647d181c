//! Endpoints of settings and catalogs: which is taken, and which are refused before anything goes there.

use cloudimg::Interface;
use cloudimg_auth::Keystone;
use cloudimg_auth::config::{Access, Loader};
use cloudimg_core::{Error, ErrorKind, OperationFacts, Session, TlsOptions};
use serde_json::{Value, json};

use crate::server::{Server, ok};
use crate::tls_server::{Authority, Front};
use crate::world::{PROJECT, USER, catalog, identity, settings};

static GET: OperationFacts =
    OperationFacts { id: "get_x", method: "GET", path: "/x", success: &[200], idempotent: true, ..OperationFacts::PLAIN };

fn session() -> Session {
    Session::builder().build().unwrap()
}

#[tokio::test]
async fn placeholders_are_filled_from_the_token() {
    let identity = identity(catalog("http://unused")).await;
    let endpoint = async |url: &str| {
        let settings = settings(identity.url()).with_endpoint("image", url);
        Keystone::new(&session(), settings).unwrap().endpoint("image").await
    };
    let filled = endpoint("http://h/%(project_id)s/%(user_id)s/$(tenant_id)s").await.unwrap();
    assert_eq!(filled, format!("http://h/{PROJECT}/{USER}/{PROJECT}"));
    let signed_in = identity.count();
    assert_eq!(endpoint("http://h/v2").await.unwrap(), "http://h/v2");
    assert_eq!(identity.count(), signed_in, "a URL without placeholders needs no token");
    let error = endpoint("http://h/%(region)s").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.to_string().contains("`region` is not known"), "{error}");
    assert!(error.to_string().contains("`endpoint_override` of `image`"), "{error}");
}

fn service(name: &str, kind: &str, endpoints: &[(&str, &str, &str)]) -> Value {
    let endpoints: Vec<_> = endpoints
        .iter()
        .map(|(interface, region, url)| json!({"id": url, "interface": interface, "region": region, "region_id": region, "url": url}))
        .collect();
    json!({"id": name, "type": kind, "name": name, "endpoints": endpoints})
}

fn own(settings: &mut cloudimg::Settings) -> &mut cloudimg::ServiceSettings {
    settings.services.entry("image".into()).or_default()
}

#[tokio::test]
async fn what_is_particular_to_a_service_comes_before_what_is_for_all() {
    let identity = identity(json!([
        service(
            "glance",
            "image",
            &[("public", "One", "http://p1"), ("internal", "One", "http://i1"), ("public", "Two", "http://p2")]
        ),
        service("other", "image", &[("public", "One", "http://o1")]),
        service("mine", "my-image", &[("public", "One", "http://m1")]),
    ]))
    .await;
    let endpoint = async |change: fn(&mut cloudimg::Settings)| {
        let mut settings = settings(identity.url()).with_region("One");
        change(&mut settings);
        Keystone::new(&session(), settings).unwrap().endpoint("image").await.map_err(|error| error.to_string())
    };
    assert_eq!(endpoint(|_| ()).await.unwrap(), "http://p1");
    assert_eq!(endpoint(|all| all.interfaces = vec![Interface::Admin, Interface::Internal]).await.unwrap(), "http://i1");
    assert_eq!(endpoint(|all| all.region = Some(String::new())).await.unwrap(), "http://p1");
    assert_eq!(endpoint(|all| own(all).region = Some("Two".into())).await.unwrap(), "http://p2");
    assert_eq!(endpoint(|all| own(all).service_name = Some("other".into())).await.unwrap(), "http://o1");
    assert_eq!(endpoint(|all| own(all).service_type = Some("my-image".into())).await.unwrap(), "http://m1");
    assert_eq!(endpoint(|all| own(all).interfaces = vec![Interface::Internal]).await.unwrap(), "http://i1");
    let told = endpoint(|all| all.region = Some("one".into())).await.unwrap_err();
    assert!(told.contains("no public endpoint of the `image` service in region `one`; it has: public in One"), "{told}");
}

#[tokio::test]
async fn a_password_in_a_url_is_refused_and_not_printed() {
    let image = Server::answering(|_| ok("{}")).await;
    let with_password = image.url().replace("http://", "http://me:hush@");
    let identity = identity(catalog(&with_password)).await;
    let of_catalog = Keystone::new(&session(), settings(identity.url())).unwrap().image_endpoint().await.unwrap_err();
    let overridden = settings(identity.url()).with_endpoint("image", &with_password);
    let of_settings = Keystone::new(&session(), overridden).unwrap().image_endpoint().await.unwrap_err();
    let of_sign_in = Keystone::new(&session(), settings(&identity.url().replace("http://", "http://me:hush@"))).unwrap_err();
    for (error, place) in
        [(of_catalog, "the catalog's endpoint of `image`"), (of_settings, "`endpoint_override`"), (of_sign_in, "identity service")]
    {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(place) && error.to_string().contains("before the `@`"), "{error}");
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    }
    assert_eq!(image.count(), 0);
}

/// A sign-in over https, where the catalog has `url`.
struct Safe {
    session: Session,
    front: Front,
    identity: Server,
    _folder: tempfile::TempDir,
}

impl Safe {
    async fn new(url: &str) -> Self {
        let (authority, folder) = (Authority::new("the tests"), tempfile::tempdir().unwrap());
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, authority.pem()).unwrap();
        let identity = identity(catalog(url)).await;
        let front = Front::start(identity.url(), &authority.leaf("127.0.0.1"), None).await;
        let session = Session::builder().tls(TlsOptions::default().with_ca_file(ca)).build().unwrap();
        Self { session, front, identity, _folder: folder }
    }

    fn keystone(&self, change: impl FnOnce(cloudimg::Settings) -> cloudimg::Settings) -> Keystone {
        Keystone::new(&self.session, change(settings(self.front.url()))).unwrap()
    }
}

fn is_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Configuration);
    for part in ["plain http", "`allow_insecure_endpoints`", "http://image.example"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn no_token_goes_over_plain_http_after_an_https_sign_in() {
    let safe = Safe::new("http://image.example/v2").await;
    is_refused(&safe.keystone(|all| all).image_endpoint().await.unwrap_err());
    is_refused(&safe.keystone(|all| all.with_endpoint("image", "http://image.example/v2")).endpoint("image").await.unwrap_err());
    let allowed = safe.keystone(cloudimg::Settings::with_insecure_endpoints).image_endpoint().await.unwrap();
    assert_eq!(allowed, "http://image.example");
    // Whatever leads a call there, the session does not go: not even a token is fetched for it.
    let before = safe.identity.count();
    let session = safe.keystone(|all| all).session();
    is_refused(&session.fetch("http://image.example/x", &GET).await.unwrap_err());
    assert_eq!(safe.identity.count(), before);
}

#[test]
fn clouds_yaml_and_variables_can_allow_plain_http() {
    let allowed = |text: &str| {
        let variables = [
            ("OS_AUTH_URL", "https://id.example/v3"),
            ("OS_USERNAME", "demo"),
            ("OS_PASSWORD", "hush"),
            ("OS_PROJECT_NAME", "demo"),
            ("OS_DEFAULT_DOMAIN", "default"),
            ("OS_ALLOW_INSECURE_ENDPOINTS", text),
        ];
        match Loader::new().without_files().environment(variables).cloud(None, None)?.access()? {
            Access::Keystone(settings) => Ok(settings.allow_insecure_endpoints),
            other => panic!("{other:?}"),
        }
    };
    for (text, expected) in [("", false), ("true", true), ("Yes", true), ("0", false)] {
        assert_eq!(allowed(text).map_err(|error: Error| error.to_string()), Ok(expected), "{text}");
    }
    let error = allowed("perhaps").unwrap_err();
    assert!(error.to_string().contains("OS_ALLOW_INSECURE_ENDPOINTS must be true or false"), "{error}");
}

#[tokio::test]
async fn a_service_on_this_machine_may_be_spoken_to_plainly() {
    let image = Server::answering(|_| ok("fine")).await;
    let safe = Safe::new(&format!("{}/v2", image.url())).await;
    let keystone = safe.keystone(|all| all);
    assert_eq!(keystone.image_endpoint().await.unwrap(), image.url());
    assert_eq!(keystone.session().fetch(&format!("{}/x", image.url()), &GET).await.unwrap(), "fine");
    assert_eq!(image.header("x-auth-token").len(), 1);
}
