//! The calls of Glance, where IMS answers otherwise than Glance alone.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};

use super::access::Principal;
use super::attributes::{self, BACKUP, is_whole, visibility};
use super::error::{ImsError, Result, img};
use super::rules::MAX_TAGS;
use super::{members, no_content};
use crate::clock::later;
use crate::cloud::Cloud;
use crate::glance::error::ApiError;
use crate::glance::model::{Image, Status};
use crate::glance::state::is_visible;
use crate::http::{Call, json};
use crate::json::{Json, Layout};

pub(super) async fn answer(cloud: &Cloud, call: &mut Call, caller: &Principal, path: &str) -> Result<Response<Body>> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (&call.method, parts.as_slice()) {
        (&Method::POST, ["images"]) => create(cloud, call, caller, path).await,
        (&Method::DELETE, ["images", id]) => delete(cloud, call, caller, id).await,
        (&Method::PATCH, ["images", _]) => patch(cloud, call, caller, path).await,
        (&Method::GET, ["images", id, "members"]) => members::list(cloud, call, caller, id),
        (&Method::POST, ["images", id, "members"]) => {
            open(cloud, caller, id);
            native(cloud, call, caller, path).await
        }
        (&Method::PUT, ["images", id, "tags", tag]) => {
            check_tag(cloud, id, tag)?;
            native(cloud, call, caller, path).await
        }
        _ => native(cloud, call, caller, path).await,
    }
}

async fn native(cloud: &Cloud, call: &mut Call, caller: &Principal, path: &str) -> Result<Response<Body>> {
    Ok(crate::glance::answer_as(cloud, call, &caller.who, path).await?)
}

/// Images begin private, say more of themselves, and may have formats that Glance does not know.
async fn create(cloud: &Cloud, call: &mut Call, caller: &Principal, path: &str) -> Result<Response<Body>> {
    let text = call.read_body().await.unwrap_or_default();
    let mut own_format = None;
    let body = match Json::parse(&text) {
        Some(Json::Map(mut given)) => {
            if !given.iter().any(|(key, _)| key == "visibility") {
                given.push(("visibility".to_owned(), "private".into()));
            }
            if let Some((_, format)) = given.iter_mut().find(|(key, _)| key == "disk_format")
                && matches!(format.as_str(), Some("zvhd" | "zvhd2"))
            {
                own_format = format.as_str().map(str::to_owned);
                *format = "vhd".into();
            }
            Json::Map(given).to_text(Layout::Spaced).into_bytes()
        }
        _ => text,
    };
    call.headers.insert("content-length", body.len().into());
    call.headers.remove("transfer-encoding");
    call.body = Body::from(body);
    let made = native(cloud, call, caller, path).await?;
    let id = made.headers().get("location").and_then(|v| v.to_str().ok()).and_then(|v| v.rsplit('/').next()).map(str::to_owned);
    let mut state = cloud.glance.state();
    let Some(image) = id.and_then(|id| state.image_mut(&id)) else { return Ok(made) };
    if own_format.is_some() {
        image.disk_format = own_format;
    }
    let label = image.extra(attributes::OS_VERSION).unwrap_or("Other(64 bit)").to_owned();
    for (key, value) in attributes::defaults().into_iter().chain(attributes::system(&label)) {
        if image.extra(&key).is_none() {
            image.set_extra(&key, value);
        }
    }
    let (parts, _) = made.into_parts();
    let mut response = json(StatusCode::CREATED, &image.view());
    response.headers_mut().extend(parts.headers.into_iter().filter_map(|(name, value)| Some((name?, value))));
    Ok(response)
}

/// A conflict is told in the words of IMS.
async fn patch(cloud: &Cloud, call: &mut Call, caller: &Principal, path: &str) -> Result<Response<Body>> {
    match native(cloud, call, caller, path).await {
        Err(ImsError::Native(error)) if error.status == StatusCode::CONFLICT => {
            Err(img("IMG.0035", "The attribute that the patch is about does not exist, or exists already."))
        }
        other => other,
    }
}

/// Whoever shares a private image makes it a shared one.
fn open(cloud: &Cloud, caller: &Principal, id: &str) {
    let mut state = cloud.glance.state();
    let own = |image: &&mut Image| image.owner.as_deref() == Some(&caller.project) && caller.who.may_write();
    if let Some(image) = state.image_mut(id).filter(own)
        && image.visibility == "private"
    {
        image.visibility = "shared".to_owned();
    }
}

/// A tag of Glance's is a key alone.
fn check_tag(cloud: &Cloud, id: &str, tag: &str) -> Result<()> {
    if tag.contains('=') {
        return Err(img("IMG.0115", format!("The tag {tag} is invalid.")));
    }
    let mut state = cloud.glance.state();
    let full = state.image_mut(id).is_some_and(|image| image.tags.len() >= MAX_TAGS && !image.tags.iter().any(|t| t == tag));
    if full {
        return Err(img("IMG.0116", format!("An image has at most {MAX_TAGS} tags.")));
    }
    Ok(())
}

/// Answers at once; the image goes a step of the clock later. The backup of a whole image goes with it on request only.
async fn delete(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    let text = call.read_body().await.unwrap_or_default();
    let with_backup = match Json::parse(&text) {
        None if text.is_empty() => false,
        Some(body @ Json::Map(_)) => match body.get("delete_backup") {
            None => false,
            Some(flag) => flag.as_bool().ok_or_else(|| img("IMG.0001", "The parameter delete_backup is of the wrong type."))?,
        },
        _ => return Err(img("IMG.0001", "The format of the message is incorrect.")),
    };
    let backup = {
        let state = cloud.glance.state();
        let image = state.images.get(id).filter(|image| !image.deleted && is_visible(&caller.who, image));
        let image = image.ok_or_else(|| ApiError::no_image(id))?;
        check_deletable(image, caller)?;
        image.extra(BACKUP).filter(|_| with_backup && is_whole(image)).map(str::to_owned)
    };
    let mut state = cloud.ims.state();
    if let Some(backup) = backup {
        state.backups.remove(&backup);
    }
    if state.leaving.insert(id.to_owned()) {
        let (ims, glance, id) = (Arc::clone(&cloud.ims), Arc::clone(&cloud.glance), id.to_owned());
        let until = later(cloud.clock.now(), glance.settings.task_step);
        tokio::spawn(async move {
            glance.clock.sleep_until(until).await;
            {
                let mut state = glance.state();
                let at = state.stamp(&glance.clock);
                state.forget(&id, at);
            }
            ims.state().leaving.remove(&id);
        });
    }
    no_content()
}

fn check_deletable(image: &Image, caller: &Principal) -> Result<()> {
    let id = &image.id;
    if image.owner.as_deref() != Some(&caller.project) {
        let code = if visibility(image) == "public" { "IMG.0094" } else { "IMG.0092" };
        return Err(img(code, format!("The image {id} belongs to another project.")));
    }
    caller.must_write("ims:images:delete")?;
    if image.protected {
        return Err(img("IMG.0028", format!("The image {id} is protected and cannot be deleted.")));
    }
    if image.status == Status::Saving {
        return Err(img("IMG.0090", format!("The image {id} is being created and cannot be deleted.")));
    }
    Ok(())
}

/// The path below the version, if it is one of those that Glance answers here.
pub(super) fn is_native(path: &str) -> Option<&str> {
    let below = path.strip_prefix("/v2/")?;
    let first = below.split('/').next().unwrap_or_default();
    matches!(first, "images" | "schemas").then(|| &path[3..])
}
