//! Starting and stopping.

mod builder;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::effects::Effects;
use crate::faults::Faults;
use crate::http::listener::{Listener, Scissors};
use crate::http::{Call, new_request_id, text};
use crate::ims::Ims;
use crate::keystone::Users;
use crate::vmp::Vmp;

pub use builder::SandboxBuilder;

/// Why a sandbox did not start, or its configuration was not written.
#[derive(Debug)]
pub struct Error {
    what: String,
    source: io::Error,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>, source: io::Error) -> Self {
        Self { what: what.into(), source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Identity,
    Image,
    Ims,
    Metadata,
    Obs,
    Vmp,
}

impl Kind {
    /// As effects name it.
    fn name(self) -> &'static str {
        match self {
            Self::Identity => "keystone",
            Self::Image => "glance",
            Self::Ims => "ims",
            Self::Metadata => "metadata",
            Self::Obs => "obs",
            Self::Vmp => "vmp",
        }
    }
}

async fn serve(listener: Listener, kind: Kind, cloud: Arc<Cloud>, mut stopped: watch::Receiver<bool>) {
    let answer = move |ConnectInfo(scissors): ConnectInfo<Scissors>, request: Request| {
        let cloud = Arc::clone(&cloud);
        async move {
            let sent = request.headers().get("x-openstack-request-id");
            // Glance takes over the id of its caller, Keystone does not.
            let request_id = match (kind, sent.and_then(|v| v.to_str().ok())) {
                (Kind::Image, Some(sent)) => sent.to_owned(),
                _ => new_request_id(),
            };
            let Some(call) = Call::new(request, request_id) else {
                return text(StatusCode::BAD_REQUEST, "text/plain", "bad path".to_owned());
            };
            let (method, path) = (call.method.clone(), call.path.clone());
            let faults = cloud.faults.clone();
            let inside = Arc::clone(&cloud);
            let mut response = faults
                .wrap(call, &scissors, |call| async move {
                    let pending = match kind {
                        Kind::Obs => inside.effects.of_object(&call),
                        _ => inside.effects.of(kind.name(), &call),
                    };
                    let response = match kind {
                        Kind::Identity => crate::keystone::serve(&inside, call).await,
                        Kind::Image => crate::glance::serve(&inside, call).await,
                        Kind::Ims => crate::ims::serve(&inside, call).await,
                        Kind::Metadata => crate::iam::metadata::serve(&inside, &call),
                        Kind::Obs => crate::obs::serve(&inside, call).await,
                        Kind::Vmp => crate::vmp::serve(&inside, call).await,
                    };
                    inside.effects.note(pending, &response);
                    response
                })
                .await;
            if matches!(kind, Kind::Vmp) {
                // Its clients learn from any answer how far their clock is off.
                cloud.vmp.date(&mut response);
            }
            tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
            response
        }
    };
    let app = Router::new().fallback(answer).into_make_service_with_connect_info::<Scissors>();
    let stop = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stop).await {
        tracing::error!(%error, "server ended");
    }
}

/// A running sandbox: Keystone, Glance, IMS, OBS and VMP on loopback, state in memory, data of images and objects in a
/// temporary folder. It ends, and the folder with it, when this value is dropped.
#[derive(Debug)]
pub struct Sandbox {
    pub(crate) cloud: Arc<Cloud>,
    password: String,
    runtime: Option<tokio::runtime::Runtime>,
    servers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Sandbox {
    /// Starts a sandbox with default settings on free ports.
    ///
    /// # Errors
    /// As [`SandboxBuilder::start`].
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// The settings, to be changed before the start.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// The identity service, `http://127.0.0.1:PORT/v3`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        self.cloud.auth_url()
    }

    /// The image service, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn image_url(&self) -> String {
        self.cloud.image_url()
    }

    /// IMS, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn ims_url(&self) -> String {
        self.cloud.ims_url()
    }

    /// What surrounds IMS: its bucket store, and what is to go wrong.
    #[must_use]
    pub fn ims(&self) -> &Ims {
        &self.cloud.ims
    }

    /// OBS, the object store, `http://127.0.0.1:PORT`; the keys of [`Sandbox::access_key`] are good for it.
    #[must_use]
    pub fn obs_url(&self) -> String {
        self.cloud.obs_url()
    }

    /// VMP, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn vmp_url(&self) -> String {
        self.cloud.vmp_url()
    }

    /// What surrounds VMP, and what is to go wrong.
    #[must_use]
    pub fn vmp(&self) -> &Vmp {
        &self.cloud.vmp
    }

    /// The access key of VMP: what it is called, and its secret.
    #[must_use]
    pub fn vmp_access_key(&self) -> (&str, &str) {
        self.cloud.vmp.access_key()
    }

    /// The access key of `demo` or `other`: what it is called, and its secret.
    #[must_use]
    pub fn access_key(&self, user: &str) -> Option<(&str, &str)> {
        self.cloud.iam.access_key(self.user_id(user)?)
    }

    /// The metadata service, `http://127.0.0.1:PORT`, if [`SandboxBuilder::metadata`] asked for one.
    #[must_use]
    pub fn metadata_url(&self) -> Option<String> {
        Some(format!("http://{}", self.cloud.metadata_addr?))
    }

    /// The password of the users `admin`, `demo`, `other` and `viewer`.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Id and secret of `demo`'s application credential.
    #[must_use]
    pub fn application_credential(&self) -> (&str, &str) {
        let credential = &self.cloud.keystone.directory.app_credential;
        (&credential.id, &credential.secret)
    }

    /// The id of a project.
    #[must_use]
    pub fn project_id(&self, name: &str) -> Option<&str> {
        self.cloud.keystone.directory.project_named(name).map(|p| p.id.as_str())
    }

    /// The id of a user.
    #[must_use]
    pub fn user_id(&self, name: &str) -> Option<&str> {
        self.cloud.keystone.directory.user_named(name).map(|u| u.id.as_str())
    }

    /// What is wanted of users, and lent by them.
    #[must_use]
    pub fn users(&self) -> Users<'_> {
        Users::new(self)
    }

    /// The clock that the sandbox goes by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.cloud.clock
    }

    /// The faults that wait for their call.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.cloud.faults
    }

    /// What the services have carried out so far, also where their callers never heard of it.
    #[must_use]
    pub fn effects(&self) -> &Effects {
        &self.cloud.effects
    }

    /// Revokes every token issued so far.
    pub fn revoke_all_tokens(&self) {
        self.cloud.keystone.tokens().revoke_all();
    }

    /// Writes `clouds.yaml`, the `openrc` files, the `huawei.env` files and `cdnetworks.env` into a folder, which is made if absent,
    /// and gives the paths written. Each file is whole at any time, and readable by its owner alone.
    ///
    /// # Errors
    /// If the folder or a file cannot be written.
    pub fn write_config(&self, folder: impl AsRef<Path>) -> Result<Vec<std::path::PathBuf>, Error> {
        crate::config::write(self, folder.as_ref())
    }

    /// Stops: calls under way have a second to end.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let servers = futures::future::join_all(self.servers.drain(..));
        let _ = tokio::time::timeout(Duration::from_secs(1), servers).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, and so may be called within another runtime.
            runtime.shutdown_background();
        }
    }
}
