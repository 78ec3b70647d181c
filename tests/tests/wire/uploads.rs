//! How an upload learns by what the service hashes, and what it makes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudimg::ErrorKind;
use cloudimg::glance::{ImageData, ImageLeft, Images, UploadFailure};
use cloudimg::transfer::{Algorithm, Hasher, Verdict};

use crate::server::{Server, ok, status};
use crate::{cloud, image};

const DATA: &[u8] = b"forty-four bytes that are no disk whatsoever";

fn hash(algorithm: Algorithm) -> String {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(DATA);
    hasher.finish()
}

/// A service that names `algorithm` and `hash`, and perhaps has an image already that does.
async fn hashing(algorithm: &'static str, hash: String, checksum: Option<String>, has_image: bool) -> (Server, Images) {
    let sent = Arc::new(AtomicBool::new(false));
    let formats = r#"{"disk_format": "raw", "container_format": "bare", "#;
    let checksum = checksum.map_or("null".to_owned(), |checksum| format!("{checksum:?}"));
    let size = DATA.len();
    cloud(move |request| match (request.method.as_str(), request.path.as_str()) {
        ("PUT", _) => {
            sent.store(true, Ordering::SeqCst);
            status(204)
        }
        (_, "/v2/images/7") if sent.swap(false, Ordering::SeqCst) => {
            let hashes =
                format!(r#""os_hash_algo": "{algorithm}", "os_hash_value": "{hash}", "checksum": {checksum}, "size": {size}, "#);
            ok(&image("7").replace('{', &format!("{formats}{hashes}")))
        }
        (_, "/v2/images/7") => ok(&image("7").replace("active", "queued").replace('{', formats)),
        _ if has_image => {
            let other = image("8").replace('{', &format!(r#"{{"os_hash_algo": "{algorithm}", "os_hash_value": "00", "#));
            ok(&format!(r#"{{"images": [{other}], "first": "/v2/images"}}"#))
        }
        _ => ok(r#"{"images": [], "first": "/v2/images"}"#),
    })
    .await
}

fn once() -> ImageData {
    ImageData::blocking_reader(DATA, DATA.len() as u64)
}

#[tokio::test]
async fn any_image_tells_by_what_the_service_hashes() {
    let (server, images) = hashing("sha256", hash(Algorithm::Sha256), None, true).await;
    for _ in 0..2 {
        let uploaded = images.upload("7", once()).await.unwrap();
        assert_eq!(uploaded.verdict, Verdict::Verified(Algorithm::Sha256));
    }
    let lists = server.paths().iter().filter(|path| path.contains("limit=1")).count();
    assert_eq!(lists, 1, "it is asked once");
}

#[tokio::test]
async fn another_hash_than_was_thought_is_made_of_what_can_be_read_again() {
    let (_server, images) = hashing("sha256", hash(Algorithm::Sha256), None, false).await;
    let uploaded = images.upload("7", ImageData::bytes(DATA)).await.unwrap();
    assert_eq!(uploaded.verdict, Verdict::Verified(Algorithm::Sha256));

    let (_server, images) = hashing("sha256", hash(Algorithm::Sha512), None, false).await;
    let error = images.upload("7", ImageData::bytes(DATA)).await.unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::Corrupt, &ImageLeft::Active));
}

#[tokio::test]
async fn what_is_read_once_is_unverifiable_the_first_time_and_verified_from_then_on() {
    let (_server, images) = hashing("sha384", hash(Algorithm::Sha384), None, false).await;
    let uploaded = images.upload("7", once()).await.unwrap();
    assert!(matches!(&uploaded.verdict, Verdict::Unverifiable(reason) if reason.contains("sha384")), "{}", uploaded.verdict);
    let uploaded = images.upload("7", once()).await.unwrap();
    assert_eq!(uploaded.verdict, Verdict::Verified(Algorithm::Sha384));
}

#[tokio::test]
async fn a_hash_that_is_not_known_here_is_made_up_for_by_the_checksum() {
    let (_server, images) = hashing("blake2b", "00".to_owned(), Some(hash(Algorithm::Md5)), true).await;
    let uploaded = images.upload("7", once()).await.unwrap();
    assert_eq!(uploaded.verdict, Verdict::Verified(Algorithm::Md5));

    let (_server, images) = hashing("blake2b", "00".to_owned(), None, true).await;
    let uploaded = images.upload("7", once()).await.unwrap();
    assert!(matches!(&uploaded.verdict, Verdict::Unverifiable(reason) if reason.contains("blake2b")), "{}", uploaded.verdict);
}
