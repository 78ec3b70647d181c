//! Images by their tags, and the tags of a project.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::body::{self, Fields, missing};
use super::error::{Result, img};
use super::ok;
use super::rules::Tag;
use super::tags::pair;
use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::http::Call;
use crate::json::{Json, object};

const MAX_KEYS: usize = 10;
const DEFAULT_PAGE: usize = 10;
const MAX_PAGE: usize = 1000;

/// A key, and the values of which it has one; none is any.
#[derive(Debug)]
struct Wanted {
    key: String,
    values: Vec<String>,
}

impl Wanted {
    fn fits(&self, tags: &[Tag]) -> bool {
        tags.iter().any(|tag| tag.key == self.key && (self.values.is_empty() || self.values.contains(&tag.value)))
    }
}

/// Lists that are sent must not be empty.
fn wanted(fields: Fields<'_>, name: &str) -> Result<Option<Vec<Wanted>>> {
    let list = fields.list(name)?;
    if !fields.has(name) {
        return Ok(None);
    }
    let bad = || img("IMG.0115", format!("The parameter {name} must have 1 to {MAX_KEYS} keys with as many values at most."));
    if list.is_empty() || list.len() > MAX_KEYS {
        return Err(bad());
    }
    let one = |entry: &Json| {
        let fields = Fields::of(entry)?;
        let values: Vec<String> = fields.texts("values")?.into_iter().map(str::to_owned).collect();
        if values.len() > MAX_KEYS {
            return Err(bad());
        }
        Ok(Wanted { key: fields.need_text("key")?.to_owned(), values })
    };
    list.iter().map(one).collect::<Result<Vec<_>>>().map(Some)
}

/// A number that is sent as a text.
fn number(fields: Fields<'_>, name: &str, default: usize) -> Result<usize> {
    fields
        .text(name)?
        .map_or(Ok(default), |text| text.parse().map_err(|_| img("IMG.0001", format!("The parameter {name} is invalid: {text}."))))
}

/// The project's own images, newest first.
fn own(cloud: &Cloud, caller: &Principal) -> Vec<Image> {
    let state = cloud.glance.state();
    let mine = state.images.values().filter(|i| !i.deleted && i.owner.as_deref() == Some(&caller.project));
    let mut images: Vec<Image> = mine.cloned().collect();
    images.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    images
}

fn tags_of(image: &Image) -> Vec<Tag> {
    image.tags.iter().map(|tag| Tag::read(tag)).collect()
}

pub(super) async fn find(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let action = fields.word("action", &["filter", "count"], "IMG.0001")?.ok_or_else(|| missing("action"))?;
    let untagged = fields.flag("without_any_tag")?;
    let [all, any, not_all, not_any] = ["tags", "tags_any", "not_tags", "not_tags_any"].map(|name| wanted(fields, name));
    let (all, any, not_all, not_any) = (all?, any?, not_all?, not_any?);
    let mut name = None;
    for entry in fields.list("matches")? {
        let entry = Fields::of(entry)?;
        match entry.need_text("key")? {
            "resource_name" => name = entry.text("value")?,
            other => return Err(img("IMG.0001", format!("There is nothing to match by the name {other}."))),
        }
    }
    let limit = number(fields, "limit", DEFAULT_PAGE)?;
    let offset = number(fields, "offset", 0)?;
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(img("IMG.0001", format!("The limit must be between 1 and {MAX_PAGE}.")));
    }
    let fits = |image: &Image| {
        let tags = tags_of(image);
        // A name is looked for within that of the image.
        let named = name.is_none_or(|name| image.name.as_deref().unwrap_or_default().contains(name));
        let every = |list: &Option<Vec<Wanted>>| list.as_ref().is_none_or(|list| list.iter().all(|w| w.fits(&tags)));
        let some = |list: &Option<Vec<Wanted>>| list.as_ref().is_none_or(|list| list.iter().any(|w| w.fits(&tags)));
        let tagged = every(&all) && some(&any) && !(not_all.is_some() && every(&not_all)) && !(not_any.is_some() && some(&not_any));
        named && if untagged { tags.is_empty() } else { tagged }
    };
    let found: Vec<Image> = own(cloud, caller).into_iter().filter(fits).collect();
    let total = ("total_count", Json::from(found.len() as u64));
    if action == "count" {
        return ok(&object([total]));
    }
    let resources = found.iter().skip(offset).take(limit).map(|image| {
        object([
            ("resource_id", image.id.as_str().into()),
            ("resource_name", image.name.as_deref().into()),
            ("resource_detail", super::attributes::view(image)),
            ("tags", Json::List(tags_of(image).iter().map(pair).collect())),
        ])
    });
    ok(&object([("resources", Json::List(resources.collect())), total]))
}

/// `GET /v2/{project}/images/tags`: each key with its values.
pub(super) fn of_project(cloud: &Cloud, caller: &Principal) -> Result<Response<Body>> {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for tag in own(cloud, caller).iter().flat_map(tags_of) {
        match keys.iter_mut().find(|(key, _)| *key == tag.key) {
            Some((_, values)) if values.contains(&tag.value) => {}
            Some((_, values)) => values.push(tag.value),
            None => keys.push((tag.key, vec![tag.value])),
        }
    }
    let tags = keys.into_iter().map(|(key, values)| {
        let values = Json::List(values.into_iter().map(Json::from).collect());
        object([("key", key.into()), ("values", values)])
    });
    ok(&object([("tags", Json::List(tags.collect()))]))
}
