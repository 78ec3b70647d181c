//! The servers themselves: fresh databases, start, first users, stop.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::layout::{Layout, PASSWORD, Ports, SECRET, SOURCES, Server};
use super::process::{self, Group, Logged};
use super::python::{self, Environment};

/// The pinned packages of both servers.
pub(crate) const REQUIREMENTS: &str = include_str!("files/requirements.txt");
const SEED: &str = include_str!("files/seed.py");

/// How long a server may take to answer; loading one takes 2 to 5 s.
const START: Duration = Duration::from_secs(120);

/// Keystone and Glance, running. Dropped, they are stopped.
#[derive(Debug)]
pub(crate) struct Servers<'a> {
    layout: &'a Layout,
    groups: Vec<(Server, Group)>,
}

impl<'a> Servers<'a> {
    /// Starts both with empty databases and stores, and writes the client files.
    pub(crate) fn start(layout: &'a Layout, environment: &Environment) -> Result<Self> {
        let ports = Ports { keystone: free_port(None)?, glance: 0 };
        let ports = Ports { glance: free_port(Some(ports.keystone))?, ..ports };
        remove_folder(&layout.data())?;
        remove_folder(&layout.client())?;
        layout.configure(ports, environment.folder())?;
        lay_databases(layout, environment)?;

        println!("starting Keystone on {} and Glance on {}", ports.url(Server::Keystone), ports.url(Server::Glance));
        let mut servers = Self { layout, groups: Vec::new() };
        for server in [Server::Keystone, Server::Glance] {
            servers.groups.push((server, launch(layout, environment, server)?));
        }
        servers.await_ready(Server::Keystone, ports)?;
        let credential = seed(layout, environment, ports)?;
        servers.await_ready(Server::Glance, ports)?;
        // Last: whoever sees clouds.yaml may use the servers.
        layout.write_client_files(ports, &credential)?;
        Ok(servers)
    }

    /// Lets them run on after we have ended; `live --only down` stops them.
    pub(crate) fn keep(mut self) {
        for (_, group) in self.groups.drain(..) {
            // Neither stopped nor waited for: they belong to nobody now.
            std::mem::forget(group);
        }
    }

    fn await_ready(&mut self, server: Server, ports: Ports) -> Result<()> {
        let address = SocketAddr::from(([127, 0, 0, 1], ports.of(server)));
        let log = self.layout.log();
        let log = log.join(format!("{}-uwsgi.log", server.name()));
        let group = self
            .groups
            .iter_mut()
            .find_map(|(of, group)| (*of == server).then_some(group))
            .context("the server has not been started")?;
        let answered = process::wait_until(START, || {
            if let Some(status) = group.ended()? {
                bail!("it ended at once ({status})");
            }
            Ok(answers(address, server.ready_path()))
        });
        let why = match answered {
            Ok(true) => return Ok(()),
            Ok(false) => format!("no answer within {} s", START.as_secs()),
            Err(error) if error.is::<process::Failed>() => return Err(error),
            Err(error) => format!("{error:#}"),
        };
        bail!("{} did not start: {why}; the end of {}:\n{}", server.name(), log.display(), process::tail(&log, 30));
    }
}

impl Drop for Servers<'_> {
    fn drop(&mut self) {
        // Together, then one after the other: each takes a moment to end.
        for (_, group) in &self.groups {
            process::terminate(group.id());
        }
        if self.groups.is_empty() {
            return;
        }
        self.groups.clear();
        stop(self.layout);
    }
}

/// Whether both servers of this home run.
pub(crate) fn running(layout: &Layout) -> bool {
    Server::ALL.iter().all(|server| !ours(layout, *server).is_empty())
}

/// Stops what runs in this home, and nothing else; says whether there was any.
pub(crate) fn stop(layout: &Layout) -> bool {
    let mut any = false;
    for server in Server::ALL {
        let found = ours(layout, server);
        any |= !found.is_empty();
        // The first process of a server is the one that the others come from.
        if let Some(first) = found.iter().min() {
            process::terminate(*first);
        }
        let gone = wait_while(|| !ours(layout, server).is_empty());
        if !gone {
            ours(layout, server).into_iter().for_each(process::kill);
        }
    }
    any
}

