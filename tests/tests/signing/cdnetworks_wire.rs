use std::collections::HashSet;
use std::time::Duration;

use cloudimg_core::credentials::CncAkSk;
use cloudimg_core::{ErrorKind, encode_path};
use futures::future::join_all;

use crate::odd::Odd;
use crate::server::{Reply, Request, Server, ok, status};
use crate::support::{SHORT, START, UPLOAD, call, clock, hurried, request, session, stream, with_body};
use crate::verifier::{self, unescaped};

const SECRET: &str = "Test/Example+Secret==0001";

fn keys() -> CncAkSk {
    CncAkSk::new("AKTESTEXAMPLE01", SECRET).unwrap()
}

fn stamps(server: &Server) -> Vec<u64> {
    server.each(|r| verifier::cdnetworks(r, SECRET).unwrap().stamp.parse().unwrap())
}

#[tokio::test]
async fn what_arrives_is_what_was_signed() {
    let server = Server::answering(|request| match verifier::cdnetworks(request, SECRET) {
        Ok(_) => ok(""),
        Err(why) => status(401).body(&why),
    })
    .await;
    let clock = clock();
    let session = session(&clock, keys());
    let mut odd = Odd::new();
    for round in 0..300 {
        let (segment, pairs) = (odd.segment(), odd.pairs());
        let method = ["GET", "PUT", "DELETE", "POST"][round % 4];
        let mut wanted = request(method, &format!("{}/vmp/{}", server.url(), encode_path(&segment)));
        wanted.url_mut().query_pairs_mut().extend_pairs(&pairs);
        if method == "PUT" || method == "POST" {
            wanted = with_body(wanted, "application/json", format!("{{ \"n\": {round} }}"));
        }
        let sent = wanted.url().to_string();
        call(&session, wanted, &SHORT).await.unwrap_or_else(|e| panic!("{sent}: {e}"));
        let seen = server.each(Clone::clone).pop().unwrap();
        assert_eq!(seen.header("accept"), Some("application/json"));
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        assert_eq!(unescaped(path), format!("/vmp/{segment}").into_bytes());
        let arrived: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let arrived: Vec<_> = arrived.iter().map(|(key, value)| (unescaped(key), unescaped(value))).collect();
        let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.into_bytes(), value.into_bytes())).collect();
        assert_eq!(arrived, pairs, "in their own order: {sent}");
    }
}

#[tokio::test]
async fn the_type_of_the_caller_stands_and_the_host_has_its_port() {
    let server = Server::start([ok(""), ok("")]).await;
    let session = session(&clock(), keys());
    let url = format!("{}/vmp/images", server.url());
    call(&session, request("GET", &url), &SHORT).await.unwrap();
    call(&session, with_body(request("POST", &url), "application/json; charset=UTF-8", "{}"), &SHORT).await.unwrap();
    assert_eq!(stamps(&server), [START, START]);
    assert_eq!(server.header("content-type"), ["application/json", "application/json; charset=UTF-8"]);
    assert_eq!(server.header("host"), [&url[7..url.len() - 11]; 2]);
}

#[tokio::test]
async fn each_attempt_has_a_later_second() {
    let server = Server::start([status(503).header("retry-after", "0"), status(503).header("retry-after", "3"), ok("")]).await;
    let clock = clock();
    let (result, _) = hurried(&clock, call(&session(&clock, keys()), request("GET", server.url()), &SHORT)).await;
    result.unwrap();
    let stamps = stamps(&server);
    assert!(stamps.is_sorted_by(|a, b| a < b), "{stamps:?}");
}

