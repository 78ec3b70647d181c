//! Refusals, of which nobody has told the codes: in whatever shape they come, nothing of them is lost.

use std::time::Duration;

use cloudimg_core::{Error, ErrorKind, Result};

use crate::exchange::{Answer, given};

/// A refusal, and what it must become: kind, code, message, id of the request.
struct Refusal(Answer, ErrorKind, Option<&'static str>, &'static str, Option<&'static str>);

const ID: (&str, &str) = ("x-cnc-request-id", "cnc-2");
const JSON: (&str, &str) = ("content-type", "application/json");

fn refusal(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
    Answer { status, headers: headers.to_vec(), body: body.to_owned() }
}

fn all() -> Vec<Refusal> {
    use ErrorKind as K;
    vec![
        Refusal(
            refusal(400, &[JSON, ID], r#"{"code": "DomainNotEnabled", "message": "The domain is not enabled."}"#),
            K::InvalidRequest,
            Some("DomainNotEnabled"),
            "The domain is not enabled.",
            Some("cnc-2"),
        ),
        Refusal(
            refusal(403, &[JSON, ID], r#"{"code": 100104, "message": "No permission.", "data": null}"#),
            K::Forbidden,
            Some("100104"),
            "No permission.",
            Some("cnc-2"),
        ),
        Refusal(refusal(401, &[ID], ""), K::AuthFailed, None, "Unauthorized", Some("cnc-2")),
        Refusal(refusal(404, &[], ""), K::NotFound, None, "Not Found", None),
        Refusal(refusal(409, &[JSON, ID], "{}"), K::Conflict, None, "Conflict", Some("cnc-2")),
        Refusal(
            refusal(
                502,
                &[("content-type", "text/html")],
                "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1><hr>edge-7</body></html>",
            ),
            K::ServiceUnavailable,
            None,
            "edge-7",
            None,
        ),
        Refusal(
            refusal(
                400,
                &[("content-type", "application/xml"), ID],
                "<?xml version=\"1.0\"?>\n<response><code>E1</code><message>No such &lt;image&gt;</message></response>",
            ),
            K::InvalidRequest,
            None,
            "No such <image>",
            Some("cnc-2"),
        ),
        Refusal(
            refusal(429, &[JSON, ID, ("retry-after", "7")], r#"{"code": "Throttled", "message": "Too many."}"#),
            K::Throttled,
            Some("Throttled"),
            "Too many.",
            Some("cnc-2"),
        ),
        Refusal(
            refusal(500, &[JSON, ID], "{\"code\": \"InternalError\""),
            K::ServiceUnavailable,
            None,
            "{\"code\": \"InternalError\"",
            Some("cnc-2"),
        ),
    ]
}

/// Refuses the call in each shape, and looks at the errors.
pub(crate) async fn is_refused(operation: &str, call: impl AsyncFn(&Answer) -> Result<()>) {
    for Refusal(answer, kind, code, message, id) in all() {
        let error: Error = call(&answer).await.unwrap_err();
        let told = (error.kind(), error.code(), error.message(), error.request_id());
        assert_eq!(told, (kind, code, message, id), "{operation}: {answer:?}");
        let rest = (error.status(), error.operation(), error.body(), error.attempts());
        assert_eq!(rest, (Some(answer.status), Some(operation), answer.body.as_bytes(), 1));
        let patience = answer.headers.iter().any(|(name, _)| *name == "retry-after").then(|| Duration::from_secs(7));
        assert_eq!(error.retry_after(), patience, "{operation}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

/// No error, in whichever way it is printed, has what the request was signed with.
#[tokio::test]
async fn nothing_secret_is_in_an_error() {
    let refusal = refusal(403, &[JSON, ID], r#"{"code": "SignatureDoesNotMatch", "message": "No."}"#);
    let error = given(&refusal, async |client| client.list_images().send().await).await.unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(crate::exchange::SECRET) && !text.contains("Signature="), "{text}");
    }
    assert_eq!(error.to_string(), "list_images: No. (HTTP 403, SignatureDoesNotMatch, request cnc-2)");
}

/// Both SDKs take statuses of success that nobody has told of; that one came is said, with the id under which the service knows the call.
#[tokio::test]
async fn a_status_that_nobody_told_of_is_told() {
    let error = given(&refusal(206, &[JSON, ID], "{}"), async |client| client.list_images().send().await).await.unwrap_err();
    assert_eq!((error.status(), error.request_id()), (Some(206), Some("cnc-2")));
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
}
