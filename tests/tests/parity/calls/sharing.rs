//! Tags and members.

use anyhow::{Context as _, Result};
use cloudimg::Cloud;
use cloudimg::glance::{Members, Tags};

use crate::entry::Entry;

pub(crate) const TAG: &str = "/v2/images/{image_id}/tags/{tag}";
pub(crate) const MEMBERS: &str = "/v2/images/{image_id}/members";
pub(crate) const MEMBER: &str = "/v2/images/{image_id}/members/{member_id}";

/// The tags of the image in the path, and the tag.
fn tag(cloud: &Cloud, entry: &Entry) -> Result<(Tags, String)> {
    let [id, tag] = entry.call()?.values(TAG)?;
    Ok((cloud.images().tags(id), tag))
}

pub(crate) async fn add_tag(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (tags, tag) = tag(cloud, entry)?;
    Ok(tags.add(&tag).await?)
}

pub(crate) async fn remove_tag(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (tags, tag) = tag(cloud, entry)?;
    Ok(tags.remove(&tag).await?)
}

fn members(cloud: &Cloud, entry: &Entry) -> Result<Members> {
    let [id] = entry.call()?.values(MEMBERS)?;
    Ok(cloud.images().members(id))
}

/// The members of the image in the path, and the one of the path.
fn member(cloud: &Cloud, entry: &Entry) -> Result<(Members, String)> {
    let [id, member] = entry.call()?.values(MEMBER)?;
    Ok((cloud.images().members(id), member))
}

fn text<'a>(entry: &'a Entry, name: &str) -> Result<&'a str> {
    let value = entry.call()?.object()?.get(name).and_then(serde_json::Value::as_str);
    value.with_context(|| format!("the body has no text `{name}`"))
}

pub(crate) async fn add_member(cloud: &Cloud, entry: &Entry) -> Result<()> {
    members(cloud, entry)?.add(text(entry, "member")?).await?;
    Ok(())
}

pub(crate) async fn list_members(cloud: &Cloud, entry: &Entry) -> Result<()> {
    members(cloud, entry)?.list().await?;
    Ok(())
}

pub(crate) async fn get_member(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (members, member) = member(cloud, entry)?;
    members.get(&member).await?;
    Ok(())
}

pub(crate) async fn find_member(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (members, member) = member(cloud, entry)?;
    members.find(&member).await?;
    Ok(())
}

pub(crate) async fn update_member(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (members, member) = member(cloud, entry)?;
    members.set_status(&member, text(entry, "status")?).await?;
    Ok(())
}

pub(crate) async fn remove_member(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (members, member) = member(cloud, entry)?;
    Ok(members.remove(&member).await?)
}

pub(crate) async fn remove_member_if_exists(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let (members, member) = member(cloud, entry)?;
    members.remove_if_exists(&member).await?;
    Ok(())
}
