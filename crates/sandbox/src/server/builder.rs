//! What may be set before the start, and the start.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Error, Kind, Sandbox, serve};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::effects::Effects;
use crate::faults::Faults;
use crate::glance::{Glance, Settings};
use crate::http::listener::Listener;
use crate::iam::{Iam, Settings as IamSettings};
use crate::ims::{Ims, ImsProfile, Settings as ImsSettings};
use crate::keystone::Keystone;
use crate::keystone::directory::Directory;
use crate::obs::Obs;
use crate::vmp::{Settings as VmpSettings, Vmp, VmpPreheatingShape};

/// The settings of a sandbox that is about to start.
#[derive(Debug, Clone)]
#[must_use]
pub struct SandboxBuilder {
    identity: SocketAddr,
    image: SocketAddr,
    ims: SocketAddr,
    vmp: SocketAddr,
    obs: SocketAddr,
    password: String,
    token_lifetime: Duration,
    clock: Clock,
    settings: Settings,
    ims_settings: ImsSettings,
    vmp_settings: VmpSettings,
    iam_settings: IamSettings,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            identity: any,
            image: any,
            ims: any,
            vmp: any,
            obs: any,
            password: "sandbox".to_owned(),
            token_lifetime: Duration::from_secs(24 * 3600),
            clock: Clock::system(),
            settings: Settings::default(),
            ims_settings: ImsSettings::default(),
            vmp_settings: VmpSettings::default(),
            iam_settings: IamSettings::default(),
        }
    }
}

impl SandboxBuilder {
    /// Where the identity service listens. The image service takes the port after it, IMS the one after that, VMP the third, OBS the
    /// fourth; or any free ones if this port is 0.
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.identity = addr;
        let after = |n| if addr.port() == 0 { 0 } else { addr.port().checked_add(n).unwrap_or(0) };
        self.image = SocketAddr::new(addr.ip(), after(1));
        self.ims = SocketAddr::new(addr.ip(), after(2));
        self.vmp = SocketAddr::new(addr.ip(), after(3));
        self.obs = SocketAddr::new(addr.ip(), after(4));
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

    /// Where VMP listens; to be set after [`SandboxBuilder::listen`].
    pub fn vmp_listen(mut self, addr: SocketAddr) -> Self {
        self.vmp = addr;
        self
    }

    /// Where the object store listens; to be set after [`SandboxBuilder::listen`].
    pub fn obs_listen(mut self, addr: SocketAddr) -> Self {
        self.obs = addr;
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
        self.iam_settings.keys.insert(user.to_owned(), (access.into(), secret.into()));
        self
    }

    /// An agency of the account `Default`, by which everybody who has signed in can act as `user`.
    pub fn agency(mut self, name: impl Into<String>, user: impl Into<String>) -> Self {
        self.iam_settings.agencies.insert(name.into(), user.into());
        self
    }

    /// A token of an identity provider that is `user`'s. (Real ones are signed and end; this one is just known.)
    pub fn id_token(mut self, provider: impl Into<String>, token: impl Into<String>, user: impl Into<String>) -> Self {
        self.iam_settings.id_tokens.insert((provider.into(), token.into()), user.into());
        self
    }

    /// The metadata service of a machine whose agency is `user`: it gives keys that last as long as `life`, and others once half of that is over.
    pub fn metadata(mut self, user: impl Into<String>, life: Duration) -> Self {
        self.iam_settings.metadata = Some((user.into(), life));
        self
    }

    /// The metadata service answers only those who fetched a token of it first.
    pub fn metadata_needs_token(mut self) -> Self {
        self.iam_settings.metadata_needs_token = true;
        self
    }

    /// The identity service lists projects to everybody, as an IAM does; a Keystone lets administrators alone see them.
    pub fn projects_are_listed(mut self) -> Self {
        self.iam_settings.projects_are_listed = true;
        self
    }

    /// The catalog has the object storage as well, as an IAM's does; that of a cloud with Keystone and Glance alone has none.
    pub fn catalog_has_obs(mut self) -> Self {
        self.iam_settings.catalog_has_obs = true;
        self
    }

