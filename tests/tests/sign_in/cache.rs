//! Tokens kept from one run of a program to the next.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cloudimg_auth::{ApplicationCredential, Keystone, Method, Scope, Settings, TokenCache, User};
use cloudimg_core::clock::ManualClock;

use crate::server::{Server, ok, status};
use crate::support::{GET, body, clock, demo, is_sign_in, secret, session, settings, token};

/// What a program does that starts anew.
fn run(url: &str, clock: &ManualClock, folder: &Path) -> Keystone {
    with(settings(url), clock, folder)
}

fn with(settings: Settings, clock: &ManualClock, folder: &Path) -> Keystone {
    Keystone::new(&session(clock), settings.with_token_cache(TokenCache::new(folder))).unwrap()
}

/// A folder that is its owner's alone, as the cache demands.
fn closed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    mode(folder.path(), 0o700);
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_second_run_signs_in_by_the_token_and_the_catalog_of_the_first() {
    let home = closed();
    let folder = home.path().join("cache/tokens");
    let server = Server::start([token("t1", 3600), token("t2", 7200), token("t3", 1 << 30)]).await;
    let clock = clock();
    assert_eq!(secret(&run(server.url(), &clock, &folder)).await, "t1");
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    let kept = files(&folder);
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::metadata(&kept[0]).unwrap().mode() & 0o777, 0o600);
    assert!(!fs::read_to_string(&kept[0]).unwrap().contains("secret-word") && !kept[0].to_string_lossy().contains("demo"));

    let second = run(server.url(), &clock, &folder);
    let found = second.token().await.unwrap();
    assert_eq!((found.secret().expose(), found.project_id(), found.user_id()), ("t1", Some("p1"), Some("u1")));
    assert_eq!(second.image_endpoint().await.unwrap(), "http://i");
    assert_eq!(server.count(), 1);

    // It is renewed in time, like any other, and the new one takes its place.
    clock.advance(Duration::from_secs(3600 - 119));
    assert_eq!(secret(&run(server.url(), &clock, &folder)).await, "t2");
    assert_eq!(secret(&run(server.url(), &clock, &folder)).await, "t2");
    assert_eq!((files(&folder).len(), server.count()), (1, 2));
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(secret(&run(server.url(), &clock, &folder)).await, "t3");
}

#[tokio::test]
async fn each_user_credential_scope_and_service_has_a_token_of_its_own_whatever_the_password() {
    let home = closed();
    let server = Server::answering(|_| token("t", 3600)).await;
    let clock = clock();
    let credential = |name: &str| Method::ApplicationCredential {
        credential: ApplicationCredential::Name { name: name.into(), user: demo() },
        secret: "s".into(),
    };
    let project = || Scope::ProjectId("p1".into());
    let url = || format!("{}/v3", server.url());
    let different = [
        settings(server.url()),
        Settings::new(url(), User::Id("demo".into()), "w", project()),
        Settings::new(url(), demo(), "w", Scope::ProjectId("p2".into())),
        Settings::new(url(), demo(), "w", Scope::System),
        Settings::new(format!("{}/other/v3", server.url()), demo(), "w", project()),
        Settings::with_methods(url(), [credential("a")], project()),
        Settings::with_methods(url(), [credential("b")], project()),
    ];
    let count = different.len();
    for settings in different {
        with(settings, &clock, home.path()).token().await.unwrap();
    }
    assert_eq!((files(home.path()).len(), server.count()), (count, count));
    let same = Settings::new(format!("{}/v3/", server.url()), demo(), "another word", project());
    with(same, &clock, home.path()).token().await.unwrap();
    // What comes of a token is not kept.
    let from_token = Settings::with_methods(url(), [Method::Token("old".into())], project());
    with(from_token, &clock, home.path()).token().await.unwrap();
    assert_eq!((files(home.path()).len(), server.count()), (count, count + 1));
}

#[tokio::test]
async fn a_token_that_a_service_refuses_is_removed() {
    let home = closed();
    let server = Server::answering(|request| match (is_sign_in(request), request.header("x-auth-token")) {
        (true, _) => token("t2", 3600),
        (false, Some("t2")) => ok("fine"),
        (false, _) => status(401),
    })
    .await;
    let first = Server::start([token("t1", 3600)]).await;
    let clock = clock();
    // Another service's token is put in the place of this one's.
    let (there, here) = (closed(), home.path());
    run(server.url(), &clock, here).token().await.unwrap();
    run(first.url(), &clock, there.path()).token().await.unwrap();
    fs::copy(&files(there.path())[0], &files(here)[0]).unwrap();
    let keystone = run(server.url(), &clock, here);
    assert_eq!(secret(&keystone).await, "t1");
    let url = format!("{}/x", server.url());
    assert_eq!(keystone.session().fetch(&url, &GET).await.unwrap(), "fine");
    assert!(fs::read_to_string(&files(here)[0]).unwrap().contains("t2"));
    assert_eq!(secret(&run(server.url(), &clock, here)).await, "t2");

    // One whose successor is refused as well leaves nothing behind.
    let refusing = Server::answering(|request| if is_sign_in(request) { token("t", 3600) } else { status(401) }).await;
    let empty = closed();
    let keystone = run(refusing.url(), &clock, empty.path());
    keystone.session().fetch(&format!("{}/x", refusing.url()), &GET).await.unwrap_err();
    assert_eq!(files(empty.path()).len(), 1, "the second one is not known to be bad");
}

#[tokio::test]
async fn a_file_that_others_could_have_written_or_read_is_passed_over() {
    let home = closed();
    let server = Server::answering(|_| token("t", 3600)).await;
    let clock = clock();
    let folder = home.path().join("tokens");
    let expect = async |count: usize, what: &str| {
        assert_eq!(secret(&run(server.url(), &clock, &folder)).await, "t", "{what}");
        assert_eq!(server.count(), count, "{what}");
    };
    expect(1, "the first").await;
    expect(1, "kept").await;
    let file = files(&folder).remove(0);
    mode(&file, 0o644);
    expect(2, "a file open to others").await;
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600, "it was replaced");
    fs::write(&file, "{").unwrap();
    expect(3, "no record").await;
    fs::write(&file, [0xff, 0xfe]).unwrap();
    expect(4, "no text").await;
    let elsewhere = home.path().join("elsewhere.json");
    fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    expect(5, "a link").await;
    assert!(fs::symlink_metadata(&file).unwrap().is_file() && elsewhere.exists(), "the link was replaced, not followed");
    mode(&folder, 0o755);
    expect(6, "a folder open to others").await;
    expect(7, "and nothing is kept there").await;
    mode(&folder, 0o700);
    expect(7, "closed again").await;
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "a file").unwrap();
    expect(8, "a folder that is a file").await;
}

#[tokio::test]
async fn a_file_of_another_owner_is_passed_over() {
    let home = closed();
    let server = Server::answering(|_| token("t", 3600)).await;
    let clock = clock();
    run(server.url(), &clock, home.path()).token().await.unwrap();
    let file = files(home.path()).remove(0);
    // Only root can give files away; for others the modes above must do.
    if std::os::unix::fs::chown(&file, Some(65_534), None).is_err() {
        return;
    }
    run(server.url(), &clock, home.path()).token().await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_token_without_a_known_end_is_not_kept() {
    let home = closed();
    let server = Server::answering(|_| status(201).header("x-subject-token", "t").body(&body("null"))).await;
    run(server.url(), &clock(), home.path()).token().await.unwrap();
    assert!(files(home.path()).is_empty());
}
