//! The proxy between a client and a server does what it is told, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use cloudimg_tests::proxy::{Exchange, Fault, FaultKind, LengthLie, Link, Proxy, ProxyBuilder, RetryAfter, Script, Seeded};
use reqwest::{Client, StatusCode};
use server::{Server, ok};

const BODY: &str = r#"{"images": [1, 2, 3]}"#;

async fn upstream() -> (Server, SocketAddr) {
    let server = Server::answering(|_| ok(BODY)).await;
    let address = server.url().trim_start_matches("http://").parse().unwrap();
    (server, address)
}

fn client() -> Client {
    Client::builder().no_proxy().retry(reqwest::retry::never()).build().unwrap()
}

async fn proxied(change: impl FnOnce(ProxyBuilder) -> ProxyBuilder) -> (Server, Proxy) {
    let (server, address) = upstream().await;
    (server, change(Proxy::builder(address)).start().await.unwrap())
}

/// What a client gets: status and body.
async fn get(client: &Client, proxy: &Proxy) -> Result<(StatusCode, String), reqwest::Error> {
    let answer = client.get(format!("{}/v2/images?limit=1", proxy.url())).send().await?;
    Ok((answer.status(), answer.text().await?))
}

/// One exchange with that fault: what the client got, what the proxy noted, and how often the server was asked.
async fn suffer(fault: Fault) -> (Result<(StatusCode, String), reqwest::Error>, Exchange, usize) {
    let (server, proxy) = proxied(|proxy| proxy.plan(Script::first([fault]))).await;
    let got = get(&client(), &proxy).await;
    let exchange = proxy.exchanges().remove(0);
    (got, exchange, server.count())
}

#[tokio::test]
async fn without_faults_everything_goes_through_on_one_connection() {
    let (server, proxy) = proxied(|proxy| proxy).await;
    let client = client();
    for _ in 0..3 {
        assert_eq!(get(&client, &proxy).await.unwrap(), (StatusCode::OK, BODY.to_owned()));
    }
    // In chunks, whose ends nobody announces.
    let blocks = futures::stream::iter((0..50).map(|n| Ok::<_, std::io::Error>(format!("block {n}; "))));
    let url = format!("{}/v2/images/7/file", proxy.url());
    let sent = client.put(url).body(reqwest::Body::wrap_stream(blocks)).send().await.unwrap();
    assert_eq!(sent.text().await.unwrap(), BODY);
    assert_eq!(proxy.connections(), 1);
    assert_eq!(server.count(), 4);
    let exchanges = proxy.exchanges();
    assert!(exchanges.iter().all(|exchange| exchange.forwarded && exchange.status == Some(200)), "{exchanges:?}");
    assert_eq!((exchanges[3].request.method.as_str(), exchanges[3].request.path()), ("PUT", "/v2/images/7/file"));
    assert_eq!(exchanges[0].request.target, "/v2/images?limit=1");
    let whole: String = (0..50).map(|n| format!("block {n}; ")).collect();
    assert_eq!(server.bodies()[3], whole.into_bytes());
    drop(client);
    proxy.closed(0).await;
}

#[tokio::test]
async fn connections_end_before_and_after_the_server_is_asked() {
    for (fault, asked) in
        [(Fault::ResetUnsent, 0), (Fault::ResetUnanswered, 1), (Fault::ResetWithin(20), 1), (Fault::Cut(20), 1), (Fault::Cut(0), 1)]
    {
        let (got, exchange, count) = suffer(fault.clone()).await;
        assert!(got.is_err(), "{fault:?}: {got:?}");
        assert_eq!((exchange.forwarded, count), (asked == 1, asked), "{fault:?}");
    }
    // What is cut behind its end is whole.
    assert_eq!(suffer(Fault::Cut(10_000)).await.0.unwrap().1, BODY);
}

#[tokio::test]
async fn refusals_of_the_proxy_do_not_reach_the_server() {
    let (server, proxy) = proxied(|proxy| {
        let at = RetryAfter::At(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
        proxy.plan(Script::first([Fault::Status(429, RetryAfter::Seconds(7)), Fault::Status(503, at)]))
    })
    .await;
    let client = client();
    for (status, after) in [(429, "7"), (503, "Sun, 06 Nov 1994 08:49:37 GMT")] {
        let answer = client.post(proxy.url()).body("body").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (status, after));
        assert!(answer.text().await.unwrap().contains(&status.to_string()));
    }
    assert_eq!((server.count(), proxy.connections()), (0, 1));
    assert_eq!(get(&client, &proxy).await.unwrap().1, BODY);
    assert_eq!((server.count(), proxy.connections()), (1, 1));
}

