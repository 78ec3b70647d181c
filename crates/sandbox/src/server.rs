//! Starting and stopping.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
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
use crate::faults::Faults;
use crate::glance::{Glance, Settings};
use crate::http::listener::{Listener, Scissors};
use crate::http::{Call, new_request_id, text};
use crate::ims::{Ims, ImsProfile, Settings as ImsSettings};
use crate::keystone::Keystone;
use crate::keystone::directory::Directory;

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

/// The settings of a sandbox that is about to start.
#[derive(Debug, Clone)]
#[must_use]
pub struct SandboxBuilder {
    identity: SocketAddr,
    image: SocketAddr,
    ims: SocketAddr,
    password: String,
    token_lifetime: Duration,
    clock: Clock,
    settings: Settings,
    ims_settings: ImsSettings,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            identity: any,
            image: any,
            ims: any,
            password: "sandbox".to_owned(),
            token_lifetime: Duration::from_secs(24 * 3600),
            clock: Clock::system(),
            settings: Settings::default(),
            ims_settings: ImsSettings::default(),
        }
    }
}

impl SandboxBuilder {
    /// Where the identity service listens. The image service takes the port after it, IMS the one after that; or any free
    /// ones if this port is 0.
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.identity = addr;
        let after = |n| if addr.port() == 0 { 0 } else { addr.port().checked_add(n).unwrap_or(0) };
        self.image = SocketAddr::new(addr.ip(), after(1));
        self.ims = SocketAddr::new(addr.ip(), after(2));
        self
    }

    /// Where the image service listens; to be set after [`SandboxBuilder::listen`].
    pub fn image_listen(mut self, addr: SocketAddr) -> Self {
        self.image = addr;
        self
    }

    /// Where IMS listens; to be set after [`SandboxBuilder::listen`].
    pub fn ims_listen(mut self, addr: SocketAddr) -> Self {
        self.ims = addr;
        self
    }

    /// Which of the two clouds IMS is that of; Huawei Cloud's if not set.
    pub fn ims_profile(mut self, profile: ImsProfile) -> Self {
        self.ims_settings.profile = profile;
        self
    }

    /// How many private images a project may have in IMS; 100 if not set.
    pub fn ims_image_quota(mut self, images: usize) -> Self {
        self.ims_settings.image_quota = images;
        self
    }

    /// The access key of `demo` or `other`; a random one if not set.
    pub fn access_key(mut self, user: &str, access: impl Into<String>, secret: impl Into<String>) -> Self {
        self.ims_settings.keys.insert(user.to_owned(), (access.into(), secret.into()));
        self
    }

    /// The password of all users.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = password.into();
        self
    }

    /// How long tokens last; 24 hours if not set.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// The clock for tokens, time stamps and tasks; the system's if not set.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many images a page holds if the caller does not say; 25 if not set.
    pub fn default_page_size(mut self, images: usize) -> Self {
        self.settings.default_page = images;
        self
    }

    /// How many images a page may hold; 1000 if not set.
    pub fn max_page_size(mut self, images: usize) -> Self {
        self.settings.max_page = images;
        self
    }

    /// How long each of the three steps of a task takes; 60 ms if not set.
    pub fn task_step(mut self, step: Duration) -> Self {
        self.settings.task_step = step;
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// If a port is taken, or there is no room for a temporary folder.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let identity = bind(self.identity, "the identity service")?;
        let image = bind(self.image, "the image service")?;
        let ims = bind(self.ims, "IMS")?;
        let folder = tempfile::Builder::new()
            .prefix("cloudimg-sandbox-")
            .tempdir()
            .map_err(|e| Error::new("cannot make a temporary folder for image data", e))?;
        let local = |listener: &std::net::TcpListener| {
            listener.local_addr().map_err(|e| Error::new("cannot learn the address listened on", e))
        };
        let (identity_addr, image_addr, ims_addr) = (local(&identity)?, local(&image)?, local(&ims)?);
        let auth_url = format!("http://{identity_addr}/v3");
        let directory = Directory::new(&self.password, &auth_url, &format!("http://{image_addr}"));
        let glance = Glance::new(folder.path(), self.settings, self.clock.clone())
            .map_err(|e| Error::new("cannot make the folders for image data", e))?;
        let managed = Ims::new(self.ims_settings, &directory);
        let cloud = Arc::new(Cloud {
            clock: self.clock,
            token_life: self.token_lifetime,
            identity_addr,
            image_addr,
            ims_addr,
            keystone: Keystone::new(directory),
            glance,
            ims: Arc::new(managed),
            faults: Faults::default(),
        });
        // A runtime of its own: hashing must not hold up the caller's tasks, a caller whose
        // runtime has one thread must still get answers, and all connections can be ended at once.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("cloudimg-sandbox")
            .enable_all()
            .build()
            .map_err(|e| Error::new("cannot start a runtime", e))?;
        let (stop, stopped) = watch::channel(false);
        let mut servers = Vec::new();
        for (listener, kind) in [(identity, Kind::Identity), (image, Kind::Image), (ims, Kind::Ims)] {
            let server = {
                let _inside = runtime.enter();
                let listener =
                    tokio::net::TcpListener::from_std(listener).map_err(|e| Error::new("cannot use the listening socket", e))?;
                serve(Listener(listener), kind, Arc::clone(&cloud), stopped.clone())
            };
            servers.push(runtime.spawn(server));
        }
        let password = self.password;
        Ok(Sandbox { cloud, password, runtime: Some(runtime), servers, stop, _folder: folder })
    }
}

fn bind(addr: SocketAddr, what: &str) -> Result<std::net::TcpListener, Error> {
    let fail = |e: io::Error| {
        let why = match e.kind() {
            io::ErrorKind::AddrInUse => "the port is taken".to_owned(),
            io::ErrorKind::PermissionDenied => "that is not permitted".to_owned(),
            _ => e.to_string(),
        };
        Error::new(format!("cannot listen on {addr} for {what}: {why}"), e)
    };
    let listener = std::net::TcpListener::bind(addr).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    Ok(listener)
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Identity,
    Image,
    Ims,
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
            let response = faults
                .wrap(call, &scissors, |call| async move {
                    match kind {
                        Kind::Identity => crate::keystone::serve(&cloud, call).await,
                        Kind::Image => crate::glance::serve(&cloud, call).await,
                        Kind::Ims => crate::ims::serve(&cloud, call).await,
                    }
                })
                .await;
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

/// A running sandbox: Keystone, Glance and IMS on loopback, state in memory, image data in a temporary
/// folder. It ends, and the folder with it, when this value is dropped.
#[derive(Debug)]
pub struct Sandbox {
    cloud: Arc<Cloud>,
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

    /// The access key of `demo` or `other`: what it is called, and its secret.
    #[must_use]
    pub fn access_key(&self, user: &str) -> Option<(&str, &str)> {
        self.cloud.ims.access_key(self.user_id(user)?)
    }

    /// The password of the users `admin`, `demo`, `other` and `viewer`.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Id and secret of `demo`'s application credential.
    #[must_use]
    pub fn application_credential(&self) -> (&str, &str) {
        let credentials = &self.cloud.keystone.directory.app_credentials;
        credentials.first().map_or(("", ""), |c| (c.id.as_str(), c.secret.as_str()))
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

    /// Revokes every token issued so far.
    pub fn revoke_all_tokens(&self) {
        self.cloud.keystone.tokens().revoke_all();
    }

    /// Writes `clouds.yaml`, the `openrc` files and the `huawei.env` files into a folder, which is made if absent, and
    /// gives the paths written. Each file is whole at any time, and readable by its owner alone.
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
