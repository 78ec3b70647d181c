//! The programs that are measured, and the services they talk to.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::super::measure::drive;
use super::super::program::{Built, Program};
use crate::live::process::{Failed, Group};

/// `tests/src/bin/contender.rs`: ours, and the hash pass.
const CLIENT: Program = ("cloudimg-tests", "contender");
/// `tests/src/bin/sink.rs`: prints its address.
const SERVICE: Program = ("cloudimg-tests", "sink");
/// `tests/src/bin/slow_link.rs`: prints its URL.
const SLOW: Program = ("cloudimg-tests", "slow_link");
pub(super) const PROGRAMS: [Program; 3] = [CLIENT, SERVICE, SLOW];

/// The image that the service has from the beginning.
const SOURCE: &str = "5027ce00-0000-4000-8000-000000000000";

/// How slow a link is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) round_trip_ms: u32,
    /// Of each connection.
    pub(super) bytes_per_second: u64,
}

/// What a contender needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) seconds: f64,
    /// Of those that are ours.
    pub(super) peak: Option<u64>,
}

/// A program that serves until it is dropped.
struct Server {
    _group: Group,
    /// The first line that it printed.
    said: String,
}

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().display().to_string();
        let mut group = Group::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let output = group.take_stdout().context("no output")?;
        let mut said = String::new();
        BufReader::new(output).read_line(&mut said)?;
        ensure!(!said.is_empty(), "{name} ended without saying where it serves");
        Ok(Self { _group: group, said: said.trim().to_owned() })
    }
}

pub(super) struct Contenders<'a> {
    built: &'a Built,
    source: PathBuf,
    target: PathBuf,
    sha512: String,
    server: Server,
    /// Each upload is of a new image.
    uploads: Cell<u32>,
    /// Whether curl is here; told once where it is not.
    curl: bool,
}

/// The service behind a slow link.
pub(super) struct Slow<'a> {
    contenders: &'a Contenders<'a>,
    link: Server,
}

impl<'a> Contenders<'a> {
    /// Makes the bytes and starts the service.
    pub(super) fn new(built: &'a Built, folder: &Path, size: u64) -> Result<Self> {
        let (source, target) = (folder.join("source"), folder.join("target"));
        drive(Command::new(built.path(CLIENT.1)?).arg("random").arg(&source).arg(size.to_string()), |_| ())?;
        let hashed = drive(Command::new(built.path(CLIENT.1)?).arg("hash").arg(&source), |_| ())?;
        let sha512 = hashed.value("sha512")?.to_owned();
        let server = Server::start(&mut service(built, &source, &sha512)?)?;
        let curl = Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok();
        if !curl {
            println!("no curl here: the SHA-512 pass alone is what ours is measured by");
        }
        Ok(Self { built, source, target, sha512, server, uploads: Cell::new(0), curl })
    }

    /// Sends the bytes to a service that hashes them, fetches them and hashes them here: nothing of this is measured.
    pub(super) fn check(&self) -> Result<()> {
        let hashing = Server::start(service(self.built, &self.source, &self.sha512)?.arg("--hash"))?;
        // Ours compares what the service says with what it has sent.
        let id = self.new_image();
        self.ours(&["upload", &format!("http://{}", hashing.said), &id, &text(&self.source)?])?;
        self.download(1)?;
        let hashed = drive(self.client()?.arg("hash").arg(&self.target), |_| ())?;
        ensure!(hashed.value("sha512")? == self.sha512, "other bytes came down than there are");
        Ok(())
    }

    pub(super) fn hash(&self) -> Result<Taken> {
        Ok(Taken { peak: None, ..self.ours(&["hash", &text(&self.source)?])? })
    }

    pub(super) fn upload(&self) -> Result<Taken> {
        self.ours(&["upload", &self.url(), &self.new_image(), &text(&self.source)?])
    }

    pub(super) fn download(&self, connections: usize) -> Result<Taken> {
        self.download_from(&self.url(), connections)
    }

    pub(super) fn drain(&self) -> Result<Taken> {
        self.ours(&["drain", &self.url(), SOURCE])
    }

    pub(super) fn curl_upload(&self) -> Result<Option<Taken>> {
        self.curl("--upload-file", &self.source, &self.new_image())
    }

    pub(super) fn curl_download(&self) -> Result<Option<Taken>> {
        remove(&self.target)?;
        self.curl("--output", &self.target, SOURCE)
    }

    pub(super) fn behind(&self, link: Link) -> Result<Slow<'_>> {
        let mut command = Command::new(self.built.path(SLOW.1)?);
        command.args(["--upstream", &self.server.said]);
        command.args(["--round-trip-ms", &link.round_trip_ms.to_string()]);
        command.args(["--bytes-per-second", &link.bytes_per_second.to_string()]);
        Ok(Slow { contenders: self, link: Server::start(&mut command)? })
    }

    fn download_from(&self, url: &str, connections: usize) -> Result<Taken> {
        remove(&self.target)?;
        self.ours(&["download", url, SOURCE, &text(&self.target)?, &connections.to_string()])
    }

    fn url(&self) -> String {
        format!("http://{}", self.server.said)
    }

    fn new_image(&self) -> String {
        self.uploads.set(self.uploads.get() + 1);
        format!("00000000-0000-4000-8000-{:012}", self.uploads.get())
    }

    fn client(&self) -> Result<Command> {
        let mut command = Command::new(self.built.path(CLIENT.1)?);
        command.env("NO_PROXY", "*").stdin(Stdio::null());
        Ok(command)
    }

    fn ours(&self, arguments: &[&str]) -> Result<Taken> {
        let run = drive(self.client()?.args(arguments), |_| ()).with_context(|| arguments.join(" "))?;
        Ok(Taken { seconds: run.value("seconds")?.parse()?, peak: Some(run.peak) })
    }

    fn curl(&self, option: &str, file: &Path, image: &str) -> Result<Option<Taken>> {
        if !self.curl {
            return Ok(None);
        }
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail", "--noproxy", "*", "--write-out", "%{time_total}", option]).arg(file);
        command.arg(format!("{}/v2/images/{image}/file", self.url())).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command)?;
        let mut output = group.take_stdout().context("curl has no output")?;
        let status = group.wait(|_| ())?;
        if !status.success() {
            bail!(Failed::from_status("curl", status));
        }
        let mut seconds = String::new();
        output.read_to_string(&mut seconds)?;
        Ok(Some(Taken { seconds: seconds.trim().parse().with_context(|| format!("curl said {seconds:?}"))?, peak: None }))
    }
}

impl Slow<'_> {
    pub(super) fn download(&self, connections: usize) -> Result<Taken> {
        self.contenders.download_from(&self.link.said, connections)
    }
}

fn service(built: &Built, source: &Path, sha512: &str) -> Result<Command> {
    let mut command = Command::new(built.path(SERVICE.1)?);
    command.arg("--file").arg(source).args(["--sha512", sha512]);
    Ok(command)
}

/// What a run left, so that the next one starts as the first did.
fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(|| path.display().to_string()),
        _ => Ok(()),
    }
}

fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).with_context(|| format!("{} is no text", path.display()))
}
