//! Wrong bytes are found, whoever made them wrong; right ones are not sent twice.

use std::net::SocketAddr;

use cloudimg::ErrorKind;
use cloudimg::glance::{Cleanup, ImageData, ImageLeft, ImageStatus, UploadFailure};
use cloudimg_tests::proxy::Script;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::world::{World, random};

/// Stands before `upstream` and changes one bit of the byte at `place` of the body of each upload.
async fn corrupting(upstream: SocketAddr, place: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let server = TcpStream::connect(upstream).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
                let mut seen = Vec::new();
                let mut block = vec![0; 64 << 10];
                let mut body_at = None;
                let mut passed = 0;
                while let Ok(read @ 1..) = from_client.read(&mut block).await {
                    if body_at.is_none() {
                        seen.extend_from_slice(&block[..read]);
                        let text = String::from_utf8_lossy(&seen);
                        if let Some(put) = text.find("PUT /")
                            && let Some(end) = text[put..].find("\r\n\r\n")
                        {
                            body_at = Some(put + end + 4);
                        }
                    }
                    let wrong = body_at.map(|at| at + place).filter(|wrong| (passed..passed + read).contains(wrong));
                    if let Some(wrong) = wrong {
                        block[wrong - passed] ^= 1;
                    }
                    passed += read;
                    if to_server.write_all(&block[..read]).await.is_err() {
                        break;
                    }
                }
                drop(to_server);
                let _ = back.await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_byte_that_changes_on_the_way_is_found() {
    let world = World::start().await;
    let images = world.images_at(corrupting(world.address(), 600_000).await);
    let id = world.raw().await;
    let bytes = random(1, 1_000_000);
    let error = images.upload(&id, ImageData::bytes(bytes.clone())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(error.message().contains("sha512") && error.message().contains("the image is active"), "{error}");
    assert_eq!(UploadFailure::of(&error).unwrap().image, ImageLeft::Active);
    assert!(world.data(&id).await != bytes, "the test is of no use");
}

#[tokio::test]
async fn an_image_of_wrong_bytes_is_deleted_if_that_was_asked_for() {
    let world = World::start().await;
    let images = world.images_at(corrupting(world.address(), 0).await);
    let id = world.raw().await;
    let upload = images.upload(&id, ImageData::bytes(random(1, 1000))).with_cleanup(Cleanup::DeleteImage);
    let error = upload.await.unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::Corrupt, &ImageLeft::Removed));
    assert_eq!(world.images().get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn bytes_that_are_there_already_are_not_sent_again() {
    let world = World::start().await;
    let id = world.raw().await;
    let bytes = random(2, 900_000);
    world.images().upload(&id, ImageData::bytes(bytes.clone())).await.unwrap();
    let (proxy, images) = world.proxied(Script::default()).await;
    let uploaded = images.upload(&id, ImageData::blocking_reader(std::io::Cursor::new(bytes.clone()), None)).with_skip_if_same();
    let uploaded = uploaded.await.unwrap();
    assert!(uploaded.skipped && uploaded.verdict.is_verified());
    assert_eq!(uploaded.bytes, 900_000);
    let mut other = bytes.clone();
    other[7] ^= 1;
    for (data, says) in [(other, "sha512"), (bytes[1..].to_vec(), "899999")] {
        let error = images.upload(&id, ImageData::bytes(data)).with_skip_if_same().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.message().contains(says), "{error}");
    }
    assert!(proxy.exchanges().iter().all(|exchange| exchange.request.method == "GET"));
}

#[tokio::test]
async fn bytes_that_are_not_there_yet_are_sent_also_where_they_may_be_skipped() {
    let world = World::start().await;
    let id = world.raw().await;
    let uploaded = world.images().upload(&id, ImageData::bytes("12345")).with_skip_if_same().await.unwrap();
    assert!(!uploaded.skipped);
    assert_eq!(uploaded.image.status, ImageStatus::Active);
}
