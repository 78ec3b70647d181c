//! `GET /v2/cloudimages`: filters, order, pages.

use std::cmp::Ordering;

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::error::{Result, img};
use super::filter::Filters;
use super::{attributes, lookup, ok};
use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::http::Call;
use crate::json::{Json, object};
use crate::keystone::directory::REGION;

const DEFAULT_PAGE: usize = 500;
const MAX_PAGE: usize = 1000;
/// Asks for the images of another region, to which images have been copied.
const REGION_HEADER: &str = "x-sandbox-region";

#[derive(Debug, Clone, Copy)]
enum Key {
    CreatedAt,
    Name,
    ContainerFormat,
    DiskFormat,
    Status,
    Id,
    Size,
}

/// The order of a list; never ambiguous, as the id stands at its end.
#[derive(Debug, Clone, Copy)]
struct Order {
    key: Key,
    descending: bool,
}

impl Order {
    fn parse(call: &Call) -> Result<Self> {
        let bad = |name: &str, value: &str| Err(img("IMG.0001", format!("The parameter {name} is invalid: {value}.")));
        let key = match call.query.get("sort_key").map(str::trim) {
            None | Some("created_at") => Key::CreatedAt,
            Some("name") => Key::Name,
            Some("container_format") => Key::ContainerFormat,
            Some("disk_format") => Key::DiskFormat,
            Some("status") => Key::Status,
            Some("id") => Key::Id,
            Some("size") => Key::Size,
            Some(other) => return bad("sort_key", other),
        };
        let descending = match call.query.get("sort_dir") {
            None | Some("desc") => true,
            Some("asc") => false,
            Some(other) => return bad("sort_dir", other),
        };
        Ok(Self { key, descending })
    }

    fn compare(self, a: &Image, b: &Image) -> Ordering {
        let by_key = match self.key {
            Key::CreatedAt | Key::Id => Ordering::Equal,
            Key::Name => a.name.cmp(&b.name),
            Key::ContainerFormat => a.container_format.cmp(&b.container_format),
            Key::DiskFormat => a.disk_format.cmp(&b.disk_format),
            Key::Status => a.status.as_str().cmp(b.status.as_str()),
            Key::Size => a.size.cmp(&b.size),
        };
        let by_time = if matches!(self.key, Key::Id) { Ordering::Equal } else { a.created_at.cmp(&b.created_at) };
        let ordering = by_key.then(by_time).then_with(|| a.id.cmp(&b.id));
        if self.descending { ordering.reverse() } else { ordering }
    }
}

/// The images that a query is about, in their order.
pub(super) fn select(cloud: &Cloud, call: &Call, caller: &Principal) -> Result<Vec<Image>> {
    let filters = Filters::parse(&call.query)?;
    let order = Order::parse(call)?;
    let fits = |image: &&Image| !image.deleted && filters.reaches(caller, image) && filters.matches(image);
    let mut images: Vec<Image> = match call.header(REGION_HEADER).filter(|region| *region != REGION) {
        Some(region) => cloud.ims.state().elsewhere.get(region).into_iter().flatten().filter(fits).cloned().collect(),
        None => cloud.glance.state().images.values().filter(fits).cloned().collect(),
    };
    images.sort_by(|a, b| order.compare(a, b));
    if let Some(marker) = call.query.get("marker").filter(|marker| !marker.is_empty()) {
        let listed = images.iter().find(|image| image.id == marker).cloned();
        let marker = match listed {
            Some(image) => image,
            None => lookup::visible(&cloud.glance.state(), caller, marker)?.clone(),
        };
        images.retain(|image| order.compare(&marker, image).is_lt());
    }
    Ok(images)
}

pub(super) fn limit(call: &Call) -> Result<Option<usize>> {
    let Some(text) = call.query.get("limit") else { return Ok(None) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.map(Some).ok_or_else(|| img("IMG.0001", format!("The limit must be between 1 and {MAX_PAGE}.")))
}

pub(super) fn list(cloud: &Cloud, call: &Call, caller: &Principal) -> Result<Response<Body>> {
    let limit = limit(call)?.unwrap_or(DEFAULT_PAGE);
    let mut images = select(cloud, call, caller)?;
    let more = images.len() > limit;
    images.truncate(limit);
    let views = Json::List(images.iter().map(attributes::view).collect());
    if !cloud.ims.is_huawei() {
        return ok(&object([("images", views)]));
    }
    let next = images.last().filter(|_| more).map(|image| ("next_marker".to_owned(), image.id.as_str().into()));
    ok(&object([("images", views), ("page_info", Json::Map(next.into_iter().collect()))]))
}
