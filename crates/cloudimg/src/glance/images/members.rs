use cloudimg_core::{ErrorKind, Result};

use super::existed;
use crate::Cloud;
use crate::glance::types::{Member, MemberCreate, MemberStatus, MemberUpdate};

/// The projects that one shared image is shared with. (Image API v2, "Sharing".)
#[derive(Clone, Debug)]
pub struct Members {
    cloud: Cloud,
    image: String,
}

impl Members {
    pub(super) fn new(cloud: Cloud, image: String) -> Self {
        Self { cloud, image }
    }

    /// Shares the image with a project, by the project's id. It may use the image at once; it sees it in lists once it accepts.
    ///
    /// # Errors
    /// `Conflict` if it is a member already, `Forbidden` if the image's visibility is not `shared`, `QuotaExceeded`.
    pub async fn add(&self, project_id: &str) -> Result<Member> {
        let client = self.cloud.glance_client().await?;
        let body = MemberCreate::new(project_id);
        Ok(client.create_image_member().image_id(&self.image).body(body).send().await?.into_inner())
    }

    /// All members; a member project sees itself alone.
    ///
    /// # Errors
    /// `Forbidden` if the image's visibility is not `shared`, `NotFound`.
    pub async fn list(&self) -> Result<Vec<Member>> {
        let client = self.cloud.glance_client().await?;
        Ok(client.list_image_members().image_id(&self.image).send().await?.into_inner().members)
    }

    /// One member.
    ///
    /// # Errors
    /// `NotFound` if the project is no member.
    pub async fn get(&self, project_id: &str) -> Result<Member> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_image_member().image_id(&self.image).member_id(project_id).send().await?.into_inner())
    }

    /// One member, or `None` if the project is none.
    ///
    /// # Errors
    /// `NotFound` if there is no such image, `Forbidden` if its visibility is not `shared`.
    pub async fn find(&self, project_id: &str) -> Result<Option<Member>> {
        match self.get(project_id).await {
            // The service says the same of an image that is not there: the list tells them apart. It has no pages.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(self.list().await?.into_iter().find(|member| member.member_id == project_id))
            }
            found => found.map(Some),
        }
    }

    /// Accepts or rejects the image; only the member project itself may do so.
    ///
    /// # Errors
    /// `Forbidden` for the owner, `NotFound` if the project is no member, `InvalidRequest` for a status that does not exist.
    pub async fn set_status(&self, project_id: &str, status: impl Into<MemberStatus>) -> Result<Member> {
        let client = self.cloud.glance_client().await?;
        let body = MemberUpdate::new(status.into());
        Ok(client.update_image_member().image_id(&self.image).member_id(project_id).body(body).send().await?.into_inner())
    }

    /// Ends the sharing with a project.
    ///
    /// # Errors
    /// `NotFound` if it is no member, `Forbidden` for anybody but the owner.
    pub async fn remove(&self, project_id: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.delete_image_member().image_id(&self.image).member_id(project_id).send().await?;
        Ok(())
    }

    /// Ends the sharing with a project, and says whether it was a member.
    ///
    /// # Errors
    /// Those of [`remove`](Self::remove) but `NotFound`: an image that is not there has no member either.
    pub async fn remove_if_exists(&self, project_id: &str) -> Result<bool> {
        existed(self.remove(project_id).await)
    }
}
