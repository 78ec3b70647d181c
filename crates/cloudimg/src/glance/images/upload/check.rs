//! What is looked at before the first byte goes.

use cloudimg_core::{Error, ErrorKind};

use super::failure::{Failed, ImageLeft};
use crate::glance::types::{Image, ImageStatus};
use crate::transfer::sniff::{Declared, HEAD, expect, sniff};
use crate::transfer::source::Reading;

/// Whether data can be sent to the image as it is.
pub(super) fn is_ready(image: &Image) -> Result<(), Failed> {
    if image.status == ImageStatus::Queued {
        return Ok(());
    }
    let left = ImageLeft::of(image);
    let what = format!("data can be sent to a queued image only, and once; nothing was sent to {}", image.id);
    Err(Failed::new(Error::new(ErrorKind::Conflict, what), left))
}

/// Whether the image says of what formats its data are, and these look like it.
pub(super) async fn formats(image: &Image, reading: &mut Reading, checks_format: bool) -> Result<(), Failed> {
    let left = || ImageLeft::of(image);
    let refused = |what: String| Failed::new(Error::new(ErrorKind::InvalidRequest, format!("{what}; nothing was sent")), left());
    let wanted = if checks_format { HEAD } else { 1 };
    let head = reading.head(wanted).await.map_err(|error| Failed::new(error, left()))?;
    let (disk, container) = (image.disk_format.as_ref(), image.container_format.as_ref());
    let (Some(disk), Some(container)) = (disk, container) else {
        let missing: Vec<_> = [disk.is_none().then_some("disk_format"), container.is_none().then_some("container_format")]
            .into_iter()
            .flatten()
            .collect();
        let looks = sniff(&head).map_or_else(String::new, |found| format!("; the data look like {found}"));
        let set = "set it by `update` with an `ImagePatch`";
        return Err(refused(format!(
            "the image has no {}, without which it takes no data: {set}{looks}",
            missing.join(" and no ")
        )));
    };
    if !checks_format || head.is_empty() {
        return Ok(());
    }
    let declared = Declared { disk_format: &disk.to_string(), container_format: &container.to_string() };
    match expect(declared, &head, reading.tail().map(|tail| &tail[..])) {
        Ok(_) => Ok(()),
        Err(misfit) => Err(refused(format!("{misfit}, or take `with_format_check(false)` to send them as they are"))),
    }
}
