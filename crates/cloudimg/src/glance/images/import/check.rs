//! What is known to be refused is not sent.

use cloudimg_core::{Error, ErrorKind, Result};

use super::ticket::Targets;
use super::{ImportFailure, ImportMethod, names};
use crate::glance::types::{Image, ImageStatus};

/// Whether an import of `image` may be asked for.
pub(super) fn ready(image: &Image, method: &ImportMethod, targets: &Targets) -> Result<()> {
    let (wanted, remedy) = match method {
        ImportMethod::GlanceDirect => (ImageStatus::Uploading, "stage its data first"),
        ImportMethod::CopyImage => (ImageStatus::Active, "only an active image has data to copy"),
        ImportMethod::WebDownload { .. } | ImportMethod::GlanceDownload { .. } => {
            (ImageStatus::Queued, "data are written once: make another image for them")
        }
    };
    let by = method.name();
    if image.status != wanted {
        let what = format!("image {} is {}, and {by} needs one that is {wanted}", image.id, image.status);
        if let Some(failure) = ImportFailure::another(image, by) {
            return Err(unsent(ErrorKind::Conflict, format!("{what}: {}", failure.advice())).with_source(failure));
        }
        let remedy = match (&image.status, method) {
            (ImageStatus::Queued, _) | (_, ImportMethod::CopyImage) => remedy,
            (ImageStatus::Importing, _) => "an import that failed leaves that for good: delete the image and make it anew",
            (ImageStatus::Saving, _) => "an upload brings its data already",
            (ImageStatus::Uploading, _) => "its data are staged: import those by glance-direct, or delete it and make it anew",
            _ => "data are written once: make another image for them",
        };
        return refused(format!("{what}: {remedy}"));
    }
    let missing = [("disk_format", image.disk_format.is_none()), ("container_format", image.container_format.is_none())];
    if let Some((what, _)) = missing.into_iter().find(|(_, missing)| *missing) {
        return refused(format!("image {} has no {what}, which an import needs: set it by an `ImagePatch`", image.id));
    }
    let Targets::Named(stores) = targets else { return Ok(()) };
    if stores.is_empty() {
        return Err(unsent(ErrorKind::InvalidRequest, "the import is for no store at all".to_owned()));
    }
    let held = names(image.stores.as_deref());
    match stores.iter().find(|store| matches!(method, ImportMethod::CopyImage) && held.contains(store)) {
        Some(store) => {
            let what = format!("image {} is in the store {store} already: name only those that lack it", image.id);
            Err(unsent(ErrorKind::InvalidRequest, what))
        }
        None => Ok(()),
    }
}

fn refused(what: String) -> Result<()> {
    Err(unsent(ErrorKind::Conflict, what))
}

fn unsent(kind: ErrorKind, what: String) -> Error {
    Error::new(kind, format!("{what}; nothing was sent")).with_operation("import_image")
}
