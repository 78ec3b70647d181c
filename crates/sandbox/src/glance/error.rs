//! Glance's errors: one cause, three shapes.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};

use crate::http::accept::{Shape, shape};
use crate::http::{Call, empty, json, set, text};
use crate::json::object;

/// An error answer. Its text is built from the sentence for the status and a detail, as WebOb
/// does it: some causes replace the sentence, others stand behind it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    body: String,
    headers: Vec<(&'static str, String)>,
}

pub(crate) type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    fn build(status: StatusCode, explanation: &str, detail: &str) -> Self {
        let body = format!("{explanation}<br /><br />\n{detail}\n\n");
        Self { status, body, headers: Vec::new() }
    }

    /// The cause replaces the sentence.
    pub(crate) fn explained(status: StatusCode, cause: impl AsRef<str>) -> Self {
        Self::build(status, cause.as_ref(), "")
    }

    /// The cause stands behind the sentence.
    pub(crate) fn detailed(status: StatusCode, cause: impl AsRef<str>) -> Self {
        let sentence = match status {
            StatusCode::FORBIDDEN => "Access was denied to this resource.",
            StatusCode::CONFLICT => "There was a conflict when trying to complete your request.",
            StatusCode::RANGE_NOT_SATISFIABLE => "The Range requested is not available.",
            _ => "",
        };
        Self::build(status, sentence, cause.as_ref())
    }

    pub(crate) fn bad_request(cause: impl AsRef<str>) -> Self {
        Self::explained(StatusCode::BAD_REQUEST, cause)
    }

    pub(crate) fn forbidden(cause: impl AsRef<str>) -> Self {
        Self::explained(StatusCode::FORBIDDEN, cause)
    }

    /// A rule of the policy said no.
    pub(crate) fn policy(action: &str) -> Self {
        Self::forbidden(format!("You are not authorized to complete {action} action."))
    }

    pub(crate) fn conflict(cause: impl AsRef<str>) -> Self {
        Self::explained(StatusCode::CONFLICT, cause)
    }

    pub(crate) fn not_found(cause: impl AsRef<str>) -> Self {
        Self::explained(StatusCode::NOT_FOUND, cause)
    }

    /// There is no such place, or nobody is to know that there is.
    pub(crate) fn nowhere() -> Self {
        Self::not_found("The resource could not be found.")
    }

    pub(crate) fn no_image(id: &str) -> Self {
        Self::not_found(format!("No image found with ID {id}"))
    }

    pub(crate) fn too_large(cause: impl AsRef<str>) -> Self {
        Self::explained(StatusCode::PAYLOAD_TOO_LARGE, cause)
    }

    /// A quota on the number of something.
    pub(crate) fn limit(what: &str, attempted: usize, maximum: usize) -> Self {
        Self::too_large(limit_text(what, attempted, maximum))
    }

    /// What a real server answers when it did not expect the request to look like that.
    pub(crate) fn internal() -> Self {
        Self::explained(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The server has either erred or is incapable of performing the requested operation.",
        )
    }

    pub(crate) fn unauthorized(identity_root: &str) -> Self {
        let mut error = Self::explained(
            StatusCode::UNAUTHORIZED,
            "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.",
        );
        error.headers.push(("www-authenticate", format!("Keystone uri=\"{identity_root}\"")));
        error
    }

    pub(crate) fn method_not_allowed(method: &str, allow: &str) -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            body: format!("The method {method} is not allowed for this resource. <br /><br />\n"),
            headers: vec![("allow", allow.to_owned())],
        }
    }

    /// A cause without a sentence around it.
    pub(crate) fn plain(status: StatusCode, cause: &str) -> Self {
        Self { status, body: cause.to_owned(), headers: Vec::new() }
    }

    pub(crate) fn media_type(call: &Call, cause: &str) -> Self {
        // Without the header the server fails to fill its own template in.
        let media_type = call.header("content-type").unwrap_or("${CONTENT_TYPE}");
        Self {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            body: format!("The request media type {media_type} is not supported by this server.\n<br /><br />\n{cause}"),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The answer in the shape that the caller prefers.
    pub(crate) fn into_response(self, request: &HeaderMap, head: bool) -> Response<Body> {
        let title = title(self.status);
        let line = format!("{} {title}", self.status.as_u16());
        let mut response = if head {
            let mut response = empty(self.status);
            *response.status_mut() = self.status;
            response
        } else {
            match shape(request.get("accept").and_then(|v| v.to_str().ok())) {
                Shape::Json => {
                    json(self.status, &object([("message", self.body.into()), ("code", line.into()), ("title", title.into())]))
                }
                Shape::Html => {
                    let body = escape_causes(&self.body);
                    let page = format!(
                        "<html>\n <head>\n  <title>{line}</title>\n </head>\n <body>\n  <h1>{line}</h1>\n  {body}\n </body>\n</html>"
                    );
                    text(self.status, "text/html; charset=UTF-8", page)
                }
                Shape::Plain => {
                    let body = self.body.replace('\n', " ").replace("<br />", "\n");
                    let page = format!("{line}\n\n{body}");
                    text(self.status, "text/plain; charset=UTF-8", page)
                }
            }
        };
        for (name, value) in &self.headers {
            set(&mut response, name, value);
        }
        response
    }
}

/// The text of a quota.
pub(crate) fn limit_text(what: &str, attempted: usize, maximum: usize) -> String {
    format!("The limit has been exceeded on the number of allowed image {what}. Attempted: {attempted}, Maximum: {maximum}")
}

/// WebOb's titles are older than those of today's registry.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        StatusCode::RANGE_NOT_SATISFIABLE => "Request Range Not Satisfiable",
        other => other.canonical_reason().unwrap_or_default(),
    }
}

/// Escapes everything but the line breaks of the template.
fn escape_causes(body: &str) -> String {
    let parts: Vec<String> = body
        .split("<br />")
        .map(|part| {
            part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#x27;")
        })
        .collect();
    parts.join("<br />")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn body(error: ApiError, accept: Option<&str>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert("accept", accept.parse().unwrap());
        }
        let response = error.into_response(&headers, false);
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn three_shapes() {
        let error = || ApiError::no_image("x");
        assert_eq!(
            body(error(), Some("application/json")).await,
            r#"{"message": "No image found with ID x<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#
        );
        assert_eq!(
            body(error(), Some("*/*")).await,
            "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  No image found with ID x<br /><br />\n\n\n\n </body>\n</html>"
        );
        assert_eq!(body(error(), None).await, "404 Not Found\n\nNo image found with ID x\n\n   ");
    }
}