/// Waits even after an interrupt: this is what an interrupt leads to.
fn wait_while(mut busy: impl FnMut() -> bool) -> bool {
    let end = std::time::Instant::now() + process::GRACE;
    while busy() {
        if std::time::Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

/// Processes that run with this home's configuration: the arguments tell, so a
/// number that meanwhile belongs to somebody else is never taken for ours.
fn ours(layout: &Layout, server: Server) -> Vec<u32> {
    process::with_arguments("--ini", &layout.ini(server).display().to_string())
}

fn launch(layout: &Layout, environment: &Environment, server: Server) -> Result<Group> {
    let log = layout.log().join(format!("{}-uwsgi.log", server.name()));
    // The server appends; what an earlier one wrote would only mislead.
    let file = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let again = file.try_clone().context("cannot share a log file")?;
    let mut command = environment.command("uwsgi");
    command
        .arg("--ini")
        .arg(layout.ini(server))
        .env("CLOUDIMG_LIVE_SERVICE", server.name())
        .env("OS_KEYSTONE_CONFIG_FILES", layout.etc(Server::Keystone).join("keystone.conf"))
        .env("OS_GLANCE_CONFIG_DIR", layout.etc(Server::Glance))
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(again);
    Group::spawn(&mut command)
}

/// Copies fresh databases and keys into place; makes them first, if need be.
fn lay_databases(layout: &Layout, environment: &Environment) -> Result<()> {
    let mut parts = vec![REQUIREMENTS, PASSWORD];
    parts.extend(SOURCES);
    let want = python::digest(&parts);
    let template = layout.template();
    let stamp = template.join("made");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == want) {
        return copy_folder(&template, &layout.data());
    }
    println!("creating the databases (once)");
    make_databases(layout, environment)?;
    remove_folder(&template)?;
    fs::create_dir_all(&template).context("cannot make the template folder")?;
    for name in ["keystone.sqlite", "glance.sqlite", "fernet-keys", "credential-keys"] {
        let (from, to) = (layout.data().join(name), template.join(name));
        if from.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    fs::write(&stamp, want).context("cannot write the template's stamp")
}

fn make_databases(layout: &Layout, environment: &Environment) -> Result<()> {
    let step = |command: &mut Command, name: &str| Logged::spawn(command, name, &layout.log().join(format!("{name}.log")));
    let keystone = |arguments: &[&str]| {
        let mut command = keystone_manage(layout, environment);
        command.args(arguments);
        command
    };
    let glance = |arguments: &[&str]| {
        let mut command = environment.command("glance-manage");
        command.arg("--config-file").arg(layout.etc(Server::Glance).join("glance-api.conf")).args(arguments);
        command
    };
    // Two processors, two databases.
    let first = step(&mut keystone(&["db_sync"]), "keystone-db-sync")?;
    step(&mut glance(&["db_sync"]), "glance-db-sync")?.finish()?;
    let definitions = environment.folder().join("etc/glance/metadefs");
    step(glance(&["db_load_metadefs"]).arg(definitions), "glance-load-metadefs")?.finish()?;
    first.finish()?;
    // Keystone runs as whoever runs us.
    for keys in ["fernet_setup", "credential_setup"] {
        let (user, group) = owner(environment)?;
        let arguments = [keys, "--keystone-user", &user, "--keystone-group", &group];
        step(&mut keystone(&arguments), &format!("keystone-{keys}"))?.finish()?;
    }
    step(&mut bootstrap(layout, environment), "keystone-bootstrap")?.finish()?;
    for name in ["keystone", "glance"] {
        // Readers then do not hold up the writer.
        let path = layout.data().join(format!("{name}.sqlite"));
        let script = "import sqlite3, sys
base = sqlite3.connect(sys.argv[1])
base.execute('pragma journal_mode=wal')
base.close()";
        let mut command = environment.command("python");
        step(command.args(["-c", script]).arg(path), &format!("{name}-journal"))?.finish()?;
    }
    Ok(())
}

/// Names of our user and group, as Keystone's key commands want them.
fn owner(environment: &Environment) -> Result<(String, String)> {
    let script = "import grp, os, pwd
print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name)";
    let output = environment.command("python").args(["-c", script]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (user, group) =
        text.trim_end().split_once(' ').context("this user or its group has no name, which Keystone's key files need")?;
    Ok((user.to_owned(), group.to_owned()))
}

fn keystone_manage(layout: &Layout, environment: &Environment) -> Command {
    let mut command = environment.command("keystone-manage");
    command.arg("--config-file").arg(layout.etc(Server::Keystone).join("keystone.conf"));
    command
}

/// The administrator, the usual roles and the catalog's first entry, whose URL
/// is corrected by the seeding: this is done once, ports differ each time.
fn bootstrap(layout: &Layout, environment: &Environment) -> Command {
    let mut command = keystone_manage(layout, environment);
    command.arg("bootstrap");
    for (name, value) in [
        ("username", "admin"),
        ("password", PASSWORD),
        ("project-name", "admin"),
        ("role-name", "admin"),
        ("service-name", "keystone"),
        ("region-id", "RegionOne"),
        ("public-url", "http://127.0.0.1/v3"),
        ("internal-url", "http://127.0.0.1/v3"),
        ("admin-url", "http://127.0.0.1/v3"),
    ] {
        command.args([&format!("--bootstrap-{name}"), value]);
    }
    command
}

#[derive(Deserialize)]
struct Seeded {
    application_credential_id: String,
}

/// Users, projects, roles, catalog; returns the application credential's id.
fn seed(layout: &Layout, environment: &Environment, ports: Ports) -> Result<String> {
    let log = layout.log().join("seed.log");
    let mut command = environment.command("python");
    command.args(["-c", SEED]).args([ports.url(Server::Keystone), ports.url(Server::Glance)]).args([PASSWORD, SECRET]);
    // Nothing on loopback goes through a proxy.
    command.env("NO_PROXY", "*").env("no_proxy", "*");
    process::run_logged(&mut command, "seeding Keystone", &log)?;
    let text = fs::read_to_string(&log).context("cannot read what the seeding said")?;
    let last = text.lines().last().unwrap_or_default();
    let seeded: Seeded = serde_json::from_str(last).context("the seeding said no credential id")?;
    Ok(seeded.application_credential_id)
}

/// A free port below those that systems hand out to outgoing connections, so
/// that none of these takes it before the server does.
pub(crate) fn free_port(taken: Option<u16>) -> Result<u16> {
    const FROM: u32 = 20_000;
    const COUNT: u32 = 12_000;
    let start = std::process::id().wrapping_mul(17) % COUNT;
    for step in 0..COUNT {
        let port = u16::try_from(FROM + (start + step) % COUNT).context("no such port")?;
        if taken != Some(port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port between {FROM} and {} on 127.0.0.1", FROM + COUNT)
}

/// Whether a GET is answered with 200.
fn answers(address: SocketAddr, path: &str) -> bool {
    let attempt = || -> std::io::Result<bool> {
        let limit = Some(Duration::from_secs(5));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(limit)?;
        stream.set_write_timeout(limit)?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut head = [0_u8; 12];
        stream.read_exact(&mut head)?;
        Ok(&head == b"HTTP/1.1 200")
    };
    attempt().unwrap_or(false)
}

fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a folder with its permissions: keys stay readable for their owner only.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    ensure!(to.is_dir(), "{} is no folder", to.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_free_and_another() {
        let first = free_port(None).unwrap();
        let second = free_port(Some(first)).unwrap();
        assert_ne!(first, second);
        let _taken = TcpListener::bind(("127.0.0.1", second)).unwrap();
        assert_ne!(free_port(Some(first)).unwrap(), second);
    }

    #[test]
    fn only_a_200_is_an_answer() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            for status in ["503 Not Yet", "200 OK"] {
                let (mut stream, _) = listener.accept().unwrap();
                // To the end: closing over unread bytes would reset the connection.
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.push(byte[0]);
                }
                // In one piece: the client may be gone after the twelve bytes that it reads.
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).unwrap();
            }
        });
        assert!(!answers(address, "/"));
        assert!(answers(address, "/"));
        server.join().unwrap();
        assert!(!answers(address, "/"));
    }

    #[test]
    fn every_package_is_pinned() {
        for line in REQUIREMENTS.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.contains("=="), "{line}");
        }
    }
}
