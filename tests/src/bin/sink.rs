//! As much of an image service as a transfer needs, fast enough to be no bottleneck: `sink --file PATH --sha512 HEX [--hash]`.
//!
//! The file is the data of [`SOURCE`] and is sent by the kernel without a copy in here. Every other image is queued until it has got
//! data. These are read and dropped, and said to be those of the file if they are as long: to hash them would cost what is to be
//! measured. With `--hash` they are hashed, and the record says what came.
//!
//! Blocking threads: one for each connection, with nothing between the socket and the buffer.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, bail};
use aws_lc_rs::digest::{self, SHA512};
use cloudimg_tests::bulk;
use serde_json::{Value, json};

/// The image whose data are the file.
const SOURCE: &str = "5027ce00-0000-4000-8000-000000000000";
/// What is read at once: fits the cache of a core, so that it is cheaper than a larger one.
const BLOCK: usize = 256 << 10;

struct Service {
    file: PathBuf,
    of_file: Content,
    hashes: bool,
    images: Mutex<HashMap<String, Content>>,
}

/// What is known of an image's data.
#[derive(Clone)]
struct Content {
    size: u64,
    sha512: String,
}

/// The beginning of a request.
struct Head {
    method: String,
    path: String,
    fields: HashMap<String, String>,
}

fn main() -> Result<()> {
    let service = Arc::new(of_arguments()?);
    let listener = TcpListener::bind("127.0.0.1:0").context("no port")?;
    println!("{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, service) = (stream?, Arc::clone(&service));
        std::thread::spawn(move || {
            if let Err(error) = serve(&stream, &service) {
                eprintln!("{error:#}");
            }
        });
    }
    Ok(())
}

fn of_arguments() -> Result<Service> {
    let (mut file, mut sha512, mut hashes) = (None, None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--file" => file = arguments.next().map(PathBuf::from),
            "--sha512" => sha512 = arguments.next(),
            "--hash" => hashes = true,
            other => bail!("usage: sink --file PATH --sha512 HEX [--hash]; `{other}` is none of these"),
        }
    }
    let file = file.context("--file is missing")?;
    let size = file.metadata().with_context(|| format!("{}", file.display()))?.len();
    let of_file = Content { size, sha512: sha512.context("--sha512 is missing")? };
    Ok(Service { file, of_file, hashes, images: Mutex::default() })
}

/// One exchange after another, until the client goes.
fn serve(stream: &TcpStream, service: &Service) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(BLOCK, stream);
    while let Some(head) = head(&mut reader)? {
        if !exchange(&mut reader, stream, service, &head)? {
            break;
        }
    }
    Ok(())
}

fn head(reader: &mut impl io::BufRead) -> Result<Option<Head>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut fields = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Ok(Some(Head { method, path, fields }))
}

/// Answers, and says whether the connection is good for another request.
fn exchange(reader: &mut BufReader<&TcpStream>, stream: &TcpStream, service: &Service, head: &Head) -> Result<bool> {
    let parts: Vec<&str> = head.path.trim_matches('/').split('/').collect();
    match (head.method.as_str(), parts.as_slice()) {
        ("GET", [""]) => {
            let host = head.fields.get("host").map_or("", String::as_str);
            let link = json!([{ "rel": "self", "href": format!("http://{host}/v2/") }]);
            let versions = json!({ "versions": [{ "id": "v2.17", "status": "CURRENT", "links": link }] });
            answer_json(stream, "300 Multiple Choices", &versions)?;
        }
        // Clients look at any image to see how the service hashes.
        ("GET", ["v2", "images"]) => answer_json(stream, "200 OK", &json!({ "images": [service.record(SOURCE)] }))?,
        ("GET", ["v2", "images", id]) => answer_json(stream, "200 OK", &service.record(id))?,
        ("GET", ["v2", "images", SOURCE, "file"]) => send(stream, service, head.fields.get("range"))?,
        ("PUT", ["v2", "images", id, "file"]) if *id != SOURCE => {
            let content = take(reader, stream, service, &head.fields)?;
            service.images().insert((*id).to_owned(), content);
            answer(stream, "204 No Content", "", &[])?;
        }
        _ => {
            // What it may carry is not read.
            answer_json(stream, "404 Not Found", &json!({ "message": format!("no {} {} here", head.method, head.path) }))?;
            return Ok(head.method == "GET");
        }
    }
    Ok(true)
}

