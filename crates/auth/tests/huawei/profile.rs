//! The profile file, in both spellings of its sections.

use cloudimg_auth::huawei::{Keys, Link};
use cloudimg_core::{ErrorKind, Result};

use crate::support::{chain, clock, session};

async fn read(text: &str) -> (std::path::PathBuf, Result<std::sync::Arc<Keys>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile");
    std::fs::write(&path, text).unwrap();
    let variables = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path.to_str().unwrap())];
    let keys = chain([Link::Profile], &variables).signer(&session(&clock())).keys().await;
    (path, keys)
}

#[tokio::test]
async fn both_spellings_of_a_section_are_read() {
    for (text, access) in [
        ("[basic]\nak = A\nsk = s\n", "A"),
        ("[BasicCredentials]\nak = A\nsk = s\n", "A"),
        ("[basiccredentials]\nAK: A\nSK: s\n", "A"),
        ("[Global]\nak = A\nsk = s\ndomain_id = d\n", "A"),
        ("[globalcredentials]\nak = A\nsk = s\n", "A"),
        ("[global]\nak = G\nsk = s\n[basiccredentials]\nak = B\nsk = s\n", "B"),
        ("[basiccredentials]\nak = L\nsk = s\n[basic]\nak = S\nsk = s\n", "S"),
        ("# of the team\n; old\n[other]\nak = X\n\n[basic]\n  ak = A  \n  sk = s\n", "A"),
    ] {
        assert_eq!(read(text).await.1.unwrap().access_key(), access, "{text}");
    }
}

#[tokio::test]
async fn all_that_the_file_says_is_kept() {
    let text =
        "[basic]\nak = A\nsk = s\nproject_id = p\ndomain_id = d\nsecurity_token = t\niam_endpoint = https://iam.example.com\n";
    let (path, keys) = read(text).await;
    let keys = keys.unwrap();
    assert_eq!(
        [keys.project_id(), keys.domain_id(), keys.iam_endpoint()].map(Option::unwrap),
        ["p", "d", "https://iam.example.com"]
    );
    assert_eq!(keys.origin().to_string(), format!("the profile {}", path.display()));
}

#[tokio::test]
async fn faults_name_the_file_and_the_line() {
    for (text, line, part) in [
        ("[basic]\nak = A\n", 1, "has `ak` and lacks `sk`"),
        ("\n[basic]\nsk = hidden-word\n", 2, "has `sk` and lacks `ak`"),
        ("[basic]\nak = A\nsk =\n", 1, "lacks `sk`"),
        ("[basic]\nproject_id = p\n", 1, "no `ak` and `sk`"),
        ("[basic]\nidp_id = i\nak = A\nsk = hidden-word\n", 1, "has `idp_id` and lacks `id_token_file`"),
        ("[basic]\nak = A, B\nsk = hidden-word\n", 1, "access key"),
        ("[basic]\nak = A\nhidden-word\n", 3, "key = value"),
    ] {
        let (path, keys) = read(text).await;
        let error = keys.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error.message().starts_with(&format!("{}:{line}: ", path.display())) && error.message().contains(part),
            "{text}: {error}"
        );
        assert!(!error.to_string().contains("hidden-word"), "{error}");
    }
}

#[tokio::test]
async fn a_file_without_keys_is_passed_over_and_one_that_is_named_and_missing_is_not() {
    let (path, keys) = read("[other]\nak = A\n").await;
    let error = keys.unwrap_err();
    assert!(error.message().contains(&format!("{} has neither a section [basic] nor [global]", path.display())), "{error}");
    let variables = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nowhere/profile"), ("HOME", "/nowhere")];
    let error = chain([Link::Profile, Link::Metadata], &variables).signer(&session(&clock())).keys().await.unwrap_err();
    assert!(error.message().starts_with("the profile /nowhere/profile cannot be read"), "{error}");
}
