//! Every operation that the clients know of was answered with success, and refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cloudimg_tests::facts::operations;
use cloudimg_tests::listen;

use crate::cases::Case;
use crate::world::{SignIn, World};
use crate::{account, attributes, create, delete, jobs, lists, members, quick, safe_mode, tags, transfer, update, versions, whole};

const ALL: [&[Case]; 14] = [
    account::CASES,
    attributes::CASES,
    create::CASES,
    delete::CASES,
    jobs::CASES,
    lists::CASES,
    members::CASES,
    quick::CASES,
    safe_mode::CASES,
    tags::CASES,
    transfer::CASES,
    update::CASES,
    versions::CASES,
    whole::CASES,
];

/// Operations with the statuses of their answers.
type Calls = BTreeSet<(String, u16)>;

/// What cannot be refused to somebody with a token, wrong as it may be; the case of the versions shows that.
const OPEN: &str = "list_versions";

/// The operations of a client's table of facts, with the statuses of success.
fn facts(package: &str) -> BTreeMap<String, Vec<u16>> {
    operations(package).into_iter().map(|operation| (operation.id, operation.success)).collect()
}

fn all_facts() -> BTreeMap<String, Vec<u16>> {
    let mut all = facts("ims-v1");
    all.extend(facts("ims-v2"));
    all
}

/// What is missing in `calls`.
fn gaps(facts: &BTreeMap<String, Vec<u16>>, calls: &Calls) -> Vec<String> {
    let mut gaps = Vec::new();
    for (operation, success) in facts {
        let mut statuses = calls.iter().filter(|(called, _)| called == operation).map(|(_, status)| *status);
        if !statuses.clone().any(|status| success.contains(&status)) {
            gaps.push(format!("{operation} never succeeded"));
        }
        if !statuses.any(|status| (400..500).contains(&status)) {
            gaps.push(format!("{operation} was never refused"));
        }
    }
    gaps
}

async fn every_operation_succeeds_and_is_refused(sign_in: SignIn, excused: &[String]) {
    listen::calls();
    for (name, case) in ALL.into_iter().flatten() {
        println!("{name}");
        case(&World::start(sign_in).await).await;
    }
    assert_eq!(gaps(&all_facts(), &listen::called()), excused);
}

#[tokio::test]
async fn every_operation_succeeds_and_is_refused_by_token() {
    every_operation_succeeds_and_is_refused(SignIn::Token, &[format!("{OPEN} was never refused")]).await;
}

#[tokio::test]
async fn every_operation_succeeds_and_is_refused_by_keys() {
    every_operation_succeeds_and_is_refused(SignIn::Keys, &[]).await;
}

#[test]
fn a_gap_is_found() {
    let facts = all_facts();
    assert_eq!(gaps(&facts, &Calls::new()).len(), 2 * facts.len());
    let mut full: Calls = facts.iter().flat_map(|(id, success)| [(id.clone(), success[0]), (id.clone(), 400)]).collect();
    assert!(gaps(&facts, &full).is_empty());
    assert!(full.remove(&("list_images".to_owned(), 200)) && full.remove(&("show_job".to_owned(), 400)));
    // A broken service is no refusal, and another success none that is documented.
    full.extend([("list_images".to_owned(), 204), ("show_job".to_owned(), 503)]);
    assert_eq!(gaps(&facts, &full), ["list_images never succeeded", "show_job was never refused"]);
}

#[test]
fn both_tables_are_read_to_their_ends() {
    for (package, last) in [("ims-v1", "batch_delete_tags"), ("ims-v2", "show_job")] {
        assert!(facts(package).contains_key(last), "{package} lacks {last}");
    }
    let specs = ["ims-v1", "ims-v2"].map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(format!("{name}.yaml"));
        xtask::spec::Spec::read(&path, name).unwrap_or_else(|problems| panic!("{problems}"))
    });
    let facts = all_facts();
    for (path, method, _, node) in specs.iter().flat_map(xtask::spec::Spec::operations) {
        let id = node.text("operationId").unwrap();
        assert!(facts.contains_key(id), "{id}: {method} {path}");
    }
}
