//! The clouds of these tests.

use std::sync::Mutex;
use std::time::Duration;

use cloudimg::glance::{Hidden, Image, ImageCreate, ImageData, Images};
use cloudimg::retry::Standard;
use cloudimg::{Cloud, Named, Scope, Settings, Timeouts, User};
use cloudimg_sandbox::Sandbox;
use cloudimg_tests::proxy::{Fault, Link, Plan, Proxy, Request};

/// A cloud of its own.
pub(super) struct Side {
    pub(super) sandbox: Sandbox,
    pub(super) cloud: Cloud,
}

impl Side {
    pub(super) async fn start() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let cloud = cloud(&sandbox, "demo", None);
        Self { sandbox, cloud }
    }

    pub(super) fn images(&self) -> Images {
        self.cloud.images()
    }

    /// Another user of the same cloud.
    pub(super) fn user(&self, name: &str) -> Cloud {
        cloud(&self.sandbox, name, None)
    }

    /// The same cloud, its image service through a proxy.
    pub(super) async fn through(&self, plan: impl Plan, link: Link) -> (Proxy, Cloud) {
        let upstream = self.sandbox.image_url().trim_start_matches("http://").parse().unwrap();
        let proxy = Proxy::builder(upstream).plan(plan).link(link).start().await.unwrap();
        let cloud = cloud(&self.sandbox, "demo", Some(&proxy.url()));
        (proxy, cloud)
    }

    /// An image with these bytes.
    pub(super) async fn image(&self, image: ImageCreate, bytes: impl Into<bytes::Bytes>) -> Image {
        let image = image.disk_format("raw").container_format("bare");
        let id = self.images().create(image).await.unwrap().id;
        self.images().upload(&id, ImageData::bytes(bytes)).await.unwrap();
        self.images().get(&id).await.unwrap()
    }

    /// All images of this cloud.
    pub(super) async fn all(&self) -> Vec<Image> {
        let images = self.user("admin").images();
        let mut all = images.list().collect().await.unwrap();
        all.extend(images.list().hidden(Hidden::Only).collect().await.unwrap());
        all
    }

    pub(super) async fn bytes(&self, id: &str) -> Vec<u8> {
        self.images().download(id).await.unwrap().bytes(64 << 20).await.unwrap()
    }
}

fn cloud(sandbox: &Sandbox, name: &str, image: Option<&str>) -> Cloud {
    let domain = Some(Named::Id("default".to_owned()));
    let user = User::Name { name: name.to_owned(), domain: domain.clone() };
    // Who may only look has no project of that name.
    let project = if name == "viewer" { "demo" } else { name };
    let scope = Scope::Project { name: project.to_owned(), domain };
    let mut settings = Settings::new(sandbox.auth_url(), user, sandbox.password(), scope);
    if let Some(url) = image {
        settings = settings.with_endpoint("image", format!("{url}/v2"));
    }
    let retry = Standard::default().with_waits(Duration::from_millis(5), Duration::from_millis(50));
    let timeouts = Timeouts::default().with_head(Duration::from_secs(20)).with_idle(Duration::from_secs(20));
    Cloud::builder(settings).retry(retry).timeouts(timeouts).build().unwrap()
}

/// So many bytes that no two blocks of are equal.
pub(super) fn bytes(length: usize) -> bytes::Bytes {
    let mut rng = fastrand::Rng::with_seed(length as u64);
    let mut bytes = vec![0; length];
    rng.fill(&mut bytes);
    bytes.into()
}

/// Faults for calls of one method whose path ends in one way, each in its turn.
#[derive(Debug)]
pub(super) struct Calls {
    method: &'static str,
    end: &'static str,
    faults: Mutex<Vec<Option<Fault>>>,
}

impl Calls {
    pub(super) fn new(method: &'static str, end: &'static str, faults: impl IntoIterator<Item = Option<Fault>>) -> Self {
        let mut faults: Vec<_> = faults.into_iter().collect();
        faults.reverse();
        Self { method, end, faults: Mutex::new(faults) }
    }

    pub(super) fn first(method: &'static str, end: &'static str, fault: Fault) -> Self {
        Self::new(method, end, [Some(fault)])
    }
}

impl Plan for Calls {
    fn fault(&self, _: usize, request: &Request) -> Option<Fault> {
        if request.method != self.method || !request.path().ends_with(self.end) {
            return None;
        }
        self.faults.lock().unwrap().pop().flatten()
    }
}

/// A network that does no harm.
pub(super) fn no_faults() -> Calls {
    Calls::new("", "", [])
}
