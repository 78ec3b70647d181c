//! Images of data disks: `POST /v1/cloudimages/dataimages/action`, and the entries of `data_images`.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::{Draft, ENVIRONMENT};
use super::body::{self, Fields};
use super::create::{FORMATS, disk, draft, file, part};
use super::error::{Result, img};
use super::quota;
use super::work::{Part, Source, start};
use crate::cloud::Cloud;
use crate::http::Call;
use crate::json::Json;

/// How large a data disk may be.
pub(super) const DISK: (i64, i64) = (40, 2048);
/// How large it may be among `data_images`.
const SMALL_DISK: (i64, i64) = (1, 2048);
const MAX_FILES: usize = 3;

/// Makes an image one of data.
pub(super) fn mark(draft: &mut Draft, fields: Fields<'_>) -> Result<()> {
    draft.set(ENVIRONMENT, "DataImage");
    draft.set_some("__os_type", fields.word("os_type", &["Linux", "Windows"], "IMG.0056")?);
    Ok(())
}

pub(super) async fn create(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:dataImages:create")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let made = from_file(cloud, fields, DISK)?;
    quota::check(cloud, caller, 1)?;
    start(cloud, caller, made)
}

fn from_file(cloud: &Cloud, fields: Fields<'_>, range: (i64, i64)) -> Result<Part> {
    let mut draft = draft(fields)?;
    let file = file(cloud, fields)?;
    draft.min_disk = disk(fields, range)?;
    draft.set("__root_origin", "file");
    mark(&mut draft, fields)?;
    Ok(part("imsImportDataImageJob", draft, Source::File(file, FORMATS)))
}

fn from_volume(fields: Fields<'_>) -> Result<Part> {
    let mut draft = draft(fields)?;
    let volume = fields.other("volume_id", "IMG.0001")?.ok_or_else(|| body::missing("volume_id"))?;
    draft.min_disk = 40;
    draft.set("__data_origin", format!("volume,{volume}"));
    mark(&mut draft, fields)?;
    Ok(part("imsCopyVolumeToImageJob", draft, Source::Disk(format!("content of the volume {volume}"))))
}

/// The entries of `data_images`, each from a volume or from a file.
pub(super) fn parts(cloud: &Cloud, entries: &[Json]) -> Result<Vec<Part>> {
    let mut files = Vec::new();
    for entry in entries {
        files.extend(Fields::of(entry)?.text("image_url")?);
    }
    if files.len() > MAX_FILES {
        return Err(img("IMG.0001", format!("At most {MAX_FILES} data images may come from files.")));
    }
    if let Some(twice) = files.iter().enumerate().find(|(at, file)| files[..*at].contains(file)) {
        return Err(img("IMG.0123", format!("The file address {} is there twice.", twice.1)));
    }
    let one = |entry: &Json| {
        let fields = Fields::of(entry)?;
        if fields.has("image_url") { from_file(cloud, fields, SMALL_DISK) } else { from_volume(fields) }
    };
    entries.iter().map(one).collect()
}
