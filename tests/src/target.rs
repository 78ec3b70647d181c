use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::{Context as _, Result};
use cloudimg::{Cloud, Settings};
use cloudimg_auth::Keystone;
use cloudimg_core::Session;

use crate::openrc;
use crate::sandbox::Running;

/// Names the folder with the openrc files of real servers.
const LIVE_CONFIG: &str = "CLOUDIMG_LIVE_CONFIG";

/// The cloud that tests run on.
///
/// Its users are `demo` and `other`, members of the projects of these names, `viewer`, who may only read in the project `demo`, and
/// `admin`.
#[derive(Debug)]
pub struct Target {
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Real servers, by the folder with their openrc files.
    Live(PathBuf),
    Sandbox(Running),
}

impl Target {
    /// The servers that `CLOUDIMG_LIVE_CONFIG` names; without it a sandbox, which all who ask at the same time share, and which ends with
    /// the last of them.
    ///
    /// # Errors
    /// That the sandbox does not start.
    pub fn get() -> Result<Arc<Self>> {
        // Held weakly: what a static holds is never dropped, and the sandbox would leave its files behind.
        static SHARED: Mutex<Weak<Target>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(target) = shared.upgrade() {
            return Ok(target);
        }
        let place = match std::env::var_os(LIVE_CONFIG).filter(|folder| !folder.is_empty()) {
            Some(folder) => Place::Live(folder.into()),
            None => Place::Sandbox(Running::start()?),
        };
        let target = Arc::new(Self { place });
        *shared = Arc::downgrade(&target);
        Ok(target)
    }

    /// The folder with the openrc files and `clouds.yaml`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match &self.place {
            Place::Live(folder) => folder,
            Place::Sandbox(running) => running.folder(),
        }
    }

    /// What `user` signs in with.
    ///
    /// # Errors
    /// That there is no openrc file of that user, or that it says too little.
    pub fn settings(&self, user: &str) -> Result<Settings> {
        let file = if user == "demo" { "openrc".to_owned() } else { format!("openrc-{user}") };
        openrc::settings(&self.folder().join(file))
    }

    /// The facade for `user`; nothing is sent yet.
    ///
    /// # Errors
    /// Those of [`settings`](Self::settings).
    pub fn cloud(&self, user: &str) -> Result<Cloud> {
        Ok(Cloud::builder(self.settings(user)?).build()?)
    }

    /// The generated client of the image service for `user`, signed in on its own.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn glance(&self, user: &str) -> Result<cloudimg_glance_v2::Client> {
        self.cloud(user)?.glance().raw().await.with_context(|| format!("signing in as {user}"))
    }

    /// A sign-in of `user` whose token can be read; nothing is sent yet.
    ///
    /// # Errors
    /// Those of [`settings`](Self::settings).
    pub fn sign_in(&self, user: &str) -> Result<Keystone> {
        Ok(Keystone::new(&Session::builder().build()?, self.settings(user)?)?)
    }

    /// The generated client of the identity service for `user`.
    ///
    /// # Errors
    /// Those of [`settings`](Self::settings).
    pub fn keystone(&self, user: &str) -> Result<cloudimg_keystone_v3::Client> {
        self.keystone_with(self.sign_in(user)?.session())
    }

    /// The generated client of the identity service over a session of the caller's choice.
    ///
    /// # Errors
    /// Those of [`settings`](Self::settings).
    pub fn keystone_with(&self, session: Session) -> Result<cloudimg_keystone_v3::Client> {
        let url = self.settings("demo")?.auth_url;
        let url = url.trim_end_matches('/');
        Ok(cloudimg_keystone_v3::Client::new(url.strip_suffix("/v3").unwrap_or(url), session))
    }
}
