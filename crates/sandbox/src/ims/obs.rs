//! What IMS asks of the object store.

use super::error::{Result, img};
use super::rules::Object;
use crate::obs::{Obs, Reach};

/// Whether images may come from that bucket, and go to it.
pub(super) fn check(obs: &Obs, object: &Object) -> Result<()> {
    match obs.reach(&object.bucket) {
        Reach::Here => Ok(()),
        Reach::NoBucket => Err(img("IMG.0069", format!("The bucket {} cannot be accessed.", object.bucket))),
        Reach::OtherRegion => Err(img("IMG.0058", format!("The bucket {} is in another region.", object.bucket))),
    }
}
