//! Keys for some hours: by agency, by token, by identity provider; and tokens by agency.

use std::io::Write as _;
use std::time::Duration;

use cloudimg_auth::huawei::{Agency, Iam, IdToken, Link, OidcAgency, Origin, Signer, TokenSource};
use cloudimg_auth::{Flavour, Keystone, Method, Named, Scope, Settings};
use cloudimg_core::credentials::StaticToken;
use cloudimg_core::{ErrorKind, Secret};
use serde_json::{Value, json};

use crate::server::{Server, status};
use crate::support::{HOUR, access_of, aksk, at, call, chain, clock, session, temporary, text};

fn bodies(server: &Server) -> Vec<Value> {
    server.bodies().iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
}

fn account() -> Named {
    Named::Name("Lender".to_owned())
}

#[tokio::test]
async fn keys_of_an_agency_are_renewed_with_the_keys_of_who_takes_it_up() {
    let clock = clock();
    let iam_server = Server::start([temporary("T1", &at(&clock, HOUR)), temporary("T2", &at(&clock, 2 * HOUR))]).await;
    let service = Server::start([status(200), status(200)]).await;
    let session = session(&clock);
    let iam = Iam::signed(&session, &Signer::new(&session, aksk("OWN")), iam_server.url()).unwrap();
    let agency = Agency::new(account(), "images").with_duration(HOUR).with_session_name("nightly");
    let signer = agency.signer(&session, &iam).for_project("p");
    call(&session, signer.clone(), &service).await.unwrap();
    clock.advance(HOUR);
    call(&session, signer.clone(), &service).await.unwrap();
    let signed: Vec<_> = service.header("authorization").iter().map(|text| access_of(text).to_owned()).collect();
    assert_eq!(
        (signed, service.header("x-security-token")),
        (vec!["T1".into(), "T2".into()], vec!["token-of-T1".into(), "token-of-T2".into()])
    );
    assert!(iam_server.header("authorization").iter().all(|text| access_of(text) == "OWN"));
    let role =
        json!({"domain_name": "Lender", "agency_name": "images", "duration_seconds": 3600, "session_user": {"name": "nightly"}});
    let body = json!({"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}});
    assert_eq!(bodies(&iam_server), [body.clone(), body]);
    assert_eq!(signer.keys().await.unwrap().origin(), &Origin::Agency("images".to_owned()));
}

#[tokio::test]
async fn keys_by_token_are_of_that_token_or_of_the_caller() {
    let clock = clock();
    let server = Server::start([temporary("T1", &at(&clock, HOUR)), temporary("T2", &at(&clock, HOUR)), status(401)]).await;
    let session = session(&clock);
    let iam = Iam::new(&session.with_credentials(StaticToken::new("mine")), server.url()).unwrap();
    let keys = iam.token_keys(Some(&Secret::from("other")), Some(Duration::from_secs(900))).await.unwrap();
    assert_eq!((keys.access_key(), keys.origin()), ("T1", &Origin::Token));
    assert_eq!(iam.token_signer(None, None).keys().await.unwrap().access_key(), "T2");
    let token = |member: Value| json!({"auth": {"identity": member}});
    let expected = [
        token(json!({"methods": ["token"], "token": {"id": "other", "duration_seconds": 900}})),
        token(json!({"methods": ["token"]})),
    ];
    assert_eq!(bodies(&server), expected);
    assert_eq!(server.header("x-auth-token"), ["mine", "mine"]);
    assert_eq!(iam.token_keys(None, None).await.unwrap_err().kind(), ErrorKind::AuthFailed);
}

#[tokio::test]
async fn the_token_of_an_identity_provider_is_read_anew_for_each_renewal() {
    let clock = clock();
    let token = |text: &str| status(201).header("x-subject-token", text).body(r#"{"token": {"methods": ["mapped"]}}"#);
    let script = [token("S1"), temporary("T1", &at(&clock, HOUR)), token("S2"), temporary("T2", &at(&clock, 3 * HOUR))];
    let server = Server::start(script).await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b" jwt-1\n").unwrap();
    let path = file.path().to_str().unwrap();
    let variables = [
        ("HUAWEICLOUD_SDK_IDP_ID", "my-idp"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", path),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", server.url()),
        // The provider wins over keys.
        ("HUAWEICLOUD_SDK_AK", "AK"),
        ("HUAWEICLOUD_SDK_SK", "sk"),
    ];
    let signer = chain([Link::Environment], &variables).signer(&session(&clock));
    assert_eq!(signer.keys().await.unwrap().access_key(), "T1");
    std::fs::write(file.path(), "jwt-2").unwrap();
    clock.advance(HOUR);
    let keys = signer.keys().await.unwrap();
    assert_eq!((keys.access_key(), keys.origin()), ("T2", &Origin::IdentityProvider("my-idp".to_owned())));
    let (federation, keys) = ("/v3.0/OS-AUTH/id-token/tokens", "/v3.0/OS-CREDENTIAL/securitytokens");
    assert_eq!(server.paths(), [federation, keys, federation, keys]);
    assert_eq!(server.header("x-idp-id"), ["my-idp", "my-idp"]);
    let sent = bodies(&server);
    assert_eq!(sent[2], json!({"auth": {"id_token": {"id": "jwt-2"}}}));
    let by_token = json!({"methods": ["token"], "token": {"id": "S2", "duration_seconds": 21600}});
    assert_eq!(sent[3], json!({"auth": {"identity": by_token}}));
    assert!(server.header("authorization").is_empty() && server.header("x-auth-token").is_empty());
}

#[tokio::test]
async fn a_token_file_that_is_not_there_is_named() {
    let session = session(&clock());
    let token = IdToken::new("idp", TokenSource::File("/nowhere/token".into()));
    let error = token.signer(&session, "https://iam.example.com").unwrap().keys().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("/nowhere/token"), "{error}");
    let token = IdToken::new("idp", TokenSource::Text("t".into()));
    assert!(token.signer(&session, "http://iam.example.com").is_err());
}

#[tokio::test]
async fn the_security_token_service_is_asked_as_the_environment_says() {
    let clock = clock();
    let key = json!({"access_key_id": "T", "secret_access_key": "s", "security_token": "t", "expiration": at(&clock, HOUR)});
    let server = Server::start([text(&json!({"credentials": key}))]).await;
    let variables = [
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "urn:p"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "urn:a"),
        ("HUAWEICLOUD_OIDC_ID_TOKEN", "jwt"),
        ("HUAWEICLOUD_OIDC_SESSION_NAME", "night"),
        ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "1800"),
        ("HUAWEICLOUD_OIDC_POLICY", "{}"),
        ("HUAWEICLOUD_OIDC_POLICY_IDS", "x, y,"),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", server.url()),
        ("HUAWEICLOUD_SDK_IDP_ID", "not asked"),
    ];
    let signer = chain([Link::Environment], &variables).signer(&session(&clock));
    assert_eq!(signer.keys().await.unwrap().access_key(), "T");
    assert_eq!(server.paths(), ["/v5/agencies/assume-with-oidc"]);
    let body = json!({"provider_urn": "urn:p", "agency_urn": "urn:a", "agency_session_name": "night", "id_token": "jwt",
        "duration_seconds": 1800, "policy": "{}", "policy_ids": ["x", "y"]});
    assert_eq!(bodies(&server), [body]);
    let wrong = [variables[0], variables[1], variables[2], ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "an hour")];
    let error = chain([Link::Environment], &wrong).signer(&session(&clock)).keys().await.unwrap_err();
    assert!(error.message().contains("HUAWEICLOUD_OIDC_DURATION_SECONDS is `an hour`"), "{error}");
    let agency = OidcAgency::new("p", "a", TokenSource::Text("t".into()));
    assert!(!format!("{agency:?}").contains("\"t\""));
}

