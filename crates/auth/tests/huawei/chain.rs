//! Where keys are looked for, in which order, and what is said if there are none.

use std::path::Path;

use cloudimg_auth::huawei::{Chain, Link, Origin, Signer};
use cloudimg_core::ErrorKind;
use cloudimg_core::credentials::AkSk;

use crate::server::{Server, ok, status};
use crate::support::{HOUR, SECRET, access_of, aksk, at, call, chain, clock, keys, session};

const ALL: [Link; 3] = [Link::Environment, Link::Profile, Link::Metadata];

fn home_with(text: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".huaweicloud")).unwrap();
    std::fs::write(home.path().join(".huaweicloud/credentials"), text).unwrap();
    home
}

async fn found(chain: Chain) -> (String, Origin) {
    let signer = chain.signer(&session(&clock()));
    let keys = signer.keys().await.unwrap();
    (keys.access_key().to_owned(), keys.origin().clone())
}

#[tokio::test]
async fn the_first_place_with_keys_is_used_and_later_ones_are_not_asked() {
    let clock = clock();
    let end = at(&clock, 24 * HOUR);
    let metadata = Server::start([ok("t"), keys("META", &end)]).await;
    let home = home_with("[basic]\nak = FILE\nsk = s\n");
    let home = home.path().to_str().unwrap();
    let env = [("HUAWEICLOUD_SDK_AK", "ENV"), ("HUAWEICLOUD_SDK_SK", SECRET), ("HOME", home)];
    let with = |variables: &[(&str, &str)]| chain(ALL, variables).with_metadata_endpoint(metadata.url());

    assert_eq!(found(with(&env).with_keys(aksk("OWN"))).await, ("OWN".to_owned(), Origin::Program));
    assert_eq!(found(with(&env)).await, ("ENV".to_owned(), Origin::Environment));
    let (access, origin) = found(with(&env[2..])).await;
    assert_eq!((access.as_str(), origin), ("FILE", Origin::Profile(Path::new(home).join(".huaweicloud/credentials"))));
    assert_eq!(metadata.count(), 0);
    assert_eq!(found(with(&[])).await, ("META".to_owned(), Origin::Metadata));
    assert_eq!(metadata.paths(), ["/meta-data/latest/api/token", "/openstack/latest/securitykey"]);
}

#[tokio::test]
async fn each_place_can_be_the_only_one() {
    let env = [("HUAWEICLOUD_SDK_AK", "ENV"), ("HUAWEICLOUD_SDK_SK", SECRET)];
    assert_eq!(found(chain([Link::Environment], &env)).await.0, "ENV");
    assert_eq!(found(chain([Link::Keys(aksk("OWN"))], &env)).await.0, "OWN");
    let home = home_with("[basic]\nak = FILE\nsk = s\n");
    assert_eq!(found(chain([Link::ProfileAt(home.path().join(".huaweicloud/credentials"))], &env)).await.0, "FILE");
    let error = chain([Link::Profile], &env).signer(&session(&clock())).keys().await.unwrap_err();
    assert!(error.message().contains("neither HUAWEICLOUD_SDK_CREDENTIALS_FILE nor HOME is set"), "{error}");
}

#[tokio::test]
async fn all_that_the_environment_says_goes_with_the_call() {
    let server = Server::start([status(200), status(200), status(200)]).await;
    let session = session(&clock());
    let mut variables = vec![
        ("HUAWEICLOUD_SDK_AK", "ENV"),
        ("HUAWEICLOUD_SDK_SK", SECRET),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "sts"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "d"),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example.com"),
    ];
    let signer = chain([Link::Environment], &variables).signer(&session);
    for signer in [signer.clone(), signer.for_project("other"), signer.for_account()] {
        call(&session, signer, &server).await.unwrap();
    }
    assert_eq!(server.header("x-security-token"), ["sts", "sts", "sts"]);
    assert_eq!((server.header("x-project-id"), server.header("x-domain-id")), (vec!["p".into(), "other".into()], vec!["d".into()]));
    assert!(server.header("authorization")[0].contains(";x-project-id;x-sdk-date;x-security-token, "));
    let keys = signer.keys().await.unwrap();
    let known = [keys.project_id(), keys.domain_id(), keys.iam_endpoint()].map(Option::unwrap);
    assert_eq!(known, ["p", "d", "https://iam.example.com"]);
    assert_eq!(keys.expires(), None);

    // An empty variable counts as unset.
    variables[2].1 = "";
    let keys = chain([Link::Environment], &variables[..3]).signer(&session).keys().await.unwrap();
    assert_eq!(keys.project_id(), None);
    variables[0].1 = "";
    variables[1].1 = "";
    let error = chain([Link::Environment], &variables).signer(&session).keys().await.unwrap_err();
    assert!(error.message().contains("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set"), "{error}");
}

