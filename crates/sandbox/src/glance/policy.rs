//! Who may do what: the default policies of Glance.

use super::error::{ApiError, Result};
use super::model::Image;
use crate::keystone::Caller;

/// The caller.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) user: String,
    pub(crate) project: Option<String>,
    roles: Vec<String>,
    pub(crate) admin: bool,
    /// Records are open to whoever administers the whole system; the policies are not.
    pub(crate) sees_all: bool,
}

impl From<Caller> for Who {
    fn from(caller: Caller) -> Self {
        let admin = caller.roles.iter().any(|r| r == "admin");
        let sees_all = admin || caller.administers_system;
        Self { user: caller.user_id, project: caller.project_id, roles: caller.roles, admin, sees_all }
    }
}

impl Who {
    fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// Whether the caller may do more than look, in its own project.
    pub(crate) fn may_write(&self) -> bool {
        self.admin || self.has("member")
    }

    /// Administrators, and who has the role in the project that owns something.
    fn owns(&self, role: &str, owner: Option<&str>) -> bool {
        self.admin || (self.has(role) && self.project.is_some() && self.project.as_deref() == owner)
    }

    /// Only administrators may.
    pub(crate) fn must_be_admin(&self, action: &str) -> Result<()> {
        if self.admin { Ok(()) } else { Err(ApiError::policy(action)) }
    }

    /// Whoever may read in some project.
    pub(crate) fn may_list(&self) -> Result<()> {
        if self.admin || (self.has("reader") && self.project.is_some()) { Ok(()) } else { Err(ApiError::policy("get_images")) }
    }

    /// Whoever may read the metadata definitions of that project, or those of all.
    pub(crate) fn may_read_metadefs(&self, owner: Option<&str>, visibility: &str) -> bool {
        self.owns("reader", owner) || (self.has("reader") && visibility == "public")
    }

    pub(crate) fn may_add_image(&self, owner: Option<&str>, visibility: &str) -> Result<()> {
        if !self.owns("member", owner) {
            return Err(match owner {
                owner if self.project.as_deref() != owner => {
                    let owner = owner.unwrap_or("None");
                    ApiError::detailed(
                        axum::http::StatusCode::FORBIDDEN,
                        format!("You are not permitted to create images owned by '{owner}'"),
                    )
                }
                _ => ApiError::policy("add_image"),
            });
        }
        self.may_set_visibility(visibility, owner)
    }

    pub(crate) fn may_set_visibility(&self, visibility: &str, owner: Option<&str>) -> Result<()> {
        match visibility {
            "public" => self.must_be_admin("publicize_image"),
            "community" if !self.owns("member", owner) => Err(ApiError::policy("communitize_image")),
            _ => Ok(()),
        }
    }

    pub(crate) fn may_read(&self, image: &Image) -> bool {
        self.admin || (self.has("reader") && self.reaches(image))
    }

    fn reaches(&self, image: &Image) -> bool {
        let own = self.project.is_some() && self.project == image.owner;
        own || image.is_member(self.project.as_deref()) || matches!(image.visibility.as_str(), "public" | "community" | "shared")
    }

    /// Something that only members of the owning project may do to an image.
    pub(crate) fn may_change(&self, image: &Image, action: &str) -> Result<()> {
        self.guard(image, action, self.owns("member", image.owner.as_deref()))
    }

    /// Something that only readers in the owning project may do.
    pub(crate) fn may_inspect(&self, image: &Image, action: &str) -> Result<()> {
        self.guard(image, action, self.owns("reader", image.owner.as_deref()))
    }

    /// Something on an image that only administrators may do.
    pub(crate) fn may_administer(&self, image: &Image, action: &str) -> Result<()> {
        self.guard(image, action, self.admin)
    }

    pub(crate) fn may_download(&self, image: &Image) -> Result<()> {
        let may = self.admin || (self.has("member") && self.reaches(image));
        self.guard(image, "download_image", may)
    }

    pub(crate) fn may_see_members(&self, image: &Image, action: &str) -> Result<()> {
        let may = self.owns("reader", image.owner.as_deref()) || (self.has("reader") && image.is_member(self.project.as_deref()));
        self.guard(image, action, may)
    }

    /// A member answers for itself; the owner cannot.
    pub(crate) fn may_answer(&self, image: &Image, member: &str) -> Result<()> {
        let may = self.admin || (self.has("member") && self.project.as_deref() == Some(member));
        self.guard(image, "modify_member", may)
    }

    /// Whoever may not even read an image is told that there is none.
    fn guard(&self, image: &Image, action: &str, may: bool) -> Result<()> {
        if may {
            Ok(())
        } else if self.may_read(image) {
            Err(ApiError::policy(action))
        } else {
            Err(ApiError::nowhere())
        }
    }
}
