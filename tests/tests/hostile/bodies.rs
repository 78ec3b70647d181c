//! The bad answers.

use std::io::{self, Write};
use std::net::TcpStream;

/// One way to answer, and what must come of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) answer: fn(&mut Sink) -> io::Result<()>,
    /// The kinds of the error.
    pub(crate) kinds: &'static [&'static str],
    /// One of these stands in the message.
    pub(crate) says: &'static [&'static str],
}

/// The status of success, whatever that is for the call.
const OK: &str = "";

/// The way to the client.
pub(crate) struct Sink {
    to: TcpStream,
    sent: u64,
    /// What a success of this call comes with.
    success: &'static str,
}

impl Sink {
    pub(crate) fn new(to: TcpStream, creates: bool) -> Self {
        Self { to, sent: 0, success: if creates { "201 Created" } else { "200 OK" } }
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Sends the same block for ever, or until `left` bytes have gone.
    fn repeat(&mut self, block: &[u8], mut left: u64) -> io::Result<()> {
        let block = block.repeat((64 << 10) / block.len() + 1);
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            self.write_all(&block[..part])?;
            left -= part as u64;
        }
        Ok(())
    }

    fn head(&mut self, status: &str, fields: &str) -> io::Result<()> {
        let status = if status == OK { self.success } else { status };
        write!(self, "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{fields}\r\n")
    }

    /// A body of one piece; the connection ends behind it.
    fn whole(&mut self, status: &str, body: &[u8]) -> io::Result<()> {
        self.head(status, &format!("content-length: {}\r\nconnection: close\r\n", body.len()))?;
        self.write_all(body)
    }

