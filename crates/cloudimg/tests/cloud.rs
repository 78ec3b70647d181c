//! Clouds as clouds.yaml describes them, on the sandbox.

#![cfg(all(feature = "glance", feature = "ims", feature = "vmp"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::time::Duration;

use cloudimg::config::Loader;
use cloudimg::glance::types::ImageCreate;
use cloudimg::retry::Never;
use cloudimg::{Cloud, ErrorKind, Timeouts};
use cloudimg_sandbox::Sandbox;

/// A loader that sees `clouds` and nothing of the process.
fn loader(folder: &tempfile::TempDir, clouds: &str) -> Loader {
    std::fs::write(folder.path().join("clouds.yaml"), format!("clouds:\n{clouds}")).unwrap();
    Loader::new().working_directory(folder.path()).system_folder(folder.path().join("none"))
}

fn cloud(loader: &Loader, name: &str) -> Cloud {
    Cloud::configured(&loader.cloud(Some(name), None).unwrap()).unwrap().build().unwrap()
}

/// One cloud of each kind, all of them in `sandbox`.
fn all(sandbox: &Sandbox, token: &str) -> String {
    let (auth_url, image, ims, vmp) = (sandbox.auth_url(), sandbox.image_url(), sandbox.ims_url(), sandbox.vmp_url());
    let (access, secret) = sandbox.access_key("demo").unwrap();
    let (vmp_access, vmp_secret) = sandbox.vmp_access_key();
    let password = sandbox.password();
    format!(
        r#"
  open:
    auth: {{auth_url: "{auth_url}", username: demo, password: "{password}", user_domain_name: Default,
           project_name: demo, project_domain_name: Default}}
  keys:
    auth_type: aksk
    region_name: RegionOne
    auth: {{access_key: "{access}", secret_key: "{secret}", project_id: "{project}", domain_id: default,
           endpoint: "{ims}"}}
  cdn:
    auth_type: cnc
    auth: {{access_key: "{vmp_access}", secret_key: "{vmp_secret}", endpoint: "{vmp}"}}
  held:
    auth_type: admin_token
    auth: {{endpoint: "{image}/v2", token: "{token}"}}
  nobody:
    auth_type: none
    image_endpoint_override: "{image}"
  nowhere:
    auth_type: none
  sought:
    auth_type: aksk
    region_name: RegionOne
    auth: {{access_key: "{access}", secret_key: "{secret}", domain_id: default, iam_endpoint: "{auth_url}", endpoint: "{ims}"}}
"#,
        project = sandbox.project_id("demo").unwrap(),
    )
}

#[tokio::test]
async fn one_file_leads_to_all_clouds() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let open = cloud(&loader(&folder, &all(&sandbox, "x")), "open");
    let made = open.images().create(ImageCreate::default().name("golden")).await.unwrap();
    let token = open.keystone().unwrap().token().await.unwrap().secret().expose().to_owned();
    assert!(open.project_id().await.unwrap().is_some());

    let loader = loader(&folder, &all(&sandbox, &token));
    assert_eq!(loader.clouds().unwrap(), ["open", "keys", "cdn", "held", "nobody", "nowhere", "sought"]);
    assert_eq!(open.images().list().name("golden").collect().await.unwrap()[0].id, made.id);
    assert_eq!(cloud(&loader, "held").images().list().name("golden").collect().await.unwrap()[0].id, made.id);
    assert!(cloud(&loader, "keys").ims().images().list().collect().await.is_ok());
    for name in ["keys", "sought"] {
        assert_eq!(cloud(&loader, name).project_id().await.unwrap(), open.project_id().await.unwrap(), "{name}");
    }
    assert!(!cloud(&loader, "cdn").vmp().images().list().collect().await.unwrap().is_empty());
    let error = cloud(&loader, "nobody").images().list().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::AuthFailed, Some(401)));
}

#[tokio::test]
async fn a_service_that_a_cloud_does_not_lead_to_is_an_error_with_the_key_to_add() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let loader = loader(&folder, &all(&sandbox, "x"));
    let image = async |name: &str| cloud(&loader, name).images().list().collect().await.unwrap_err();
    let ims = async |name: &str| cloud(&loader, name).ims().images().list().collect().await.unwrap_err();
    let vmp = async |name: &str| cloud(&loader, name).vmp().images().list().collect().await.unwrap_err();
    for (error, key) in [
        (image("keys").await, "`auth_url`"),
        (image("cdn").await, "`auth_url`"),
        (image("nowhere").await, "`image_endpoint_override`"),
        (ims("cdn").await, "`auth_type: aksk`"),
        (ims("held").await, "`auth_type: aksk`"),
        (vmp("open").await, "`auth_type: cnc`"),
        (vmp("keys").await, "CDNETWORKS_ACCESS_KEY"),
    ] {
        assert!(error.kind() == ErrorKind::Configuration && error.message().contains(key), "{key}: {error}");
    }
    let unknown = loader.cloud(Some("opne"), None).unwrap_err().to_string();
    for part in ["opne", "open", "keys", "cdn"] {
        assert!(unknown.contains(part), "{unknown}");
    }
}

#[tokio::test]
async fn limits_of_some_calls_leave_the_sign_in_as_it_is() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let loader = loader(&folder, &all(&sandbox, "x"));
    let open = cloud(&loader, "open");
    let token = open.keystone().unwrap().token().await.unwrap();
    let hurried = open.with_retry(Never).with_timeouts(Timeouts::default().with_total(Duration::from_nanos(1)));
    let error = hurried.images().list().collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(open.images().list().collect().await.is_ok());
    let later = hurried.keystone().unwrap().token().await.unwrap();
    assert_eq!(token.secret().expose(), later.secret().expose());
    let cdn = cloud(&loader, "cdn");
    let error = cdn.with_timeouts(Timeouts::default().with_total(Duration::from_nanos(1))).vmp().images().list().collect().await;
    assert!(error.is_err() && cdn.vmp().images().list().collect().await.is_ok());
}