#[tokio::test]
async fn a_token_by_agency_is_asked_for_by_signature_or_token() {
    let session = session(&clock());
    let signed = status(201).header("x-subject-token", "A").body(r#"{"token": {"expires_at": "2999-01-01T00:00:00Z"}}"#);
    let server = Server::start([signed.clone(), signed]).await;
    let settings = || {
        let method = Method::AssumeRole { domain: account(), agency: "images".to_owned() };
        let scope = Scope::Project { name: "eu-de".to_owned(), domain: None };
        Settings::with_methods(format!("{}/v3", server.url()), [method], scope).with_flavour(Flavour::Huawei)
    };
    let signer = Signer::new(&session, aksk("OWN")).for_account();
    let keystone = Keystone::signed(&session, settings(), signer).unwrap();
    assert_eq!(keystone.token().await.unwrap().secret().expose(), "A");
    let keystone = Keystone::signed(&session, settings(), StaticToken::new("delegated")).unwrap();
    keystone.token().await.unwrap();
    assert_eq!(access_of(&server.header("authorization")[0]), "OWN");
    assert_eq!((server.header("authorization").len(), server.header("x-auth-token")), (1, vec!["delegated".to_owned()]));
    let role = json!({"domain_name": "Lender", "agency_name": "images"});
    let auth = json!({"identity": {"methods": ["assume_role"], "assume_role": role}, "scope": {"project": {"name": "eu-de"}}});
    assert_eq!(bodies(&server), [json!({"auth": auth}), json!({"auth": auth})]);
}
