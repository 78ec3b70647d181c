use std::net::SocketAddr;
use std::time::Duration;

use cloudimg::glance::{Image, ImageCreate, Images};
use cloudimg::retry::Standard;
use cloudimg::{Cloud, Named, Scope, Settings, User};
use cloudimg_sandbox::Sandbox;
use cloudimg_tests::proxy::{Plan, Proxy};

/// A sandbox and those who send images to it.
pub(super) struct World {
    pub(super) sandbox: Sandbox,
}

impl World {
    pub(super) async fn start() -> Self {
        Self { sandbox: Sandbox::start().await.unwrap() }
    }

    /// The sign-in of `demo`, whose images are at `url`, or where the catalog says.
    pub(super) fn settings(&self, url: Option<&str>) -> Settings {
        let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
        let project = Scope::ProjectId(self.sandbox.project_id("demo").unwrap().to_owned());
        let settings = Settings::new(self.sandbox.auth_url(), user, self.sandbox.password(), project);
        match url {
            Some(url) => settings.with_endpoint("image", url),
            None => settings,
        }
    }

    pub(super) fn images(&self) -> Images {
        images(self.settings(None))
    }

    /// Images by way of what listens at `address`.
    pub(super) fn images_at(&self, address: SocketAddr) -> Images {
        images(self.settings(Some(&format!("http://{address}/v2"))))
    }

    /// Images by way of a proxy.
    pub(super) async fn proxied(&self, plan: impl Plan) -> (Proxy, Images) {
        let proxy = Proxy::builder(self.address()).plan(plan).start().await.unwrap();
        let images = images(self.settings(Some(&format!("{}/v2", proxy.url()))));
        (proxy, images)
    }

    /// Where the image service is.
    pub(super) fn address(&self) -> SocketAddr {
        self.sandbox.image_url().trim_start_matches("http://").parse().unwrap()
    }

    /// A queued image of a bare disk.
    pub(super) async fn raw(&self) -> String {
        self.queued("raw", "bare").await
    }

    pub(super) async fn queued(&self, disk_format: &str, container_format: &str) -> String {
        let image = ImageCreate::new().name("disk").disk_format(disk_format).container_format(container_format);
        self.images().create(image).await.unwrap().id
    }

    pub(super) async fn image(&self, id: &str) -> Image {
        self.images().get(id).await.unwrap()
    }

    /// What the service gives of an image.
    pub(super) async fn data(&self, id: &str) -> Vec<u8> {
        self.images().download(id).await.unwrap().bytes(1 << 28).await.unwrap()
    }
}

fn images(settings: Settings) -> Images {
    let retry = Standard::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
    Cloud::builder(settings).retry(retry).build().unwrap().images()
}

/// Bytes of no format, the same ones for each seed.
pub(super) fn random(seed: u64, length: usize) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; length];
    rng.fill(&mut bytes);
    bytes
}
