//! The fuzz targets on their stored inputs, those of `CLOUDIMG_EXTRA_FIXTURES`, and changed ones. What is found is to be stored.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use cloudimg_tests::fuzz::{Mutator, TARGETS, Target, further, stored};

/// How many changed inputs each target is given, unless `CLOUDIMG_FUZZ_INPUTS` says another number.
const CHANGED: usize = 5_000;

fn changed(name: &str) -> usize {
    let asked = std::env::var("CLOUDIMG_FUZZ_INPUTS").ok().map(|number| number.parse().unwrap());
    // An input that goes through a file takes longer.
    asked.unwrap_or(if name == "clouds" { CHANGED / 10 } else { CHANGED })
}

fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let stored = stored(name);
    assert!(stored.len() >= 15, "{name} has {} inputs", stored.len());
    let mut inputs = Vec::new();
    for (file, input) in stored.into_iter().chain(further(name)) {
        run(target, &input, &file);
        inputs.push(input);
    }
    let mut mutator = Mutator::new(name.bytes().map(u64::from).sum());
    for number in 0..changed(name) {
        run(target, &mutator.next(&inputs), &format!("changed input {number}"));
    }
}

/// Names the input before the panic goes on.
fn run(target: &Target, input: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        eprintln!("{}, {what}: {:?}", target.name, String::from_utf8_lossy(input));
        eprintln!("as bytes: b\"{}\"", input.escape_ascii());
        std::panic::resume_unwind(panic);
    }
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*

        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

targets!(cdnetworks, clouds, errors, headers, huawei, links, open, times, versions);

#[test]
fn every_target_is_tested_and_has_a_program_for_cargo_fuzz() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TESTED);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for name in &names {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let program = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("run(\"{name}\", data)")), "{program}");
    }
    for entry in std::fs::read_dir(folder.join("corpus")).unwrap() {
        let folder = entry.unwrap().file_name();
        assert!(names.iter().any(|name| *name == folder), "{folder:?} is read by nobody");
    }
}

#[test]
fn changed_inputs_are_the_same_each_time() {
    let made = || {
        let mut mutator = Mutator::new(7);
        (0..100).map(|_| mutator.next(&[b"one".to_vec(), b"{\"two\": 2}".to_vec()])).collect::<Vec<_>>()
    };
    assert_eq!(made(), made());
    assert!(made().iter().any(|input| input.len() > 100) && made().iter().any(|input| std::str::from_utf8(input).is_err()));
}
