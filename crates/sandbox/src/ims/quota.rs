//! `GET /v1/cloudimages/quota`, and what it holds calls to.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::error::{Result, img};
use super::jobs::Job;
use super::ok;
use crate::cloud::Cloud;
use crate::json::{Json, object};

/// How many images the project owns, those included that jobs are to make.
fn used(cloud: &Cloud, caller: &Principal) -> usize {
    let to_come = |job: &&Job| job.project == caller.project && job.makes && job.is_open() && job.image_id.is_none();
    let to_come = cloud.ims.state().jobs.values().filter(to_come).count();
    let state = cloud.glance.state();
    to_come + state.images.values().filter(|image| !image.deleted && image.owner.as_deref() == Some(&caller.project)).count()
}

/// Whether so many more images may be made.
pub(super) fn check(cloud: &Cloud, caller: &Principal, more: usize) -> Result<()> {
    let quota = cloud.ims.settings.image_quota;
    if used(cloud, caller) + more <= quota {
        return Ok(());
    }
    Err(img("IMG.0015", format!("The quota of {quota} images is used up.")))
}

pub(super) fn show(cloud: &Cloud, caller: &Principal) -> Result<Response<Body>> {
    let resource = object([
        ("type", "image".into()),
        ("used", (used(cloud, caller) as u64).into()),
        ("quota", (cloud.ims.settings.image_quota as u64).into()),
        ("min", 1_u64.into()),
        ("max", 1000_u64.into()),
    ]);
    ok(&object([("quotas", object([("resources", Json::List(vec![resource]))]))]))
}
