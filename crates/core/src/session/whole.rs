//! Answers that are read whole, within a limit.

use bytes::{Bytes, BytesMut};
use reqwest::{Response, ResponseBuilderExt as _};

use crate::error::{Error, ErrorKind, Result};

/// The size of the pieces that the body of a success is read in.
const PIECE: usize = 64 * 1024;

pub(super) fn with_body(response: Response, body: reqwest::Body) -> Response {
    map_body(response, |_| body)
}

/// Exchanges the body; the URL is carried over by hand, since reqwest loses it on the way through `http::Response`.
pub(super) fn map_body(response: Response, change: impl FnOnce(reqwest::Body) -> reqwest::Body) -> Response {
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