#[tokio::test]
async fn equal_calls_never_share_a_second_and_run_ahead_five_at_most() {
    let server = Server::answering(|_| ok("")).await;
    let clock = clock();
    let session = session(&clock, keys());
    let url = format!("{}/vmp/images", server.url());
    let calls = join_all((0..8).map(|_| call(&session, request("GET", &url), &SHORT)));
    let (results, waits) = hurried(&clock, calls).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let mut seconds = stamps(&server);
    seconds.sort_unstable();
    assert_eq!(seconds, (START..START + 8).collect::<Vec<_>>());
    assert!(!waits.is_empty() && waits.iter().all(|wait| *wait == Duration::from_secs(1)), "{waits:?}");
    let signatures: HashSet<_> = server.each(|r| verifier::cdnetworks(r, SECRET).unwrap().signature).into_iter().collect();
    assert_eq!(signatures.len(), 8);
    // Another call has the whole of the second to itself.
    call(&session, request("GET", &format!("{url}?limit=1")), &SHORT).await.unwrap();
    assert_eq!(stamps(&server).pop().unwrap(), START + 2);
}

#[tokio::test]
async fn six_equal_calls_in_one_second_do_not_wait() {
    let server = Server::answering(|_| ok("")).await;
    let session = session(&clock(), keys());
    for _ in 0..6 {
        call(&session, request("GET", server.url()), &SHORT).await.unwrap();
    }
    assert_eq!(stamps(&server), (START..START + 6).collect::<Vec<_>>());
}

/// A service whose clock is `ahead` of the caller's and that refuses, with `code`, stamps five minutes off.
async fn service(ahead: i64, code: u16) -> Server {
    let now = START.checked_add_signed(ahead).unwrap();
    Server::answering(move |request: &Request| {
        let verified = verifier::cdnetworks(request, SECRET).unwrap();
        let stamp: u64 = verified.stamp.parse().unwrap();
        let reply: Reply = if stamp.abs_diff(now) > 300 { status(code).body("{\"message\":\"expired\"}") } else { ok("") };
        reply.header("date", &httpdate::fmt_http_date(crate::support::at(now)))
    })
    .await
}

#[tokio::test]
async fn a_wrong_clock_is_found_and_allowed_for() {
    for (ahead, code) in [(1000, 401), (-1000, 403), (86_400, 400)] {
        let server = service(ahead, code).await;
        let clock = clock();
        let session = session(&clock, keys());
        for _ in 0..3 {
            call(&session, request("GET", server.url()), &SHORT).await.unwrap();
        }
        let now = START.checked_add_signed(ahead).unwrap();
        assert_eq!(stamps(&server), [START, now, now + 1, now + 2], "only the first call needed two attempts");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_right_meanwhile_is_found_as_well() {
    for code in [401, 403, 400] {
        let server = service(1000, code).await;
        let clock = clock();
        let session = session(&clock, keys());
        call(&session, request("GET", server.url()), &SHORT).await.unwrap();
        clock.advance(Duration::from_secs(1000));
        call(&session, request("GET", server.url()), &SHORT).await.unwrap();
        let now = START + 1000;
        assert_eq!(stamps(&server), [START, now, now + 1000, now], "{code}");
    }
    let (server, clock) = (service(1000, 403).await, clock());
    let session = session(&clock, keys());
    call(&session, request("GET", server.url()), &SHORT).await.unwrap();
    clock.advance(Duration::from_secs(1000));
    let calls = (0..32).map(|n| call(&session, request("GET", &format!("{}/{n}", server.url())), &SHORT));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn many_calls_learn_of_a_wrong_clock_at_once() {
    let server = service(-5000, 401).await;
    let clock = clock();
    let session = session(&clock, keys());
    let calls = (0..32).map(|n| call(&session, request("GET", &format!("{}/{n}", server.url())), &SHORT));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn the_error_tells_of_a_wrong_clock() {
    let date = httpdate::fmt_http_date(crate::support::at(START - 900));
    let refusal = || status(403).header("date", &date).body("{\"code\":\"X1\",\"message\":\"no\"}");
    let server = Server::start([refusal(), refusal(), ok("never reached")]).await;
    let error = call(&session(&clock(), keys()), request("GET", server.url()), &SHORT).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts(), server.count()), (ErrorKind::Forbidden, Some(403), 2, 2));
    assert!(error.message().starts_with("no; this machine's clock is 900 s ahead of the service's"), "{error}");
}

#[tokio::test]
async fn a_refusal_with_the_right_time_is_what_it_is() {
    let date = httpdate::fmt_http_date(crate::support::at(START + 20));
    for code in [401, 403] {
        let server = Server::start([status(code).header("date", &date).body("{\"message\":\"no\"}"), ok("never reached")]).await;
        let error = call(&session(&clock(), keys()), request("GET", server.url()), &SHORT).await.unwrap_err();
        assert_eq!((error.message(), server.count()), ("no", 1));
    }
    let date = httpdate::fmt_http_date(crate::support::at(START + 2000));
    let server = Server::start([status(404).header("date", &date).body("{\"message\":\"no\"}")]).await;
    let error = call(&session(&clock(), keys()), request("GET", server.url()), &SHORT).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "no"));
}

