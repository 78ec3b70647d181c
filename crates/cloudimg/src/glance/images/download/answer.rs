//! One answer with data: asked for, and compared with what was asked.

use bytes::Bytes;
use cloudimg_core::{Error, ErrorKind, Result};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use http::header::{CONTENT_ENCODING, CONTENT_RANGE};
use http::{HeaderMap, StatusCode};

use super::super::Images;

/// The name of the call in errors.
pub(super) const OPERATION: &str = "download_image_data";

/// Data on their way: one answer of the service.
pub(super) struct Answer {
    pub(super) stream: BoxStream<'static, Result<Bytes>>,
    /// Where in the image they begin.
    pub(super) from: u64,
    /// The length of the image, if the service says so.
    pub(super) total: Option<u64>,
    /// The MD5 of the whole image, also with a part of it.
    pub(super) md5: Option<String>,
}

/// What is asked for: the whole image, or the bytes from the first up to the second, which is not one of them, or to the end.
pub(super) type Part = Option<(u64, Option<u64>)>;

impl Answer {
    /// Asks for data.
    ///
    /// # Errors
    /// `NotFound` if there is none yet, `Decode` for an answer to another question, and those of any call.
    pub(super) async fn ask(images: &Images, id: &str, part: Part) -> Result<Self> {
        let client = images.cloud.glance_client().await?;
        let mut call = client.download_image_data().image_id(id);
        if let Some((from, to)) = part {
            let last = to.map(|to| (to - 1).to_string()).unwrap_or_default();
            call = call.range(format!("bytes={from}-{last}"));
        }
        let answer = call.send().await?;
        let (status, headers) = (answer.status(), answer.headers());
        let odd = |what: &str| Error::new(ErrorKind::Decode, what).with_operation(OPERATION);
        if status == StatusCode::NO_CONTENT {
            return Err(no_data_yet(id));
        }
        if let Some(coding) = header(headers, CONTENT_ENCODING.as_str()).filter(|coding| coding != "identity") {
            return Err(odd(&format!(
                "the data come packed as `{coding}`, which was not asked for: something between changes them"
            )));
        }
        let (md5, length) = (header(headers, "content-md5"), answer.content_length());
        let (from, total) = match (part, status) {
            (_, StatusCode::OK) => (0, length),
            (Some((asked, to)), StatusCode::PARTIAL_CONTENT) => {
                let range = header(headers, CONTENT_RANGE.as_str()).unwrap_or_default();
                let told =
                    ContentRange::read(&range).ok_or_else(|| odd(&format!("a part came with the Content-Range `{range}`")))?;
                let fits = told.first == asked
                    && to.is_none_or(|to| told.last < to)
                    && length.is_none_or(|length| told.last - told.first + 1 == length);
                if !fits {
                    let end = to.map(|to| to - 1).map(|last| last.to_string()).unwrap_or_default();
                    return Err(odd(&format!("asked for bytes={asked}-{end}, the service sent `{range}`")));
                }
                (asked, told.total)
            }
            (None, _) => return Err(odd("a part came where the whole image was asked for")),
            (Some(_), other) => return Err(odd(&format!("a part came with the status {other}"))),
        };
        Ok(Self { stream: answer.into_inner_stream().map_err(Error::from).boxed(), from, total, md5 })
    }
}

pub(super) fn no_data_yet(id: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("the image {id} has no data yet")).with_operation(OPERATION)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Which bytes of how many an answer holds: `bytes 0-9/100`. (RFC 9110, 14.4.)
struct ContentRange {
    first: u64,
    last: u64,
    total: Option<u64>,
}

impl ContentRange {
    fn read(text: &str) -> Option<Self> {
        let (unit, range) = text.trim().split_once(' ')?;
        let (positions, total) = range.split_once('/')?;
        let (first, last) = positions.split_once('-')?;
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        let total = if total == "*" { None } else { Some(total.parse().ok()?) };
        let makes_sense = unit.eq_ignore_ascii_case("bytes") && first <= last && total.is_none_or(|total: u64| last < total);
        makes_sense.then_some(Self { first, last, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_content_range_that_makes_sense_is_believed() {
        let read = |text| ContentRange::read(text).map(|range| (range.first, range.last, range.total));
        assert_eq!(read("bytes 0-9/100"), Some((0, 9, Some(100))));
        assert_eq!(read("bytes 5-5/*"), Some((5, 5, None)));
        for wrong in ["", "bytes", "bytes 9-5/100", "bytes 0-100/100", "bytes */100", "lines 0-9/100", "bytes 0-/9", "bytes -1-2/9"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
