//! The task behind a location: asked for its size, then hashed where it is.

use std::sync::Arc;

use super::Glance;
use super::hashing::Algorithm;
use super::ingest::ingest_with;
use super::jobs::INTERNAL_ERROR;
use super::model::{Digest, Image, Location, Place, Status};
use super::task::TaskStatus;

/// The store that locations are in.
const STORE: &str = "web";

/// A location that has passed its checks.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) task: String,
    pub(super) image: String,
    pub(super) uri: String,
    /// What the caller says that it hashes to.
    pub(super) expected: Option<(Algorithm, String)>,
}

pub(super) async fn locate(glance: Arc<Glance>, plan: Plan) {
    let done = steps(&glance, &plan).await.is_some();
    let outcome = if done { Ok(String::new()) } else { Err(INTERNAL_ERROR.to_owned()) };
    glance.finish(&plan.image, &plan.task, outcome);
}

/// `None` if one of them fails.
async fn steps(glance: &Glance, plan: &Plan) -> Option<()> {
    let step = glance.settings.task_step;
    let algorithm = plan.expected.as_ref().map(|(algorithm, _)| *algorithm).unwrap_or_default();
    glance.clock.sleep(step).await;
    glance.with_locked(&plan.image, &plan.task, |_, task| task.status = TaskStatus::Processing).then_some(())?;
    let size = size_of(glance, &plan.uri).await?;
    let mut placed = false;
    glance.with_locked(&plan.image, &plan.task, |image, _| placed = place(image, plan, algorithm, size));
    placed.then_some(())?;

    glance.clock.sleep(step).await;
    let digest = hash(glance, &plan.uri, algorithm, size).await;
    glance.clock.sleep(step).await;
    let right = match (&plan.expected, &digest) {
        (Some((_, hash)), Some(digest)) => digest.hash == *hash,
        (Some(_), None) => false,
        // An image that is active already stays so without a hash.
        (None, _) => true,
    };
    let held = glance.with_locked(&plan.image, &plan.task, |image, _| {
        if !right {
            // The location stays: this store cannot delete.
            image.requeue();
            image.os_hash_algo = None;
            return;
        }
        if let Some(digest) = &digest {
            image.set_digest(digest);
        }
        image.status = Status::Active;
    });
    (held && right).then_some(())
}

/// Without a hash to wait for, the image is of use at once.
fn place(image: &mut Image, plan: &Plan, algorithm: Algorithm, size: u64) -> bool {
    if image.locations.iter().any(|l| matches!(&l.place, Place::Url(url) if *url == plan.uri)) {
        return false;
    }
    image.add_location(Location { store: STORE, place: Place::Url(plan.uri.clone()) });
    image.size = image.size.or(Some(size));
    if image.disk_format.is_none() || image.container_format.is_none() {
        return false;
    }
    image.status = if plan.expected.is_some() { Status::Importing } else { Status::Active };
    image.os_hash_algo = Some(algorithm);
    true
}

/// What a `HEAD` says; a server that does not tell is of no use.
async fn size_of(glance: &Glance, uri: &str) -> Option<u64> {
    let answer = glance.web.head(uri).send().await.ok()?;
    let length = answer.status().is_success().then(|| answer.headers().get("content-length"))??;
    length.to_str().ok()?.parse().ok().filter(|size| *size > 0)
}

async fn hash(glance: &Glance, uri: &str, algorithm: Algorithm, size: u64) -> Option<Digest> {
    let answer = glance.web.get(uri).send().await.ok()?;
    let answer = answer.status().is_success().then_some(answer)?;
    let (_, digest) = ingest_with(algorithm, answer.bytes_stream(), None, Some(size)).await.ok()?;
    Some(digest)
}