    /// The beginning of a body that ends with the connection.
    fn open(&mut self, status: &str, body: &str) -> io::Result<()> {
        self.head(status, "connection: close\r\n")?;
        self.write_all(body.as_bytes())
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sent += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

const FIVE_GB: u64 = 5_000_000_000;
const ROW: &[u8] = br#"{"id": "7", "status": "active", "tags": [], "x": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}, "#;

#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    Case { name: "error-of-5-gb", kinds: &["InvalidRequest"], says: &[], answer: |out| {
        out.head("400 Bad Request", &format!("content-length: {FIVE_GB}\r\n"))?;
        out.repeat(b"{\"message\": \"no\"}", FIVE_GB)
    } },
    Case { name: "error-of-5-gb-of-html", kinds: &["ServiceUnavailable"], says: &[], answer: |out| {
        out.open("503 Away", "<html><body>")?;
        out.repeat(b"<h1>503</h1><br/>", FIVE_GB)
    } },
    Case { name: "error-without-end-in-chunks", kinds: &["ServiceUnavailable"], says: &[], answer: |out| {
        out.head("500 Broken", "transfer-encoding: chunked\r\n")?;
        out.repeat(b"4\r\nnooo\r\n", u64::MAX)
    } },
    Case { name: "announced-5-gb", kinds: &["Decode"], says: &["longer than"], answer: |out| {
        out.head(OK, &format!("content-length: {FIVE_GB}\r\n"))?;
        out.repeat(b" ", FIVE_GB)
    } },
    Case { name: "list-without-end", kinds: &["Decode"], says: &["longer than"], answer: |out| {
        out.open(OK, "{\"images\": [")?;
        out.repeat(ROW, u64::MAX)
    } },
    Case { name: "text-without-end", kinds: &["Decode"], says: &["longer than"], answer: |out| {
        out.open(OK, "{\"images\": [{\"id\": \"")?;
        out.repeat(b"a", u64::MAX)
    } },
    Case { name: "blanks-without-end", kinds: &["Decode"], says: &["longer than"], answer: |out| {
        out.open(OK, "")?;
        out.repeat(b"\n", u64::MAX)
    } },
    Case { name: "chunk-line-without-end", kinds: &["Interrupted"], says: &[], answer: |out| {
        out.head(OK, "transfer-encoding: chunked\r\n")?;
        out.write_all(b"4;")?;
        out.repeat(b"x", u64::MAX)
    } },
    Case { name: "deep", kinds: &["Decode"], says: &["recursion", "does not decode at"], answer: |out| {
        let body = format!("{{\"id\": \"7\", \"images\": [{{\"id\": \"7\", \"x\": {}", "[".repeat(1 << 20));
        out.whole(OK, body.as_bytes())
    } },
    Case { name: "10000-headers", kinds: &["Interrupted"], says: &["head", "header"], answer: |out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n")?;
        for n in 0..10_000 {
            write!(out, "x-header-{n}: {n}\r\n")?;
        }
        out.write_all(b"content-length: 2\r\n\r\n{}")
    } },
    Case { name: "headers-without-end", kinds: &["Interrupted"], says: &["head", "header"], answer: |out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n")?;
        out.repeat(b"x-header: y\r\n", u64::MAX)
    } },
    Case { name: "header-without-end", kinds: &["Interrupted"], says: &["head", "header"], answer: |out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nx-header: ")?;
        out.repeat(b"y", u64::MAX)
    } },
    Case { name: "status-line-without-end", kinds: &["Interrupted"], says: &[], answer: |out| {
        out.write_all(b"HTTP/1.1 200 ")?;
        out.repeat(b"y", u64::MAX)
    } },
    Case { name: "160000-continues", kinds: &["Interrupted"], says: &[], answer: |out| {
        out.repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 4_000_000)
    } },
    Case { name: "gzip-bomb", kinds: &["Decode"], says: &["longer than", "does not decode at"], answer: |out| {
        out.head(OK, "content-encoding: gzip\r\nconnection: close\r\n")?;
        out.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])?;
        // 8 MiB, which would be more than 1 GiB.
        out.repeat(&bomb(), 8 << 20)
    } },
    Case { name: "error-of-a-gzip-bomb", kinds: &["ServiceUnavailable"], says: &[], answer: |out| {
        out.head("502 Bad Gateway", "content-encoding: gzip\r\nconnection: close\r\n")?;
        out.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])?;
        out.repeat(&bomb(), 8 << 20)
    } },
    Case { name: "invalid-utf-8", kinds: &["Decode"], says: &["does not decode at"], answer: |out| {
        out.whole(OK, b"{\"id\": \"\xff\xfe\", \"images\": [{\"id\": \"\xc3\x28\"}]}")
    } },
    Case { name: "error-of-invalid-utf-8", kinds: &["Conflict"], says: &[], answer: |out| {
        out.whole("409 Conflict", b"{\"message\": \"\xff\xfe\x1b[31m\"}")
    } },
    Case { name: "nul", kinds: &["Decode"], says: &["does not decode at"], answer: |out| {
        out.whole(OK, &[0; 4096])
    } },
    Case { name: "error-of-nul", kinds: &["Forbidden"], says: &[], answer: |out| {
        out.whole("403 Forbidden", b"\0\0\0no\0\0")
    } },
    Case { name: "longer-than-it-says", kinds: &["Decode"], says: &["does not decode at"], answer: |out| {
        out.head(OK, "content-length: 9\r\nconnection: close\r\n")?;
        out.write_all(b"{\"images\": []}")
    } },
    Case { name: "shorter-than-it-says", kinds: &["Interrupted"], says: &["broke", "end of file"], answer: |out| {
        out.head(OK, "content-length: 100\r\nconnection: close\r\n")?;
        out.write_all(b"{\"images\": []}")
    } },
    Case { name: "truncated", kinds: &["Decode"], says: &["does not decode at"], answer: |out| {
        out.whole(OK, b"{\"images\": [{\"id\": \"7\", \"status\": \"act")
    } },
];

/// A block of deflate with fixed codes that says "the same 258 bytes again" without end: 13 bits each, so that 13 bytes are whole ones.
fn bomb() -> Vec<u8> {
    // The header of the block, a literal, then matches; only the first of all repetitions has the header, which is close enough to a bomb.
    let mut bits = Vec::new();
    for _ in 0..8 {
        // 285 in its eight bits, then the distance 1 in five.
        bits.extend([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | bit)).collect()
}
