//! The sandbox in a process of its own, for clients that are not ours and for
//! measurements that must not count it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::program::Program;
use crate::live::process::{self, Group};
use crate::live::servers::free_port;

/// What to build to have it.
pub(crate) const PROGRAM: Program = ("cloudimg-sandbox", "cloudimg-sandbox");

/// A running sandbox; dropped, it is stopped and its data removed.
#[derive(Debug)]
pub(crate) struct Sandbox {
    // Fields are dropped in this order: first the process, then its folder.
    group: Group,
    folder: TempDir,
}

impl Sandbox {
    /// Starts the program on a free loopback port and waits until it serves.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let folder = TempDir::with_prefix("cloudimg-sandbox-").context("no temporary folder")?;
        // Its stores lie in our folder, which goes even if it is killed.
        let data = folder.path().join("data");
        let client = folder.path().join("client");
        for path in [&data, &client] {
            fs::create_dir(path).with_context(|| format!("cannot make {}", path.display()))?;
        }
        let address = SocketAddr::from(([127, 0, 0, 1], free_port(None)?));
        let log = File::create(folder.path().join("log")).context("cannot write the sandbox's log")?;
        let again = log.try_clone().context("cannot share a log file")?;
        let group = Group::spawn(
            Command::new(program)
                // The ports after the next may be somebody's; clients read where IMS and VMP are.
                .args(["--listen", &address.to_string()])
                .args(["--ims-listen", "127.0.0.1:0", "--vmp-listen", "127.0.0.1:0", "--config-dir"])
                .arg(&client)
                .env("TMPDIR", &data)
                .stdin(Stdio::null())
                .stdout(log)
                .stderr(again),
        )?;
        let mut sandbox = Self { group, folder };
        sandbox.await_ready(address)?;
        println!("the sandbox serves on {address}");
        Ok(sandbox)
    }

    /// The folder of `clouds.yaml` and `openrc`.
    pub(crate) fn client(&self) -> PathBuf {
        self.folder.path().join("client")
    }

    /// The end of what it has said.
    pub(crate) fn said(&self) -> String {
        process::tail(&self.folder.path().join("log"), 30)
    }

    fn await_ready(&mut self, address: SocketAddr) -> Result<()> {
        // The last of the files to be written.
        let written = self.client().join("cdnetworks.env");
        let group = &mut self.group;
        let mut ended = None;
        let ready = process::wait_until(Duration::from_secs(30), || {
            ended = group.ended()?;
            Ok(ended.is_some() || written.exists() && TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
        })?;
        let why = match ended {
            None if ready => return Ok(()),
            None => "it neither listens nor writes its files".to_owned(),
            Some(status) => format!("it ended ({status})"),
        };
        bail!("the sandbox did not start: {why}\n{}", self.said())
    }
}

/// The variables that an openrc file sets.
pub(crate) fn read_openrc(path: &Path) -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(parse_openrc(&text))
}

fn parse_openrc(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("export ")?.split_once('=')?;
            let bare = ['\'', '"'].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value);
            Some((name.to_owned(), bare.to_owned()))
        })
        .collect()
}

/// A command that finds its cloud in this folder and nowhere else.
pub(crate) fn point_at(command: &mut Command, client: &Path, cloud: &str) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OS_") {
            command.env_remove(name);
        }
    }
    command
        .env("OS_CLIENT_CONFIG_FILE", client.join("clouds.yaml"))
        .env("OS_CLOUD", cloud)
        // Nothing on loopback goes through a proxy.
        .env("NO_PROXY", "*")
        .env("no_proxy", "*");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openrc_lines() {
        let got = parse_openrc("# x\nexport OS_A='b c'\nexport OS_D=\"e\"\nexport OS_F=g=h\n");
        let want = [("OS_A", "b c"), ("OS_D", "e"), ("OS_F", "g=h")];
        assert_eq!(got, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
