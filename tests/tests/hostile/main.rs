//! Answers that hurt: each becomes a clear error, in bounded memory and time.
//!
//! The client runs in a process of its own (`tests/src/bin/hostile.rs`), whose peak memory is printed and held to a limit.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod bodies;
mod server;

use std::process::Command;

use server::Server;

/// What the client's resident memory must stay below, in KiB.
const LIMIT: u64 = 32 << 10;
/// How much of an error's body may leave the server before the client hangs up: what is read, and what the kernel holds.
const MOST_SENT: u64 = 16 << 20;

/// How long a call may take, in milliseconds: far more than any does.
const LONGEST: u64 = 20_000;

/// What a line of the client says.
struct Told {
    case: String,
    operation: String,
    kind: String,
    millis: u64,
    message: String,
}

#[test]
fn answers_that_hurt_are_errors_in_little_memory() {
    let server = Server::start();
    let cases: Vec<_> = bodies::CASES.iter().map(|case| case.name).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_hostile")).arg(server.url()).args(&cases).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let (calls, peak) = text.trim_end().rsplit_once('\n').unwrap();
    let told: Vec<Told> = calls.lines().map(read).collect();
    assert_eq!(told.len(), cases.len() * 4, "{calls}");

    for case in bodies::CASES {
        for told in told.iter().filter(|told| told.case == case.name) {
            let line = format!("{}: {} {} {}", told.case, told.operation, told.kind, told.message);
            assert!(told.millis < LONGEST, "{line}: {} ms", told.millis);
            assert!(case.kinds.contains(&told.kind.as_str()), "{line}");
            assert!(!told.operation.is_empty() && told.operation != "-", "{line}");
            assert!(!told.message.is_empty() && !told.message.contains(['\0', '\u{1b}']), "{line}");
            assert!(case.says.is_empty() || case.says.iter().any(|says| told.message.contains(says)), "{line}");
        }
        let sent = server.sent(case.name);
        assert!(sent < 4 * MOST_SENT, "{}: {sent} bytes were taken", case.name);
    }
    let peak: u64 = peak.trim_start_matches("VmHWM:").trim_end_matches("kB").trim().parse().unwrap();
    println!(
        "hostile: {} answers, the client's peak memory {:.1} MiB",
        told.len(),
        f64::from(u32::try_from(peak).unwrap()) / 1024.0
    );
    assert!(peak < LIMIT, "the client's peak memory {peak} KiB is not under {LIMIT} KiB");
}

fn read(line: &str) -> Told {
    let mut words = line.splitn(5, ' ').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    Told { case: word(), operation: word(), kind: word(), millis: word().parse().unwrap(), message: word() }
}
