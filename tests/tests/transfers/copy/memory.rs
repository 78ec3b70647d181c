//! Memory does not grow with the image, nor with the number of targets.

use std::process::Stdio;
use std::time::Duration;

use cloudimg::glance::ImageCreate;
use cloudimg_tests::proxy::Link;
use tokio::process::Command;

use super::side::{Side, bytes, no_faults};

const SIZE: usize = 96 << 20;
/// What may come on top of a client that has signed in, in KiB.
const LIMIT: u64 = 32 << 10;

#[tokio::test]
async fn a_copy_to_four_targets_one_of_them_slow_takes_little_memory() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(SIZE)).await;
    let (slow, _) = there.through(no_faults(), Link::default().with_bytes_per_second(40 << 20)).await;
    // The client is a process of its own, so that nothing else counts.
    let copier = Command::new(env!("CARGO_BIN_EXE_copier"))
        .args([here.sandbox.auth_url(), here.sandbox.password().to_owned(), source.id])
        .args([there.sandbox.auth_url(), there.sandbox.password().to_owned(), slow.url()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(120), copier).await.unwrap().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}");
    let numbers: Vec<u64> = told.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [before, peak] = numbers[..] else { panic!("{told}") };
    println!("copy: 4 targets, {} MiB, {before} KiB before and {peak} KiB at the peak", SIZE >> 20);
    assert!(peak < before + LIMIT, "{before} KiB before, {peak} KiB at the peak");
    assert_eq!(there.all().await.len(), 4);
}
