use std::sync::{Mutex, PoisonError};

use crate::Result;
use crate::glance::Images;
use crate::glance::types::Image;
use crate::transfer::Algorithm;

/// How the image service of a cloud hashes, as far as its images told.
#[derive(Debug, Default)]
pub(crate) struct Hashing(Mutex<Option<String>>);

impl Hashing {
    /// The algorithm to hash by while sending: the one that the service names, MD5 where that one is not known here, SHA-512 where it names none.
    ///
    /// Any active image tells; where there is none yet, the answer of this upload will.
    pub(super) async fn algorithm(&self, images: &Images) -> Algorithm {
        if let Some(name) = self.known() {
            return algorithm(&name);
        }
        match any_active(images).await {
            Ok(active) => active.iter().for_each(|image| self.learn(image)),
            Err(error) => tracing::debug!(%error, "how the service hashes is not known; taking its default"),
        }
        self.known().map_or(Algorithm::Sha512, |name| algorithm(&name))
    }

    /// Takes note of how the data of `image` were hashed.
    pub(super) fn learn(&self, image: &Image) {
        if let Some(name) = &image.os_hash_algo {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.clone());
        }
    }

    fn known(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn any_active(images: &Images) -> Result<Vec<Image>> {
    let client = images.cloud.glance_client().await?;
    Ok(client.list_images().status("active").limit(1u64).send().await?.into_inner().images)
}

fn algorithm(name: &str) -> Algorithm {
    // What cannot be compared by the service's hash can by its checksum.
    Algorithm::named(name).unwrap_or(Algorithm::Md5)
}
