use cloudimg::credentials::AkSk;
use cloudimg::ims::CreateImageFromFile;
use cloudimg::{Error, ErrorKind};

use super::support::{BUCKET, World, golden};

#[track_caller]
fn told(error: &Error, kind: ErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{error} lacks {part}");
    }
}

#[tokio::test]
async fn files_that_make_no_image_are_refused_before_anything_is_sent() {
    let world = World::start().await;
    let images = world.ims().images();
    let import = async |path: &std::path::Path| images.import_file(path, BUCKET, golden).await.unwrap_err();
    let invalid = ErrorKind::InvalidRequest;
    told(&import(&world.file("empty.qcow2", 0)).await, invalid, &["empty.qcow2", "is empty", "nothing was sent"]);
    told(&import(world.folder.path()).await, invalid, &["a directory", "nothing was sent"]);
    told(&import(&world.folder.path().join("none.raw")).await, ErrorKind::Io, &["none.raw"]);
    told(&import(&world.file("disk", 9)).await, invalid, &["no ending", "`with_format`", "qcow2"]);
    told(&import(&world.file("disk.txt", 9)).await, invalid, &["`txt`", "`with_format`"]);
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn files_that_are_not_what_their_name_says_are_refused_unless_that_is_meant() {
    let world = World::start().await;
    let images = world.ims().images();
    let path = world.file("disk.qcow2", 99);
    told(
        &images.import_file(&path, BUCKET, golden).await.unwrap_err(),
        ErrorKind::InvalidRequest,
        &["disk.qcow2", "no header of qcow2", "`with_format(\"raw\")`", "`with_format_check(false)`", "nothing was sent"],
    );
    let disguised = world.folder.path().join("disk.raw");
    std::fs::write(&disguised, b"QFI\xfb\0\0\0\x03 and more").unwrap();
    told(
        &images.import_file(&disguised, BUCKET, golden).await.unwrap_err(),
        ErrorKind::InvalidRequest,
        &["its data are qcow2", "`with_format(\"qcow2\")`"],
    );
    assert!(world.done().is_empty());
    images.import_file(&disguised, BUCKET, golden).with_format("qcow2").await.unwrap();
    images.import_file(&path, BUCKET, golden).with_format_check(false).await.unwrap();
    assert!(world.left().is_empty());
}

#[tokio::test]
async fn an_identity_service_that_gives_no_keys_is_said_to_be_none_of_huawei() {
    use cloudimg::{Cloud, Named, Scope, Settings, User};

    let world = World::start().await;
    let path = world.file("disk.raw", 9);
    let keys = "/v3.0/OS-CREDENTIAL/securitytokens";
    world.sandbox.faults().next("POST", keys, cloudimg_sandbox::Fault::Status(404, None));
    let domain = Some(Named::Id("default".to_owned()));
    let scope = Scope::Project { name: "demo".to_owned(), domain: domain.clone() };
    let user = User::Name { name: "demo".to_owned(), domain };
    let settings = Settings::new(world.sandbox.auth_url(), user, world.sandbox.password(), scope).with_region("RegionOne");
    let cloud = Cloud::builder(settings.with_endpoint("ims", world.sandbox.ims_url())).build().unwrap();
    let error = cloud.ims().images().import_file(&path, BUCKET, golden).await.unwrap_err();
    told(&error, ErrorKind::Configuration, &["access key", "`auth_type: aksk`", "HUAWEICLOUD_SDK_AK"]);
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn bodies_that_break_a_rule_or_name_another_file_are_refused() {
    let world = World::start().await;
    let images = world.ims().images();
    let path = world.file("disk.raw", 9);
    let small = |object: String| CreateImageFromFile::new("golden", object, 0);
    told(&images.import_file(&path, BUCKET, small).await.unwrap_err(), ErrorKind::InvalidRequest, &["`min_disk`"]);
    let other = |_| CreateImageFromFile::new("golden", "sandbox:other.raw", 40);
    told(
        &images.import_file(&path, BUCKET, other).await.unwrap_err(),
        ErrorKind::InvalidRequest,
        &["other.raw", "in the place of"],
    );
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn buckets_that_cannot_be_used_are_told_apart() {
    let world = World::start().await;
    let images = world.ims().images();
    let path = world.file("disk.raw", 9);
    let import = async |bucket: &str| images.import_file(&path, bucket, golden).await.unwrap_err();
    told(&import("nowhere").await, ErrorKind::NotFound, &["`nowhere`", "NoSuchBucket", "nothing was sent"]);
    told(&import("elsewhere").await, ErrorKind::InvalidRequest, &["`elsewhere`", "`RegionOne`", "nothing was sent"]);
    told(&import("No/Bucket").await, ErrorKind::InvalidRequest, &["`No/Bucket`"]);
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn wrong_keys_and_none_are_said_to_be_so() {
    let world = World::start().await;
    let path = world.file("disk.raw", 9);
    let (access, _) = world.sandbox.access_key("demo").unwrap();
    let obs = world.sandbox.obs_url();
    for (keys, code) in
        [(AkSk::builder(access, "wrong"), "SignatureDoesNotMatch"), (AkSk::builder("NOBODY", "wrong"), "InvalidAccessKeyId")]
    {
        let error = world.ims_by(keys, &obs).images().import_file(&path, BUCKET, golden).await.unwrap_err();
        told(&error, ErrorKind::AuthFailed, &[code]);
        assert!(!format!("{error:?}").contains("wrong\""));
    }
    let by_token = world.builder().token("a token").project_id("p").obs_endpoint(obs).build().unwrap();
    let error = by_token.images().import_file(&path, BUCKET, golden).await.unwrap_err();
    told(&error, ErrorKind::Configuration, &["`keys` is missing", "`auth_type: aksk`"]);
    let (access, secret) = world.sandbox.access_key("demo").unwrap();
    let keys = AkSk::builder(access, secret).project_id("p").build().unwrap();
    let nowhere = world.builder().keys(keys).build().unwrap();
    let error = nowhere.images().import_file(&path, BUCKET, golden).await.unwrap_err();
    told(&error, ErrorKind::Configuration, &["`obs_endpoint` is missing", "obs_endpoint_override"]);
    assert!(world.done().is_empty());
}