#[tokio::test]
async fn answers_are_changed_on_their_way() {
    let (got, ..) = suffer(Fault::Truncated(500)).await;
    assert_eq!(got.unwrap().1, BODY[..BODY.len() / 2]);
    let (got, ..) = suffer(Fault::Length(LengthLie::Less(5))).await;
    assert_eq!(got.unwrap().1, BODY[..BODY.len() - 5]);
    for fault in [Fault::Length(LengthLie::More(5)), Fault::Length(LengthLie::Two), Fault::Garbage(b"SSH-2.0-x\r\n".to_vec())] {
        let (got, exchange, count) = suffer(fault.clone()).await;
        assert!(got.is_err(), "{fault:?}: {got:?}");
        assert_eq!((exchange.status, count), (Some(200), 1), "{fault:?}");
    }
    let once = suffer(Fault::DelayHead(Duration::ZERO)).await.1.answered;
    let (got, exchange, _) = suffer(Fault::Twice).await;
    assert_eq!((got.unwrap().1.as_str(), exchange.answered), (BODY, 2 * once));
    for fault in [Fault::Drip(3, Duration::ZERO), Fault::DelayBody(Duration::from_millis(5))] {
        assert_eq!(suffer(fault).await.0.unwrap().1, BODY);
    }
}

#[tokio::test]
async fn silence_is_told_until_the_client_goes() {
    for (fault, asked) in [(Fault::Silence, 0), (Fault::SilenceAfter(0), 1), (Fault::SilenceAfter(30), 1)] {
        let (told, hear) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
        let (count, tell) = (Arc::clone(&told), Arc::clone(&hear));
        let (server, proxy) = proxied(|proxy| {
            proxy.plan(Script::first([fault.clone()])).on_silence(move || {
                count.fetch_add(1, Ordering::SeqCst);
                tell.notify_one();
            })
        })
        .await;
        let client = client();
        tokio::select! {
            got = get(&client, &proxy) => panic!("{fault:?}: {got:?}"),
            () = async { hear.notified().await; hear.notified().await; } => {}
        }
        // The call is dropped now; nothing is left of it.
        proxy.closed(0).await;
        assert_eq!((proxy.under_way(), server.count()), (0, asked), "{fault:?}");
        let before = told.load(Ordering::SeqCst);
        assert_eq!(get(&client, &proxy).await.unwrap().1, BODY);
        assert_eq!(told.load(Ordering::SeqCst), before, "{fault:?}");
    }
}

#[tokio::test]
async fn a_link_is_as_slow_as_it_is_told() {
    let (trip, rate) = (Duration::from_millis(20), 2_000);
    let (_server, proxy) = proxied(|proxy| proxy.link(Link::default().with_round_trip(trip).with_bytes_per_second(rate))).await;
    let begun = Instant::now();
    assert_eq!(get(&client(), &proxy).await.unwrap().1, BODY);
    let bytes = u32::try_from(proxy.exchanges()[0].answered).unwrap();
    // A trip for the connection, one for the exchange, and the time of the answer's bytes.
    let least = 2 * trip + Duration::from_secs(1) * bytes / u32::try_from(rate).unwrap();
    assert!(begun.elapsed() >= least, "{:?} instead of {least:?}", begun.elapsed());
}

#[tokio::test]
async fn the_same_seed_does_the_same() {
    let faults = async |seed: u64| {
        let (_server, proxy) = proxied(|proxy| {
            let kinds = FaultKind::ALL.into_iter().filter(|kind| !matches!(kind, FaultKind::SilenceWithin));
            let kinds = kinds.filter(|kind| !matches!(kind, FaultKind::Silence | FaultKind::SilenceUnanswered));
            proxy.plan(Seeded::new(seed, kinds).with_odds(80).among(2..28))
        })
        .await;
        let client = client();
        for _ in 0..30 {
            // Whatever comes of it; but each is an exchange of its own.
            let _ = get(&client, &proxy).await;
        }
        proxy.exchanges().into_iter().map(|exchange| exchange.fault).collect::<Vec<_>>()
    };
    let first = faults(1).await;
    assert_eq!(first, faults(1).await);
    assert_ne!(first, faults(2).await);
    assert_eq!((first.len(), &first[..2], &first[28..]), (30, &[None, None][..], &[None, None][..]));
    assert!(first.iter().flatten().count() > 13, "{first:?}");
}