#[tokio::test]
async fn what_should_not_be_signed_is_not_sent() {
    let server = Server::start([]).await;
    let session = session(&clock(), keys());
    let to = |method: &str, target: &str| request(method, &format!("{}{target}", server.url()));
    let mut twice = to("GET", "/x");
    for value in ["application/json", "text/plain"] {
        twice.headers_mut().append("content-type", value.parse().unwrap());
    }
    for (request, facts) in [
        (to("GET", "/x?a=50%"), &SHORT),
        (to("GET", "/x?a=%zz"), &SHORT),
        (to("POST", "/x?a=%f"), &SHORT),
        (to("GET", "/x?a=%ff"), &SHORT),
        (with_body(to("GET", "/x"), "application/json", "{}"), &SHORT),
        (with_body(to("PUT", "/x"), "application/json", stream(&["{}"], 2)), &UPLOAD),
        (twice, &SHORT),
    ] {
        let target = request.url().to_string();
        let error = call(&session, request, facts).await.unwrap_err();
        assert_eq!((error.kind(), server.count()), (ErrorKind::InvalidRequest, 0), "{target}: {error}");
    }
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    for (access, secret) in [("", "s"), ("a", ""), ("a b", "s"), ("a,b", "s"), ("a\n", "s")] {
        assert_eq!(CncAkSk::new(access, secret).unwrap_err().kind(), ErrorKind::Configuration);
    }
}

/// The environment of a program cannot be changed safely while it runs, so the test is a program of its own.
#[test]
fn keys_come_from_the_environment() {
    const ROLE: &str = "CLOUDIMG_TEST_ENVIRONMENT";
    if std::env::var_os(ROLE).is_some() {
        match CncAkSk::from_env() {
            Ok(keys) => assert!(format!("{keys:?}").contains("AKFROMENV"), "{keys:?}"),
            Err(error) => assert!(error.message().contains("CDNETWORKS_SECRET_KEY"), "{error}"),
        }
        println!("read: {}", CncAkSk::from_env().is_ok());
        return;
    }
    let run = |secret: Option<&str>| {
        let mut program = std::process::Command::new(std::env::current_exe().unwrap());
        program.args(["--exact", "--nocapture", "cdnetworks_wire::keys_come_from_the_environment"]);
        program.env(ROLE, "1").env("CDNETWORKS_ACCESS_KEY", "AKFROMENV").env_remove("CDNETWORKS_SECRET_KEY");
        if let Some(secret) = secret {
            program.env("CDNETWORKS_SECRET_KEY", secret);
        }
        let output = program.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(Some("s")).contains("read: true"));
    assert!(run(None).contains("read: false"));
}

#[tokio::test]
async fn clones_share_their_seconds() {
    let server = Server::start([ok(""), ok("")]).await;
    let (keys, clock) = (keys(), clock());
    for keys in [keys.clone(), keys] {
        call(&session(&clock, keys), request("GET", server.url()), &SHORT).await.unwrap();
    }
    assert_eq!(stamps(&server), [START, START + 1]);
}
