//! Bodies of error answers: the first line is the status, the rest the body.

use cloudimg_core::{Error, ErrorKind, Secret};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{check_error, first_line, now};

/// What stands in inputs for a secret that the service repeats.
const MARK: &str = "{{secret}}";
const SECRET: &str = "hunter2-Tr0ub4dor";

pub(super) fn run(data: &[u8]) {
    let (status, body) = first_line(data);
    let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut headers = HeaderMap::new();
    headers.insert("x-openstack-request-id", HeaderValue::from_static("req-1"));
    let error = Error::from_answer(status, &headers, body, now());
    check_error(&error);
    assert_eq!((error.status(), error.request_id()), (Some(status.as_u16()), Some("req-1")));
    assert!(body.starts_with(error.body()) && error.body().len() == body.len().min(8 * 1024), "the body is not kept");
    assert!(error.to_string().contains(error.message()));
    match status.as_u16() {
        401 => assert_eq!(error.kind(), ErrorKind::AuthFailed),
        403 => assert_eq!(error.kind(), ErrorKind::Forbidden),
        404 => assert_eq!(error.kind(), ErrorKind::NotFound),
        429 => assert_eq!(error.kind(), ErrorKind::Throttled),
        500..=599 => assert_eq!(error.kind(), ErrorKind::ServiceUnavailable),
        _ => {}
    }
    let again = Error::from_answer(status, &headers, error.body(), now());
    assert!(again.kind() == error.kind() || body.len() > 8 * 1024, "a kept body says something else");
    check_secret(status, &headers, body);
}

fn check_secret(status: StatusCode, headers: &HeaderMap, body: &[u8]) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    if !text.contains(MARK) {
        return;
    }
    let error = Error::from_answer(status, headers, text.replace(MARK, SECRET).as_bytes(), now());
    let error = error.redacted(&[Secret::new(SECRET)]);
    check_error(&error);
    for told in [error.to_string(), format!("{error:?}"), String::from_utf8_lossy(error.body()).into_owned()] {
        assert!(!told.contains(SECRET), "told: {told}");
    }
}
