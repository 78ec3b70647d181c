//! `POST /v1/cloudimages/wholeimages/action`: an image of a server with all its disks, or of a backup of one.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::{BACKUP, WHOLE};
use super::body::{self, Fields, missing};
use super::create::{draft, part};
use super::error::{Result, img};
use super::quota;
use super::work::{Source, start};
use crate::cloud::Cloud;
use crate::http::Call;

pub(super) async fn create(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:wholeImages:create")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let mut draft = draft(fields)?;
    draft.min_disk = 40;
    draft.set_system("CentOS 7.9 64bit");
    draft.set(WHOLE, "true");
    let server = fields.other("instance_id", "IMG.0005")?;
    let backup = fields.other("backup_id", "IMG.0020")?;
    let kind = fields.word("whole_image_type", &["CBR", "CSBS"], "IMG.0024")?;
    let vault = fields.other("vault_id", "IMG.0001")?;
    let (job, source) = match (server, backup) {
        (Some(server), None) => {
            // A backup is made on the way, and needs a place.
            vault.ok_or_else(|| missing("vault_id"))?;
            draft.set(BACKUP, super::new_id());
            draft.set("__data_origin", format!("server_backup,{server}"));
            ("imsCreateWholeImageByInstanceJob", format!("all disks of the server {server}"))
        }
        (None, Some(backup)) => {
            kind.ok_or_else(|| missing("whole_image_type"))?;
            check_unused(cloud, &backup)?;
            draft.set("__data_origin", format!("server_backup,{backup}"));
            let source = format!("content of the backup {backup}");
            draft.set(BACKUP, backup);
            ("imsCreateWholeImageByBackupJob", source)
        }
        _ => return Err(img("IMG.0001", "Either instance_id or backup_id is to be given.")),
    };
    quota::check(cloud, caller, 1)?;
    start(cloud, caller, part(job, draft, Source::Disk(source)))
}

/// A backup is good for one image.
fn check_unused(cloud: &Cloud, backup: &str) -> Result<()> {
    let state = cloud.glance.state();
    if state.images.values().any(|image| !image.deleted && image.extra(BACKUP) == Some(backup)) {
        return Err(img("IMG.0029", format!("The backup {backup} is used by another image.")));
    }
    Ok(())
}
