//! As much of HTTP/1.1 as tells where a message ends.

use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest head that is taken.
const LONGEST_HEAD: usize = 1 << 20;

/// The beginning of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// `GET`
    pub method: String,
    /// Path and query, as they came.
    pub target: String,
}

impl Request {
    /// The path, as it came.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// The first line and the fields of a message, as they came.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) bytes: Bytes,
}

impl Head {
    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    pub(super) fn request(&self) -> Request {
        let text = self.text();
        let mut words = text.lines().next().unwrap_or_default().split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        Request { method: word(), target: word() }
    }

    pub(super) fn status(&self) -> u16 {
        self.text().split(' ').nth(1).and_then(|status| status.get(..3)?.parse().ok()).unwrap_or(0)
    }

    fn field(&self, name: &str) -> Option<String> {
        let text = self.text();
        let mut fields = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.field(name).is_some_and(|found| found.to_ascii_lowercase().contains(value))
    }

    pub(super) fn closes(&self) -> bool {
        self.has("connection", "close")
    }

    fn length(&self) -> Option<u64> {
        self.field("content-length")?.parse().ok()
    }

    pub(super) fn of_request(&self) -> Framing {
        match self.has("transfer-encoding", "chunked") {
            true => Framing::Chunked(Chunks::START),
            false => Framing::Length(self.length().unwrap_or(0)),
        }
    }

    pub(super) fn of_answer(&self, method: &str) -> Framing {
        let status = self.status();
        if method == "HEAD" || status == 204 || status == 304 || status < 200 {
            return Framing::Length(0);
        }
        match self.length() {
            _ if self.has("transfer-encoding", "chunked") => Framing::Chunked(Chunks::START),
            Some(length) => Framing::Length(length),
            None => Framing::UntilClose,
        }
    }

    /// The head with these lengths instead of its own framing.
    pub(super) fn with_lengths(&self, lengths: &[u64]) -> Vec<u8> {
        let is_framing = |line: &str| {
            let name = line.split(':').next().unwrap_or_default();
            name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
        };
        let text = self.text();
        let kept = text.lines().filter(|line| !line.is_empty() && !is_framing(line)).map(str::to_owned);
        let lines: Vec<_> = kept.chain(lengths.iter().map(|length| format!("content-length: {length}"))).collect();
        format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
    }
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Framing {
    /// So many bytes are still to come.
    Length(u64),
    Chunked(Chunks),
    UntilClose,
}

impl Framing {
    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunks::Over))
    }

    /// How many of `bytes` belong to the body.
    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= taken as u64;
                taken
            }
            Self::Chunked(chunks) => chunks.take(bytes, &mut |_| {}),
            Self::UntilClose => bytes.len(),
        }
    }

    /// The content of a body as it came.
    pub(super) fn content(self, raw: &[u8]) -> Vec<u8> {
        let Self::Chunked(mut chunks) = self else { return raw.to_vec() };
        let mut content = Vec::new();
        chunks.take(raw, &mut |data| content.extend_from_slice(data));
        content
    }
}

/// A place within a chunked body.
#[derive(Clone, Copy, Debug)]
pub(super) enum Chunks {
    /// In the line with a size: what was read of it, and whether the size is over.
    Size(u64, bool),
    /// In the data of a chunk, with so much to come.
    Data(u64),
    /// In the line end behind the data.
    End,
    /// In the lines behind the last chunk, and whether the present one is empty so far.
    Trailer(bool),
    Over,
}

impl Chunks {
    const START: Self = Self::Size(0, false);

