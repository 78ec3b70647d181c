//! Faults on request: what goes wrong with the next matching call.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use futures::stream;
use http_body_util::BodyExt;

use crate::http::listener::Scissors;
use crate::http::{Call, set, text};

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// An answer with this status, and `Retry-After` with these seconds; the service is not asked.
    Status(u16, Option<u64>),
    /// The page of a proxy in front, `502 Bad Gateway`; the service is not asked.
    Html502,
    /// The connection closes before an answer; the service is not asked.
    CloseBeforeAnswer,
    /// The service carries the call out, then the connection closes instead of an answer.
    LoseAnswer,
    /// The answer breaks off after so many bytes of its body, whatever length it announced.
    CutBodyAfter(u64),
    /// No answer ever comes; the connection stays open.
    Stall,
    /// The answer comes late, by real time.
    Delay(Duration),
}

#[derive(Debug)]
struct Rule {
    method: String,
    path: String,
    fault: Fault,
}

/// The faults of one sandbox that have not happened yet.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<VecDeque<Rule>>>);

impl Faults {
    /// Arranges a fault for the next call with that method and path. `*` as the method is any
    /// method, `*` as a part of the path any one part: `/v2/images/*/file`.
    pub fn next(&self, method: &str, path: &str, fault: Fault) {
        self.times(1, method, path, fault);
    }

    /// Arranges the same fault for the next `n` such calls.
    pub fn times(&self, n: usize, method: &str, path: &str, fault: Fault) {
        let mut rules = self.rules();
        for _ in 0..n {
            rules.push_back(Rule { method: method.to_owned(), path: path.to_owned(), fault: fault.clone() });
        }
    }

    /// How many have not happened yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.rules().len()
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.rules().clear();
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, VecDeque<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.rules();
        let fits = |rule: &Rule| (rule.method == "*" || rule.method.eq_ignore_ascii_case(method)) && covers(&rule.path, path);
        let at = rules.iter().position(fits)?;
        rules.remove(at).map(|rule| rule.fault)
    }

    /// Answers a call with `service`, or with the fault that waits for it.
    pub(crate) async fn wrap<F, R>(&self, mut call: Call, scissors: &Scissors, service: F) -> Response<Body>
    where
        F: FnOnce(Call) -> R,
        R: Future<Output = Response<Body>>,
    {
        let Some(fault) = self.take(call.method.as_str(), &call.path) else {
            return service(call).await;
        };
        tracing::debug!(?fault, method = %call.method, path = call.path, "fault");
        match fault {
            Fault::Status(code, retry_after) => {
                call.discard_body();
                let status = StatusCode::from_u16(code).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                let body = format!("<html><body><h1>{status}</h1></body></html>");
                let mut response = text(status, "text/html", body);
                if let Some(seconds) = retry_after {
                    set(&mut response, "retry-after", &seconds.to_string());
                }
                response
            }
            Fault::Html502 => {
                call.discard_body();
                let body = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";
                text(StatusCode::BAD_GATEWAY, "text/html", body.to_owned())
            }
            Fault::CloseBeforeAnswer => {
                scissors.cut();
                Response::new(Body::empty())
            }
            Fault::LoseAnswer => {
                let _ = service(call).await;
                scissors.cut();
                Response::new(Body::empty())
            }
            Fault::CutBodyAfter(bytes) => service(call).await.map(|body| cut_after(body, bytes)),
            Fault::Stall => std::future::pending().await,
            Fault::Delay(by) => {
                tokio::time::sleep(by).await;
                service(call).await
            }
        }
    }
}

pub(crate) fn covers(pattern: &str, path: &str) -> bool {
    let (mut a, mut b) = (pattern.split('/'), path.split('/'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(p), Some(s)) if p == "*" || p == s => {}
            _ => return false,
        }
    }
}

/// The first `bytes` of a body, then an error, which ends the connection.
fn cut_after(body: Body, bytes: u64) -> Body {
    let length = http_body::Body::size_hint(&body).exact();
    let stream = stream::unfold((body, bytes, false), |(mut body, left, mut over)| async move {
        if left == 0 || over {
            // What was sent must reach the client before the connection goes.
            tokio::time::sleep(Duration::from_millis(20)).await;
            return Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted)), (body, 0, true)));
        }
        let frame = loop {
            match body.frame().await {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.is_empty() => {}
                    Ok(data) => break data,
                    Err(_) => {}
                },
                _ => {
                    over = true;
                    break Bytes::new();
                }
            }
        };
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(frame.len());
        let data = frame.slice(..taken);
        Some((Ok(data), (body, left - taken as u64, over)))
    });
    match length {
        // The announced length stays, so that the client can see that something is missing.
        Some(length) => Body::new(Announced { body: Body::from_stream(stream), length }),
        None => Body::from_stream(stream),
    }
}

/// A stream that announces a length.
#[derive(Debug)]
pub(crate) struct Announced {
    pub(crate) body: Body,
    pub(crate) length: u64,
}

impl http_body::Body for Announced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        std::pin::Pin::new(&mut self.body).poll_frame(cx)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_is_used_once() {
        let faults = Faults::default();
        faults.next("GET", "/v2/images/*/file", Fault::Stall);
        faults.next("*", "/v2/images", Fault::Html502);
        assert_eq!(faults.take("GET", "/v2/images/x"), None);
        assert_eq!(faults.take("PUT", "/v2/images/x/file"), None);
        assert_eq!(faults.take("GET", "/v2/images/x/file"), Some(Fault::Stall));
        assert_eq!(faults.take("GET", "/v2/images/x/file"), None);
        assert_eq!(faults.take("POST", "/v2/images"), Some(Fault::Html502));
        assert_eq!(faults.pending(), 0);
    }
}
