//! One attempt of a call: authorise, send, read what comes of it.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use futures::future::{Either, select};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http_body::Body as _;
use reqwest::{Request, Response};
use url::Url;

use super::body::{self, Activity};
use super::execute::Progress;
use super::whole::{read_bounded, with_body};
use super::{Call, Sent, Session, envelope, redirect};
use crate::credentials::{Outgoing, Proof, Refusal};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::LongBody;
use crate::pace::Place;

/// How much of an error answer is read.
const LONGEST_ERROR_BODY: usize = 64 * 1024;
/// How long an error answer may take to arrive once its head is there.
const ERROR_BODY_PATIENCE: Duration = Duration::from_secs(5);
/// How often at most the end of an upload is looked for.
const SHORTEST_NAP: Duration = Duration::from_millis(10);

/// What became of one attempt.
pub(super) enum Outcome {
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
    /// Sends once.
    pub(super) async fn attempt(&self, mut request: Request, call: &Call, progress: &Progress, place: Option<&Place>) -> Outcome {
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
