//! Recordings of a real Keystone and Glance, held against the specs and the generated clients, and replayed on the sandbox.
#![allow(clippy::unwrap_used)] // helpers of tests

mod contract;
mod further;
mod recording;
mod replay;

use contract::{Contract, Verdict, outside, taken_all_the_same};
use further::Further;
use recording::{FIXTURE, Recording};
use replay::{Replay, START};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn fixture_glance_captures() {
    let contract = Contract::new();
    let own = recording::own();
    let mut replay = Replay::start(START.parse().unwrap()).await;
    let mut failed: Vec<String> = Vec::new();
    for recording in &own {
        let replayed = tokio::task::block_in_place(|| replay.judge(recording));
        note(&mut failed, recording, agrees(&contract, recording, true).and(replayed));
    }
    let further = recording::further();
    let mut unjudged = 0;
    if !further.is_empty() {
        let mut ground = Further::start(&own, &further).await;
        for recording in &further {
            let replayed = tokio::task::block_in_place(|| ground.judge(recording));
            unjudged += usize::from(replayed == Ok(false));
            let outcome = match agrees(&contract, recording, false) {
                // What the specs leave out, the sandbox need not have.
                Ok(Verdict::Outside) => Ok(()),
                agreed => agreed.and(replayed.map(drop)),
            };
            note(&mut failed, recording, outcome);
        }
    }
    let passed = own.len() + further.len() - failed.len();
    println!("fixture {FIXTURE}: {passed} passed, {} failed", failed.len());
    if unjudged > 0 {
        println!("{unjudged} of the further recordings stand on what was not recorded: only the specs were held against them");
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

fn note(failed: &mut Vec<String>, recording: &Value, outcome: Result<(), String>) {
    if let Err(difference) = outcome {
        failed.push(format!("{}: {difference}", recording["name"].as_str().unwrap_or("(without a name)")));
    }
}

/// Whether a recording is as the spec says, or otherwise as the lists say.
fn agrees(contract: &Contract, recording: &Value, is_ours: bool) -> Result<Verdict, String> {
    let recording = Recording::read(recording)?;
    match contract.check(&recording) {
        Ok(Verdict::Outside) => outside(&recording, is_ours).map(|()| Verdict::Outside),
        Err(difference) if taken_all_the_same(&difference).is_some() => Ok(Verdict::Holds),
        outcome => outcome,
    }
}
