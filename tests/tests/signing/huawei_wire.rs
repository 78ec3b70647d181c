use std::time::Duration;

use cloudimg_core::credentials::AkSk;
use cloudimg_core::credentials::huawei::{Payload, Query, Request, sign};
use cloudimg_core::{ErrorKind, encode_path};

use crate::odd::Odd;
use crate::server::{Server, ok, status};
use crate::support::{SHORT, UPLOAD, at, call, clock, hurried, request, session, stream, with_body};
use crate::verifier::{self, unescaped};

const ACCESS: &str = "EXAMPLEACCESSKEY0001";
const SECRET: &str = "an example of a secret key";

fn keys() -> AkSk {
    AkSk::builder(ACCESS, SECRET).project_id("p-1").build().unwrap()
}

#[tokio::test]
async fn what_arrives_is_what_was_signed() {
    let server = Server::answering(|request| match verifier::huawei(request, SECRET) {
        Ok(_) => ok(""),
        Err(why) => status(401).body(&why),
    })
    .await;
    let session = session(&clock(), keys());
    let mut odd = Odd::new();
    for _ in 0..300 {
        let (segment, pairs) = (odd.segment(), odd.pairs());
        let mut wanted = request("GET", &format!("{}/v2/{}", server.url(), encode_path(&segment)));
        // As URL builders write it: a plus for a space.
        wanted.url_mut().query_pairs_mut().extend_pairs(&pairs);
        let sent = wanted.url().to_string();
        call(&session, wanted, &SHORT).await.unwrap_or_else(|e| panic!("{sent}: {e}"));
        let seen = server.each(Clone::clone).pop().unwrap();
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        assert_eq!(unescaped(path), format!("/v2/{segment}").into_bytes());
        let mut sorted = pairs.clone();
        sorted.sort();
        let arrived: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let arrived: Vec<_> = arrived.iter().map(|(key, value)| (unescaped(key), unescaped(value))).collect();
        let sorted: Vec<_> = sorted.into_iter().map(|(key, value)| (key.into_bytes(), value.into_bytes())).collect();
        assert_eq!(arrived, sorted, "{sent}");
    }
}

#[tokio::test]
async fn queries_written_by_hand_arrive_in_the_one_form() {
    let server = Server::answering(|request| if verifier::huawei(request, SECRET).is_ok() { ok("") } else { status(401) }).await;
    let session = session(&clock(), keys());
    for (written, arrives) in [
        ("?b&a=1", "?a=1&b="),
        ("?", ""),
        ("?&&", ""),
        ("?a=%7e&a=%2f", "?a=%2F&a=~"),
        ("?a=50%", "?a=50%25"),
        ("?a=%zz", "?a=%25zz"),
        ("?a=x=y", "?a=x%3Dy"),
        ("?a=1+2&a=1%2B2", "?a=1%202&a=1%2B2"),
        ("?=v", "?=v"),
    ] {
        call(&session, request("GET", &format!("{}/x{written}", server.url())), &SHORT).await.unwrap();
        assert_eq!(server.paths().pop().unwrap(), format!("/x{arrives}"), "{written}");
    }
    let before = server.count();
    let error = call(&session, request("GET", &format!("{}/x?a=%ff", server.url())), &SHORT).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::InvalidRequest, before));
}

#[tokio::test]
async fn each_attempt_is_signed_anew_with_a_later_date() {
    let server =
        Server::start([status(503).header("retry-after", "3"), status(307).header("location", "/y?b=1&a=2"), ok("")]).await;
    let clock = clock();
    let (result, waits) =
        hurried(&clock, call(&session(&clock, keys()), request("GET", &format!("{}/x", server.url())), &SHORT)).await;
    result.unwrap();
    assert_eq!(waits, [Duration::from_secs(3)]);
    let verified: Vec<_> = server.each(|request| verifier::huawei(request, SECRET).unwrap());
    let stamps: Vec<&str> = verified.iter().map(|v| v.stamp.as_str()).collect();
    assert_eq!(stamps, ["20270115T080000Z", "20270115T080003Z", "20270115T080003Z"]);
    assert_eq!(server.paths()[2], "/y?a=2&b=1");
    assert_ne!(verified[1].signature, verified[2].signature);
}

#[tokio::test]
async fn json_is_hashed_and_the_rest_goes_unsigned() {
    let server = Server::start((0..6).map(|_| ok(""))).await;
    let session = session(&clock(), keys());
    let put = || request("PUT", &format!("{}/x", server.url()));
    let data = "application/octet-stream";
    let patch = "application/openstack-images-v2.1-json-patch";
    for (request, facts) in [
        (with_body(put(), "application/json", "{\"name\":\"镜像\"}"), &SHORT),
        (with_body(put(), "application/json;charset=utf-8", "{}"), &SHORT),
        (with_body(put(), patch, "[]"), &SHORT),
        (with_body(put(), data, stream(&["ab", "c"], 3)), &UPLOAD),
        (with_body(put(), data, stream(&[], 0)), &UPLOAD),
        (with_body(put(), "application/json", stream(&["{}"], 2)), &UPLOAD),
    ] {
        call(&session, request, facts).await.unwrap();
    }
    let requests = server.each(Clone::clone);
    let verified: Vec<_> = requests.iter().map(|request| verifier::huawei(request, SECRET).unwrap()).collect();
    let unsigned: Vec<bool> = verified.iter().map(|v| v.payload == "UNSIGNED-PAYLOAD").collect();
    assert_eq!(unsigned, [false, false, true, true, false, true]);
    // The body of nothing has the hash of nothing, whatever the header says.
    assert_eq!(requests[4].header("x-sdk-content-sha256"), Some("UNSIGNED-PAYLOAD"));
    assert_eq!(requests[3].body, b"abc");
}

