//! `GET /vmp/images`: conditions, order, pages.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::Response;

use super::error::{Result, invalid};
use super::image::{Image, Kind, State};
use super::order::Order;
use super::{Vmp, ok};
use crate::http::Call;
use crate::http::query::Query;
use crate::json::{Json, object};

const DEFAULT_PAGE: usize = 20;
const MAX_IDS: usize = 100;
/// What may be there once.
const SINGLE: [&str; 6] = ["limit", "marker", "ids", "name", "type", "state"];

/// What is asked for.
struct Wanted<'q> {
    ids: Option<HashSet<&'q str>>,
    name: Option<&'q str>,
    kind: Option<Kind>,
    state: Option<State>,
    marker: Option<&'q str>,
    limit: usize,
    order: Order,
}

fn limit(text: Option<&str>) -> Result<usize> {
    let number = text.map_or(Ok(DEFAULT_PAGE), str::parse);
    number.ok().filter(|number| *number > 0).ok_or_else(|| invalid("limit", "it is no positive integer"))
}

/// One of a few words, if it is given.
fn word<T: Copy>(query: &Query, name: &str, all: [T; 3], told: fn(T) -> &'static str) -> Result<Option<T>> {
    let unknown = || invalid(name, &format!("it is one of {}", all.map(told).join(", ")));
    let find = |value| all.into_iter().find(|one| told(*one) == value).ok_or_else(unknown);
    query.get(name).map(find).transpose()
}

impl<'q> Wanted<'q> {
    fn parse(query: &'q Query) -> Result<Self> {
        let times = |name: &str| query.pairs().iter().filter(|(other, _)| other == name).count();
        if let Some(name) = SINGLE.into_iter().find(|name| times(name) > 1) {
            return Err(invalid(name, "it is there more than once"));
        }
        let ids: Option<Vec<&str>> = query.get("ids").map(|ids| ids.split(',').collect());
        if ids.as_ref().is_some_and(|ids| ids.len() > MAX_IDS || ids.contains(&"")) {
            return Err(invalid("ids", "it has more than 100 ids, or an empty one"));
        }
        let order = Order::parse(query.pairs())?;
        let marker = query.get("marker");
        if marker == Some("") {
            return Err(invalid("marker", "it is empty"));
        }
        if marker.is_some() && order.is_given() {
            return Err(invalid("marker", "it does not go with sortKey"));
        }
        Ok(Self {
            ids: ids.map(HashSet::from_iter),
            name: query.get("name"),
            kind: word(query, "type", Kind::ALL, Kind::name)?,
            state: word(query, "state", State::ALL, State::name)?,
            marker,
            limit: limit(query.get("limit"))?,
            order,
        })
    }
}

pub(super) fn list(vmp: &Vmp, call: &Call) -> Result<Response<Body>> {
    let wanted = Wanted::parse(&call.query)?;
    let now = vmp.clock.now();
    let included = vmp.settings.marker_included;
    let fits = |image: &&Image| {
        wanted.ids.as_ref().is_none_or(|ids| ids.contains(image.id.as_str()))
            && wanted.name.is_none_or(|name| image.name == name)
            && wanted.kind.is_none_or(|kind| image.kind == kind)
            && wanted.state.is_none_or(|state| image.state(now) == state)
            && wanted.marker.is_none_or(|marker| image.id.as_str() > marker || (included && image.id == marker))
    };
    let state = vmp.state();
    let mut found: Vec<&Image> = state.images.values().filter(fits).collect();
    if wanted.order.is_given() {
        found.sort_by(|one, other| wanted.order.compare(one, other, now));
    }
    let page = found.iter().take(wanted.limit.min(vmp.settings.max_page)).map(|image| image.view(now));
    ok(&object([("images", Json::List(page.collect()))]))
}