#[tokio::test]
async fn half_of_a_pair_is_an_error_even_where_other_places_have_keys() {
    let home = home_with("[basic]\nak = FILE\nsk = s\n");
    let home = ("HOME", home.path().to_str().unwrap());
    for (set, unset) in [
        ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
        ("HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_AK"),
        ("HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "HUAWEICLOUD_SDK_IDP_ID"),
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN"),
    ] {
        let error = chain(ALL, &[(set, "hidden-word"), home]).signer(&session(&clock())).keys().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Configuration, &*format!("{set} is set and {unset} is not: set both, or neither"))
        );
    }
    let both = [("HUAWEICLOUD_OIDC_PROVIDER_URN", "p"), ("HUAWEICLOUD_OIDC_AGENCY_URN", "a")];
    let error = chain(ALL, &both).signer(&session(&clock())).keys().await.unwrap_err();
    assert!(error.message().contains("neither HUAWEICLOUD_OIDC_ID_TOKEN nor HUAWEICLOUD_OIDC_TOKEN_FILE"), "{error}");
}

#[tokio::test]
async fn where_nothing_is_found_one_line_tells_all() {
    let home = tempfile::tempdir().unwrap();
    let signer = chain(ALL, &[("HOME", home.path().to_str().unwrap())]).signer(&session(&clock()));
    let error = signer.keys().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let path = home.path().join(".huaweicloud/credentials");
    for part in [
        "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; ",
        &format!("there is no file {}; ", path.display()),
        "the metadata service at http://127.0.0.1:1: ",
        "Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or write `ak` and `sk` into the section [basic]",
    ] {
        assert!(error.message().contains(part), "{part}: {error}");
    }
    assert_eq!(error.to_string().lines().count(), 1);
    let error = chain([], &[]).signer(&session(&clock())).keys().await.unwrap_err();
    assert!(error.message().contains("there is no place to look at"), "{error}");

    // Nothing was kept of that: what is there by now is found.
    std::fs::create_dir(home.path().join(".huaweicloud")).unwrap();
    std::fs::write(path, "[basic]\nak = FILE\nsk = s\n").unwrap();
    assert_eq!(signer.keys().await.unwrap().access_key(), "FILE");
}

#[tokio::test]
async fn nothing_prints_a_secret() {
    let session = session(&clock());
    let keys = AkSk::builder("AK", "hidden-word").security_token("hidden-token").build().unwrap();
    let chain = chain(ALL, &[]).with_keys(keys.clone());
    let signer = chain.clone().signer(&session);
    let found = signer.keys().await.unwrap();
    let texts = [format!("{chain:?}"), format!("{signer:?}"), format!("{found:?}"), format!("{:?}", Signer::new(&session, keys))];
    for text in texts {
        assert!(!text.contains("hidden"), "{text}");
    }
    assert!(format!("{signer:?}").contains("AK") && format!("{signer:?}").contains("the program"));
}

#[tokio::test]
async fn keys_of_the_program_sign_without_a_project_too() {
    let server = Server::start([status(200)]).await;
    let session = session(&clock());
    call(&session, Signer::new(&session, aksk("OWN")), &server).await.unwrap();
    assert_eq!(access_of(&server.header("authorization")[0]), "OWN");
    assert!(server.header("x-project-id").is_empty() && server.header("x-security-token").is_empty());
}
