//! The lists of members, and single ones.

use axum::body::Body;
use axum::http::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use super::access::Principal;
use super::error::{Result, img};
use super::{lookup, ok};
use crate::cloud::Cloud;
use crate::glance::model::{Image, Member, MemberKind};
use crate::http::Call;
use crate::json::{Json, object};

const DEFAULT_PAGE: usize = 500;
const MAX_PAGE: usize = 1000;

/// What a member is called where its kind matters.
pub(super) fn kind(member: &Member) -> &'static str {
    match member.kind {
        MemberKind::Project => "project",
        MemberKind::Domain => "domain",
        MemberKind::Organization => "organization",
    }
}

/// A member as Glance shows it, and what it is.
pub(super) fn view(member: &Member, image: &str) -> Json {
    let Json::Map(mut members) = member.view(image) else { return Json::Null };
    members.push(("member_type".to_owned(), kind(member).into()));
    if member.kind == MemberKind::Organization {
        let urn = format!("organizations::{}", member.id);
        members.push(("urn".to_owned(), urn.into()));
    }
    Json::Map(members)
}

/// The members that the caller may see: its owner all, others themselves.
fn seen<'i>(image: &'i Image, caller: &Principal) -> impl Iterator<Item = &'i Member> {
    let own = image.owner.as_deref() == Some(caller.project.as_str());
    let project = caller.project.clone();
    image.members.iter().filter(move |m| own || m.id == project)
}

pub(super) fn list(cloud: &Cloud, call: &Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    let limit = match call.query.get("limit") {
        None => DEFAULT_PAGE,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
            limit.ok_or_else(|| img("IMG.0001", format!("The limit must be between 1 and {MAX_PAGE}.")))?
        }
    };
    let after = call.query.get("marker").filter(|marker| !marker.is_empty()).map(read_marker).transpose()?;
    let state = cloud.glance.state();
    let image = lookup::visible(&state, caller, id)?;
    let all: Vec<&Member> = seen(image, caller).collect();
    let from = match after {
        None => 0,
        // Who has gone meanwhile was passed already.
        Some(marker) => all.iter().position(|m| m.id == marker).map_or(all.len(), |at| at + 1),
    };
    let page: Vec<&Member> = all[from..].iter().take(limit).copied().collect();
    let mut info = Vec::new();
    if from + page.len() < all.len()
        && let Some(last) = page.last()
    {
        info.push(("next_marker".to_owned(), URL_SAFE.encode(format!("member:{}", last.id)).into()));
    }
    info.push(("current_count".to_owned(), (page.len() as u64).into()));
    let views = page.iter().map(|member| view(member, id)).collect();
    ok(&object([("members", Json::List(views)), ("schema", "/v2/schemas/members".into()), ("page_info", Json::Map(info))]))
}

fn read_marker(marker: &str) -> Result<String> {
    let text = URL_SAFE.decode(marker).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let id = text.and_then(|text| text.strip_prefix("member:").map(str::to_owned));
    id.ok_or_else(|| img("IMG.0001", format!("The marker {marker} is invalid.")))
}

pub(super) fn show(cloud: &Cloud, caller: &Principal, id: &str, member: &str) -> Result<Response<Body>> {
    let state = cloud.glance.state();
    let image = lookup::visible(&state, caller, id)?;
    let found = seen(image, caller).find(|m| m.id == member).map(|m| view(m, id));
    ok(&found.ok_or_else(|| img("IMG.0114", format!("The member {member} of the image {id} cannot be found.")))?)
}
