//! What both services share of HTTP: the call, its query, answers, connections.

pub(crate) mod accept;
pub(crate) mod listener;
pub(crate) mod path;
pub(crate) mod query;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};

use crate::json::{Json, Layout};
use query::Query;

/// The largest JSON body that is read.
const MAX_JSON: usize = 64 << 20;
/// How much of an unwanted upload is read away, so that its sender sees the answer instead of a
/// reset connection.
const MAX_DISCARDED: u64 = 64 << 20;
/// And for how long.
const DISCARD_TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// A request on its way to a handler.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path as it came, which is what signatures are about.
    pub(crate) raw_path: String,
    /// The path without its escapes.
    pub(crate) path: String,
    pub(crate) query: Query,
    /// The query as it came.
    pub(crate) raw_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) request_id: String,
}

impl Call {
    /// Takes a request apart; `None` if its path is not UTF-8 once unescaped.
    pub(crate) fn new(request: axum::extract::Request, request_id: String) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let path = query::unescape(&path::without_dots(parts.uri.path()), false)?;
        let raw_path = parts.uri.path().to_owned();
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        Some(Self {
            method: parts.method,
            raw_path,
            path,
            query: Query::parse(&raw_query),
            raw_query,
            headers: parts.headers,
            body,
            request_id,
        })
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The media type of the body, without parameters.
    pub(crate) fn content_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The declared length of the body.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked"))
    }

    /// Whether a body comes with the request.
    pub(crate) fn has_body(&self) -> bool {
        self.is_chunked() || self.content_length().is_some_and(|n| n > 0)
    }

    /// The whole body; `None` if it breaks off or is too large.
    pub(crate) async fn read_body(&mut self) -> Option<Vec<u8>> {
        let body = std::mem::take(&mut self.body);
        Some(Limited::new(body, MAX_JSON).collect().await.ok()?.to_bytes().to_vec())
    }

    /// Reads a body nobody wants, in the background and within bounds. A client that is still
    /// sending would otherwise be cut off before it sees the answer.
    pub(crate) fn discard_body(&mut self) {
        let body = std::mem::take(&mut self.body);
        // Who asked first has not begun to send.
        if !self.has_body() || self.headers.contains_key(header::EXPECT) {
            return;
        }
        tokio::spawn(tokio::time::timeout(DISCARD_TIME, async move {
            let mut body = body;
            let mut read = 0_u64;
            while let Some(Ok(frame)) = body.frame().await {
                read += frame.data_ref().map_or(0, |d| d.len() as u64);
                if read > MAX_DISCARDED {
                    break;
                }
            }
        }));
    }
}

/// A new request id.
pub(crate) fn new_request_id() -> String {
    format!("req-{}", uuid::Uuid::new_v4())
}

/// An answer with a text.
pub(crate) fn text(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer with JSON.
pub(crate) fn json(status: StatusCode, body: &Json) -> Response<Body> {
    text(status, "application/json", body.to_text(Layout::Spaced))
}

/// An answer without a body, which says `text/html` all the same.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    text(status, "text/html; charset=UTF-8", String::new())
}

/// Sets a header; a value that no header can hold is left out.
pub(crate) fn set(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
