use cloudimg_core::{Error, ErrorKind, Page, Result};

use super::jobs::start;
use super::v1::MemberStatus;
use super::{Check as _, ImageMember, Ims, Job, JobKind, MemberResult, MembersChange, MembershipsUpdate, is_unserved};
use crate::lists::{Reading, conditions, reading, set};

/// Whom images are shared with, and what they make of it. All changes are jobs, whose result is what came of each image.
#[derive(Clone, Debug)]
pub struct Members {
    ims: Ims,
}

impl Members {
    pub(super) fn new(ims: Ims) -> Self {
        Self { ims }
    }

    /// Shares images with projects of the same region, or with accounts or organizations on Huawei Cloud. They see the images once they accept.
    /// (Reference of Open Telekom Cloud, "Adding Tenants That Can Use Shared Images".)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if there are no images or nobody to share them with; `NotFound`, `Forbidden` for images that cannot be
    /// shared, `QuotaExceeded`.
    pub async fn add(&self, body: MembersChange) -> Result<Job<Vec<MemberResult>>> {
        body.check()?;
        start!(self.ims, JobKind::ChangeMembers, to => to.v1.batch_add_members().body(body.clone())).await
    }

    /// Ends the sharing. (Reference of Open Telekom Cloud, "Deleting Image Tenants Who Can Use Shared Images".)
    ///
    /// # Errors
    /// See [`add`](Self::add).
    pub async fn remove(&self, body: MembersChange) -> Result<Job<Vec<MemberResult>>> {
        body.check()?;
        start!(self.ims, JobKind::ChangeMembers, to => to.v1.batch_delete_members().body(body.clone())).await
    }

    /// Accepts images that are shared with this project. A share that was just made may take up to a minute until it can be accepted.
    /// (Reference of Open Telekom Cloud, "Updating the Sharing Status of Images".)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if there are no images; `NotFound` for images that are not shared with the project.
    pub async fn accept<I: Into<String>>(&self, images: impl IntoIterator<Item = I>) -> Result<Job<Vec<MemberResult>>> {
        self.answer(images, MemberStatus::Accepted, None).await
    }

    /// Accepts whole images that were made of CBR backups, into a vault.
    ///
    /// # Errors
    /// See [`accept`](Self::accept); also `QuotaExceeded` if the vault is full.
    pub async fn accept_into<I: Into<String>>(
        &self,
        images: impl IntoIterator<Item = I>,
        vault_id: &str,
    ) -> Result<Job<Vec<MemberResult>>> {
        self.answer(images, MemberStatus::Accepted, Some(vault_id)).await
    }

    /// Rejects images that are shared with this project; it no longer sees them in lists, but can use them.
    ///
    /// # Errors
    /// See [`accept`](Self::accept).
    pub async fn reject<I: Into<String>>(&self, images: impl IntoIterator<Item = I>) -> Result<Job<Vec<MemberResult>>> {
        self.answer(images, MemberStatus::Rejected, None).await
    }

    async fn answer<I: Into<String>>(
        &self,
        images: impl IntoIterator<Item = I>,
        status: MemberStatus,
        vault_id: Option<&str>,
    ) -> Result<Job<Vec<MemberResult>>> {
        let images: Vec<String> = images.into_iter().map(Into::into).collect();
        let project_id = &self.ims.connection().await?.project_id;
        let body = MembershipsUpdate::new(images, project_id, status);
        let body = match vault_id {
            Some(vault_id) => body.vault_id(vault_id),
            None => body,
        };
        body.check()?;
        start!(self.ims, JobKind::ChangeMembers, to => to.v1.batch_update_members().body(body.clone())).await
    }

    /// Whom an image is shared with, fetched as they are read; by the native call of OpenStack where the endpoint has no other.
    #[must_use]
    pub fn list(&self, image_id: impl Into<String>) -> MemberList {
        let query = Query { image_id: image_id.into(), limit: None };
        MemberList { ims: self.ims.clone(), query, reading: Reading::default() }
    }

    /// What one of them, mostly a project, makes of an image.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, image_id: &str, member_id: &str) -> Result<ImageMember> {
        let connection = self.ims.connection().await?;
        let call = connection.v1.show_image_member().project_id(&connection.project_id).image_id(image_id).member_id(member_id);
        match call.send().await.map_err(Error::from) {
            Err(error) if is_unserved(&error) => {
                let members = self.list(image_id).collect().await?;
                members.into_iter().find(|member| member.member_id == member_id).ok_or(error)
            }
            answer => Ok(answer?.into_inner()),
        }
    }
}

/// A list of whom an image is shared with. Nothing is sent before it is read.
#[derive(Clone, Debug)]
pub struct MemberList {
    ims: Ims,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug)]
struct Query {
    image_id: String,
    limit: Option<i32>,
}

impl MemberList {
    conditions! {
        /// Fetched in pages of so many; 500 if not said, and 1,000 at most.
        with_page_size(members: u16) -> limit = members.into();
    }
}

reading!(MemberList, ImageMember, page, ims);

async fn page(ims: &Ims, query: Query, marker: Option<String>) -> Result<Page<ImageMember>> {
    let connection = ims.connection().await?;
    let mut call = connection.v1.list_image_members().project_id(&connection.project_id).image_id(&query.image_id);
    let mut native = connection.v2.glance_list_image_members().image_id(&query.image_id);
    set!(call, query: limit);
    set!(native, query: limit);
    if let Some(marker) = marker {
        (call, native) = (call.marker(&marker), native.marker(&marker));
    }
    match call.send().await.map_err(Error::from) {
        Err(error) if is_unserved(&error) => {
            let page = native.send().await?.into_inner();
            let members = serde_json::to_value(page.members).and_then(serde_json::from_value);
            let members = members.map_err(|error| Error::new(ErrorKind::Decode, error.to_string()))?;
            Ok(Page::marked(members, page.page_info.as_ref().and_then(|given| given.next_marker.as_deref())))
        }
        answer => {
            let page = answer?.into_inner();
            Ok(Page::marked(page.members, page.page_info.as_ref().and_then(|given| given.next_marker.as_deref())))
        }
    }
}
