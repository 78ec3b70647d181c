//! Single tags.

use axum::body::Body;
use axum::http::Response;

use super::error::{ApiError, Result, limit_text};
use super::image::check_schema;
use super::policy::Who;
use super::{MAX_TAGS, no_content};
use crate::cloud::Cloud;
use crate::json::{Json, object};

fn no_image(id: &str) -> ApiError {
    ApiError::not_found(format!("Image {id} not found."))
}

pub(super) fn add(cloud: &Cloud, who: &Who, id: &str, tag: &str) -> Result<Response<Body>> {
    check_schema(&object([("tags", Json::List(vec![tag.into()]))]))?;
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = state.visible_mut(who, id).map_err(|_| no_image(id))?;
    who.may_change(image, "modify_image")?;
    if !image.tags.iter().any(|t| t == tag) {
        if image.tags.len() >= MAX_TAGS {
            let text = limit_text("tags", image.tags.len() + 1, MAX_TAGS);
            let text = format!("Image tag limit exceeded for image {id}: {text}:");
            return Err(ApiError::too_large(text));
        }
        image.tags.push(tag.to_owned());
    }
    image.updated_at = at;
    no_content()
}

pub(super) fn remove(cloud: &Cloud, who: &Who, id: &str, tag: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = state.visible_mut(who, id).map_err(|_| no_image(id))?;
    who.may_change(image, "modify_image")?;
    let before = image.tags.len();
    image.tags.retain(|t| t != tag);
    if image.tags.len() == before {
        return Err(ApiError::nowhere());
    }
    image.updated_at = at;
    no_content()
}
