//! `POST /v2/cloudimages/action`: from a server, data disks, a file or a volume; and quick imports.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::{DESCRIPTION, Draft, ENVIRONMENT, KEY, PROJECT};
use super::body::{self, Fields};
use super::data_image;
use super::error::{Result, img};
use super::obs;
use super::quota;
use super::rules::{Object, check_range};
use super::work::{Deed, Part, Source, start, start_parts};
use crate::cloud::Cloud;
use crate::http::Call;

/// The files that become images.
pub(super) const FORMATS: &[&str] =
    &["vhd", "vmdk", "vdi", "qcow", "qcow2", "qed", "vhdx", "raw", "img", "zvhd", "zvhd2", "iso", "ova"];
const ISO: &[&str] = &["iso"];
/// Those that a quick import takes as they are.
const QUICK: &[&str] = &["raw", "zvhd2"];
const SYSTEM_DISK: (i64, i64) = (1, 1024);

/// What all forms have in common.
pub(super) fn draft(fields: Fields<'_>) -> Result<Draft> {
    let mut draft = Draft { name: fields.image_name()?, disk_format: "zvhd2".to_owned(), tags: fields.tags()?, ..Draft::default() };
    draft.set_some(DESCRIPTION, fields.description()?);
    draft.set_some(PROJECT, fields.text("enterprise_project_id")?);
    draft.set_some(KEY, fields.other("cmk_id", "IMG.0095")?);
    if let Some(ram) = fields.number("min_ram")? {
        check_range("min_ram", ram, 0, i64::from(i32::MAX))?;
        draft.min_ram = ram;
    }
    if let Some(ram) = fields.number("max_ram")? {
        check_range("max_ram", ram, 0, i64::from(i32::MAX))?;
        draft.set("max_ram", ram.to_string());
    }
    Ok(draft)
}

/// The smallest disk, which has to be told.
pub(super) fn disk(fields: Fields<'_>, (from, to): (i64, i64)) -> Result<i64> {
    let disk = fields.number("min_disk")?.unwrap_or_default();
    check_range("min_disk", disk, from, to).map(|()| disk)
}

fn machine(draft: &mut Draft, fields: Fields<'_>) -> Result<()> {
    draft.set_some("hw_firmware_type", fields.word("hw_firmware_type", &["bios", "uefi"], "IMG.0141")?);
    draft.set_some("architecture", fields.word("architecture", &["x86", "arm"], "IMG.0212")?);
    Ok(())
}

pub(super) async fn create(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:images:create")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let sources = ["instance_id", "image_url", "volume_id"].iter().filter(|name| fields.has(name)).count();
    let (wanted, data) = (sources, fields.list("data_images")?);
    if wanted > 1 || (wanted == 0 && data.is_empty()) {
        return Err(img("IMG.0001", "Exactly one of instance_id, image_url, volume_id or data_images is to be given."));
    }
    quota::check(cloud, caller, wanted + data.len())?;
    let system = if wanted == 1 { Some(system(cloud, fields)?) } else { None };
    if data.is_empty() {
        let system = system.ok_or_else(|| img("IMG.0001", "There is nothing to make an image of."))?;
        // An archive may hold several disks, and so each image of it is a part.
        return match &system.deed {
            Deed::Make { source: Source::File(file, _), .. } if file.format() == "ova" => {
                start_parts(cloud, caller, "imsImportOvaImageJob", vec![system])
            }
            _ => start(cloud, caller, system),
        };
    }
    if fields.has("image_url") || fields.has("volume_id") {
        return Err(img("IMG.0001", "Data images go with those of a server only."));
    }
    let parts = system.into_iter().map(Ok).chain(data_image::parts(cloud, data)?.into_iter().map(Ok));
    start_parts(cloud, caller, "imsVolumesToSysDataImagesJob", parts.collect::<Result<Vec<_>>>()?)
}