impl Service {
    fn images(&self) -> MutexGuard<'_, HashMap<String, Content>> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, id: &str) -> Value {
        let content = if id == SOURCE { Some(self.of_file.clone()) } else { self.images().get(id).cloned() };
        let mut record = json!({
            "id": id, "name": "transfer", "status": if content.is_some() { "active" } else { "queued" }, "visibility": "private",
            "protected": false, "os_hidden": false, "container_format": "bare", "disk_format": "raw", "min_ram": 0, "min_disk": 0,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "tags": [], "owner": "nobody",
            "checksum": null, "os_hash_algo": null, "os_hash_value": null, "size": null, "virtual_size": null,
            "self": format!("/v2/images/{id}"), "file": format!("/v2/images/{id}/file"), "schema": "/v2/schemas/image",
        });
        if let Some(Content { size, sha512 }) = content {
            record["size"] = size.into();
            record["os_hash_algo"] = "sha512".into();
            record["os_hash_value"] = sha512.into();
        }
        record
    }
}

/// Sends the file, or the range of it that is asked for.
fn send(stream: &TcpStream, service: &Service, range: Option<&String>) -> Result<()> {
    let size = service.of_file.size;
    let mut file = File::open(&service.file)?;
    let Some((first, last)) = range.and_then(|range| parse_range(range, size)) else {
        answer(stream, "200 OK", &format!("content-type: application/octet-stream\r\ncontent-length: {size}\r\n"), &[])?;
        io::copy(&mut file.take(size), &mut &*stream)?;
        return Ok(());
    };
    if first >= size {
        let field = format!("content-range: bytes */{size}\r\ncontent-length: 0\r\n");
        return answer(stream, "416 Range Not Satisfiable", &field, &[]);
    }
    let length = last - first + 1;
    let fields = format!(
        "content-range: bytes {first}-{last}/{size}\r\ncontent-type: application/octet-stream\r\ncontent-length: {length}\r\n"
    );
    answer(stream, "206 Partial Content", &fields, &[])?;
    file.seek(SeekFrom::Start(first))?;
    // From a file to a socket the standard library lets the kernel do it.
    io::copy(&mut file.take(length), &mut &*stream)?;
    Ok(())
}

/// The first and the last byte of `bytes=FIRST-[LAST]`.
fn parse_range(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = if last.is_empty() { size - 1 } else { last.parse::<u64>().ok()?.min(size - 1) };
    Some((first.parse().ok()?, last))
}

/// Reads a body to its end.
fn take(
    reader: &mut BufReader<&TcpStream>,
    stream: &TcpStream,
    service: &Service,
    fields: &HashMap<String, String>,
) -> Result<Content> {
    if fields.get("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
        (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let mut hash = service.hashes.then(|| digest::Context::new(&SHA512));
    let mut size = 0;
    match fields.get("content-length") {
        Some(length) => size += drop_bytes(reader, length.parse().context("the length of the body")?, hash.as_mut())?,
        None => {
            let mut line = String::new();
            loop {
                line.clear();
                reader.read_line(&mut line)?;
                let length =
                    u64::from_str_radix(line.trim_end(), 16).with_context(|| format!("the length of a chunk: {line:?}"))?;
                size += drop_bytes(reader, length, hash.as_mut())?;
                reader.read_line(&mut line)?;
                if length == 0 {
                    break;
                }
            }
        }
    }
    let sha512 = match hash {
        Some(hash) => bulk::hex(hash),
        None if size == service.of_file.size => service.of_file.sha512.clone(),
        None => String::from("not hashed, and not as long as the file"),
    };
    Ok(Content { size, sha512 })
}

fn drop_bytes(reader: &mut BufReader<&TcpStream>, length: u64, mut hash: Option<&mut digest::Context>) -> Result<u64> {
    let mut left = length;
    while left > 0 {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            bail!("the body ended {left} bytes early");
        }
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        if let Some(hash) = hash.as_mut() {
            hash.update(block.get(..taken).unwrap_or_default());
        }
        reader.consume(taken);
        left -= taken as u64;
    }
    Ok(length)
}

fn answer_json(stream: &TcpStream, status: &str, body: &Value) -> Result<()> {
    let body = body.to_string();
    answer(stream, status, &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()), body.as_bytes())
}

fn answer(mut stream: &TcpStream, status: &str, fields: &str, body: &[u8]) -> Result<()> {
    let mut message = format!("HTTP/1.1 {status}\r\n{fields}\r\n").into_bytes();
    message.extend_from_slice(body);
    Ok(stream.write_all(&message)?)
}
