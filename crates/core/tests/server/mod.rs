//! A server on a socket that replies as a test says, and remembers what it was sent.
// Each test program that includes this uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Closes without an answer.
    CloseUnread,
    /// Never answers.
    Silence,
    /// 200, part of the body, then nothing.
    StallAfter {
        announced: usize,
        sent: &'static [u8],
    },
    /// This status, part of the body, then nothing.
    StallAfterStatus {
        status: u16,
        announced: usize,
        sent: &'static [u8],
    },
    /// 200, part of the body, then the end.
    CutAfter {
        announced: usize,
        sent: &'static [u8],
    },
    /// A body without end.
    Endless {
        status: u16,
    },
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Answer { status, headers: Vec::new(), body: String::new() }
}

pub(crate) fn ok(body: &str) -> Reply {
    status(200).body(body)
}

impl Reply {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn body(mut self, text: &str) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            text.clone_into(body);
        }
        self
    }
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    arrived: Notify,
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Server {
    url: String,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Server {
    /// Gives the replies of a script, one a request.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let script: Mutex<VecDeque<_>> = Mutex::new(script.into_iter().collect());
        Self::answering(move |_| script.lock().unwrap().pop_front().unwrap_or_else(|| status(599))).await
    }

    /// Gives what `answer` makes of each request.
    pub(crate) async fn answering(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::answering_at("127.0.0.1:0", answer).await
    }

    /// The same at an address: that of a server that was stopped, say.
    pub(crate) async fn answering_at(address: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let answer: Arc<Answer> = Arc::new(answer);
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Seen>::default();
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&answer), Arc::clone(&shared)));
            }
        });
        Self { url, seen, task }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.requests.lock().unwrap().len()
    }

    pub(crate) async fn reached(&self, count: usize) {
        while self.count() < count {
            self.seen.arrived.notified().await;
        }
    }

    /// What `read` finds in each request.
    pub(crate) fn each<T>(&self, read: impl Fn(&Request) -> T) -> Vec<T> {
        self.seen.requests.lock().unwrap().iter().map(read).collect()
    }

    /// The values of one header in all requests that had it.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let requests = self.seen.requests.lock().unwrap();
        requests.iter().flat_map(|r| &r.headers).filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    }

    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        self.seen.requests.lock().unwrap().iter().map(|r| r.body.clone()).collect()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().iter().map(|r| r.path.clone()).collect()
    }

    pub(crate) fn methods(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().iter().map(|r| r.method.clone()).collect()
    }
}

async fn serve(stream: TcpStream, answer: Arc<Answer>, seen: Arc<Seen>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let reply = answer(&request);
        seen.requests.lock().unwrap().push(request);
        seen.arrived.notify_waiters();
        seen.arrived.notify_one();
        if !write(&mut stream, reply).await {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut start = lines.first()?.split(' ');
    let (method, path) = (start.next()?.to_owned(), start.next()?.to_owned());
    let headers: Vec<_> =
        lines[1..].iter().filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
    let length = headers.iter().find(|(n, _)| n == "content-length").map(|(_, v)| v.parse().unwrap());
    let is_chunked = headers.iter().any(|(n, v)| n == "transfer-encoding" && v == "chunked");
    let body = if is_chunked { chunks(stream).await? } else { bytes(stream, length.unwrap_or(0)).await? };
    Some(Request { method, path, headers, body })
}

async fn bytes(stream: &mut BufReader<TcpStream>, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

async fn chunks(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        stream.read_line(&mut size).await.ok()?;
        let size = usize::from_str_radix(size.trim_end(), 16).ok()?;
        body.extend(bytes(stream, size).await?);
        bytes(stream, 2).await?;
        if size == 0 {
            return Some(body);
        }
    }
}

/// Says whether the connection goes on.
async fn write(stream: &mut BufReader<TcpStream>, reply: Reply) -> bool {
    let head = |status: u16, length: usize| format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n");
    match reply {
        Reply::Answer { status, headers, body } => {
            let headers: String = headers.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
            let answer = format!("{}{headers}\r\n{body}", head(status, body.len()));
            stream.write_all(answer.as_bytes()).await.is_ok()
        }
        Reply::CloseUnread => false,
        Reply::Silence => std::future::pending().await,
        Reply::StallAfter { announced, sent } => {
            let _ = stream.write_all(&[format!("{}\r\n", head(200, announced)).as_bytes(), sent].concat()).await;
            std::future::pending().await
        }
        Reply::StallAfterStatus { status, announced, sent } => {
            let _ = stream.write_all(&[format!("{}\r\n", head(status, announced)).as_bytes(), sent].concat()).await;
            std::future::pending().await
        }
        Reply::CutAfter { announced, sent } => {
            let _ = stream.write_all(&[format!("{}\r\n", head(200, announced)).as_bytes(), sent].concat()).await;
            false
        }
        Reply::Endless { status } => {
            let _ = stream.write_all(format!("{}\r\n", head(status, 1 << 40)).as_bytes()).await;
            while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
            false
        }
    }
}
