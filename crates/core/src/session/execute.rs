//! Sends a call: prepare; then authorise, send, classify, wait, again, or return.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use http::Method;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Request, Response};
use tracing::{Instrument as _, Span, field};

use super::attempt::Outcome;
use super::body::{self, Limits};
use super::redirect::Way;
use super::whole::map_body;
use super::{Call, Sent, Session, guard, query};
use crate::credentials::Rejection;
use crate::endpoint;
use crate::error::{Error, ErrorKind, Result, request_id};
use crate::operation::LongBody;
use crate::pace::Place;
use crate::retry::{Decision, Failure};

pub(super) const ACCEPT_JSON: HeaderValue = HeaderValue::from_static("application/json");
/// What a download accepts: naming JSON first makes services send their errors as JSON.
const ACCEPT_DATA: HeaderValue = HeaderValue::from_static("application/json, application/octet-stream;q=0.9");

/// What has happened to a call so far.
pub(super) struct Progress {
    started: Duration,
    attempts: u32,
    reauthorized: bool,
    pub(super) way: Way,
    /// How long it waited for its turn under the pace limit.
    paced: Duration,
}

impl Session {
    /// Makes a generated request fit to be sent: guards its path and sets what the generator cannot.
    #[doc(hidden)]
    pub fn prepare(&self, request: &mut reqwest::Request, base: &str, call: &Call) -> Result<()> {
        endpoint::parse("the endpoint", base)
            .and_then(|base| guard::check_path(request.url(), &base, call))
            .map_err(|e| e.with_operation(call.operation))?;
        query::pair(request.url_mut(), call).map_err(|e| e.with_operation(call.operation))?;
        let has_body = request.body().is_some();
        let takes_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
        let headers = request.headers_mut();
        // Progenitor names the version of the document here, which no service asks for.
        headers.remove("api-version");
        if let (true, Some(media_type)) = (has_body, call.media_type()) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        if !has_body && takes_body {
            // Some gateways answer 411 otherwise.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        match call.long_body() {
            LongBody::Response => headers.insert(ACCEPT, ACCEPT_DATA),
            LongBody::None | LongBody::Request => headers.insert(ACCEPT, ACCEPT_JSON),
        };
        Ok(())
    }

    /// Sends `request`, as often as credentials and retry policy allow, and returns the last answer.
    ///
    /// An answer outside the documented successes carries its [`Error`] in the response's extensions; a failure without an answer is the `Err`.
    #[doc(hidden)]
    pub async fn execute(&self, request: Request, call: &Call) -> Result<Response> {
        let span = tracing::info_span!(
            "cloudimg.call",
            operation = call.operation,
            method = %request.method(),
            host = request.url().host_str(),
            status = field::Empty,
            attempts = field::Empty,
            request_id = field::Empty,
            duration_ms = field::Empty,
        );
        let mut progress = Progress {
            started: self.clock.monotonic(),
            attempts: 0,
            reauthorized: false,
            way: Way::new(request.url()),
            paced: Duration::ZERO,
        };
        async {
            let result = self.attempts(request, call, &mut progress).await;
            self.record(&result, &progress);
            result.map_err(|e| e.with_operation(call.operation).with_attempts(progress.attempts))
        }
        .instrument(span)
        .await
    }