    fn take(&mut self, bytes: &[u8], data: &mut dyn FnMut(&[u8])) -> usize {
        let mut rest = bytes;
        while let (Some(&byte), false) = (rest.first(), matches!(self, Self::Over)) {
            let mut used = 1;
            *self = match *self {
                Self::Size(0, _) if byte == b'\n' => Self::Trailer(true),
                Self::Size(size, _) if byte == b'\n' => Self::Data(size),
                Self::Size(size, false) if byte.is_ascii_hexdigit() => {
                    Self::Size(size.saturating_mul(16).saturating_add(char::from(byte).to_digit(16).unwrap_or(0).into()), false)
                }
                Self::Size(size, over) => Self::Size(size, over || byte != b'\r'),
                Self::Data(left) => {
                    used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    data(rest.get(..used).unwrap_or_default());
                    match left - used as u64 {
                        0 => Self::End,
                        left => Self::Data(left),
                    }
                }
                Self::End if byte == b'\n' => Self::START,
                Self::End => Self::End,
                Self::Trailer(true) if byte == b'\n' => Self::Over,
                Self::Trailer(_) if byte == b'\n' => Self::Trailer(true),
                Self::Trailer(empty) => Self::Trailer(empty && byte == b'\r'),
                Self::Over => Self::Over,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        bytes.len() - rest.len()
    }
}

/// Reads messages, and keeps what was read too far.
#[derive(Debug)]
pub(super) struct Reader<'a, R> {
    pub(super) from: R,
    pub(super) kept: &'a mut BytesMut,
}

impl<R: AsyncRead + Unpin> Reader<'_, R> {
    /// Reads more, and says how much; 0 at the end.
    pub(super) async fn fill(&mut self) -> io::Result<usize> {
        self.kept.reserve(16 << 10);
        self.from.read_buf(self.kept).await
    }

    /// The next head; `None` where the connection ends without one.
    pub(super) async fn head(&mut self) -> io::Result<Option<Head>> {
        let mut searched = 0_usize;
        loop {
            let from = searched.saturating_sub(3);
            let found = self.kept.get(from..).unwrap_or_default().windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(at) = found {
                return Ok(Some(Head { bytes: self.kept.split_to(from + at + 4).freeze() }));
            }
            searched = self.kept.len();
            if searched > LONGEST_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// At most `most` bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// `UnexpectedEof` where the connection ends before the body.
    pub(super) async fn block(&mut self, framing: &mut Framing, most: usize) -> io::Result<Option<Bytes>> {
        if framing.is_over() {
            return Ok(None);
        }
        if self.kept.is_empty() && self.fill().await? == 0 {
            return match framing {
                Framing::UntilClose => Ok(None),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
        let most = most.min(self.kept.len());
        let taken = framing.take(self.kept.chunk().get(..most).unwrap_or_default());
        Ok(Some(self.kept.split_to(taken).freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_end_where_they_end_however_they_are_cut() {
        let body = b"4\r\nWiki\r\n1A;ext=\"x\"\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: x\r\n\r\nHTTP/1.1 200 OK";
        let end = body.len() - b"HTTP/1.1 200 OK".len();
        for size in 1..body.len() {
            let mut framing = Framing::Chunked(Chunks::START);
            let taken: usize = body.chunks(size).map(|piece| framing.take(piece)).sum();
            assert!(framing.is_over() && taken == end, "{size}: {taken} of {end}");
        }
        assert_eq!(Framing::Chunked(Chunks::START).content(body), b"Wikiabcdefghijklmnopqrstuvwxyz");
    }

    #[test]
    fn framing_is_as_the_head_says() {
        let head = |text: &str| Head { bytes: text.to_owned().into_bytes().into() };
        let answer = |text: &str, method| head(text).of_answer(method);
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
        assert!(matches!(answer(long, "GET"), Framing::Length(7)));
        assert!(answer(long, "HEAD").is_over());
        assert!(answer("HTTP/1.1 204 No Content\r\n\r\n", "GET").is_over());
        assert!(matches!(answer("HTTP/1.1 200 OK\r\n\r\n", "GET"), Framing::UntilClose));
        let both = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nTransfer-Encoding: Chunked\r\n\r\n";
        assert!(matches!(answer(both, "GET"), Framing::Chunked(_)));
        assert!(head("GET /a?b HTTP/1.1\r\nhost: h\r\n\r\n").of_request().is_over());
        assert_eq!(head(both).with_lengths(&[1, 2]), b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n");
    }
}
