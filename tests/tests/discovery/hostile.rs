//! Image services that do what none should when they are asked for their versions: asking ends soon, and costs little.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use cloudimg_auth::Keystone;
use cloudimg_core::clock::ManualClock;
use cloudimg_core::retry::Never;
use cloudimg_core::{Clock as _, Error, ErrorKind, Session, SessionBuilder, Timeouts};
use futures::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::server::{Reply, Server, ok, status};
use crate::world::{self, catalog, identity, settings};

/// Who is signed in where the catalog has `url`.
async fn signed_in(url: &str, session: SessionBuilder) -> (Keystone, Server) {
    let identity = identity(catalog(url)).await;
    let keystone = Keystone::new(&session.build().unwrap(), settings(identity.url())).unwrap();
    keystone.token().await.unwrap();
    (keystone, identity)
}

fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

/// What is found by a clock that stands still, without a second try.
async fn found(url: &str) -> Result<String, Error> {
    let (keystone, _identity) = signed_in(url, Session::builder().clock(clock()).retry(Never)).await;
    keystone.image_endpoint().await
}

/// Ends each wait of `work` that asking for versions may make at once.
async fn hurried<T>(clock: &ManualClock, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = clock.end_next_sleep(|asked| asked <= Duration::from_secs(30)) => {}
        }
    }
}

#[tokio::test]
async fn silence_ends_after_half_a_minute_with_advice() {
    let image = Server::answering(|_| Reply::Silence).await;
    let clock = clock();
    let (keystone, _identity) = signed_in(image.url(), Session::builder().clock(clock.clone())).await;
    let result = hurried(&clock, keystone.image_endpoint()).await;
    let (error, took) = (result.unwrap_err(), clock.monotonic());
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("discover_versions")), "{error}");
    assert!(error.to_string().contains(&format!("set its `endpoint_override` to {}/v2", image.url())), "{error}");
    assert!(took <= Duration::from_secs(31), "{took:?}");
}

#[tokio::test]
async fn a_list_that_stops_half_way_ends_as_soon() {
    let image = Server::answering(|_| Reply::StallAfter { announced: 500, sent: b"{\"versions\": [" }).await;
    let limits = Timeouts::default().with_idle(Duration::from_millis(200));
    let (keystone, _identity) = signed_in(image.url(), Session::builder().timeouts(limits)).await;
    let error = keystone.image_endpoint().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && error.to_string().contains("fell silent"), "{error}");
    let image = Server::answering(|_| Reply::CutAfter { announced: 500, sent: b"{\"versions\": [" }).await;
    let error = found(image.url()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Interrupted && error.to_string().contains("endpoint_override"), "{error}");
}

#[tokio::test]
async fn redirects_without_end_are_no_list() {
    let to_itself = Server::answering(|_| status(301).header("location", "/")).await;
    let onwards = Server::answering(|request| status(302).header("location", &format!("{}x/", request.path))).await;
    let in_a_ring =
        Server::answering(|request| status(307).header("location", if request.path == "/" { "/ring" } else { "/" })).await;
    for image in [to_itself, onwards, in_a_ring] {
        assert_eq!(found(image.url()).await.unwrap(), image.url());
        assert_eq!(image.count(), 6);
    }
}

#[tokio::test]
async fn a_list_elsewhere_is_read_but_never_shown_a_token() {
    let list = r#"{"versions": [{"id": "v2.0", "links": [{"rel": "self", "href": "http://evil.invalid/image/v2/"}]}]}"#;
    let other = Server::answering(move |_| ok(list)).await;
    let elsewhere = format!("{}/versions", other.url());
    // Without a token it is refused, with one it is sent away.
    let image = Server::answering(move |request| match request.header("x-auth-token") {
        None => status(401),
        Some(_) => status(302).header("location", &elsewhere),
    })
    .await;
    assert_eq!(found(image.url()).await.unwrap(), format!("{}/image", image.url()));
    assert_eq!((image.header("x-auth-token").len(), other.count(), other.header("x-auth-token").len()), (1, 1, 0));
}

#[tokio::test]
async fn links_to_the_list_itself_are_not_followed() {
    for href in ["/", "", "http://h/", "#", "v2/../"] {
        let list = format!(r#"{{"versions": [{{"id": "v2.0", "links": [{{"rel": "self", "href": "{href}"}}]}}]}}"#);
        let image = Server::answering(move |_| ok(&list)).await;
        assert_eq!(found(image.url()).await.unwrap(), image.url(), "{href}");
        assert_eq!(image.count(), 1);
    }
}

/// A service that answers each request with what `write` sends.
async fn raw(head: &'static [u8], block: &'static [u8], blocks: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                if stream.read(&mut [0; 4096]).await.unwrap() == 0 || stream.write_all(head).await.is_err() {
                    return;
                }
                for _ in 0..blocks {
                    if stream.write_all(block).await.is_err() {
                        return;
                    }
                    count.fetch_add(block.len(), Ordering::SeqCst);
                }
            });
        }
    });
    (url, sent)
}

