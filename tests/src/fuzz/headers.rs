//! Headers of answers: a line `name: value` each; values may hold any bytes.

use std::time::Duration;

use cloudimg_core::retry::Standard;
use cloudimg_core::{Error, ErrorKind};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{check_error, now};

pub(super) fn run(data: &[u8]) {
    let headers = read(data);
    for status in [StatusCode::FOUND, StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
        let error = Error::from_answer(status, &headers, b"", now());
        check_error(&error);
        check_wait(&headers, &error);
        if status == StatusCode::FOUND {
            assert!(!error.message().contains(['?', '@']) || !error.message().contains("hunter2"), "{error}");
        }
    }
    let mut answer = http::Response::new(reqwest::Body::from("[1,"));
    *answer.headers_mut() = headers;
    let read = cloudimg_core::decode::<Vec<u8>>(answer.into(), "show_image").now_or_never();
    let Some(Err(error)) = read else { panic!("half a list is read, or waited for") };
    let error = Error::from(error);
    check_error(&error);
    assert_eq!((error.kind(), error.status(), error.body()), (ErrorKind::Decode, Some(200), &b"[1,"[..]));
}

fn read(data: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}

/// What a service asks to wait is understood as written, and waited for only within reason.
fn check_wait(headers: &HeaderMap, error: &Error) {
    let text = headers.get("retry-after").and_then(|value| value.to_str().ok());
    let Some(asked) = error.retry_after() else {
        let is_number = text.is_some_and(|text| text.trim().parse::<u64>().is_ok());
        return assert!(!is_number, "{text:?} is passed over");
    };
    assert!(text.is_some(), "a wait that nobody asked for: {asked:?}");
    assert!(asked <= Standard::LONGEST_RETRY_AFTER || asked > Duration::from_secs(60));
    let written = text.unwrap_or_default().trim();
    if let Ok(seconds) = written.parse() {
        assert_eq!(asked, Duration::from_secs(seconds));
    } else {
        assert!(httpdate::parse_http_date(written).is_ok(), "{written} is no date");
    }
}