    /// The access key of VMP; a random one if not set.
    pub fn vmp_access_key(mut self, access: impl Into<String>, secret: impl Into<String>) -> Self {
        self.vmp_settings.key = Some((access.into(), secret.into()));
        self
    }

    /// Whether a page of VMP begins with the image that its marker names; the documents do not say. It does not if not set.
    pub fn vmp_marker_included(mut self, included: bool) -> Self {
        self.vmp_settings.marker_included = included;
        self
    }

    /// How many images a page of VMP holds at most, even if more are asked for; any number if not set.
    pub fn vmp_max_page_size(mut self, images: usize) -> Self {
        self.vmp_settings.max_page = images;
        self
    }

    /// How long images of VMP are `BUILDING`; 3 seconds if not set.
    pub fn vmp_build_time(mut self, time: Duration) -> Self {
        self.vmp_settings.build_time = time;
        self
    }

    /// How long a preheating of VMP takes for its first node, and for each one further; 1 second if not set.
    pub fn vmp_node_time(mut self, time: Duration) -> Self {
        self.vmp_settings.node_time = time;
        self
    }

    /// How VMP answers the calls about preheating; with an envelope if not set.
    pub fn vmp_preheating_shape(mut self, shape: VmpPreheatingShape) -> Self {
        self.vmp_settings.preheating_shape = shape;
        self
    }

    /// How many calls in 5 minutes VMP takes of the account and of one operation; any number if not set. The vendor tells of
    /// [`Vmp::ACCOUNT_LIMIT`] and advises [`Vmp::OPERATION_LIMIT`].
    pub fn vmp_rate_limits(mut self, account: usize, operation: usize) -> Self {
        self.vmp_settings.limits = Some((account, operation));
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
        let vmp = bind(self.vmp, "VMP")?;
        let obs = bind(self.obs, "OBS")?;
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let metadata = self.iam_settings.metadata.is_some().then(|| bind(any, "the metadata service")).transpose()?;
        let folder = tempfile::Builder::new()
            .prefix("cloudimg-sandbox-")
            .tempdir()
            .map_err(|e| Error::new("cannot make a temporary folder for image data", e))?;
        let local = |listener: &std::net::TcpListener| {
            listener.local_addr().map_err(|e| Error::new("cannot learn the address listened on", e))
        };
        let (identity_addr, image_addr) = (local(&identity)?, local(&image)?);
        let (ims_addr, vmp_addr, obs_addr) = (local(&ims)?, local(&vmp)?, local(&obs)?);
        let auth_url = format!("http://{identity_addr}/v3");
        let object_url = self.iam_settings.catalog_has_obs.then(|| format!("http://{obs_addr}"));
        let directory = Directory::new(&self.password, &auth_url, &format!("http://{image_addr}"), object_url.as_deref());
        let glance = Glance::new(folder.path(), self.settings, self.clock.clone())
            .map_err(|e| Error::new("cannot make the folders for image data", e))?;
        let object_store = Obs::new(folder.path(), self.clock.now());
        let object_store = Arc::new(object_store.map_err(|e| Error::new("cannot make the folder for objects", e))?);
        let vmp_service = Vmp::new(self.vmp_settings, self.clock.clone());
        let metadata_addr = metadata.as_ref().map(local).transpose()?;
        let iam = Iam::new(self.iam_settings, &directory);
        let cloud = Arc::new(Cloud {
            clock: self.clock,
            token_life: self.token_lifetime,
            identity_addr,
            image_addr,
            ims_addr,
            vmp_addr,
            obs_addr,
            metadata_addr,
            keystone: Keystone::new(directory),
            glance,
            ims: Arc::new(Ims::new(self.ims_settings, Arc::clone(&object_store))),
            obs: object_store,
            iam,
            vmp: vmp_service,
            faults: Faults::default(),
            effects: Effects::default(),
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
        let listeners = [(identity, Kind::Identity), (image, Kind::Image), (ims, Kind::Ims), (vmp, Kind::Vmp), (obs, Kind::Obs)];
        for (listener, kind) in listeners.into_iter().chain(metadata.map(|listener| (listener, Kind::Metadata))) {
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
