//! Child processes that are always brought to their end: when they are done,
//! when we fail, and when somebody presses Ctrl-C.
//!
//! Each child leads a process group of its own. A Ctrl-C in the terminal then
//! reaches this program alone, which stops its children in order. Signals are
//! only noted when they arrive; whoever waits for a child looks at the note.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, OnceLock, atomic::AtomicBool, atomic::Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a waiting loop looks.
const LOOK: Duration = Duration::from_millis(50);
/// How long a child may take to obey a polite request to end.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// Why a command of xtask ends with an exit code of its own choosing.
#[derive(Debug)]
pub(crate) struct Failed {
    /// The code that xtask is to exit with.
    pub(crate) code: u8,
    /// What is said to the user.
    pub(crate) message: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failed {}

impl Failed {
    /// A failure for a program that ended badly: its own code where it has one.
    pub(crate) fn from_status(what: &str, status: ExitStatus) -> Self {
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Self { code: code.filter(|code| *code != 0).unwrap_or(1), message: format!("{what} ended with {status}") }
    }

    fn interrupted() -> Self {
        // What shells report for a program that SIGINT ended.
        Self { code: 130, message: "interrupted".to_owned() }
    }
}

/// The code that xtask exits with for this error.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    error.downcast_ref::<Failed>().map_or(1, |failed| failed.code)
}

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on SIGINT, SIGTERM and SIGHUP are noted instead of ending us.
pub(crate) fn note_interrupts() -> Result<()> {
    let flag = INTERRUPTED.get_or_init(Arc::default);
    os::note_signals(flag).context("cannot install the signal handlers")
}

/// An error if somebody asked us to end.
pub(crate) fn check_interrupt() -> Result<()> {
    match INTERRUPTED.get() {
        Some(flag) if flag.load(Ordering::SeqCst) => Err(Failed::interrupted().into()),
        _ => Ok(()),
    }
}

/// Waits until `done` says yes; false when the time is over. An interrupt ends
/// the wait with an error.
pub(crate) fn wait_until(limit: Duration, mut done: impl FnMut() -> Result<bool>) -> Result<bool> {
    let end = Instant::now() + limit;
    loop {
        if done()? {
            return Ok(true);
        }
        check_interrupt()?;
        if Instant::now() >= end {
            return Ok(false);
        }
        sleep(LOOK);
    }
}