    fn record(&self, result: &Result<Response>, progress: &Progress) {
        let span = Span::current();
        let duration = self.clock.monotonic().saturating_sub(progress.started);
        span.record("attempts", progress.attempts);
        span.record("duration_ms", u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        match result {
            Ok(response) => {
                span.record("status", response.status().as_u16());
                // A refusal's id is told by its error, which knows what must not be.
                let id = match response.extensions().get::<Error>() {
                    Some(error) => error.request_id().map(str::to_owned),
                    // Nobody listens to it.
                    None if span.is_disabled() => None,
                    None => request_id(response.headers()).map(|id| match response.extensions().get::<Arc<Sent>>() {
                        Some(sent) => sent.redacted_id(id),
                        None => id,
                    }),
                };
                span.record("request_id", id);
                tracing::debug!("answered");
            }
            Err(error) => tracing::debug!(%error, "failed"),
        }
    }

    async fn attempts(&self, request: Request, call: &Call, progress: &mut Progress) -> Result<Response> {
        let mut request = request;
        loop {
            // Before it is signed: a signature does not keep.
            let place = self.turn(call, progress).await?;
            progress.attempts += 1;
            // A stream cannot be copied: it is sent once, and what comes of that is final.
            let spare = request.try_clone();
            let outcome = match self.remaining(call, progress) {
                Ok(None) => self.attempt(request, call, progress, place.as_ref()).await,
                Ok(Some(limit)) => {
                    let attempt = std::pin::pin!(self.attempt(request, call, progress, place.as_ref()));
                    match select(attempt, self.clock.sleep(limit)).await {
                        Either::Left((outcome, _)) => outcome,
                        Either::Right(_) => return Err(out_of_time()),
                    }
                }
                Err(error) => return Err(error),
            };
            drop(place);
            let (error, answer) = match outcome {
                Outcome::Success(response) => {
                    self.budget.deposit(progress.attempts);
                    return Ok(self.finish(response, call, progress));
                }
                Outcome::Redirect(to, error, response) => match spare.and_then(|next| progress.way.follow(next, to)) {
                    Some(next) => {
                        request = next;
                        continue;
                    }
                    None => return Ok(refused(error, response, call, progress)),
                },
                Outcome::Unauthorized(proof, error, response) => {
                    let again = !progress.reauthorized && self.credentials.rejected(proof).await == Rejection::TryAgain;
                    match spare {
                        Some(next) if again => {
                            progress.reauthorized = true;
                            request = next;
                            continue;
                        }
                        _ => return Ok(refused(error, response, call, progress)),
                    }
                }
                Outcome::Refused(error, response) => (error, Some(response)),
                Outcome::Broken(error) => (error, None),
                Outcome::Unsigned(error) => return Err(error),
            };
            let failure = Failure {
                error: &error,
                attempts: progress.attempts,
                elapsed: self.clock.monotonic().saturating_sub(progress.started.saturating_add(progress.paced)),
                idempotent: call.is_idempotent(),
            };
            let decision = self.retry.decide(&failure);
            match (decision, spare, answer) {
                (Decision::After(wait), Some(next), _) if self.can_wait(wait, call, progress) && self.can_afford(&error) => {
                    tracing::info!(attempt = progress.attempts, wait_ms = wait.as_millis(), cause = %error, "trying again");
                    self.clock.sleep(wait).await;
                    request = next;
                }
                (_, _, Some(response)) => return Ok(refused(error, response, call, progress)),
                (_, _, None) => return Err(error),
            }
        }
    }

    /// The place of the next attempt under the pace limit, if there is one.
    async fn turn(&self, call: &Call, progress: &mut Progress) -> Result<Option<Place>> {
        let Some(pace) = &self.pace else { return Ok(None) };
        let began = self.clock.monotonic();
        let place = pace.turn(call.operation, call.key(), self.deadline(call, progress)).await?;
        progress.paced += self.clock.monotonic().saturating_sub(began);
        Ok(Some(place))
    }

    /// What is left of the time for the whole call; no limit holds while a body of any size is on its way.
    fn remaining(&self, call: &Call, progress: &Progress) -> Result<Option<Duration>> {
        let Some(deadline) = self.deadline(call, progress) else { return Ok(None) };
        match deadline.checked_sub(self.clock.monotonic()) {
            Some(left) if !left.is_zero() => Ok(Some(left)),
            _ => Err(out_of_time()),
        }
    }

    fn deadline(&self, call: &Call, progress: &Progress) -> Option<Duration> {
        self.timeouts.total.filter(|_| call.long_body() == LongBody::None).map(|total| progress.started.saturating_add(total))
    }

    pub(super) fn can_afford(&self, error: &Error) -> bool {
        let affords = self.budget.withdraw();
        if !affords {
            tracing::warn!(cause = %error, "not trying again: too many calls of this session fail");
        }
        affords
    }

    fn can_wait(&self, wait: Duration, call: &Call, progress: &Progress) -> bool {
        let Some(deadline) = self.deadline(call, progress) else { return true };
        // A new attempt needs its turn as well; without one, the last answer tells more.
        let wait = self.pace.as_ref().map_or(wait, |pace| wait.max(pace.wait_now(call.key())));
        self.clock.monotonic().saturating_add(wait) < deadline
    }

    /// Puts limits on the body of a success and notes whose it is.
    fn finish(&self, response: Response, call: &Call, progress: &Progress) -> Response {
        let mut response = self.limited(response, call, progress);
        response.extensions_mut().insert(*call);
        response
    }

    pub(super) fn limited(&self, response: Response, call: &Call, progress: &Progress) -> Response {
        let limits = Limits {
            clock: Arc::clone(&self.clock),
            idle: self.timeouts.idle,
            deadline: self.deadline(call, progress),
            operation: call.operation,
        };
        map_body(response, |body| body::limited(body, limits))
    }
}

/// Completes the error of an answer and lets it travel in the answer's extensions.
fn refused(error: Error, mut response: Response, call: &Call, progress: &Progress) -> Response {
    response.extensions_mut().insert(error.with_operation(call.operation).with_attempts(progress.attempts));
    response
}

fn out_of_time() -> Error {
    Error::new(ErrorKind::Timeout, "the call took longer than allowed")
}
