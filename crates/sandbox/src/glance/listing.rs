//! `GET /v2/images`: filters, order, pages.

use std::cmp::Ordering;

use axum::body::Body;
use axum::http::Response;

use super::error::{ApiError, Result};
use super::filter::{self, Filter};
use super::model::Image;
use super::ok;
use super::policy::Who;
use super::state::is_visible;
use crate::cloud::Cloud;
use crate::http::Call;
use crate::http::query::Query;
use crate::json::Json;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Status,
    ContainerFormat,
    DiskFormat,
    Size,
    Id,
    CreatedAt,
    UpdatedAt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Asc,
    Desc,
}

impl Key {
    fn parse(text: &str) -> Result<Self> {
        Ok(match text.trim() {
            "name" => Key::Name,
            "status" => Key::Status,
            "container_format" => Key::ContainerFormat,
            "disk_format" => Key::DiskFormat,
            "size" => Key::Size,
            "id" => Key::Id,
            "created_at" => Key::CreatedAt,
            "updated_at" => Key::UpdatedAt,
            other => {
                return Err(ApiError::bad_request(format!(
                    "Invalid sort key: {other}. It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at."
                )));
            }
        })
    }

    fn compare(self, a: &Image, b: &Image) -> Ordering {
        match self {
            Key::Name => a.name.cmp(&b.name),
            Key::Status => a.status.as_str().cmp(b.status.as_str()),
            Key::ContainerFormat => a.container_format.cmp(&b.container_format),
            Key::DiskFormat => a.disk_format.cmp(&b.disk_format),
            Key::Size => a.size.cmp(&b.size),
            Key::Id => a.id.cmp(&b.id),
            Key::CreatedAt => a.created_at.cmp(&b.created_at),
            Key::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        }
    }
}

impl Direction {
    fn parse(text: &str) -> Result<Self> {
        match text.trim() {
            "asc" => Ok(Direction::Asc),
            "desc" => Ok(Direction::Desc),
            other => Err(ApiError::bad_request(format!("Invalid sort direction: {other}"))),
        }
    }
}

/// The order of a list: never ambiguous, since time and id of the making stand at its end.
#[derive(Debug, PartialEq, Eq)]
struct Order(Vec<(Key, Direction)>);

impl Order {
    fn parse(query: &mut Query) -> Result<Self> {
        let mut keys = Vec::new();
        let mut directions = Vec::new();
        if let Some(sort) = query.take("sort") {
            if query.contains("sort_key") || query.contains("sort_dir") {
                let text = "Old and new sorting syntax cannot be combined";
                return Err(ApiError::bad_request(text));
            }
            for part in sort.trim().split(',') {
                let (key, direction) = part.split_once(':').unwrap_or((part, ""));
                keys.push(Key::parse(key)?);
                let direction = if direction.is_empty() { "desc" } else { direction };
                directions.push(Direction::parse(direction)?);
            }
        } else {
            for key in query.take_all("sort_key") {
                keys.push(Key::parse(&key)?);
            }
            for direction in query.take_all("sort_dir") {
                directions.push(Direction::parse(&direction)?);
            }
            if directions.len() > 1 && directions.len() != keys.len() {
                let text = "Number of sort dirs does not match the number of sort keys";
                return Err(ApiError::bad_request(text));
            }
        }
        if keys.is_empty() {
            keys.push(Key::CreatedAt);
        }
        if directions.is_empty() {
            directions.push(Direction::Desc);
        }
        // A single direction is for all keys, those at the end included.
        let mut last = Direction::Desc;
        if let [only] = directions[..] {
            last = only;
            directions.resize(keys.len(), only);
        }
        for key in [Key::CreatedAt, Key::Id] {
            if !keys.contains(&key) {
                keys.push(key);
                directions.push(last);
            }
        }
        Ok(Self(keys.into_iter().zip(directions).collect()))
    }

    fn compare(&self, a: &Image, b: &Image) -> Ordering {
        self.0.iter().fold(Ordering::Equal, |so_far, (key, direction)| {
            so_far.then_with(|| match direction {
                Direction::Asc => key.compare(a, b),
                Direction::Desc => key.compare(b, a),
            })
        })
    }
}

/// What the caller asked for.
#[derive(Debug)]
struct Request {
    limit: Option<usize>,
    marker: Option<String>,
    member_status: String,
    visibility: Option<String>,
    order: Order,
    filters: Vec<Filter>,
}

