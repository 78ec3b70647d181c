//! The tags of an image: read, set, taken away.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::access::Principal;
use super::body::{self, Fields, missing};
use super::error::{Result, img};
use super::rules::{MAX_TAGS, Tag};
use super::{listing, lookup, no_content, ok};
use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::http::Call;
use crate::json::{Json, object};

const NOT_OWNER: &str = "IMG.0047";

pub(super) fn pair(tag: &Tag) -> Json {
    object([("key", tag.key.as_str().into()), ("value", tag.value.as_str().into())])
}

fn read_all(image: &Image) -> Vec<Tag> {
    image.tags.iter().map(|tag| Tag::read(tag)).collect()
}

/// Sets some tags; a key that is there gets the new value.
fn put(image: &mut Image, tags: &[Tag]) -> Result<()> {
    let mut all = read_all(image);
    for tag in tags {
        match all.iter_mut().find(|other| other.key == tag.key) {
            Some(other) => other.value.clone_from(&tag.value),
            None => all.push(tag.clone()),
        }
    }
    if all.len() > MAX_TAGS {
        return Err(img("IMG.0116", format!("An image has at most {MAX_TAGS} tags.")));
    }
    image.tags = all.iter().map(Tag::stored).collect();
    Ok(())
}

/// A key to be taken away: only its length is looked at.
fn check_removed(key: &str, value: &str) -> Result<()> {
    if key.is_empty() || key.chars().count() > 127 || value.chars().count() > 255 {
        return Err(img("IMG.0115", format!("The tag key {key} is invalid.")));
    }
    Ok(())
}

fn change(cloud: &Cloud, caller: &Principal, id: &str, change: impl FnOnce(&mut Image) -> Result<()>) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = lookup::own_mut(&mut state, caller, id, NOT_OWNER)?;
    change(image)?;
    image.updated_at = at;
    no_content()
}

/// `PUT /v1/cloudimages/tags`: one tag, in one of its two forms.
pub(super) async fn put_one(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:images:setTags")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let id = fields.need_text("image_id")?;
    let tag = match (fields.text("tag")?, fields.get("image_tag")) {
        (Some(text), None) => Tag::parse(text)?,
        (None, Some(tag)) => Fields::of(tag)?.tag()?,
        _ => return Err(img("IMG.0115", "Either tag or image_tag is to be given.")),
    };
    change(cloud, caller, id, |image| put(image, &[tag]))
}

/// `GET /v1/cloudimages/tags`: those of all images that the filters leave.
pub(super) fn list_all(cloud: &Cloud, call: &Call, caller: &Principal) -> Result<Response<Body>> {
    let page = match call.query.get("page") {
        None => 1,
        Some(text) => text
            .parse()
            .ok()
            .filter(|page: &usize| *page > 0)
            .ok_or_else(|| img("IMG.0001", format!("The page is invalid: {text}.")))?,
    };
    let limit = listing::limit(call)?;
    let mut tags: Vec<String> = listing::select(cloud, call, caller)?.into_iter().flat_map(|image| image.tags).collect();
    tags.sort();
    tags.dedup();
    let limit = limit.unwrap_or(tags.len().max(1));
    let tags = tags.into_iter().skip((page - 1).saturating_mul(limit)).take(limit);
    ok(&object([("tags", Json::List(tags.map(Json::from).collect()))]))
}

/// `DELETE /v1/{project}/cloudimages/{id}/tags/delete`
pub(super) async fn delete_some(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:setTags")?;
    let body = body::read(call).await?;
    let keys = removed(Fields::of(&body)?.list("tags")?)?;
    change(cloud, caller, id, |image| {
        remove(image, &keys);
        Ok(())
    })
}

fn removed(tags: &[Json]) -> Result<Vec<String>> {
    if tags.is_empty() {
        return Err(missing("tags"));
    }
    let key = |tag: &Json| {
        let fields = Fields::of(tag)?;
        let key = fields.text("key")?.unwrap_or_default();
        check_removed(key, fields.text("value")?.unwrap_or_default()).map(|()| key.to_owned())
    };
    tags.iter().map(key).collect()
}

/// Takes keys away; how many there were.
fn remove(image: &mut Image, keys: &[String]) -> usize {
    let before = image.tags.len();
    image.tags.retain(|tag| !keys.contains(&Tag::read(tag).key));
    before - image.tags.len()
}

pub(super) fn list(cloud: &Cloud, caller: &Principal, id: &str) -> Result<Response<Body>> {
    let state = cloud.glance.state();
    let image = lookup::visible(&state, caller, id)?;
    ok(&object([("tags", Json::List(read_all(image).iter().map(pair).collect()))]))
}

pub(super) async fn add(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:setTags")?;
    let body = body::read(call).await?;
    let tag = Fields::of(&body)?.get("tag").ok_or_else(|| missing("tag"))?;
    let tag = Fields::of(tag)?.tag()?;
    change(cloud, caller, id, |image| put(image, &[tag]))
}

/// `POST .../tags/action`
pub(super) async fn act(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:setTags")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let tags = fields.list("tags")?;
    match fields.word("action", &["create", "delete"], "IMG.0001")? {
        Some("create") if !tags.is_empty() => {
            let tags = tags.iter().map(|tag| Fields::of(tag)?.tag()).collect::<Result<Vec<_>>>()?;
            super::rules::check_tags(&tags)?;
            change(cloud, caller, id, |image| put(image, &tags))
        }
        Some("create") => Err(missing("tags")),
        Some(_) => {
            let keys = removed(tags)?;
            change(cloud, caller, id, |image| {
                remove(image, &keys);
                Ok(())
            })
        }
        None => Err(missing("action")),
    }
}

/// The one call about tags that minds a key that is not there.
pub(super) fn delete(cloud: &Cloud, caller: &Principal, id: &str, key: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:setTags")?;
    check_removed(key, "")?;
    change(cloud, caller, id, |image| match remove(image, &[key.to_owned()]) {
        0 => Err(img("IMG.0115", format!("The tag {key} of the image {id} cannot be found.")).with_status(StatusCode::NOT_FOUND)),
        _ => Ok(()),
    })
}
