//! Java's plain connector holds whole files in memory, Python sends nothing as an image.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use cloudimg::glance::{ImageData, Images};
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};
use futures::stream;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::{PATIENCE, images, lines};
use crate::scene::{IMAGE, Scene};
use crate::server::Server;

const BLOCK: &[u8] = b"0123456789abcdef";
const BLOCKS: usize = 4;

/// A source of blocks, each of which comes when it is let go.
fn source(blocks: usize) -> (Arc<Semaphore>, impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static) {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let blocks = stream::unfold(0, move |n| {
        let opened = Arc::clone(&opened);
        async move {
            if n == blocks {
                return None;
            }
            opened.acquire().await.unwrap().forget();
            Some((Ok(Bytes::from_static(BLOCK)), n + 1))
        }
    });
    (gate, blocks)
}

/// Images whose service is `listener`, in a cloud of which nothing but the sign-in is used.
async fn images_at(listener: &TcpListener) -> (Server, Images) {
    let (identity, _) = Scene::default().open().await;
    let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
    let settings = Settings::new(identity.url(), user, "word", Scope::ProjectId("p1".into()));
    let settings = settings.with_endpoint("image", format!("http://{}/v2", listener.local_addr().unwrap()));
    (identity, Cloud::builder(settings).build().unwrap().images())
}

/// The head of the request.
async fn head(stream: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "no request: {head}");
    }
    head.to_lowercase()
}

/// Lets a block go only when all before it have arrived: a client that gathers them would wait for ever.
async fn arrives_block_by_block(length: Option<u64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_identity, images) = images_at(&listener).await;
    let (gate, blocks) = source(BLOCKS);
    // The first one is looked at before there is a connection.
    gate.add_permits(1);
    let (head_to, mut heads) = tokio::sync::mpsc::unbounded_channel();
    let serving = tokio::spawn(async move {
        let has_data = Arc::new(AtomicBool::new(false));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(BufReader::new(stream), Arc::clone(&gate), Arc::clone(&has_data), head_to.clone()));
        }
    });
    let upload = images.upload(IMAGE, ImageData::stream(blocks, length)).with_format_check(false).into_future();
    let uploaded = tokio::time::timeout(PATIENCE, upload).await.expect("the blocks are gathered before they are sent");
    uploaded.unwrap();
    serving.abort();
    heads.recv().await.unwrap()
}

/// Answers what is asked of the image, and takes its data block by block.
async fn serve(
    mut stream: BufReader<TcpStream>,
    gate: Arc<Semaphore>,
    has_data: Arc<AtomicBool>,
    heads: tokio::sync::mpsc::UnboundedSender<String>,
) {
    while !stream.fill_buf().await.unwrap_or_default().is_empty() {
        let head = head(&mut stream).await;
        if head.starts_with("get ") {
            let status = if has_data.load(Ordering::SeqCst) { "active" } else { "queued" };
            let record = format!(
                r#"{{"id": "{IMAGE}", "status": "{status}", "visibility": "shared", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
                "disk_format": "raw", "container_format": "bare", "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z"}}"#
            );
            let body = if head.contains("limit=1") { r#"{"images": []}"#.to_owned() } else { record };
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            continue;
        }
        let is_chunked = head.contains("transfer-encoding: chunked");
        for n in 1..=BLOCKS {
            // The last block of a declared length is held back until the source has ended.
            if n == BLOCKS && !is_chunked {
                break;
            }
            read_block(&mut stream, is_chunked).await;
            gate.add_permits(1);
        }
        if is_chunked {
            let mut end = [0; 5];
            stream.read_exact(&mut end).await.unwrap();
            assert_eq!(&end, b"0\r\n\r\n");
        } else {
            read_block(&mut stream, false).await;
        }
        has_data.store(true, Ordering::SeqCst);
        heads.send(head).unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    }
}

async fn read_block(stream: &mut BufReader<TcpStream>, is_chunked: bool) {
    let mut size = String::new();
    if is_chunked {
        stream.read_line(&mut size).await.unwrap();
        assert_eq!(size, "10\r\n");
    }
    let mut block = [0; BLOCK.len() + 2];
    let block = &mut block[..BLOCK.len() + if is_chunked { 2 } else { 0 }];
    stream.read_exact(block).await.unwrap();
    assert!(block.starts_with(BLOCK));
}

#[tokio::test]
async fn faults_data_of_unknown_size_are_sent_in_chunks_as_they_come() {
    let head = arrives_block_by_block(None).await;
    assert!(head.starts_with(&format!("put /v2/images/{IMAGE}/file ")), "{head}");
    assert!(!head.contains("content-length"), "{head}");
}

#[tokio::test]
async fn faults_data_of_known_size_are_not_gathered_either() {
    let head = arrives_block_by_block(Some(64)).await;
    assert!(head.contains("content-length: 64\r\n"), "{head}");
}

#[tokio::test]
async fn faults_no_data_are_not_sent_as_an_image() {
    let (server, images) = images(Scene::default()).await;
    let nothing = || stream::iter([Ok::<_, std::io::Error>(Bytes::new())]);
    let file = tempfile::NamedTempFile::new().unwrap();
    let sources = [
        ImageData::bytes(""),
        ImageData::stream(nothing(), None),
        ImageData::stream(nothing(), 0),
        ImageData::path(file.path()).await.unwrap(),
    ];
    for source in sources {
        let error = images.upload(IMAGE, source).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("upload_image_data")));
    }
    assert_eq!(lines(&server), [""; 0]);
    images.upload(IMAGE, ImageData::empty()).await.unwrap();
    assert_eq!(lines(&server), [format!("PUT /v2/images/{IMAGE}/file")]);
    assert_eq!(server.bodies().last().unwrap(), b"");
}