#[tokio::test]
async fn a_gigabyte_is_not_read() {
    static BLOCK: [u8; 65_536] = [b' '; 65_536];
    let gigabyte = (1 << 30) / BLOCK.len();
    for head in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n"[..],
        // Without a length only reading tells.
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 500 X\r\ncontent-length: 1073741824\r\n\r\n",
    ] {
        let (url, sent) = raw(head, &BLOCK, gigabyte).await;
        assert_eq!(found(&url).await.unwrap(), url);
        // What lies in the sockets' buffers counts too.
        assert!(sent.load(Ordering::SeqCst) < 64 << 20, "{} bytes", sent.load(Ordering::SeqCst));
    }
}

#[tokio::test]
async fn what_is_no_http_is_an_error_and_what_is_no_json_no_list() {
    let (url, _) = raw(b"\x00\x01\x02 garbage\r\n\r\n", b"", 0).await;
    let error = found(&url).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Interrupted && error.to_string().contains("endpoint_override"), "{error}");
    let deep = format!("{{\"versions\": {}", "[".repeat(100_000));
    for garbage in ["", "\u{0}\u{1}", "{\"versions\":", "{\"versions\": 7}", "[[]]", &deep, "\"v2\""] {
        let garbage = garbage.to_owned();
        let image = Server::answering(move |_| ok(&garbage)).await;
        assert_eq!(found(image.url()).await.unwrap(), image.url());
    }
}

#[tokio::test]
async fn a_service_is_asked_once_for_all_and_a_failure_not_remembered() {
    let list = r#"{"versions": [{"id": "v2.0", "links": [{"rel": "self", "href": "/image/v2/"}]}]}"#;
    let asked = AtomicUsize::new(0);
    let image = Server::answering(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => status(503),
        _ => ok(list),
    })
    .await;
    let identity = identity(catalog(image.url())).await;
    let session = Session::builder().retry(Never).build().unwrap();
    let keystone = Keystone::new(&session, settings(identity.url())).unwrap();
    let error = keystone.image_endpoint().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::ServiceUnavailable, Some(503)));
    let many = join_all((0..64).map(|_| {
        let keystone = keystone.clone();
        tokio::spawn(async move { keystone.image_endpoint().await })
    }));
    for found in many.await {
        assert_eq!(found.unwrap().unwrap(), format!("{}/image", image.url()));
    }
    assert_eq!((keystone.image_endpoint().await.is_ok(), image.count()), (true, 2));
    // Another sign-in is another session, which asks for itself.
    Keystone::new(&session, settings(identity.url())).unwrap().image_endpoint().await.unwrap();
    assert_eq!(image.count(), 3);
}

#[tokio::test]
async fn a_refused_sign_in_is_not_taken_for_a_service_without_versions() {
    let image = Server::answering(|_| status(401)).await;
    let identity = Server::answering(|_| status(401)).await;
    let settings = settings(identity.url()).with_endpoint("image", image.url());
    let error = Keystone::new(&Session::builder().build().unwrap(), settings).unwrap().image_endpoint().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::AuthFailed, Some("issue_token")));
}

#[tokio::test]
async fn an_identity_service_that_tells_no_versions_is_signed_in_to_all_the_same() {
    for at_its_root in [Reply::Silence, Reply::Endless { status: 200 }, Reply::Endless { status: 500 }] {
        let token = world::token("t", &catalog("http://image.example/v2"));
        let identity = Server::answering(move |request| match request.path.as_str() {
            "/v3/auth/tokens" => token.clone(),
            _ => at_its_root.clone(),
        })
        .await;
        let clock = clock();
        let session = Session::builder().clock(clock.clone()).retry(Never).build().unwrap();
        let mut settings = settings(identity.url());
        settings.auth_url = identity.url().to_owned();
        settings.discover = true;
        let keystone = Keystone::new(&session, settings).unwrap();
        assert_eq!(hurried(&clock, keystone.image_endpoint()).await.unwrap(), "http://image.example");
        assert!(clock.monotonic() <= Duration::from_secs(31));
    }
}
