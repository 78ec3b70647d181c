//! Clients that are watched while they run: how long they take, how much memory they have at most.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::live::process::{Failed, Group};

/// What a client did that was watched to its end.
#[derive(Debug)]
pub(crate) struct Run {
    /// The lines that it printed.
    pub(crate) lines: Vec<String>,
    /// Its peak memory in bytes.
    pub(crate) peak: u64,
}

impl Run {
    /// What stands behind this word at the beginning of a line.
    pub(crate) fn value(&self, name: &str) -> Result<&str> {
        let mut found = self.lines.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.next_back().with_context(|| format!("the client printed no line `{name} ...`"))
    }
}

/// Runs a client to its end; `tell` gets each line that it prints, when it does. It must print its own peak memory too.
pub(crate) fn drive(command: &mut Command, tell: impl Fn(&str) + Send + 'static) -> Result<Run> {
    let mut group = Group::spawn(command.stdout(Stdio::piped()))?;
    let output = group.take_stdout().context("the client has no output")?;
    let reader = std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        lines.inspect(|line| tell(line)).collect::<Vec<_>>()
    });
    // The kernel's own figure too, which the client cannot get wrong. It only
    // ever rises, so the last look before the end is the one that counts.
    let mut seen = None;
    let status = group.wait(|id| {
        let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        seen = seen.max(text.lines().find_map(parse_peak));
    })?;
    let lines = reader.join().unwrap_or_default();
    if !status.success() {
        bail!(Failed::from_status("the client", status));
    }
    let own = lines.iter().filter_map(|line| parse_peak(line)).max().context("the client did not say its peak memory")?;
    Ok(Run { lines, peak: own.max(seen.unwrap_or(0)) })
}

/// The bytes in `VmHWM:     12345 kB`.
pub(crate) fn parse_peak(line: &str) -> Option<u64> {
    let kib = line.trim().strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?;
    kib.trim().parse::<u64>().ok()?.checked_mul(1024)
}

pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1_u64)];
    units
        .into_iter()
        .find_map(|(unit, factor)| {
            let number = text.strip_suffix(unit)?.trim_end().parse::<u64>().ok()?;
            number.checked_mul(factor)
        })
        .filter(|size| *size > 0)
        .ok_or_else(|| format!("`{text}` is no size such as 3GiB, 64MiB or 1048576"))
}

// Exact up to 8 PiB.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn to_mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

pub(crate) fn show(bytes: u64) -> String {
    format!("{:.1} MiB", to_mib(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("3GiB"), Ok(3 << 30));
        assert_eq!(parse_size("64 MiB"), Ok(64 << 20));
        assert_eq!(parse_size("1000"), Ok(1000));
        for bad in ["", "0", "3GB", "GiB", "-1", "99999999999GiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn peaks() {
        assert_eq!(parse_peak("VmHWM:\t   12345 kB"), Some(12345 * 1024));
        assert_eq!(parse_peak("VmRSS:\t   12345 kB"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_s_figure_counts_as_well() {
        // The program understates its peak: 1 kB.
        let mut command = Command::new("sh");
        let run = drive(command.args(["-c", "sleep 0.2; echo seconds 3; echo 'VmHWM: 1 kB'"]), |_| ()).unwrap();
        assert!(run.peak > 100 * 1024, "{run:?}");
        assert_eq!(run.value("seconds").unwrap(), "3");
        assert!(run.value("second").is_err());
        assert!(drive(Command::new("sh").args(["-c", "echo nothing"]), |_| ()).is_err());
    }
}
