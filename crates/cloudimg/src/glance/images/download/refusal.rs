//! What a refusal of data means.

use cloudimg_core::{Error, ErrorKind};

use super::blocks::Source;
use crate::glance::ImageStatus;

/// `error` with what the image's record tells of its cause.
pub(super) async fn explained(source: &Source, error: Error, has_begun: bool) -> Error {
    let id = &source.image.id;
    match (error.kind(), error.status()) {
        (ErrorKind::NotFound, Some(404 | 410)) if has_begun => {
            let message =
                format!("the image {id} was deleted, or hidden from this project, while its data came: {}", error.message());
            error.with_message(message)
        }
        (ErrorKind::Forbidden, _) => {
            // It may have become so since the record was read.
            let is_deactivated = source.image.status == ImageStatus::Deactivated
                || source.images.get(id).await.is_ok_and(|image| image.status == ImageStatus::Deactivated);
            if !is_deactivated {
                return error;
            }
            let message =
                format!("{} Its status is `deactivated`: once it is reactivated, the same call will do.", error.message());
            error.with_message(message)
        }
        (_, Some(416)) => {
            let size = source.size().map(|size| format!("; its record says {size} bytes")).unwrap_or_default();
            let message = format!("the image {id} is not that long: {}{size}", error.message());
            error.with_message(message)
        }
        _ => error,
    }
}
