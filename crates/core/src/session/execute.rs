//! Sends a call: prepare; then authorise, send, classify, wait, again, or return.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use http_body::Body as _;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use tracing::{Instrument as _, Span, field};
use url::Url;

use super::Sent;
use super::body::{self, Activity, Limits};
use super::redirect::{self, Way};
use super::{Call, Session, envelope, guard, query};
use crate::credentials::{Outgoing, Proof, Refusal, Rejection};
use crate::endpoint;
use crate::error::{Error, ErrorKind, Result, request_id};
use crate::operation::LongBody;
use crate::pace::Place;
use crate::retry::{Decision, Failure};

/// How much of an error answer is read.
const LONGEST_ERROR_BODY: usize = 64 * 1024;
/// The size of the pieces that the body of a success is read in.
const PIECE: usize = 64 * 1024;
/// How long an error answer may take to arrive once its head is there.
const ERROR_BODY_PATIENCE: Duration = Duration::from_secs(5);
/// How often at most the end of an upload is looked for.
const SHORTEST_NAP: Duration = Duration::from_millis(10);

pub(super) const ACCEPT_JSON: HeaderValue = HeaderValue::from_static("application/json");
/// What a download accepts: naming JSON first makes services send their errors as JSON.
const ACCEPT_DATA: HeaderValue = HeaderValue::from_static("application/json, application/octet-stream;q=0.9");

/// What has happened to a call so far.
struct Progress {
    started: Duration,
    attempts: u32,
    reauthorized: bool,
    way: Way,
    /// How long it waited for its turn under the pace limit.
    paced: Duration,
}

/// What became of one attempt.
enum Outcome {
    Success(Response),
    Redirect(Url, Error, Response),
    /// A 401, or another refusal that the credentials take the blame for, and the proof that the server refused.
    Unauthorized(Proof, Error, Response),
    /// An answer that is no success.
    Refused(Error, Response),
    /// No answer at all.
    Broken(Error),
    /// Nothing was sent: the credentials failed, after whatever repetitions they made themselves.
    Unsigned(Error),
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

