//! The metadata service: with and without its tokens, away, slow, and talking nonsense.

use std::time::Duration;

use cloudimg_auth::huawei::{Link, Signer};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::{Clock as _, Error, ErrorKind};
use serde_json::json;

use crate::server::{Reply, Server, ok, status};
use crate::support::{HOUR, SECRET, at, chain, clock, keys, session, text};

fn signer(clock: &ManualClock, server: &Server) -> Signer {
    chain([Link::Metadata], &[]).with_metadata_endpoint(server.url()).signer(&session(clock))
}

/// What comes of a script of answers, alone and in a chain.
async fn refusals(script: &[Reply]) -> [Error; 2] {
    let clock = clock();
    let server = Server::start(script.to_vec()).await;
    let alone = signer(&clock, &server).keys().await.unwrap_err();
    let server = Server::start(script.to_vec()).await;
    let links = [Link::Environment, Link::Metadata];
    let chained = chain(links, &[]).with_metadata_endpoint(server.url()).signer(&session(&clock)).keys().await.unwrap_err();
    assert!(chained.message().starts_with("no access key was found: HUAWEICLOUD_SDK_AK"), "{chained}");
    [alone, chained]
}

#[tokio::test]
async fn a_token_of_the_service_is_fetched_first_and_kept() {
    let clock = clock();
    let server = Server::start([ok("meta-token\n"), keys("M1", &at(&clock, HOUR)), keys("M2", &at(&clock, 24 * HOUR))]).await;
    let signer = signer(&clock, &server);
    assert_eq!(signer.keys().await.unwrap().access_key(), "M1");
    clock.advance(HOUR);
    assert_eq!(signer.keys().await.unwrap().access_key(), "M2");
    assert_eq!(server.methods(), ["PUT", "GET", "GET"]);
    assert_eq!(server.header("x-metadata-token-ttl-seconds"), ["21600"]);
    assert_eq!(server.header("x-metadata-token"), ["meta-token", "meta-token"]);
    // It lasts six hours, and is renewed like the keys.
    let server = Server::start([ok("t1"), keys("M1", &at(&clock, 12 * HOUR)), ok("t2"), keys("M2", &at(&clock, 24 * HOUR))]).await;
    let signer = self::signer(&clock, &server);
    signer.keys().await.unwrap();
    clock.advance(12 * HOUR - Duration::from_secs(600));
    assert_eq!(signer.keys().await.unwrap().access_key(), "M2");
    assert_eq!(server.header("x-metadata-token"), ["t1", "t2"]);
}

#[tokio::test]
async fn a_service_without_tokens_is_asked_for_one_once_a_day() {
    for answer in [404, 405, 503] {
        let clock = clock();
        let end = |hours| at(&clock, hours * HOUR);
        let script = [status(answer), keys("M1", &end(2)), keys("M2", &end(4)), ok("t"), keys("M3", &end(72))];
        let server = Server::start(script).await;
        let signer = signer(&clock, &server);
        assert_eq!(signer.keys().await.unwrap().access_key(), "M1");
        clock.advance(2 * HOUR);
        assert_eq!(signer.keys().await.unwrap().access_key(), "M2");
        assert!(server.header("x-metadata-token").is_empty());
        clock.advance(24 * HOUR);
        assert_eq!(signer.keys().await.unwrap().access_key(), "M3");
        assert_eq!(server.methods(), ["PUT", "GET", "GET", "PUT", "GET"]);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew_once() {
    let clock = clock();
    let server = Server::start([ok("t1"), status(401), ok("t2"), keys("M", &at(&clock, HOUR))]).await;
    assert_eq!(signer(&clock, &server).keys().await.unwrap().access_key(), "M");
    assert_eq!(server.header("x-metadata-token"), ["t1", "t2"]);
    let script = [ok("t1"), status(401), ok("t2"), status(401)];
    for error in refusals(&script).await {
        assert!(error.message().contains("the metadata service at http://127.0.0.1"), "{error}");
    }
    assert_eq!(refusals(&script).await[0].kind(), ErrorKind::AuthFailed);
}

#[tokio::test]
async fn a_machine_without_an_agency_is_told_so_at_once() {
    let lacking = "Please configure Cloud Service Agency first";
    for script in [[ok("t"), status(401).body(lacking)], [ok("t"), status(404).body(lacking)], [ok("t"), status(404)]] {
        for error in refusals(&script).await {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains("give this machine an agency"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_machine_without_the_service_waits_three_seconds() {
    for script in [vec![Reply::Silence], vec![ok("t"), Reply::Silence]] {
        let clock = clock();
        let server = Server::start(script.clone()).await;
        let signer = signer(&clock, &server);
        let start = clock.monotonic();
        let mut keys = std::pin::pin!(signer.keys());
        let error = tokio::select! {
            biased;
            error = &mut keys => error.unwrap_err(),
            () = async {
                // Only once the service has the last request, so that the time of the others is over.
                server.reached(script.len()).await;
                clock.end_next_sleep(|wait| wait <= Duration::from_secs(3)).await;
                std::future::pending::<()>().await;
            } => unreachable!("it waits for ever"),
        };
        assert_eq!((error.kind(), clock.monotonic() - start), (ErrorKind::Timeout, Duration::from_secs(3)));
        assert_eq!(server.count(), script.len());
    }
    let error = chain([Link::Metadata], &[]).signer(&session(&clock())).keys().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn nonsense_is_no_key_and_is_not_quoted() {
    let end = "2999-01-01T00:00:00Z";
    for script in [
        [ok("t"), ok("<html>hidden-word</html>")],
        [ok("t"), ok("")],
        [ok("t"), text(&json!({"credential": {"access": "A", "secret": "hidden-word"}}))],
        [ok("t"), text(&json!({"credential": {"access": "", "secret": "hidden-word", "securitytoken": "t", "expires_at": end}}))],
        [ok("a token\nof two lines"), ok("{}")],
        [ok("\u{1F511} key"), ok("{}")],
    ] {
        let [alone, chained] = refusals(&script).await;
        assert_eq!(alone.kind(), ErrorKind::Decode, "{alone}");
        assert!(!alone.to_string().contains("hidden-word") && !chained.to_string().contains("hidden-word"), "{chained}");
    }
}

#[tokio::test]
async fn other_spellings_of_a_key_are_read() {
    for names in [
        ["access", "secret", "securitytoken", "expires_at"],
        ["accessKeyId", "secretAccessKey", "securityToken", "expiration"],
        ["access_key_id", "secret_access_key", "security_token", "expiration"],
    ] {
        let clock = clock();
        let end = at(&clock, HOUR);
        let [access, secret, token, expires] = names;
        let body = json!({"credential": {access: "A", secret: SECRET, token: "t", expires: end}});
        let server = Server::start([ok("t"), text(&body)]).await;
        let keys = signer(&clock, &server).keys().await.unwrap();
        assert_eq!((keys.access_key(), keys.expires()), ("A", Some(clock.now() + HOUR)));
    }
}
