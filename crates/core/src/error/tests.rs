use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::*;

#[test]
fn what_a_service_repeats_of_a_secret_is_not_told() {
    let body = br#"{"error": {"message": "no receipt rcpt-1 of word", "code": 401}, "instance": {"password": "word"}}"#;
    let error = Error::from_answer(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body, std::time::SystemTime::UNIX_EPOCH);
    assert_eq!(error.message(), "no receipt rcpt-1 of word");
    let kept = error.clone().redacted(&["other".into(), "e".into()]);
    assert_eq!((kept.message(), kept.body()), (error.message(), error.body()));
    let error = error.redacted(&["rcpt-1".into(), "word".into()]);
    assert_eq!((error.message(), error.status()), ("no receipt *** of ***", Some(401)));
    let debug = format!("{error:?}");
    assert!(!debug.contains("rcpt-1") && !debug.contains(r#": "word""#), "{debug}");
}

fn fault(body: &str) -> (Option<String>, Option<String>) {
    let Fault { code, message, .. } = Fault::read(body.as_bytes());
    (code, message)
}

#[test]
fn glance_messages_lose_their_markup_and_generic_sentence() {
    let body = r#"{"message": "The request media type is not supported by this server.<br /><br />\nFailed to upload: content &#x27;gpt&#x27; &lt;x&gt;<br /><br />\n\n\n", "code": "415 Unsupported Media Type", "title": "Unsupported Media Type"}"#;
    assert_eq!(fault(body), (None, Some("Failed to upload: content 'gpt' <x>".into())));
}

#[test]
fn what_does_not_fit_a_schema_is_told_without_the_schema() {
    let body = r#"{"message": "Provided object does not match schema &#x27;tag&#x27;: &#x27;xx&#x27; is too long\n\nFailed validating &#x27;maxLength&#x27; in schema[&#x27;properties&#x27;][&#x27;name&#x27;]:\n    {&#x27;type&#x27;: &#x27;string&#x27;, &#x27;maxLength&#x27;: 1}\n\nOn instance[&#x27;name&#x27;]:\n    &#x27;xx&#x27;<br /><br />\n\n\n", "code": "400 Bad Request"}"#;
    assert_eq!(fault(body), (None, Some("Provided object does not match schema 'tag': 'xx' is too long".into())));
}

#[test]
fn each_shape_is_read() {
    let cases = [
        (
            r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request requires authentication."}}"#,
            None,
            "The request requires authentication.",
        ),
        (r#"{"error_code": "IMG.0035", "error_msg": "not found"}"#, Some("IMG.0035"), "not found"),
        (r#"{"error": {"code": "IMG.0144", "message": "bad"}}"#, Some("IMG.0144"), "bad"),
        (r#"{"errorCode": "IMG.0001", "errorMsg": "camels"}"#, Some("IMG.0001"), "camels"),
        (
            "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  No image found with ID 7<br /><br />\n\n\n </body>\n</html>",
            None,
            "No image found with ID 7",
        ),
        ("404 Not Found\n\nNo image found with ID 7\n\n   ", None, "No image found with ID 7"),
        ("<html><h1>502 Bad Gateway</h1></html>", None, "502 Bad Gateway"),
        ("a < b", None, "a < b"),
    ];
    for (body, code, message) in cases {
        assert_eq!(fault(body), (code.map(str::to_owned), Some(message.to_owned())), "{body}");
    }
    assert_eq!(fault(""), (None, None));
    assert_eq!(fault("{}"), (None, None));
}

#[test]
fn the_id_of_a_request_is_that_of_the_header_or_else_of_the_body() {
    let of = |headers: &HeaderMap, body: &str| {
        let error = Error::from_answer(StatusCode::UNAUTHORIZED, headers, body.as_bytes(), SystemTime::UNIX_EPOCH);
        error.request_id().map(str::to_owned)
    };
    let gateway = r#"{"error_code": "APIGW.0301", "error_msg": "Incorrect token", "request_id": "d6017f1d\n8a39"}"#;
    let none = HeaderMap::new();
    assert_eq!(of(&none, gateway).as_deref(), Some("d6017f1d8a39"));
    assert_eq!(of(&none, r#"{"error": {"message": "m", "request_id": "inner"}, "request_id": "outer"}"#).as_deref(), Some("inner"));
    assert_eq!(of(&none, r#"{"error": {"message": "m"}, "requestId": "outer"}"#).as_deref(), Some("outer"));
    for nothing in ["{}", r#"{"request_id": 7}"#, r#"{"error_code": "a", "request_id": " "}"#] {
        assert_eq!(of(&none, nothing), None, "{nothing}");
    }
    let long = format!(r#"{{"error_code": "a", "request_id": "{}"}}"#, "x".repeat(9000));
    assert_eq!(of(&none, &long).map(|id| id.len()), Some(128));
    let header = HeaderMap::from_iter([(http::HeaderName::from_static("x-request-id"), http::HeaderValue::from_static("header"))]);
    assert_eq!(of(&header, gateway).as_deref(), Some("header"));
}

#[test]
fn a_hostile_body_stays_bounded_and_on_one_line() {
    let (_, message) = fault(&"<\u{0}x\r\n".repeat(200_000));
    assert!(message.is_some_and(|m| m.chars().count() <= 601 && !m.contains(['\n', '\r', '\0'])));
}

#[test]
fn nothing_that_a_service_says_reaches_the_terminal_as_more_than_a_line_of_text() {
    let body = r#"{"error": {"code": "IMG.0027\u001b[2J\nIMG", "message": "<b>no</b>\u001b[31m image &#8238;\u2028here\u0007"}, "request_id": "r\r\n1"}"#;
    let error = Error::from_answer(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes(), SystemTime::UNIX_EPOCH);
    assert_eq!(error.message(), "image here");
    let told = [error.to_string(), Error::new(ErrorKind::JobFailed, "a\nb\u{1b}[1mc").with_code("x\ny").to_string()];
    for line in &told {
        assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}' | '<')), "{line:?}");
    }
    assert_eq!(told[1], "a bc (xy)");
    let debug = format!("{error:?}");
    assert!(debug.contains("r1") && debug.contains("<b>no</b>") && !debug.contains('\u{7}'), "all of it, escaped: {debug}");
}

#[test]
fn display_is_one_line_with_what_support_asks_for() {
    let mut headers = HeaderMap::new();
    headers.insert("x-openstack-request-id", http::HeaderValue::from_static("req-1"));
    headers.insert("retry-after", http::HeaderValue::from_static("7"));
    let error = Error::from_answer(StatusCode::SERVICE_UNAVAILABLE, &headers, b"<h1>down</h1>", SystemTime::UNIX_EPOCH)
        .with_operation("show_image")
        .with_attempts(3);
    assert_eq!(error.to_string(), "show_image: down (HTTP 503, request req-1, 3 attempts)");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.is_retryable());
    assert_eq!(std::mem::size_of::<Error>(), std::mem::size_of::<usize>());
}

#[test]
fn a_message_that_quotes_the_service_is_clipped_and_a_redirect_tells_no_query() {
    let error = Error::new(ErrorKind::Decode, "é".repeat(1_000_000));
    assert_eq!(error.message().chars().count(), 1001);
    let mut headers = HeaderMap::new();
    headers.insert("location", http::HeaderValue::from_static("https://h/x?token=secret"));
    let error = Error::from_answer(StatusCode::FOUND, &headers, b"", SystemTime::UNIX_EPOCH);
    assert_eq!(error.message(), "the service points to https://h/x");
}

#[tokio::test]
async fn an_error_survives_the_journey_through_reqwest() {
    let error = Error::new(ErrorKind::Configuration, "no region").with_operation("list_images").with_attempts(2);
    let carried = carry(error).await;
    let back = Error::from(progenitor_client::Error::<()>::CommunicationError(carried));
    assert_eq!(back.kind(), ErrorKind::Configuration);
    assert_eq!(back.to_string(), "list_images: no region (2 attempts)");
    let through_io = Error::from(std::io::Error::other(back));
    assert_eq!(through_io.kind(), ErrorKind::Configuration);
}

#[test]
fn codes_of_ims_tell_more_than_their_status() {
    let error =
        |body: &str| Error::from_answer(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes(), SystemTime::UNIX_EPOCH);
    let missing = error(r#"{"error": {"message": "The image cannot be found.", "code": "IMG.0027"}}"#);
    assert_eq!((missing.kind(), missing.meaning()), (ErrorKind::NotFound, Some("there is no such image")));
    let busy = error(r#"{"error": {"message": "Wait.", "code": "IMG.0060"}}"#);
    assert!(busy.kind() == ErrorKind::Throttled && busy.is_retryable());
    let unknown = error(r#"{"error": {"message": "Hm.", "code": "IMG.9999"}}"#);
    assert_eq!((unknown.kind(), unknown.meaning()), (ErrorKind::InvalidRequest, None));
}

#[test]
fn whatever_is_quoted_stays_on_one_line_of_bounded_length() {
    let body = format!(r#"{{"code": "one\ntwo{}", "message": "\u0001"}}"#, "z".repeat(300));
    let (code, message) = fault(&body);
    assert!(code.is_some_and(|code| code.starts_with("onetwoz") && code.len() == 128) && message.is_none());
    let error = Error::new(ErrorKind::Decode, "a\r\nb\u{2028}c\u{1b}[2J").with_code("x\ny");
    assert_eq!(error.to_string(), "a b c (xy)");
}

#[test]
fn code_request_id_and_causes_tell_no_secret_either() {
    let body = br#"{"code": "x-hunter2", "message": "no", "request_id": "hunter2"}"#;
    let error = Error::from_answer(StatusCode::BAD_REQUEST, &HeaderMap::new(), body, SystemTime::UNIX_EPOCH);
    let error = error.with_source(std::io::Error::other("not hunter2")).redacted(&["hunter2".into()]);
    assert_eq!((error.code(), error.request_id()), (Some("x-***"), Some("***")));
    assert!(!format!("{error:?}").contains("hunter2") && error.source().is_none(), "{error:?}");
}

#[test]
fn what_markup_leaves_of_a_secret_is_not_told() {
    let secret = "begin <more> of&amp;it, the end";
    let echo = serde_json::json!({"message": format!("no such user\nwith {secret}")}).to_string();
    for body in [echo.clone(), serde_json::json!({"message": "no", "sent": echo}).to_string()] {
        let error = Error::from_answer(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes(), SystemTime::UNIX_EPOCH);
        let debug = format!("{:?}", error.redacted(&[secret.into()]));
        assert!(!debug.contains("begin") && !debug.contains("the end") && debug.contains("***"), "{debug}");
    }
}

#[test]
fn the_object_storage_says_what_is_wrong_in_xml() {
    let body = b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>Check your \
        key &amp; signing method.</Message><RequestId>0000017</RequestId><HostId>abc</HostId></Error>";
    let error = Error::from_answer(StatusCode::FORBIDDEN, &HeaderMap::new(), body, SystemTime::UNIX_EPOCH);
    assert_eq!((error.kind(), error.code()), (ErrorKind::AuthFailed, Some("SignatureDoesNotMatch")));
    assert_eq!((error.message(), error.request_id()), ("Check your key & signing method.", Some("0000017")));
    let denied = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let error = Error::from_answer(StatusCode::FORBIDDEN, &HeaderMap::new(), denied, SystemTime::UNIX_EPOCH);
    assert_eq!((error.kind(), error.code()), (ErrorKind::Forbidden, Some("AccessDenied")));
    // What only looks like it is read as any page.
    let cut = b"<Error><Code>AccessDenied";
    let error = Error::from_answer(StatusCode::FORBIDDEN, &HeaderMap::new(), cut, SystemTime::UNIX_EPOCH);
    assert_eq!((error.code(), error.message()), (None, "Forbidden"));
}
