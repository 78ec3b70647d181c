use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use cloudimg::clock::{Clock, Sleep};
use cloudimg::credentials::AkSk;
use cloudimg::ims::{CreateImageFromFile, Ims, ImsBuilder};
use cloudimg::poller::Rhythm;
use cloudimg_sandbox::{Effect, EffectKind, Sandbox};
use cloudimg_tests::proxy::{Fault, Plan, Proxy, Request};

pub(crate) const MIB: usize = 1 << 20;
pub(crate) const BUCKET: &str = "sandbox";

/// The machine's time, with waits of some seconds made short; limits are longer, and stay.
#[derive(Debug)]
struct Hurried(cloudimg::clock::SystemClock);

impl Clock for Hurried {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let is_wait = duration <= Duration::from_secs(5);
        self.0.sleep(if is_wait { duration / 50 } else { duration })
    }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::builder().task_step(Duration::from_millis(5)).catalog_has_obs().start().await.unwrap();
        Self { sandbox, folder: tempfile::tempdir().unwrap() }
    }

    /// By `demo`'s access key, with the object storage at `obs`.
    pub(crate) fn ims_at(&self, obs: &str) -> Ims {
        let (access, secret) = self.sandbox.access_key("demo").unwrap();
        self.ims_by(AkSk::builder(access, secret), obs)
    }

    pub(crate) fn ims_by(&self, keys: cloudimg::credentials::huawei::AkSkBuilder, obs: &str) -> Ims {
        let keys = keys.project_id(self.sandbox.project_id("demo").unwrap()).build().unwrap();
        hurried(self.builder().keys(keys).obs_endpoint(obs).build().unwrap())
    }

    pub(crate) fn builder(&self) -> ImsBuilder {
        let clock = Hurried(cloudimg::clock::SystemClock::default());
        Ims::builder().endpoint(self.sandbox.ims_url()).region("RegionOne").clock(clock)
    }

    pub(crate) fn ims(&self) -> Ims {
        self.ims_at(&self.sandbox.obs_url())
    }

    pub(crate) async fn proxy(&self, plan: impl Plan) -> Proxy {
        Proxy::builder(self.address()).plan(plan).start().await.unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.sandbox.obs_url().trim_start_matches("http://").parse().unwrap()
    }

    /// A file of so many bytes, of which no two parts are alike.
    pub(crate) fn file(&self, name: &str, size: usize) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes(size)).unwrap();
        path
    }

    /// The names of the temporary objects that are there, whole or in parts.
    pub(crate) fn left(&self) -> Vec<String> {
        let ims = self.sandbox.ims();
        let all = ims.objects(BUCKET).into_iter().chain(ims.unfinished_objects(BUCKET));
        all.filter(|name| name.starts_with("cloudimg-")).collect()
    }

    /// What was done in the object storage.
    pub(crate) fn done(&self) -> Vec<Effect> {
        self.sandbox.effects().all().into_iter().filter(|effect| effect.service == "obs").collect()
    }

    pub(crate) fn count(&self, kind: EffectKind, path: impl Fn(&str) -> bool) -> usize {
        self.done().iter().filter(|effect| effect.kind == kind && path(&effect.path)).count()
    }

    /// Waits until no temporary object is left.
    pub(crate) async fn until_gone(&self) {
        let gone = async || Ok(self.left().is_empty().then_some(()));
        cloudimg_tests::until("the temporary object goes", gone).await.unwrap();
    }
}

pub(crate) fn hurried(ims: Ims) -> Ims {
    let mut rhythm = Rhythm::default();
    rhythm.first = Duration::from_millis(5);
    ims.with_rhythm(rhythm)
}

pub(crate) fn bytes(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    fastrand::Rng::with_seed(size as u64).fill(&mut bytes);
    bytes
}

pub(crate) fn golden(object: String) -> CreateImageFromFile {
    CreateImageFromFile::new("golden", object, 40)
}

/// The same fault for the first exchanges that `fits` fits.
#[derive(Debug)]
pub(crate) struct Where {
    fits: fn(&Request) -> bool,
    fault: Fault,
    left: std::sync::atomic::AtomicUsize,
}

impl Where {
    pub(crate) fn new(times: usize, fits: fn(&Request) -> bool, fault: Fault) -> Self {
        Self { fits, fault, left: times.into() }
    }
}

impl Plan for Where {
    fn fault(&self, _: usize, request: &Request) -> Option<Fault> {
        use std::sync::atomic::Ordering::SeqCst;
        if !(self.fits)(request) {
            return None;
        }
        self.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).ok().map(|_| self.fault.clone())
    }
}
