//! Members: the projects that an image is shared with.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{ApiError, Result, limit_text};
use super::model::{Image, Member, MemberKind};
use super::policy::Who;
use super::state::State;
use super::{MAX_MEMBERS, check_three_bytes, ok, read_json};
use crate::cloud::Cloud;
use crate::http::Call;
use crate::json::{Json, object};

const ONLY_SHARED: &str = "Only shared images have members.";

fn find<'s>(state: &'s mut State, who: &Who, id: &str) -> Result<&'s mut Image> {
    state.visible_mut(who, id).map_err(|_| ApiError::not_found(format!("Image {id} not found.")))
}

/// A member that the caller may see: others see themselves only.
fn position(image: &Image, who: &Who, member: &str) -> Result<usize> {
    who.may_see_members(image, "get_member")?;
    let own = who.admin || who.project == image.owner;
    image.members.iter().position(|m| m.id == member && (own || Some(member) == who.project.as_deref())).ok_or_else(|| {
        let id = &image.id;
        ApiError::not_found(format!("{member} not found in the member list of the image {id}."))
    })
}

fn must_be_shared(image: &Image, verb: &str) -> Result<()> {
    if image.visibility == "shared" {
        return Ok(());
    }
    Err(ApiError::forbidden(format!("Not allowed to {verb} members for image {}.", image.id)))
}

pub(super) fn list(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let image = find(&mut state, who, id)?;
    if image.visibility != "shared" {
        let text = format!("Not allowed to list members for image {id}: {ONLY_SHARED}");
        return Err(ApiError::forbidden(text));
    }
    who.may_see_members(image, "get_members")?;
    let own = who.admin || who.project == image.owner;
    let members = image.members.iter().filter(|m| own || Some(&m.id) == who.project.as_ref()).map(|m| m.view(id)).collect();
    ok(&object([("members", Json::List(members)), ("schema", "/v2/schemas/members".into())]))
}

pub(super) fn show(cloud: &Cloud, who: &Who, id: &str, member: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let image = find(&mut state, who, id)?;
    if image.visibility != "shared" {
        return Err(ApiError::not_found(ONLY_SHARED));
    }
    let at = position(image, who, member)?;
    ok(&image.members[at].view(id))
}

pub(super) async fn add(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    let body = read_json(call).await?;
    if body.as_map().is_none() {
        let text = "Expected a member in the form: {\"member\": \"image_id\"}";
        return Err(ApiError::bad_request(text));
    }
    let given = body.get("member").ok_or_else(|| ApiError::bad_request("Member to be added not specified"))?;
    if !given.is_truthy() {
        return Err(ApiError::bad_request("Member can't be empty"));
    }
    // Nobody asks Keystone whether there is such a project; not even a text is demanded.
    let member = match given {
        Json::Str(s) => s.clone(),
        Json::Number(n) => n.to_string(),
        _ => return Err(ApiError::internal()),
    };
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = find(&mut state, who, id)?;
    must_be_shared(image, "create")?;
    who.may_change(image, "add_member")?;
    check_three_bytes("member", &member)?;
    if image.members.len() >= MAX_MEMBERS {
        let text = limit_text("members for this image", image.members.len() + 1, MAX_MEMBERS);
        let text = format!("Image member limit exceeded for image {id}: {text}:");
        return Err(ApiError::too_large(text));
    }
    if image.is_member(Some(&member)) {
        let text = format!("Member {member} is duplicated for image {id}");
        return Err(ApiError::conflict(text));
    }
    let added = Member { id: member, kind: MemberKind::Project, status: "pending".to_owned(), created_at: at, updated_at: at };
    let mut view = added.view(id);
    // The answer tells the id as it was sent.
    if let Json::Map(members) = &mut view
        && let Some((_, id)) = members.iter_mut().find(|(key, _)| key == "member_id")
    {
        id.clone_from(given);
    }
    image.members.push(added);
    ok(&view)
}

pub(super) async fn answer(cloud: &Cloud, call: &mut Call, who: &Who, id: &str, member: &str) -> Result<Response<Body>> {
    let body = read_json(call).await?;
    if body.as_map().is_none() {
        let text = "Expected a status in the form: {\"status\": \"status\"}";
        return Err(ApiError::bad_request(text));
    }
    let status = body.get("status").ok_or_else(|| ApiError::bad_request("Status not specified"))?;
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = find(&mut state, who, id)?;
    must_be_shared(image, "update")?;
    let place = position(image, who, member)?;
    who.may_answer(image, member)?;
    let status = status
        .as_str()
        .filter(|s| matches!(*s, "pending" | "accepted" | "rejected"))
        .ok_or_else(|| ApiError::bad_request("Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\"."))?;
    let member = &mut image.members[place];
    member.status = status.to_owned();
    member.updated_at = at;
    ok(&member.view(id))
}

pub(super) fn remove(cloud: &Cloud, who: &Who, id: &str, member: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let image = find(&mut state, who, id)?;
    must_be_shared(image, "delete")?;
    let place = position(image, who, member)?;
    who.may_change(image, "delete_member")?;
    image.members.remove(place);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
