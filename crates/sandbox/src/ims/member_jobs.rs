//! The three calls that change members; each is a job.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::{BACKUP, KEY, is_whole};
use super::body::{self, Fields, missing};
use super::control::Doom;
use super::error::{Result, img, no_image};
use super::lookup;
use super::rules::exists;
use super::work::{Deed, Part, start};
use crate::cloud::Cloud;
use crate::glance::Glance;
use crate::glance::model::{Image, Member, MemberKind};
use crate::http::Call;
use crate::json::{Json, object};

const MAX_MEMBERS: usize = 128;
/// How many projects may have an image of a whole server.
const MAX_WHOLE_MEMBERS: usize = 10;

/// Somebody to share with.
#[derive(Debug, Clone)]
pub(super) struct Partner {
    kind: MemberKind,
    id: String,
    /// Whether there is such a project.
    known: bool,
}

/// What happens to the members of some images.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Add(Vec<String>, Vec<Partner>),
    Remove(Vec<String>, Vec<Partner>),
    Answer(Vec<String>, String, String),
}

impl Change {
    /// Carries it out; gives what came of it, and what went wrong.
    pub(super) fn apply(&self, glance: &Glance) -> (Vec<Json>, Option<Doom>) {
        let mut state = glance.state();
        let at = state.stamp(&glance.clock);
        let mut results = Vec::new();
        let mut failure = None;
        let mut tell = |image: &str, project: &str, good: bool| {
            results.push(object([
                ("image_id", image.into()),
                ("project_id", project.into()),
                ("status", if good { "success" } else { "fail" }.into()),
            ]));
        };
        match self {
            Self::Add(images, partners) => {
                for (id, partner) in images.iter().flat_map(|id| partners.iter().map(move |partner| (id, partner))) {
                    let image = state.image_mut(id).filter(|_| partner.known);
                    tell(id, &partner.id, image.is_some());
                    match image {
                        Some(image) => add(image, partner, at),
                        None => failure = failure.or_else(|| Some(unknown(&partner.id))),
                    }
                }
            }
            Self::Remove(images, partners) => {
                for id in images {
                    if let Some(image) = state.image_mut(id) {
                        image.members.retain(|m| !partners.iter().any(|p| p.id == m.id && p.kind == m.kind));
                        image.updated_at = at;
                    }
                }
            }
            Self::Answer(images, project, status) => {
                for id in images {
                    let member = state.image_mut(id).and_then(|image| image.members.iter_mut().find(|m| m.id == *project));
                    tell(id, project, member.is_some());
                    match member {
                        Some(member) => {
                            member.status.clone_from(status);
                            member.updated_at = at;
                        }
                        None => failure = failure.or_else(|| Some(unknown(project))),
                    }
                }
            }
        }
        (results, failure)
    }
}

fn unknown(project: &str) -> Doom {
    Doom { code: "IMG.0108".to_owned(), reason: format!("The project {project} is not in this region.") }
}

/// Shares an image; who has it already keeps the answer given.
fn add(image: &mut Image, partner: &Partner, at: jiff::Timestamp) {
    image.visibility = "shared".to_owned();
    image.updated_at = at;
    if !image.members.iter().any(|m| m.id == partner.id && m.kind == partner.kind) {
        let status = "pending".to_owned();
        image.members.push(Member { id: partner.id.clone(), kind: partner.kind, status, created_at: at, updated_at: at });
    }
}

fn images(fields: Fields<'_>) -> Result<Vec<String>> {
    let images: Vec<String> = fields.texts("images")?.into_iter().map(str::to_owned).collect();
    if images.is_empty() { Err(missing("images")) } else { Ok(images) }
}

/// Projects, accounts, organizations: at least one of them all.
fn partners(cloud: &Cloud, fields: Fields<'_>) -> Result<Vec<Partner>> {
    let mut partners = Vec::new();
    let kinds = [("projects", MemberKind::Project), ("domains", MemberKind::Domain), ("organizations", MemberKind::Organization)];
    for (name, kind) in kinds {
        for id in fields.texts(name)? {
            let known = kind != MemberKind::Project || cloud.keystone.directory.project(id).is_some();
            partners.push(Partner { kind, id: id.to_owned(), known });
        }
    }
    if partners.is_empty() { Err(missing("projects")) } else { Ok(partners) }
}

fn launch(cloud: &Cloud, caller: &Principal, kind: &'static str, change: Change) -> Result<Response<Body>> {
    start(cloud, caller, Part { kind, image_name: None, deed: Deed::Members(change) })
}

pub(super) async fn add_members(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:images:share")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let (images, partners) = (images(fields)?, partners(cloud, fields)?);
    if partners.iter().any(|partner| partner.id == caller.project) {
        return Err(img("IMG.0076", "An image cannot be shared with its own project."));
    }
    for id in &images {
        let state = cloud.glance.state();
        let image = lookup::own(&state, caller, id, "IMG.0047")?;
        lookup::must_be_active(image)?;
        check_shareable(image, &partners)?;
    }
    launch(cloud, caller, "imsAddImageMembersJob", Change::Add(images, partners))
}

fn check_shareable(image: &Image, partners: &[Partner]) -> Result<()> {
    if image.extra(KEY).is_some() {
        return Err(img("IMG.0098", format!("The encrypted image {} cannot be shared.", image.id)));
    }
    if is_whole(image) && image.extra(BACKUP).is_none() {
        return Err(img("IMG.0135", format!("The image {} is one of a whole server.", image.id)));
    }
    let most = if is_whole(image) { MAX_WHOLE_MEMBERS } else { MAX_MEMBERS };
    let new = partners.iter().filter(|p| !image.members.iter().any(|m| m.id == p.id)).count();
    if image.members.len() + new > most {
        return Err(img("IMG.0088", format!("The image {} can be shared with at most {most} projects.", image.id)));
    }
    Ok(())
}

pub(super) async fn remove_members(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:images:deleteShare")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let (images, partners) = (images(fields)?, partners(cloud, fields)?);
    for id in &images {
        lookup::own(&cloud.glance.state(), caller, id, "IMG.0047")?;
    }
    launch(cloud, caller, "imsDelImageMembersJob", Change::Remove(images, partners))
}

/// Called by who was offered the image.
pub(super) async fn answer(cloud: &Cloud, call: &mut Call, caller: &Principal) -> Result<Response<Body>> {
    caller.must_write("ims:images:updateShare")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let images = images(fields)?;
    caller.must_be_in(fields.need_text("project_id")?)?;
    let status = fields.word("status", &["accepted", "rejected"], "IMG.0001")?.ok_or_else(|| missing("status"))?;
    let vault = fields.text("vault_id")?;
    for id in &images {
        let state = cloud.glance.state();
        let image = lookup::visible(&state, caller, id).map_err(|_| no_image(id))?;
        if !image.is_member(Some(&caller.project)) {
            return Err(img("IMG.0196", format!("The image {id} is not shared with the project.")));
        }
        if is_whole(image) && status == "accepted" && !vault.is_some_and(exists) {
            return Err(missing("vault_id"));
        }
    }
    launch(cloud, caller, "imsUpdateImageMembersJob", Change::Answer(images, caller.project.clone(), status.to_owned()))
}
