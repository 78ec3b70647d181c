//! A sandbox with images to be downloaded, and the folder that they go to.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cloudimg::glance::{ImageCreate, ImageData, Images};
use cloudimg::{Cloud, CloudBuilder, Named, Scope, Settings, User};
use cloudimg_sandbox::Sandbox;
use tempfile::TempDir;

pub(crate) const MIB: usize = 1 << 20;

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    folder: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self { sandbox: Sandbox::start().await.unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    /// The image service's address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.sandbox.image_url().trim_start_matches("http://").parse().unwrap()
    }

    pub(crate) fn images(&self) -> Images {
        self.through(&self.sandbox.image_url()).build().unwrap().images()
    }

    /// The cloud, whose image service is reached at `url`.
    pub(crate) fn through(&self, url: &str) -> CloudBuilder {
        let domain = Some(Named::Id("default".into()));
        let user = User::Name { name: "demo".into(), domain: domain.clone() };
        let scope = Scope::Project { name: "demo".into(), domain };
        let settings = Settings::new(self.sandbox.auth_url(), user, self.sandbox.password(), scope);
        Cloud::builder(settings.with_endpoint("image", format!("{url}/v2")))
    }

    /// The id of a new image of these bytes.
    pub(crate) async fn image(&self, data: &[u8]) -> String {
        let images = self.images();
        let image = ImageCreate::new().name("image").disk_format("raw").container_format("bare");
        let id = images.create(image).await.unwrap().id;
        images.upload(&id, ImageData::bytes(data.to_vec())).await.unwrap();
        id
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of all that is in the folder, in their order.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }
}

/// The names of all that is in `folder`, in their order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Bytes without order, the same for the same seed.
pub(crate) fn random(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    bytes
}
