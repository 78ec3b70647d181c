//! Copies: within the region, and to another one.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::{BACKUP, DESCRIPTION, Draft, KEY, PROJECT, is_whole};
use super::body::{self, Fields, missing};
use super::error::{Result, img};
use super::lookup;
use super::quota;
use super::rules::{check_name, exists};
use super::work::{Deed, Part, Source, start};
use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::http::Call;
use crate::keystone::directory::REGION;

const CROSS: &str = "imsCrossRegionCopyImageJob";
/// How many copies to other regions a project may have under way.
const MAX_CROSS: usize = 5;

/// What a copy takes over from its image.
fn like(image: &Image, fields: Fields<'_>) -> Result<Draft> {
    let name = fields.need_text("name")?;
    check_name(name)?;
    let mut draft = Draft {
        name: name.to_owned(),
        min_disk: image.min_disk,
        min_ram: image.min_ram,
        disk_format: image.disk_format.clone().unwrap_or_default(),
        tags: Vec::new(),
        attributes: Vec::new(),
    };
    for (key, value) in &image.extra {
        if !matches!(key.as_str(), KEY | DESCRIPTION | PROJECT | BACKUP) && !key.starts_with("os_glance") {
            draft.set(key, value.as_str());
        }
    }
    draft.set("__originalimagename", image.id.as_str());
    draft.set_some(DESCRIPTION, fields.description()?);
    Ok(draft)
}

pub(super) async fn in_region(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:copyInRegion")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let image = lookup::own(&cloud.glance.state(), caller, id, "IMG.0106")?.clone();
    lookup::must_be_active(&image)?;
    lookup::must_be_plain(&image, "IMG.0130")?;
    let mut draft = like(&image, fields)?;
    draft.set_some(KEY, fields.other("cmk_id", "IMG.0095")?);
    draft.set_some(PROJECT, fields.text("enterprise_project_id")?);
    quota::check(cloud, caller, 1)?;
    start(cloud, caller, super::create::part("imsCopyImageInRegionJob", draft, Source::Image(image.id)))
}

pub(super) async fn cross_region(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:copyCrossRegion")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let image = lookup::own(&cloud.glance.state(), caller, id, "IMG.0106")?.clone();
    lookup::must_be_active(&image)?;
    lookup::must_not_be_iso(&image)?;
    if image.extra(KEY).is_some() {
        return Err(img("IMG.0143", format!("The encrypted image {id} cannot be copied to another region.")));
    }
    let region = fields.need_text("region")?;
    if region == REGION {
        return Err(img("IMG.0142", "The target region is that of the image."));
    }
    // A project is named like its region, or has that in front of a name of its own.
    let project = fields.need_text("project_name")?;
    if project.strip_prefix(region).is_none_or(|own| !own.is_empty() && !own.starts_with('_')) {
        return Err(img("IMG.0108", format!("There is no project {project} in the region {region}.")));
    }
    fields.need_text("agency_name")?;
    if is_whole(&image) && !fields.text("vault_id")?.is_some_and(exists) {
        return Err(missing("vault_id"));
    }
    let under_way = |state: &super::State| {
        let copies = state.jobs.values().filter(|job| job.kind == CROSS && job.is_open());
        copies.filter(|job| job.project == caller.project).count()
    };
    if under_way(&cloud.ims.state()) >= MAX_CROSS {
        return Err(img("IMG.0149", format!("At most {MAX_CROSS} images can be copied to other regions at once.")));
    }
    let draft = like(&image, fields)?;
    let name = draft.name.clone();
    let mut copy = draft.image(super::new_id(), &caller.project, cloud.clock.now());
    copy.size = image.size;
    copy.checksum = image.checksum;
    let deed = Deed::Send { region: region.to_owned(), image: Box::new(copy) };
    start(cloud, caller, Part { kind: CROSS, image_name: Some(name), deed })
}