#[tokio::test]
async fn who_calls_is_signed_and_what_proxies_rewrite_is_not() {
    let server = Server::start([ok(""), ok("")]).await;
    let temporary =
        AkSk::builder(ACCESS, SECRET).domain_id("d-1").security_token("a+token==").derived("globe", "iam").build().unwrap();
    for keys in [keys(), temporary] {
        let mut request = request("GET", &format!("{}/x", server.url()));
        for (name, value) in [
            ("user-agent", "me"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-mine", " a  b "),
            ("x_odd", "1"),
            ("content-type", "application/json"),
            ("x-name", "镜像"),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        call(&session(&clock(), keys), request, &SHORT).await.unwrap();
    }
    let requests = server.each(Clone::clone);
    let [first, second] = [&requests[0], &requests[1]].map(|request| verifier::huawei(request, SECRET).unwrap().signed_headers);
    assert_eq!(first, ["content-type", "host", "x-mine", "x-name", "x-project-id", "x-sdk-date"]);
    assert_eq!(second, ["content-type", "host", "x-domain-id", "x-mine", "x-name", "x-sdk-date", "x-security-token"]);
    let host = server.url().strip_prefix("http://").unwrap();
    assert_eq!(requests[0].header("host"), Some(host), "with its port");
    assert_eq!(requests[0].header("x-mine"), Some("a  b"));
    assert_eq!(requests[1].header("x-security-token"), Some("a+token=="));
    let authorization = requests[1].header("authorization").unwrap();
    assert!(authorization.starts_with("V11-HMAC-SHA256 Credential=EXAMPLEACCESSKEY0001/20270115/globe/iam, "), "{authorization}");
}

#[tokio::test]
async fn a_request_with_an_authorization_of_its_own_is_not_signed() {
    let server = Server::start([ok("")]).await;
    let mut request = request("GET", &format!("{}/x?b=1&a=2", server.url()));
    request.headers_mut().insert("authorization", "Bearer mine".parse().unwrap());
    call(&session(&clock(), keys()), request, &SHORT).await.unwrap();
    let seen = &server.each(Clone::clone)[0];
    assert_eq!((seen.path.as_str(), seen.header("authorization")), ("/x?a=2&b=1", Some("Bearer mine")));
    assert_eq!((seen.header("x-project-id"), seen.header("x-sdk-date")), (Some("p-1"), None));
}

#[tokio::test]
async fn a_refused_signature_is_final() {
    let server = Server::start([status(401), ok("never reached")]).await;
    let error = call(&session(&clock(), keys()), request("GET", server.url()), &SHORT).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::AuthFailed, 1));
}

#[tokio::test]
async fn a_header_that_is_there_twice_is_not_sent() {
    let server = Server::start([]).await;
    let mut request = request("GET", server.url());
    for value in ["1", "2"] {
        request.headers_mut().append("x-mine", value.parse().unwrap());
    }
    let error = call(&session(&clock(), keys()), request, &SHORT).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::InvalidRequest, 0));
    assert!(error.message().contains("x-mine"), "{error}");
}

#[test]
fn what_cannot_be_sent_as_signed_is_refused() {
    let signed = |path: &str, headers: &[(&str, &str)]| {
        let query = Query::default();
        let payload = Payload::Bytes(&[]);
        let request = Request { method: "GET", authority: "h", path, query, headers, payload, time: at(0) };
        sign(&keys(), &request).map(|signed| signed.canonical_request().to_owned())
    };
    for path in ["/..", "/a/../b", "/./a", "/a/%2e%2E", "/a/%2E/b", "/a%2F..%2Fb"] {
        assert!(signed(path, &[]).is_err(), "{path}");
    }
    for path in ["/...", "/a..b", "/a//b", "/.a"] {
        assert!(signed(path, &[]).is_ok(), "{path}");
    }
    for date in ["", "20240115", "2024-01-15T08:30:45Z", "20241315T083045Z", "20240115T083045Z0"] {
        assert!(signed("/", &[("x-sdk-date", date)]).is_err(), "{date}");
    }
    assert!(signed("/", &[("x-sdk-date", "20240115T083045Z")]).unwrap().contains("x-sdk-date:20240115T083045Z\n"));
    assert!(signed("/", &[("authorization", "x")]).is_err());
    assert!(signed("/", &[("x-a", "1\nx-b:2")]).is_err());
    assert!(signed("/%ff/50%", &[]).unwrap().starts_with("GET\n/%EF%BF%BD/50%25/\n"));
}

#[test]
fn keys_that_cannot_sign_are_refused() {
    for keys in [
        AkSk::builder("", SECRET),
        AkSk::builder("a, Signature=0", SECRET),
        AkSk::builder(ACCESS, ""),
        AkSk::builder(ACCESS, SECRET).project_id(""),
        AkSk::builder(ACCESS, SECRET).derived("cn-north-4", ""),
        AkSk::builder(ACCESS, SECRET).project_id("p").domain_id("d"),
    ] {
        assert_eq!(keys.build().unwrap_err().kind(), ErrorKind::Configuration);
    }
}