    fn can_afford(&self, error: &Error) -> bool {
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

    /// Sends once.
    async fn attempt(&self, mut request: Request, call: &Call, progress: &Progress, place: Option<&Place>) -> Outcome {
        let long = call.long_body() == LongBody::Request;
        let proof = if progress.way.is_trusted(request.url()) {
            match self.credentials.authorize(&mut Outgoing::new(&mut request, &*self.clock, long)).await {
                Ok(proof) => Some(proof),
                Err(error) => return Outcome::Unsigned(error),
            }
        } else {
            tracing::warn!(host = request.url().host_str(), "following a redirect to another origin without credentials");
            None
        };
        if long && let Err(error) = settle_empty(&mut request).await {
            return Outcome::Broken(error);
        }
        let activity = Activity::new(self.clock.monotonic(), !long || request.body().is_none());
        if long && let Some(body) = request.body_mut().take() {
            *request.body_mut() = Some(body::watched(body, Arc::clone(&activity), Arc::clone(&self.clock)));
        }
        let url = request.url().clone();
        let sent = Arc::new(Sent::with(&request, &self.secrets));
        if let Some(place) = place {
            place.is_sent();
        }
        let response = match self.send(request, &activity).await {
            Ok(response) => response,
            Err(error) => return Outcome::Broken(error),
        };
        let status = response.status();
        let mut response = response;
        // For those who read it later and may find it wrong.
        response.extensions_mut().insert(Arc::clone(&sent));
        if call.is_success(status.as_u16()) {
            if call.long_body() == LongBody::Response {
                return Outcome::Success(response);
            }
            // Read here and not by the decoder, so that an answer which breaks off can be asked for again.
            let mut response = self.limited(response, call, progress);
            return match read_bounded(&mut response, call.longest).await {
                Ok(body) => match envelope::open(response, body, call) {
                    (response, None) => Outcome::Success(response),
                    (response, Some(error)) => Outcome::Refused(sent.redacted(error), response),
                },
                Err(error) => Outcome::Broken(sent.redacted(error.with_answer(status, response.headers(), &[]))),
            };
        }
        let (error, response) = self.read_refusal(response, &sent).await;
        if let Some(to) = redirect::target(&url, status, response.headers()) {
            return Outcome::Redirect(to, error, response);
        }
        let Some(proof) = proof.filter(|_| status.is_client_error()) else { return Outcome::Refused(error, response) };
        match self.credentials.explain(proof, &Refusal::new(status, response.headers(), self.clock.now())) {
            Some(reason) => {
                let message = format!("{}; {reason}", error.message());
                // The reason may quote a header of the answer.
                Outcome::Unauthorized(proof, sent.redacted(error.with_message(message)), response)
            }
            None if status == StatusCode::UNAUTHORIZED => Outcome::Unauthorized(proof, error, response),
            None => Outcome::Refused(error, response),
        }
    }

    /// Sends a request and waits for the head of the answer, but not for ever.
    async fn send(&self, request: Request, activity: &Activity) -> Result<Response> {
        let mut sending = std::pin::pin!(self.http.execute(request));
        loop {
            let ended = activity.has_ended();
            let (limit, what) =
                if ended { (self.timeouts.head, "no answer came in time") } else { (self.timeouts.idle, "the upload stood still") };
            let left =
                match limit.map(|limit| (limit, activity.last().saturating_add(limit).saturating_sub(self.clock.monotonic()))) {
                    Some((limit, left)) if left.is_zero() => {
                        return Err(Error::new(ErrorKind::Timeout, format!("{what} ({} s)", limit.as_secs_f64())));
                    }
                    limited => limited.map(|(_, left)| left),
                };
            // The limit on the head begins at the end of the upload, which nobody tells of: it is looked for in time.
            let nap =
                if ended { left } else { left.into_iter().chain(self.timeouts.head.map(|head| head.max(SHORTEST_NAP))).min() };
            let Some(nap) = nap else { return sending.await.map_err(Error::from_reqwest) };
            match select(sending.as_mut(), self.clock.sleep(nap)).await {
                Either::Left((sent, _)) => return sent.map_err(Error::from_reqwest),
                Either::Right(_) => {}
            }
        }
    }

    /// Reads the body of an answer that is no success, within limits, and says what it means.
    async fn read_refusal(&self, mut response: Response, sent: &Sent) -> (Error, Response) {
        let mut body = BytesMut::new();
        let mut patience = self.clock.sleep(ERROR_BODY_PATIENCE);
        while body.len() < LONGEST_ERROR_BODY {
            let chunk = std::pin::pin!(response.chunk());
            match select(chunk, patience).await {
                Either::Left((Ok(Some(chunk)), rest)) => {
                    body.extend_from_slice(&chunk[..chunk.len().min(LONGEST_ERROR_BODY - body.len())]);
                    patience = rest;
                }
                // What came before the end, a break or the end of patience is kept.
                Either::Left(_) | Either::Right(_) => break,
            }
        }
        let body = body.freeze();
        let error = Error::from_answer(response.status(), response.headers(), &body, self.clock.now());
        let error = sent.redacted(error);
        if self.tells_refusals {
            tracing::trace!(body = %String::from_utf8_lossy(&error.body()[..error.body().len().min(1024)]), "refusal");
        }
        (error, with_body(response, body.into()))
    }

    /// Puts limits on the body of a success and notes whose it is.
    fn finish(&self, response: Response, call: &Call, progress: &Progress) -> Response {
        let mut response = self.limited(response, call, progress);
        response.extensions_mut().insert(*call);
        response
    }

    fn limited(&self, response: Response, call: &Call, progress: &Progress) -> Response {
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

/// Reads a body of no bytes to its end, which nobody else would do: a source that gives some after all is to be found out.
async fn settle_empty(request: &mut Request) -> Result<()> {
    let Some(body) = request.body_mut().take_if(|body| body.size_hint().exact() == Some(0)) else { return Ok(()) };
    let mut body = std::pin::pin!(body);
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        frame.map_err(Error::from_reqwest)?;
    }
    request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Ok(())
}

fn out_of_time() -> Error {
    Error::new(ErrorKind::Timeout, "the call took longer than allowed")
}

pub(super) fn with_body(response: Response, body: reqwest::Body) -> Response {
    map_body(response, |_| body)
}

/// Exchanges the body; the URL is carried over by hand, since reqwest loses it on the way through `http::Response`.
fn map_body(response: Response, change: impl FnOnce(reqwest::Body) -> reqwest::Body) -> Response {
    let url = response.url().clone();
    let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
    let mut rebuilt = http::Response::builder().status(parts.status).version(parts.version).url(url);
    if let Some(headers) = rebuilt.headers_mut() {
        *headers = parts.headers;
    }
    if let Some(extensions) = rebuilt.extensions_mut() {
        extensions.extend(parts.extensions);
    }
    match rebuilt.body(change(body)) {
        Ok(response) => response.into(),
        Err(_) => unreachable!("the parts come from a valid response"),
    }
}

/// Puts a chunk behind the others: copied, since one of a single byte may hold on to a buffer of many; in pieces, since a buffer that grows
/// is there twice.
fn append(pieces: &mut Vec<BytesMut>, chunk: &[u8]) {
    match pieces.last_mut() {
        Some(last) if last.capacity() - last.len() >= chunk.len() => last.extend_from_slice(chunk),
        _ if chunk.is_empty() => {}
        _ => {
            let mut piece = BytesMut::with_capacity(chunk.len().max(PIECE));
            piece.extend_from_slice(chunk);
            pieces.push(piece);
        }
    }
}

/// The body of a success, read whole but never beyond `limit` bytes.
pub(crate) async fn read_bounded(response: &mut Response, limit: usize) -> Result<Bytes> {
    let too_long = || Error::new(ErrorKind::Decode, format!("the answer is longer than {limit} bytes"));
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(too_long());
    }
    let mut first = Bytes::new();
    let mut pieces: Vec<BytesMut> = Vec::new();
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.map_err(Error::from_reqwest)? {
        length += chunk.len();
        if length > limit {
            return Err(too_long());
        }
        if length == chunk.len() {
            // What comes in one piece is not copied.
            first = chunk;
            continue;
        }
        append(&mut pieces, &std::mem::take(&mut first));
        append(&mut pieces, &chunk);
    }
    let Some(last) = pieces.pop() else { return Ok(first) };
    if pieces.is_empty() {
        return Ok(last.freeze());
    }
    let mut body = BytesMut::with_capacity(length);
    pieces.iter().chain([&last]).for_each(|piece| body.extend_from_slice(piece));
    Ok(body.freeze())
}