/// The system image of one of the three forms.
fn system(cloud: &Cloud, fields: Fields<'_>) -> Result<Part> {
    let mut draft = draft(fields)?;
    machine(&mut draft, fields)?;
    let kind = fields.word("type", &["ECS", "BMS", "FusionCompute", "Ironic", "IsoImage"], "IMG.0024")?;
    let environment = match kind {
        Some("BMS" | "Ironic") => "Ironic",
        Some("IsoImage") => "IsoImage",
        _ => "FusionCompute",
    };
    draft.set(ENVIRONMENT, environment);
    let version = fields.text("os_version")?.filter(|version| !version.is_empty());
    let unsaid = if fields.has("instance_id") { "CentOS 7.9 64bit" } else { "Other(64 bit)" };
    draft.set_system(version.unwrap_or(unsaid));
    draft.set_some("__os_type", fields.word("os_type", &["Linux", "Windows", "Other"], "IMG.0056")?);
    if let Some(server) = fields.other("instance_id", "IMG.0005")? {
        draft.min_disk = 40;
        draft.set("__data_origin", format!("instance,{server}"));
        let source = Source::Disk(format!("system disk of the server {server}"));
        return Ok(part("imsCreateImageByInstance", draft, source));
    }
    if let Some(volume) = fields.other("volume_id", "IMG.0001")? {
        if version.is_none() {
            return Err(img("IMG.0056", "The parameter os_version is needed with volume_id."));
        }
        draft.min_disk = 40;
        draft.set("__data_origin", format!("volume,{volume}"));
        let source = Source::Disk(format!("content of the volume {volume}"));
        return Ok(part("imsVolumeCreateImageJob", draft, source));
    }
    let file = file(cloud, fields)?;
    draft.min_disk = disk(fields, SYSTEM_DISK)?;
    draft.set("__root_origin", "file");
    let quick = fields.flag("is_quick_import")?;
    if version.is_none() && (quick || environment == "IsoImage") {
        return Err(img("IMG.0159", "The parameter os_version is needed here."));
    }
    if environment == "IsoImage" {
        draft.disk_format = "iso".to_owned();
    }
    let formats = match (environment, quick) {
        ("IsoImage", _) => ISO,
        (_, true) => QUICK,
        _ => FORMATS,
    };
    let kind = if quick { "imsNativeImportImageJob" } else { "imsImportImageJob" };
    Ok(part(kind, draft, Source::File(file, formats)))
}

/// The file that a member names, in a bucket that can be reached.
pub(super) fn file(cloud: &Cloud, fields: Fields<'_>) -> Result<Object> {
    let file = fields.object("image_url")?;
    obs::check(&cloud.obs, &file)?;
    Ok(file)
}

pub(super) fn part(kind: &'static str, draft: Draft, source: Source) -> Part {
    Part { kind, image_name: Some(draft.name.clone()), deed: Deed::Make { draft: Box::new(draft), source } }
}

pub(super) async fn quick_import(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:images:create")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let mut draft = draft(fields)?;
    machine(&mut draft, fields)?;
    let kind = fields.word("type", &["ECS", "BMS", "DataImage"], "IMG.0024")?;
    let file = file(cloud, fields)?;
    draft.set("__root_origin", "file");
    if kind == Some("DataImage") {
        draft.min_disk = disk(fields, data_image::DISK)?;
        data_image::mark(&mut draft, fields)?;
    } else {
        let version = fields.text("os_version")?.filter(|version| !version.is_empty());
        let version = version.ok_or_else(|| img("IMG.0159", "The parameter os_version is needed for a system disk."))?;
        draft.min_disk = disk(fields, SYSTEM_DISK)?;
        draft.set_system(version);
        draft.set_some("__os_type", fields.word("os_type", &["Linux", "Windows"], "IMG.0056")?);
        if kind == Some("BMS") {
            draft.set(ENVIRONMENT, "Ironic");
        }
    }
    if !QUICK.contains(&file.format().as_str()) {
        return Err(img("IMG.0158", format!("A file of the format {} cannot be imported quickly.", file.format())));
    }
    quota::check(cloud, caller, 1)?;
    start(cloud, caller, part("imsNativeImportImageJob", draft, Source::File(file, QUICK)))
}