/// The first of each name is taken; what then remains is a filter, and of those the last counts.
fn parse(mut query: Query) -> Result<Request> {
    let limit = query.take("limit");
    let marker = query.take("marker");
    let member_status = query.take("member_status").unwrap_or_else(|| "accepted".to_owned());
    let tags = query.take_all("tag");
    let visibility = query.get("visibility").map(str::to_owned);
    if let Some(value) = visibility.as_deref()
        && !matches!(value, "" | "community" | "public" | "private" | "shared" | "all")
    {
        return Err(ApiError::bad_request(format!("Invalid visibility value: {value}")));
    }
    if query.get("changes-since").is_some_and(|v| !v.is_empty()) {
        let text = "The \"changes-since\" filter is no longer available on v2.";
        return Err(ApiError::bad_request(text));
    }
    if !matches!(member_status.as_str(), "pending" | "accepted" | "rejected" | "all") {
        return Err(ApiError::bad_request(format!("Invalid status: {member_status}")));
    }
    let limit = limit.map(|limit| parse_limit(&limit)).transpose()?;
    let order = Order::parse(&mut query)?;

    let mut filters = Vec::new();
    let hidden = query.get("os_hidden").unwrap_or("false").to_lowercase();
    filters.push(Filter::Hidden(filter::flag("os_hidden", &hidden)?));
    if let Some(protected) = query.get("protected") {
        filters.push(Filter::Protected(filter::flag("protected", protected)?));
    }
    filters.extend(tags.into_iter().map(|tag| Filter::Tag(tag.trim().to_owned())));
    for (name, value) in query.flattened().pairs() {
        // Deleted images are never listed, whatever is said here.
        let done = ["os_hidden", "protected", "visibility", "deleted", "changes-since"];
        if !done.contains(&name.as_str()) {
            filters.push(filter::parse(name, value)?);
        }
    }
    Ok(Request { limit, marker, member_status, visibility, order, filters })
}

pub(super) fn parse_limit(text: &str) -> Result<usize> {
    let number: i64 = text.trim().parse().map_err(|_| ApiError::bad_request("limit param must be an integer"))?;
    usize::try_from(number).map_err(|_| ApiError::bad_request("limit param must be positive"))
}

/// Whether a list shows an image, before any other filter.
fn is_listed(who: &Who, image: &Image, request: &Request) -> bool {
    let own = who.project.is_some() && who.project == image.owner;
    let reachable = who.admin
        || own
        || matches!(image.visibility.as_str(), "public" | "community")
        || (image.visibility == "shared"
            && image.members.iter().any(|m| {
                Some(&m.id) == who.project.as_ref() && (request.member_status == "all" || m.status == request.member_status)
            }));
    reachable
        && match request.visibility.as_deref() {
            Some("all") => true,
            Some(wanted) => image.visibility == wanted,
            // Community images of others are shown only to those who ask for them.
            None => own || image.visibility != "community",
        }
}

pub(super) fn list(cloud: &Cloud, call: &Call, who: &Who) -> Result<Response<Body>> {
    let request = parse(call.query.clone())?;
    who.may_list()?;
    let settings = &cloud.glance.settings;
    let limit = request.limit.unwrap_or(settings.default_page).min(settings.max_page);

    let state = cloud.glance.state();
    let marker = match &request.marker {
        None => None,
        Some(id) => {
            // Administrators may continue from an image that is gone by now.
            let image = state.images.get(id).filter(|image| is_visible(who, image) && (who.admin || !image.deleted));
            let gone = || ApiError::bad_request(format!("No image found with ID {id}"));
            Some(image.ok_or_else(gone)?)
        }
    };
    let mut images: Vec<&Image> = state
        .images
        .values()
        .filter(|image| !image.deleted)
        .filter(|image| is_listed(who, image, &request))
        .filter(|image| request.filters.iter().all(|f| f.matches(image)))
        .filter(|image| marker.is_none_or(|m| request.order.compare(m, image).is_lt()))
        .collect();
    images.sort_unstable_by(|a, b| request.order.compare(a, b));
    images.truncate(limit);
    let more = if images.len() == limit { images.last().map(|i| i.id.clone()) } else { None };
    let views = images.iter().map(|image| image.view()).collect();
    drop(state);
    ok(&page("images", views, call.query.flattened(), more))
}

/// A page with its links.
pub(super) fn page(kind: &str, items: Vec<Json>, mut query: Query, more: Option<String>) -> Json {
    query.take("marker");
    let path = format!("/v2/{kind}");
    let mut members = vec![
        (kind.to_owned(), Json::List(items)),
        ("first".to_owned(), query.link(&path).into()),
        ("schema".to_owned(), format!("/v2/schemas/{kind}").into()),
    ];
    if let Some(marker) = more {
        query.push("marker", &marker);
        members.push(("next".to_owned(), query.link(&path).into()));
    }
    Json::Map(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(query: &str) -> Result<Order> {
        Order::parse(&mut Query::parse(query))
    }

    #[test]
    fn orders() {
        use Direction::{Asc, Desc};
        let keys = |query| order(query).unwrap().0;
        assert_eq!(keys(""), [(Key::CreatedAt, Desc), (Key::Id, Desc)]);
        assert_eq!(keys("sort_dir=asc"), [(Key::CreatedAt, Asc), (Key::Id, Asc)]);
        assert_eq!(keys("sort=name:asc,size"), [(Key::Name, Asc), (Key::Size, Desc), (Key::CreatedAt, Desc), (Key::Id, Desc)]);
        assert_eq!(
            keys("sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc"),
            [(Key::Name, Asc), (Key::Id, Desc), (Key::CreatedAt, Desc)]
        );
        for bad in [
            "sort=nope",
            "sort=name:up",
            "sort=",
            "sort=name&sort_key=id",
            "sort_key=owner",
            "sort_key=name&sort_dir=asc&sort_dir=desc",
        ] {
            assert!(order(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!(parse_limit(" 1").unwrap(), 1);
        assert_eq!(parse_limit("+1").unwrap(), 1);
        for bad in ["", "-1", "1.5", "ten"] {
            assert!(parse_limit(bad).is_err(), "{bad}");
        }
    }
}
