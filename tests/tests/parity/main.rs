//! The methods of older SDKs for Go, Python and Java, and ours: the same requests, held against recordings of theirs. Those of CDNetworks have
//! a folder of their own, as their recordings are the vectors of its signature.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod calls;
mod cdnetworks;
mod compare;
mod decided;
mod entry;
mod faults;
mod rows;
mod scene;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
#[path = "../signing/verifier.rs"]
#[allow(dead_code)] // One of its two schemes.
mod verifier;

use std::collections::BTreeMap;

use calls::{images, ims, list, sharing};
use entry::{FIXTURE, entries};
use rows::{Outcome, outcome};

rows::rows! {
    parity_go_create: go Create "POST /v2/images" => images::create;
    parity_go_update: go Update "PATCH /v2/images/{image_id}" => images::update;
    parity_go_list: go List "GET /v2/images" => list;
    parity_go_get: go Get "GET /v2/images/{image_id}" => images::get;
    parity_go_delete: go Delete "DELETE /v2/images/{image_id}" => images::delete;

    parity_python_upload_image: python upload_image "POST /v2/images; PUT /v2/images/{image_id}/file" => images::create_and_upload;
    parity_python_delete_image: python delete_image "DELETE /v2/images/{image_id}" => images::delete_if_exists;
    parity_python_find_image: python find_image "GET /v2/images" => images::find;
    parity_python_get_image: python get_image "GET /v2/images/{image_id}" => images::get;
    parity_python_images: python images "GET /v2/images" => list;
    parity_python_add_tag: python add_tag "PUT /v2/images/{image_id}/tags/{tag}" => sharing::add_tag;
    parity_python_remove_tag: python remove_tag "DELETE /v2/images/{image_id}/tags/{tag}" => sharing::remove_tag;
    parity_python_add_member: python add_member "POST /v2/images/{image_id}/members" => sharing::add_member;
    parity_python_remove_member: python remove_member "DELETE /v2/images/{image_id}/members/{member_id}" => sharing::remove_member_if_exists;
    parity_python_find_member: python find_member "GET /v2/images/{image_id}/members" => sharing::find_member;
    parity_python_get_member: python get_member "GET /v2/images/{image_id}/members/{member_id}" => sharing::get_member;
    parity_python_members: python members "GET /v2/images/{image_id}/members" => sharing::list_members;
    parity_python_update_member: python update_member "PUT /v2/images/{image_id}/members/{member_id}" => sharing::update_member;

    parity_python_cloudimages: python cloudimages "GET /v2/cloudimages" => ims::list;
    parity_python_update_cloudimage: python update_cloudimage "PATCH /v2/cloudimages/{image_id}" => ims::update;
    parity_python_create_cloudimage: python create_cloudimage "POST /v2/cloudimages/action" => ims::create;
    parity_python_get_job: python get_job "GET /v1/{project_id}/jobs/{job_id}" => ims::job;

    parity_java_create: java create "POST /v2/images" => images::create;
    parity_java_upload: java upload "PUT /v2/images/{image_id}/file" => images::upload;
    parity_java_delete: java delete "DELETE /v2/images/{image_id}" => images::delete;
    parity_java_list: java list "GET /v2/images" => list;
    parity_java_get: java get "GET /v2/images/{image_id}" => images::get;
    parity_java_update_tag: java updateTag "PUT /v2/images/{image_id}/tags/{tag}" => sharing::add_tag;
    parity_java_delete_tag: java deleteTag "DELETE /v2/images/{image_id}/tags/{tag}" => sharing::remove_tag;
    parity_java_list_members: java listMembers "GET /v2/images/{image_id}/members" => sharing::list_members;
    parity_java_get_member: java getMember "GET /v2/images/{image_id}/members/{member_id}" => sharing::get_member;
    parity_java_delete_member: java deleteMember "DELETE /v2/images/{image_id}/members/{member_id}" => sharing::remove_member;
    parity_java_update_member: java updateMember "PUT /v2/images/{image_id}/members/{member_id}" => sharing::update_member;
    parity_java_create_member: java createMember "POST /v2/images/{image_id}/members" => sharing::add_member;

    parity_java_ims_create_by_instance: java create(ImageCreateByInstance) "POST /v2/cloudimages/action" => ims::create;
    parity_java_ims_create_by_external_image: java create(ImageCreateByExternalImage) "POST /v2/cloudimages/action" => ims::create;
    parity_java_ims_list: java list "GET /v2/cloudimages" => ims::list;
    parity_java_ims_update: java update "PATCH /v2/cloudimages/{image_id}" => ims::update;
    parity_java_ims_create_by_obs: java create(ImageCreateByOBS) "POST /v1/cloudimages/dataimages/action" => ims::create_data_image;
    parity_java_ims_regist: java regist "PUT /v1/cloudimages/{image_id}/upload" => ims::register;
    parity_java_ims_export: java export "POST /v1/cloudimages/{image_id}/file" => ims::export;
    parity_java_ims_whole_image_by_backup: java create(ImageCreateByExternalImage) "POST /v1/cloudimages/wholeimages/action" => ims::create_whole;
    parity_java_ims_whole_image_by_instance: java create(ImageCreateByInstance) "POST /v1/cloudimages/wholeimages/action" => ims::create_whole;
    parity_java_ims_job_get: java get "GET /v1/{project_id}/jobs/{job_id}" => ims::job;
}

#[tokio::test]
async fn fixture_older_sdk_requests() {
    let (mut equal, mut faults, mut wrong) = (0, 0, Vec::new());
    let mut decided = BTreeMap::<_, usize>::new();
    for entry in entries() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(problem) => {
                wrong.push(problem);
                continue;
            }
        };
        match outcome(ROWS, &entry).await {
            Outcome::Equal => equal += 1,
            Outcome::Decided(why) => *decided.entry(why).or_default() += 1,
            Outcome::Different(difference) => wrong.push(format!("{}: {difference}", entry.name())),
            Outcome::Fault => faults += 1,
        }
    }
    println!("fixture {FIXTURE}: {} passed, {} failed", equal + decided.values().sum::<usize>(), wrong.len());
    decided.iter().for_each(|(why, count)| println!("  otherwise in {count}: {why}"));
    println!("{faults} more entries are faults of an SDK that nothing is decided about");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
