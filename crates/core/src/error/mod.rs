//! One error for everything that can go wrong with a call.

mod carrier;
mod fault;
mod from;
mod kind;
mod redact;
mod shown;
mod text;
mod tls;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

#[doc(hidden)]
pub use carrier::carry;
pub use fault::Fault;
pub(crate) use fault::readable;
pub use kind::ErrorKind;

use self::redact::Spellings;
use crate::secret::Secret;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How much of an answer's body an error keeps.
const KEPT_BODY: usize = 8 * 1024;
/// How long a message may be, in characters: some quote what the service sent.
const LONGEST_MESSAGE: usize = 1000;

/// What went wrong with a call, by what the caller can do about it.
///
/// `Display` is one line of plain text; `Debug` shows every part but secrets. Clones share one allocation.
#[derive(Clone)]
pub struct Error(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    kind: ErrorKind,
    message: String,
    operation: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    body: Bytes,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error with a message of one line.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Parts {
            kind,
            message: clipped(message.into()),
            operation: None,
            status: None,
            code: None,
            request_id: None,
            retry_after: None,
            attempts: 0,
            body: Bytes::new(),
            source: None,
        }))
    }

    /// The error that an answer outside the documented successes means.
    #[must_use]
    pub fn from_answer(status: StatusCode, headers: &HeaderMap, body: &[u8], now: std::time::SystemTime) -> Self {
        let fault = Fault::read(body);
        let coded = fault.code.as_deref().and_then(|code| match status {
            StatusCode::BAD_REQUEST => crate::ims::kind(code),
            // Others use the same codes, in JSON, with a status that can be believed.
            StatusCode::FORBIDDEN if body.trim_ascii_start().starts_with(b"<") => crate::obs::kind(code),
            _ => None,
        });
        let kind = coded.unwrap_or_else(|| ErrorKind::of(status));
        let message = match fault.message {
            Some(message) => message,
            None => match (status.canonical_reason(), headers.get(http::header::LOCATION).and_then(|v| v.to_str().ok())) {
                (_, Some(to)) if status.is_redirection() => {
                    format!("the service points to {}", crate::endpoint::shown(to))
                }
                (Some(reason), _) => reason.to_owned(),
                (None, _) => "the service gave no reason".to_owned(),
            },
        };
        Self::new(kind, message).edit(|parts| {
            parts.status = Some(status.as_u16());
            parts.code = fault.code;
            parts.request_id = request_id(headers).or(fault.request_id);
            parts.retry_after = crate::retry::retry_after(headers, now);
            parts.body = Bytes::copy_from_slice(body.get(..KEPT_BODY).unwrap_or(body));
        })
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the service, or this client, says of it: one line without HTML.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The operation's id, where a call got that far.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's own code, such as `IMG.0035`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What [`code`](Self::code) means, in a few words; `None` for codes that say no more than the message.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        self.code().and_then(crate::ims::meaning)
    }

    /// The id under which the service's logs know the call.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the service asks to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How often the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The answer's body as it came, clipped to 8 KiB.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Whether the same call may succeed later without a change.
    ///
    /// It says nothing of whether the first one took effect: after `Interrupted` or `Timeout` look before sending a call that is not
    /// idempotent again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use ErrorKind as K;
        match self.0.kind {
            K::Throttled | K::Timeout | K::Connect | K::Interrupted => true,
            K::ServiceUnavailable => matches!(self.0.status, None | Some(502..=504)),
            _ => false,
        }
    }

    /// The same error with another message.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        self.edit(|parts| parts.message = clipped(message.into()))
    }

    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        self.edit(|parts| parts.kind = kind)
    }

    /// The same error without `secrets`, in whichever spelling: services repeat in a refusal what they were sent. A cause that tells one is
    /// left out.
    #[must_use]
    pub fn redacted<'a>(self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let spellings = Spellings::of(secrets);
        if spellings.is_empty() {
            return self;
        }
        let masked = |text: &str| spellings.masked(text, text.ends_with('…'));
        let name = |text: &Option<String>| {
            text.as_deref().and_then(|text| spellings.masked(text, text.chars().count() >= fault::LONGEST_ID))
        };
        let body = spellings.masked(&String::from_utf8_lossy(&self.0.body), self.0.body.len() >= KEPT_BODY);
        let (message, code, request_id) = (masked(&self.0.message), name(&self.0.code), name(&self.0.request_id));
        let is_told_below = chain(self.0.source.as_deref()).any(|cause| {
            spellings.masked(&cause.to_string(), false).is_some() || spellings.masked(&format!("{cause:?}"), false).is_some()
        });
        if !is_told_below && [&message, &code, &request_id, &body].iter().all(|told| told.is_none()) {
            return self;
        }
        self.edit(|parts| {
            parts.message = message.unwrap_or_else(|| parts.message.clone());
            parts.code = code.or_else(|| parts.code.take());
            parts.request_id = request_id.or_else(|| parts.request_id.take());
            if let Some(mut body) = body {
                body.truncate(body.floor_char_boundary(KEPT_BODY));
                parts.body = body.into();
            }
            if is_told_below {
                parts.source = None;
            }
        })
    }

    /// The same error with the service's own code.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        self.edit(|parts| parts.code = fault::identifier(&code.into()))
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.edit(|parts| parts.source = Some(Arc::from(source.into())))
    }

    /// The same error, said to come from `operation` unless it names one already.
    #[must_use]
    pub fn with_operation(self, operation: &str) -> Self {
        self.edit(|parts| {
            if parts.operation.is_none() {
                parts.operation = Some(operation.to_owned());
            }
        })
    }

    pub(crate) fn with_retry_after(self, wait: Duration) -> Self {
        self.edit(|parts| parts.retry_after = Some(wait))
    }

    /// Counts the attempts, unless the error comes from another call that counted its own.
    pub(crate) fn with_attempts(self, attempts: u32) -> Self {
        self.edit(|parts| {
            if parts.attempts == 0 {
                parts.attempts = attempts;
            }
        })
    }

    pub(crate) fn with_answer(self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        self.edit(|parts| {
            parts.status = Some(status.as_u16());
            parts.request_id = request_id(headers);
            parts.body = Bytes::copy_from_slice(body.get(..KEPT_BODY).unwrap_or(body));
        })
    }

    fn edit(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

/// An error and its causes.
fn chain<'a>(error: Option<&'a (dyn StdError + Send + Sync + 'static)>) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = error.map(|error| error as &(dyn StdError + 'static));
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// `message` on one line of a bounded length: some quote what a service sent.
fn clipped(mut message: String) -> String {
    if let std::borrow::Cow::Owned(line) = text::one_line(&message) {
        message = line;
    }
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

pub(crate) fn innermost(error: &dyn StdError) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

/// The id under which a service knows a call; each brand has its own header.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-openstack-request-id", "x-request-id", "x-cnc-request-id", "x-compute-request-id", "x-iam-trace-id", "x-obs-request-id"]
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| value.to_str().ok())
        .and_then(fault::identifier)
}

/// An id of [`request_id`] without `secrets`.
pub(crate) fn redacted_id<'a>(id: String, secrets: impl IntoIterator<Item = &'a Secret>) -> String {
    Spellings::of(secrets).masked(&id, id.chars().count() >= fault::LONGEST_ID).unwrap_or(id)
}

#[cfg(test)]
mod tests;
