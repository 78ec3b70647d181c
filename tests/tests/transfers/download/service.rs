//! An image service of one image that does as it is told, byte for byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use cloudimg::config::Access;
use cloudimg::retry::Standard;
use cloudimg::{Cloud, CloudBuilder};
use cloudimg_tests::{md5, sha512};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) path: String,
    /// What the header `Range` says.
    pub(crate) range: Option<String>,
}

impl Ask {
    pub(crate) fn is_data(&self) -> bool {
        self.path.ends_with("/file")
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection closes after so many bytes of the body, whose announced length stays.
    pub(crate) cut: Option<usize>,
}

impl Answer {
    pub(crate) fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), cut: None }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Change = dyn Fn(usize, &Ask, Answer) -> Answer + Send + Sync;

pub(crate) struct Service {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Ask>>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Service {
    /// One whose image has these bytes; `change` has the last word, and is told how many requests for data came before.
    pub(crate) async fn start(data: Vec<u8>, change: impl Fn(usize, &Ask, Answer) -> Answer + Send + Sync + 'static) -> Self {
        let record = json!({
            "id": "7", "status": "active", "visibility": "private", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
            "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z", "size": data.len(),
            "checksum": md5(&data), "os_hash_algo": "sha512", "os_hash_value": sha512(&data),
        });
        Self::of(record, data, change).await
    }

    /// One whose image has this record.
    pub(crate) async fn of(
        record: Value,
        data: Vec<u8>,
        change: impl Fn(usize, &Ask, Answer) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (image, change, all) = (Arc::new((record, data)), Arc::new(change), Arc::clone(&asked));
        let accepting = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&image), Arc::clone(&change) as Arc<Change>, Arc::clone(&all)));
            }
        });
        Self { address, asked, accepting }
    }

    pub(crate) fn cloud(&self) -> CloudBuilder {
        let access = Access::Anonymous { endpoint: Some(format!("http://{}/v2", self.address)) };
        Cloud::builder(access).retry(Standard::default().with_waits(std::time::Duration::ZERO, std::time::Duration::ZERO))
    }

    pub(crate) fn images(&self) -> cloudimg::glance::Images {
        self.cloud().build().unwrap().images()
    }

    /// The ranges of the requests for data.
    pub(crate) fn ranges(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().iter().filter(|ask| ask.is_data()).map(|ask| ask.range.clone()).collect()
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut stream: TcpStream, image: Arc<(Value, Vec<u8>)>, change: Arc<Change>, asked: Arc<Mutex<Vec<Ask>>>) {
    let mut read = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let mut block = [0; 4096];
            match stream.read(&mut block).await {
                Ok(0) | Err(_) => return,
                Ok(length) => read.extend_from_slice(&block[..length]),
            }
        };
        let head = String::from_utf8(read.drain(..end).collect()).unwrap();
        let mut lines = head.lines();
        let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().to_owned();
        let range = lines.find_map(|line| line.to_ascii_lowercase().strip_prefix("range: ").map(str::to_owned));
        let ask = Ask { path, range };
        let before = {
            let mut asked = asked.lock().unwrap();
            asked.push(ask.clone());
            asked.iter().filter(|ask| ask.is_data()).count() - usize::from(ask.is_data())
        };
        let answer = change(before, &ask, usual(&ask, &image));
        let headers: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("HTTP/1.1 {} X\r\n{headers}content-length: {}\r\n\r\n", answer.status, answer.body.len());
        let body = &answer.body[..answer.cut.unwrap_or(answer.body.len()).min(answer.body.len())];
        if stream.write_all(head.as_bytes()).await.is_err() || stream.write_all(body).await.is_err() || answer.cut.is_some() {
            return;
        }
    }
}

fn usual(ask: &Ask, (record, data): &(Value, Vec<u8>)) -> Answer {
    if !ask.is_data() {
        return match ask.path.as_str() {
            "/v2/images/7" => Answer::of(200, record.to_string()).header("content-type", "application/json"),
            _ => Answer::of(404, r#"{"message": "no such image"}"#),
        };
    }
    let Some(range) = &ask.range else { return Answer::of(200, &data[..]).header("content-md5", md5(data)) };
    let (from, to) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let from: usize = from.parse().unwrap();
    let last = to.parse().map_or(data.len() - 1, |last: usize| last.min(data.len() - 1));
    if from >= data.len() {
        return Answer::of(416, r#"{"message": "out of range"}"#);
    }
    let told = format!("bytes {from}-{last}/{}", data.len());
    Answer::of(206, &data[from..=last]).header("content-range", told).header("content-md5", md5(data))
}