/// A child that leads its own process group; dropped, the group is stopped.
#[derive(Debug)]
pub(crate) struct Group {
    child: Child,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts the command as the leader of a new group.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        check_interrupt()?;
        os::lead_group(command);
        let child = command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child, ended: None })
    }

    /// The process id of the leader, which is the id of the group too.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The leader's output, if it was piped and has not been taken yet.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// How the leader ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().context("cannot watch a child")?;
        }
        Ok(self.ended)
    }

    /// Waits for the leader; calls `look` now and then. An interrupt stops the group.
    pub(crate) fn wait(&mut self, mut look: impl FnMut(u32)) -> Result<ExitStatus> {
        loop {
            look(self.id());
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if let Err(interrupt) = check_interrupt() {
                self.stop();
                return Err(interrupt);
            }
            sleep(LOOK);
        }
    }

    /// Asks the group to end, then ends it.
    pub(crate) fn stop(&mut self) {
        if self.ended.is_some() {
            return;
        }
        os::terminate_group(&mut self.child);
        let end = Instant::now() + GRACE;
        while Instant::now() < end {
            if !matches!(self.ended(), Ok(None)) {
                return;
            }
            sleep(LOOK);
        }
        // The leader has not been waited for, so its number is still its own.
        os::kill_group(&mut self.child);
        self.ended = self.child.wait().ok();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a command to its end with our own output.
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus> {
    Group::spawn(command.stdin(Stdio::null()))?.wait(|_| ())
}

/// Runs a command to its end, output to a file; its last lines are in the error.
pub(crate) fn run_logged(command: &mut Command, what: &str, log: &Path) -> Result<()> {
    Logged::spawn(command, what, log)?.finish()
}

/// A running command whose output goes to a file.
pub(crate) struct Logged {
    group: Group,
    what: String,
    log: std::path::PathBuf,
}

impl Logged {
    /// Starts it; the file is begun anew.
    pub(crate) fn spawn(command: &mut Command, what: &str, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let again = file.try_clone().context("cannot share a log file")?;
        command.stdin(Stdio::null()).stdout(file).stderr(again);
        Ok(Self { group: Group::spawn(command)?, what: what.to_owned(), log: log.to_owned() })
    }

    /// Waits for it; anything but success is an error that quotes the log.
    pub(crate) fn finish(mut self) -> Result<()> {
        let status = self.group.wait(|_| ())?;
        if !status.success() {
            bail!("{} failed ({status}); the end of {}:\n{}", self.what, self.log.display(), tail(&self.log, 30));
        }
        Ok(())
    }
}

/// The last lines of a file, or nothing.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Running processes that have these two arguments in a row.
pub(crate) fn with_arguments(first: &str, second: &str) -> Vec<u32> {
    os::processes()
        .into_iter()
        .filter(|(_, arguments)| arguments.windows(2).any(|two| two[0] == first && two[1] == second))
        .map(|(id, _)| id)
        .collect()
}

/// Asks one process to end; gone already is fine.
pub(crate) fn terminate(id: u32) {
    os::terminate(id);
}

/// Ends one process; gone already is fine.
pub(crate) fn kill(id: u32) {
    os::kill(id);
}

#[cfg(unix)]
mod os {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};
    use std::sync::{Arc, atomic::AtomicBool};

    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    pub(super) fn note_signals(flag: &Arc<AtomicBool>) -> io::Result<()> {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(flag))?;
        }
        Ok(())
    }

    pub(super) fn lead_group(command: &mut Command) {
        command.process_group(0);
    }

    fn pid(id: u32) -> Option<Pid> {
        i32::try_from(id).ok().and_then(Pid::from_raw)
    }

    // A process that has gone meanwhile is what all of these are after, so
    // that error is none.
    pub(super) fn terminate(id: u32) {
        let _ = pid(id).map(|pid| kill_process(pid, Signal::TERM));
    }

    pub(super) fn kill(id: u32) {
        let _ = pid(id).map(|pid| kill_process(pid, Signal::KILL));
    }

    pub(super) fn terminate_group(child: &mut Child) {
        let _ = pid(child.id()).map(|pid| kill_process_group(pid, Signal::TERM));
    }

    pub(super) fn kill_group(child: &mut Child) {
        let _ = pid(child.id()).map(|pid| kill_process_group(pid, Signal::KILL));
    }

    /// Every process with its arguments, as far as we may see them.
    pub(super) fn processes() -> Vec<(u32, Vec<String>)> {
        if let Ok(entries) = std::fs::read_dir("/proc")
            && std::path::Path::new("/proc/self/cmdline").exists()
        {
            return entries
                .flatten()
                .filter_map(|entry| {
                    let id = entry.file_name().to_str()?.parse().ok()?;
                    let line = std::fs::read(entry.path().join("cmdline")).ok()?;
                    let line = String::from_utf8_lossy(&line).into_owned();
                    Some((id, line.split('\0').map(str::to_owned).collect()))
                })
                .collect();
        }
        // No /proc (macOS): `ps` separates arguments by spaces, which our own
        // paths do not contain.
        let Ok(output) = Command::new("ps").args(["-axww", "-o", "pid=,args="]).output() else {
            return Vec::new();
        };
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace().map(str::to_owned);
                Some((words.next()?.parse().ok()?, words.collect()))
            })
            .collect()
    }
}

#[cfg(not(unix))]
mod os {
    use std::io;
    use std::process::{Child, Command};
    use std::sync::{Arc, atomic::AtomicBool};

    pub(super) fn note_signals(_: &Arc<AtomicBool>) -> io::Result<()> {
        Ok(())
    }
    pub(super) fn lead_group(_: &mut Command) {}
    pub(super) fn terminate(_: u32) {}
    pub(super) fn kill(_: u32) {}
    pub(super) fn terminate_group(child: &mut Child) {
        let _ = child.kill();
    }
    pub(super) fn kill_group(child: &mut Child) {
        let _ = child.kill();
    }
    pub(super) fn processes() -> Vec<(u32, Vec<String>)> {
        Vec::new()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_group_takes_its_children_along() {
        // The shell waits for a grandchild, which only the group signal reaches.
        let mark = "86399.73";
        let script = format!("sleep {mark} & wait");
        let mut group = Group::spawn(Command::new("sh").args(["-c", &script])).unwrap();
        assert!(wait_until(GRACE, || Ok(!with_arguments("sleep", mark).is_empty())).unwrap());
        assert!(group.ended().unwrap().is_none());
        drop(group);
        assert!(wait_until(GRACE, || Ok(with_arguments("sleep", mark).is_empty())).unwrap());
    }

    #[test]
    fn a_failed_command_quotes_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo reason >&2; exit 3"]);
        let error = run_logged(&mut command, "the step", &log).unwrap_err().to_string();
        assert!(error.contains("the step failed"), "{error}");
        assert!(error.ends_with("first\nreason"), "{error}");
    }

    #[test]
    fn the_code_of_a_program_is_handed_on() {
        let status = run(Command::new("sh").args(["-c", "exit 7"])).unwrap();
        assert_eq!(Failed::from_status("x", status).code, 7);
        let status = run(Command::new("sh").args(["-c", "kill -9 $$"])).unwrap();
        assert_eq!(Failed::from_status("x", status).code, 1);
    }
}
