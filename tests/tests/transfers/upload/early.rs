//! Services that answer before they have read all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloudimg::ErrorKind;
use cloudimg::glance::{ImageData, ImageLeft, UploadFailure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::world::World;

const ID: &str = "6f9e2c1a-4b7d-4e35-8a90-1c2d3e4f5a6b";

/// What becomes of a connection after the early answer.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// The rest of the body is read.
    Read,
    /// The connection is closed with the rest of the body unread, which resets it.
    Close,
}

/// A service whose image is queued for good, and that refuses a body with `status` after the first bytes. Counts the bodies that began.
async fn refusing(status: u16, then: Then) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bodies = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&bodies);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(BufReader::new(stream), status, then, Arc::clone(&count)));
        }
    });
    (address, bodies)
}

async fn serve(mut stream: BufReader<TcpStream>, status: u16, then: Then, bodies: Arc<AtomicUsize>) {
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if !matches!(stream.read_line(&mut head).await, Ok(1..)) {
                return;
            }
        }
        if head.starts_with("PUT ") {
            bodies.fetch_add(1, Ordering::SeqCst);
            let mut first = vec![0; 100_000];
            stream.read_exact(&mut first).await.unwrap();
            let body = r#"{"message": "Denying attempt to upload image because it exceeds the quota.", "code": "x", "title": "y"}"#;
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status} Refused\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await.unwrap();
            if matches!(then, Then::Read) {
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            }
            return;
        }
        let body = match head.contains("limit=1") {
            true => r#"{"images": []}"#.to_owned(),
            false => format!(
                r#"{{"id": "{ID}", "status": "queued", "visibility": "shared", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
                "disk_format": "raw", "container_format": "bare", "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z"}}"#
            ),
        };
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_that_comes_before_all_is_sent_is_read() {
    let world = World::start().await;
    for (status, kind, then) in [
        (413, ErrorKind::QuotaExceeded, Then::Read),
        (413, ErrorKind::QuotaExceeded, Then::Close),
        (409, ErrorKind::Conflict, Then::Read),
        (409, ErrorKind::Conflict, Then::Close),
    ] {
        for _ in 0..2 {
            let (address, bodies) = refusing(status, then).await;
            // More than fits in the buffers of both sides.
            let data = ImageData::bytes(vec![7; 16 << 20]);
            let error = world.images_at(address).upload(ID, data).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{then:?}: {error}");
            assert!(error.message().starts_with("Denying attempt"), "{error}");
            assert_eq!(UploadFailure::of(&error).unwrap().image, ImageLeft::Queued);
            // A reset can take the answer with it; then nothing tells that this was a refusal.
            if matches!(then, Then::Read) {
                assert_eq!(bodies.load(Ordering::SeqCst), 1, "what is refused is not sent again");
            }
        }
    }
}
