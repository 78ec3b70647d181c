//! Every operation of every service while the network does what networks do.
//!
//! Each operation is called through a proxy that delays, cuts, resets, repeats and garbles its exchanges, or never answers. No call may
//! hang, no call that is not idempotent may be sent twice after it may have arrived, no list may have other rows than the right ones, no
//! failure may come without a type, and nothing may be left of a call that is dropped.
//!
//! `CLOUDIMG_CHAOS_SEED` is the seed of all runs, `CLOUDIMG_CHAOS_STORY` a part of the names of those that are told. A run that fails
//! prints both.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod clock;
mod facade;
mod glance;
mod iam;
mod ims;
mod keystone;
mod run;
mod sabotage;
mod scene;
mod services;
mod story;
mod trial;
mod vmp;
mod world;

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use run::Verdict;
use services::Known;
use trial::Trial;
use world::World;

/// What is not a number would be a seed that nobody meant.
fn seed() -> u64 {
    let text = std::env::var("CLOUDIMG_CHAOS_SEED").unwrap_or_else(|_| "20260101".to_owned());
    text.parse().unwrap_or_else(|error| panic!("CLOUDIMG_CHAOS_SEED is `{text}`: {error}"))
}

/// The seed of one run: it depends on nothing but the story, the trial and the seed of all.
fn seed_of(seed: u64, known: &Known, at: usize, trial: usize) -> u64 {
    let text = format!("{} {at} {trial}", known.name);
    // FNV-1a.
    text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[derive(Default)]
struct Tally {
    survived: usize,
    refused: usize,
    dropped: usize,
    lost: usize,
    duplicated: usize,
    failures: String,
}

impl Tally {
    fn count(&mut self, name: &str, trial: Trial, seed: u64, verdict: Verdict) {
        let (number, what) = match verdict {
            Verdict::Survived => (&mut self.survived, None),
            Verdict::Refused => (&mut self.refused, None),
            Verdict::Dropped => (&mut self.dropped, None),
            Verdict::Lost(what) => (&mut self.lost, Some(format!("lost: {what}"))),
            Verdict::Duplicated(what) => (&mut self.duplicated, Some(format!("duplicated: {what}"))),
        };
        *number += 1;
        if let Some(what) = what {
            let _ = writeln!(self.failures, "{name}, {trial:?}, CLOUDIMG_CHAOS_SEED={seed} CLOUDIMG_CHAOS_STORY='{name}': {what}");
        }
    }
}

/// All trials of one story, in a world of its own.
async fn tell(known: &Known, at: usize, seed: u64, tally: &Mutex<Tally>) {
    let world = Rc::new(World::start().await);
    for (number, trial) in Trial::all().into_iter().enumerate() {
        let verdict = run::run(known, trial, seed_of(seed, known, at, number), &world).await;
        tally.lock().unwrap().count(&known.name, trial, seed, verdict);
    }
}

#[test]
fn nothing_is_lost_or_done_twice_whatever_the_network_does() {
    let (begun, seed) = (Instant::now(), seed());
    let wanted = std::env::var("CLOUDIMG_CHAOS_STORY").unwrap_or_default();
    let stories: Vec<_> = services::all().into_iter().enumerate().filter(|(_, known)| known.name.contains(&wanted)).collect();
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8) {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                while let Some((at, known)) = stories.get(next.fetch_add(1, Ordering::SeqCst)) {
                    runtime.block_on(tell(known, *at, seed, &tally));
                }
            });
        }
    });
    let Tally { survived, refused, dropped, lost, duplicated, failures } = tally.into_inner().unwrap();
    let runs = survived + refused + dropped + lost + duplicated;
    println!(
        "chaos: {runs} runs, {} survived, {refused} refused with a typed error, {lost} lost, {duplicated} duplicated",
        survived + dropped
    );
    println!("seed {seed}, {} stories, {dropped} calls dropped half way, {:.1} s", stories.len(), begun.elapsed().as_secs_f64());
    assert!(lost == 0 && duplicated == 0, "{failures}");
    assert!(runs >= 2000 || !wanted.is_empty(), "only {runs} runs");
}
