//! Byte ranges, as lenient and as strict as WebOb is.

use axum::http::StatusCode;

use super::error::{ApiError, Result};

/// The bytes from `start` up to `end`, which is not one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

fn refused(text: &str) -> ApiError {
    ApiError::detailed(StatusCode::RANGE_NOT_SATISFIABLE, text)
}

fn bad_position(which: &str, header: &str, size: u64) -> ApiError {
    let last = i128::from(size) - 1;
    let article = if which == "start" { "Start" } else { "The stop" };
    refused(&format!("Invalid {which} position in {header} header. {article} position MUST be in the inclusive range [0, {last}]."))
}

/// What a `Range` header asks for of so many bytes.
pub(super) fn parse(header: &str, size: u64) -> Result<Span> {
    if header.contains(',') {
        return Err(ApiError::bad_request(
            "Requests with multiple ranges are not supported in Glance. You may make multiple single-range requests instead.",
        ));
    }
    let (start, end) = split(header).ok_or_else(|| refused("Invalid Range header."))?;
    let invalid = || refused("Invalid Range header.");
    let number = |s: &str| s.parse::<u64>().map_err(|_| invalid());
    let start = match (start, end) {
        // The server stumbles over a range of nothing.
        ("", "") => return Err(ApiError::internal()),
        ("", suffix) => {
            let suffix = number(suffix)?;
            // A suffix of no bytes is taken for a start at 0, and so is one longer than the image.
            let start = if suffix == 0 { 0 } else { size.saturating_sub(suffix) };
            return if size == 0 && suffix == 0 {
                Err(bad_position("start", "Range", size))
            } else {
                Ok(Span { start, end: size })
            };
        }
        (start, _) => number(start)?,
    };
    let end = if end.is_empty() { size } else { number(end)?.saturating_add(1) };
    if !header_has_no_end(header) && start >= end {
        return Err(invalid());
    }
    if start >= size {
        return Err(bad_position("start", "Range", size));
    }
    Ok(Span { start, end: end.min(size) })
}

fn header_has_no_end(header: &str) -> bool {
    split(header).is_some_and(|(_, end)| end.is_empty())
}

/// `bytes=a-b`, blanks around the signs allowed, anything behind it ignored.
fn split(header: &str) -> Option<(&str, &str)> {
    let unit = header.get(..5)?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let rest = header[5..].trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' ');
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let (start, rest) = rest.split_at(digits(rest));
    let rest = rest.trim_start_matches(' ').strip_prefix('-')?.trim_start_matches(' ');
    Some((start, &rest[..digits(rest)]))
}

/// What the older form asks for: `Content-Range: bytes 0-9/*` in a request.
pub(super) fn parse_content_range(header: &str, size: u64) -> Result<Span> {
    const NAME: &str = "Content-Range";
    let invalid = || refused("Invalid Content-Range header.");
    let rest = header.get(..5).filter(|unit| unit.eq_ignore_ascii_case("bytes")).map(|_| header[5..].trim()).ok_or_else(invalid)?;
    let (span, total) = rest.split_once('/').ok_or_else(invalid)?;
    let (first, last) = span.trim().split_once('-').ok_or_else(invalid)?;
    let number = |s: &str| s.trim().parse::<u64>().map_err(|_| invalid());
    let (start, end) = (number(first)?, number(last)?.saturating_add(1));
    let total = match total.trim() {
        "*" => None,
        total => Some(number(total)?),
    };
    if start >= end || total.is_some_and(|total| end > total) {
        return Err(invalid());
    }
    if total.is_none() && end > size {
        return Err(bad_position("stop", NAME, size));
    }
    if start >= size {
        return Err(bad_position("start", NAME, size));
    }
    Ok(Span { start, end: end.min(size) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_seen_on_a_real_server() {
        let span = |header| parse(header, 100).map(|s| (s.start, s.end)).map_err(|e| e.status.as_u16());
        assert_eq!(span("bytes=0-9"), Ok((0, 10)));
        assert_eq!(span("bytes=90-"), Ok((90, 100)));
        assert_eq!(span("bytes=90-500"), Ok((90, 100)));
        assert_eq!(span("bytes=-5"), Ok((95, 100)));
        assert_eq!(span("bytes=-500"), Ok((0, 100)));
        assert_eq!(span("bytes=-0"), Ok((0, 100)));
        assert_eq!(span("Bytes = 0-1"), Ok((0, 2)));
        assert_eq!(span("bytes=99-99"), Ok((99, 100)));
        assert_eq!(span("bytes=100-"), Err(416));
        assert_eq!(span("bytes=5-2"), Err(416));
        assert_eq!(span("lines=1-2"), Err(416));
        assert_eq!(span("bytes=a-b"), Err(416));
        assert_eq!(span("bytes=0-1,4-5"), Err(400));
        assert!(parse("bytes=0-", 0).is_err());
    }

    #[test]
    fn the_older_form() {
        let span = |h| parse_content_range(h, 3).map(|s| (s.start, s.end)).map_err(|e| e.status.as_u16());
        assert_eq!(span("bytes 0-1/*"), Ok((0, 2)));
        assert_eq!(span("bytes 0-1/3"), Ok((0, 2)));
        assert_eq!(span("bytes 0-9/*"), Err(416));
        assert_eq!(span("bytes 5-6/*"), Err(416));
        assert_eq!(span("x"), Err(416));
    }
}
