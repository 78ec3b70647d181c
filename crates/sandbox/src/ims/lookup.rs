//! Finding an image for a call, and why it may not be found.

use super::access::Principal;
use super::attributes::{is_iso, is_whole, visibility};
use super::error::{Result, img, no_image};
use crate::glance::model::{Image, Status};
use crate::glance::state::{State, is_visible};

/// An image that the caller may know of.
pub(super) fn visible<'s>(state: &'s State, caller: &Principal, id: &str) -> Result<&'s Image> {
    let image = state.images.get(id).filter(|image| !image.deleted && is_visible(&caller.who, image));
    image.ok_or_else(|| no_image(id))
}

/// An image of the caller's project. What others own is refused with that code, public ones with their own.
pub(super) fn own<'s>(state: &'s State, caller: &Principal, id: &str, code: &str) -> Result<&'s Image> {
    let image = visible(state, caller, id)?;
    if image.owner.as_deref() == Some(caller.project.as_str()) {
        return Ok(image);
    }
    if visibility(image) == "public" {
        return Err(img("IMG.0094", format!("The public image {id} cannot be changed.")));
    }
    Err(img(code, format!("The image {id} belongs to another project.")))
}

/// The same, to be changed.
pub(super) fn own_mut<'s>(state: &'s mut State, caller: &Principal, id: &str, code: &str) -> Result<&'s mut Image> {
    own(state, caller, id, code)?;
    state.image_mut(id).ok_or_else(|| no_image(id))
}

pub(super) fn must_be_active(image: &Image) -> Result<()> {
    if image.status == Status::Active {
        return Ok(());
    }
    Err(img("IMG.0046", format!("The image {} is not available.", image.id)))
}

/// Whole images and those of installation disks can be neither exported nor copied within a region.
pub(super) fn must_be_plain(image: &Image, whole: &str) -> Result<()> {
    if is_whole(image) {
        return Err(img(whole, format!("The image {} is one of a whole server.", image.id)));
    }
    must_not_be_iso(image)
}

pub(super) fn must_not_be_iso(image: &Image) -> Result<()> {
    if is_iso(image) {
        return Err(img("IMG.0167", format!("The image {} is one of an installation disk.", image.id)));
    }
    Ok(())
}
