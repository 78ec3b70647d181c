//! A server that answers each call by the first part of its path, and counts what it could get rid of.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::bodies::{self, Sink};

pub(crate) struct Server {
    url: String,
    sent: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::<Mutex<BTreeMap<String, u64>>>::default();
        let counts = Arc::clone(&sent);
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let counts = Arc::clone(&counts);
                thread::spawn(move || serve(stream, &counts));
            }
        });
        Self { url, sent }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many bytes went out for a case.
    pub(crate) fn sent(&self, case: &str) -> u64 {
        self.sent.lock().unwrap().get(case).copied().unwrap_or(0)
    }
}

fn serve(stream: TcpStream, counts: &Mutex<BTreeMap<String, u64>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap_or(0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let name = first.split(['/', ' ']).nth(2).unwrap_or_default().to_owned();
    let Some(case) = bodies::CASES.iter().find(|case| case.name == name) else { return };
    let mut out = Sink::new(stream, first.starts_with("POST"));
    // An error here means that the client has had enough.
    let _ = (case.answer)(&mut out);
    let _ = out.flush();
    *counts.lock().unwrap().entry(name).or_default() += out.sent();
}
