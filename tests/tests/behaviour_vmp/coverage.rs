//! Every operation that the client knows of was answered with success, and refused.

use std::collections::{BTreeMap, BTreeSet};

use cloudimg_tests::listen;

use crate::cases::Case;
use crate::world::World;
use crate::{images, lists, lost, preheating, signing, throttling, waiting};

const ALL: [&[Case]; 7] =
    [images::CASES, lists::CASES, lost::CASES, preheating::CASES, signing::CASES, throttling::CASES, waiting::CASES];

/// Operations with the statuses of their answers.
type Calls = BTreeSet<(String, u16)>;

/// The operations of the client's table of facts, with the statuses of success.
fn facts() -> BTreeMap<String, Vec<u16>> {
    let text = include_str!("../../../crates/cdnetworks-vmp/src/generated/facts.rs");
    let mut table = BTreeMap::new();
    for entry in text.split("=> &OperationFacts {").skip(1) {
        let between = |from: &str, to: &str| entry.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
        let success = between("success: &[", "]").split(',').map(|status| status.trim().parse().unwrap()).collect();
        table.insert(between("id: \"", "\""), success);
    }
    table
}

/// What is missing in `calls`.
fn gaps(facts: &BTreeMap<String, Vec<u16>>, calls: &Calls) -> Vec<String> {
    let mut gaps = Vec::new();
    for (operation, success) in facts {
        let statuses: Vec<u16> = calls.iter().filter(|(called, _)| called == operation).map(|(_, status)| *status).collect();
        // The sandbox has both answers of those that say nothing; which others the service gives nobody tells.
        let given = success.iter().filter(|status| **status == 200 || operation.starts_with("remove_image") && **status == 204);
        let missing = given.filter(|status| !statuses.contains(status));
        gaps.extend(missing.map(|status| format!("{operation} was never answered {status}")));
        if !statuses.iter().any(|status| (400..500).contains(status)) {
            gaps.push(format!("{operation} was never refused"));
        }
    }
    gaps
}

async fn every_operation_succeeds_and_is_refused(start: impl AsyncFn() -> World) {
    listen::calls();
    for (name, case) in ALL.into_iter().flatten() {
        println!("{name}");
        case(&start().await).await;
    }
    assert_eq!(gaps(&facts(), &listen::called()), [""; 0]);
}

#[tokio::test]
async fn every_operation_succeeds_and_is_refused_with_envelopes() {
    every_operation_succeeds_and_is_refused(World::enveloped).await;
}

#[tokio::test]
async fn every_operation_succeeds_and_is_refused_without() {
    every_operation_succeeds_and_is_refused(World::plain).await;
}

#[test]
fn a_gap_is_found() {
    let facts = facts();
    assert_eq!((facts.len(), gaps(&facts, &Calls::new()).len()), (8, 2 * 8 + 2));
    let all =
        |(id, success): (&String, &Vec<u16>)| success.iter().chain(&[403]).map(|status| (id.clone(), *status)).collect::<Vec<_>>();
    let mut full: Calls = facts.iter().flat_map(all).collect();
    assert!(gaps(&facts, &full).is_empty());
    assert!(full.remove(&("remove_image".to_owned(), 204)) && full.remove(&("list_images".to_owned(), 403)));
    // A broken service is no refusal.
    full.insert(("list_images".to_owned(), 503));
    assert_eq!(gaps(&facts, &full), ["list_images was never refused", "remove_image was never answered 204"]);
}
