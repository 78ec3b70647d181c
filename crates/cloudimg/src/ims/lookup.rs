use cloudimg_auth::huawei::{Iam, Signer};
use cloudimg_core::{Result, Session};
use tokio::sync::OnceCell;

use super::connection::Connection;
use super::missing;
use crate::cloud::Changes;

/// A service whose project is not known before the first call: it comes with the keys, or IAM knows its id.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) endpoint: String,
    pub(super) session: Session,
    pub(super) signer: Signer,
    pub(super) region: Option<String>,
    /// The project's name, which is the region's if none is said.
    pub(super) project_name: Option<String>,
    /// Where IAM is.
    pub(super) iam: Option<String>,
    /// Where it is if neither that nor the place of the keys says so.
    pub(super) iam_of_region: Option<String>,
    /// Where the object storage is, if that is said.
    #[cfg(feature = "obs")]
    pub(super) obs_endpoint: Option<String>,
    pub(super) found: OnceCell<Connection>,
}

impl Lookup {
    pub(super) fn changed(&self, changes: &Changes) -> Self {
        Self {
            endpoint: self.endpoint.clone(),
            session: changes.applied("ims", self.session.clone()),
            signer: self.signer.clone(),
            region: self.region.clone(),
            project_name: self.project_name.clone(),
            iam: self.iam.clone(),
            iam_of_region: self.iam_of_region.clone(),
            #[cfg(feature = "obs")]
            obs_endpoint: self.obs_endpoint.clone(),
            found: OnceCell::new(),
        }
    }

    pub(super) async fn connection(&self) -> Result<&Connection> {
        if let Some(connection) = self.found.get() {
            return Ok(connection);
        }
        // Not within the cell, whose users would look for keys one after the other if there are none.
        let keys = self.signer.keys().await?;
        let find = async {
            let project = match (keys.project_id(), &self.project_name) {
                (Some(id), None) => id.to_owned(),
                _ => self.look_up(keys.iam_endpoint()).await?,
            };
            let session = self.session.with_credentials(self.signer.for_project(&project));
            let connection = Connection::new(&self.endpoint, session, project, self.region.clone());
            #[cfg(feature = "obs")]
            let connection = connection
                .with_storage(super::obs::Storage { endpoint: self.obs_endpoint.clone(), signer: Some(self.signer.clone()) });
            Ok(connection)
        };
        self.found.get_or_try_init(|| find).await
    }

    async fn look_up(&self, iam_of_keys: Option<&str>) -> Result<String> {
        let name = self.project_name.as_deref().or(self.region.as_deref());
        let name = name.ok_or_else(|| missing("project_id", "set it, or the `region`, whose name is that of a project"))?;
        let iam = self.iam.as_deref().or(iam_of_keys).or(self.iam_of_region.as_deref());
        let iam = iam.ok_or_else(|| missing("project_id", "set it, or the `region` or `iam_endpoint`, to look for it by name"))?;
        Iam::signed(&self.session, &self.signer, iam)?.project_id(name).await
    }
}
