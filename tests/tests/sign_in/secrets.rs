//! Nothing that proves who somebody is gets into a log.

use std::collections::BTreeMap;

use cloudimg_auth::huawei::{Agency, Chain, Iam, Link};
use cloudimg_auth::{ApplicationCredential, Domain, Flavour, Keystone, Method, OptionValue, Scope, Settings, TokenCache, sign_in};
use cloudimg_core::Session;
use cloudimg_tests::listen;

use crate::server::{Server, status};
use crate::support::{demo, token};

fn every_method() -> Vec<Method> {
    vec![
        Method::Password { user: demo(), password: "secret-password".into() },
        Method::Token("secret-token".into()),
        Method::ApplicationCredential {
            credential: ApplicationCredential::Name { name: "mine".into(), user: demo() },
            secret: "secret-credential".into(),
        },
        Method::Totp { user: demo(), passcode: "secret-passcode".into() },
        Method::AssumeRole { domain: Domain::Name("Account".into()), agency: "agency".into() },
    ]
}

#[tokio::test]
async fn keys_that_are_found_and_renewed_are_told_by_name_alone() {
    listen::text();
    let keys = |name: &str| {
        let expires = "2999-01-01T00:00:00Z";
        serde_json::json!({"credential": {"access": name, "secret": "secret-key", "securitytoken": "secret-sts", "expires_at": expires}})
    };
    let metadata = Server::start([status(200).body("secret-meta"), status(200).body(&keys("MACHINE").to_string())]).await;
    let iam = Server::start([status(201).body(&keys("AGENT").to_string()), status(201).body("secret-nonsense")]).await;
    let session = Session::builder().retry(cloudimg_core::retry::Never).build().unwrap();
    let chain = Chain::of([Link::Metadata]).with_metadata_endpoint(metadata.url());
    let machine = chain.signer(&session);
    let iam_client = Iam::signed(&session, &machine, iam.url()).unwrap();
    let agency = || Agency::new(Domain::Name("Account".into()), "agency");
    let signer = agency().signer(&session, &iam_client);
    let found = signer.keys().await.unwrap();
    assert_eq!(iam.header("x-security-token"), ["secret-sts"]);
    let mut printed = vec![format!("{signer:?} {machine:?} {found:?} {iam_client:?}")];
    printed.push(iam_client.agency_keys(&agency()).await.unwrap_err().to_string());
    printed.push(listen::heard());
    assert!(printed.iter().all(|text| !text.contains("secret-")), "{printed:?}");
    assert!(printed.last().unwrap().contains("AGENT"), "nothing was listened to");
}

#[tokio::test]
async fn no_secret_is_printed_or_told_at_any_level() {
    listen::text();
    let server = Server::start([
        status(401).header("openstack-auth-receipt", "secret-receipt").body("{}"),
        token("secret-issued", 3600),
        // Keystone's validator prints what it was sent.
        status(400)
            .body(r#"{"error": {"message": "Failed validating: {'password': 'secret-password'}, secret-token", "code": 400}}"#),
        status(401).header("openstack-auth-receipt", "secret-receipt").body("{}"),
        status(401).body(r#"{"error": {"message": "Could not find auth receipt: secret-receipt.", "code": 401}}"#),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::with_methods(server.url(), every_method(), Scope::ProjectId("p1".into()))
        .with_token_cache(TokenCache::new(folder.path().join("tokens")))
        .on_more_methods(async |_| Ok(vec![Method::Totp { user: demo(), passcode: "secret-second".into() }]));
    let mut printed = vec![format!("{settings:?}")];
    let keystone = Keystone::new(&Session::builder().build().unwrap(), settings).unwrap();
    let token = keystone.token().await.unwrap();
    printed.push(format!("{keystone:?} {:?} {token:?}", keystone.session()));
    let sent = String::from_utf8(server.bodies().concat()).unwrap();
    for secret in ["secret-password", "secret-token", "secret-credential", "secret-passcode", "secret-second"] {
        assert!(sent.contains(secret), "{secret} is not even sent");
    }
    assert_eq!(server.header("openstack-auth-receipt"), ["secret-receipt"]);
    let mut anew = keystone.settings().clone();
    anew.token_cache = None;
    let anew = Keystone::new(&Session::builder().build().unwrap(), anew).unwrap();
    for words in ["Failed validating", "Could not find auth receipt: ***."] {
        let error = anew.token().await.unwrap_err();
        printed.push(format!("{error} {error:?}"));
        assert!(error.message().contains(words), "{error}");
    }
    let options: BTreeMap<_, _> = [("username", "u"), ("user_domain_id", "default"), ("password", "secret-option")]
        .map(|(n, v)| (n.to_owned(), v.into()))
        .into();
    printed.push(format!("{options:?} {:?}", sign_in("v3password", &options, Flavour::OpenStack).unwrap()));
    let broken: BTreeMap<_, OptionValue> = [("password".to_owned(), "secret-option".into())].into();
    printed.push(sign_in("v3password", &broken, Flavour::OpenStack).unwrap_err().to_string());
    printed.push(listen::heard());
    assert!(printed.last().unwrap().contains("signed in"), "nothing was listened to");
    for text in printed {
        assert!(!text.contains("secret-"), "{text}");
    }
}
