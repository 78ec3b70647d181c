//! Jobs at work. Each takes three steps of the clock: INIT, RUNNING, RUNNING with more done.

use std::sync::Arc;

use jiff::Timestamp;

use super::Ims;
use super::attributes::BACKUP;
use super::control::Doom;
use super::jobs::{Job, Status};
use super::rules::Object;
use super::work::{Deed, Source};
use crate::clock::later;
use crate::glance::Glance;
use crate::glance::ingest::ingest;
use crate::glance::model::{Digest, Location, Place, Status as ImageStatus};
use crate::glance::stores;
use crate::obs::Content;

type Outcome = std::result::Result<(), Doom>;

fn doom(code: &str, reason: impl Into<String>) -> Doom {
    Doom { code: code.to_owned(), reason: reason.into() }
}

/// Why a file cannot become an image.
fn no_file(file: &Object) -> Doom {
    doom("IMG.0057", format!("The file {}:{} does not exist or is empty.", file.bucket, file.name))
}

/// Who carries a job out.
pub(super) struct Worker {
    pub(super) ims: Arc<Ims>,
    pub(super) glance: Arc<Glance>,
    pub(super) project: String,
    /// When it was told to.
    pub(super) begun: Timestamp,
    /// How the job is to fail, if it is.
    pub(super) doom: Option<Doom>,
}

impl Worker {
    pub(super) async fn run(self, whole: Option<String>, deeds: Vec<(String, Deed)>) {
        self.await_step(1).await;
        let mut images = Vec::new();
        for (job, deed) in &deeds {
            let image = self.begin(deed);
            self.change(job, |job| {
                job.status = Status::Running;
                job.done = 0.2;
                job.image_id.clone_from(&image);
            });
            images.push(image);
        }
        self.change_whole(whole.as_deref(), 0.2);
        self.await_step(2).await;
        for (job, _) in &deeds {
            self.change(job, |job| job.done = 0.6);
        }
        self.change_whole(whole.as_deref(), 0.6);
        self.await_step(3).await;
        let mut failure = None;
        for ((job, deed), image) in deeds.iter().zip(&images) {
            let outcome = match &self.doom {
                Some(doom) => Err(doom.clone()),
                None => self.carry_out(job, deed, image.as_deref()).await,
            };
            if outcome.is_err() {
                self.undo(deed, image.as_deref());
            }
            failure = failure.or(outcome.clone().err());
            self.end(job, outcome);
        }
        if let Some(whole) = whole {
            self.end(&whole, failure.map_or(Ok(()), Err));
        }
    }

    /// Steps are counted from the beginning, so that none is missed by who moves the clock.
    async fn await_step(&self, number: u32) {
        let step = self.glance.settings.task_step * number;
        self.glance.clock.sleep_until(later(self.begun, step)).await;
    }

    fn change(&self, job: &str, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.ims.state().jobs.get_mut(job) {
            change(job);
        }
    }

    fn change_whole(&self, whole: Option<&str>, done: f64) {
        if let Some(whole) = whole {
            self.change(whole, |job| {
                job.status = Status::Running;
                job.done = done;
            });
        }
    }

    /// The image that a job is about, made if need be.
    fn begin(&self, deed: &Deed) -> Option<String> {
        let mut state = self.glance.state();
        match deed {
            Deed::Make { draft, .. } => {
                let at = state.stamp(&self.glance.clock);
                let image = draft.as_ref().clone().image(super::new_id(), &self.project, at);
                let id = image.id.clone();
                state.images.insert(id.clone(), image);
                Some(id)
            }
            Deed::Fill { image, .. } => {
                if let Some(image) = state.image_mut(image).filter(|image| image.status == ImageStatus::Queued) {
                    image.status = ImageStatus::Saving;
                }
                Some(image.clone())
            }
            Deed::Export { image, .. } => Some(image.clone()),
            Deed::Send { image, .. } => Some(image.id.clone()),
            Deed::Members(_) => None,
        }
    }

    async fn carry_out(&self, job: &str, deed: &Deed, id: Option<&str>) -> Outcome {
        match (deed, id) {
            (Deed::Make { source, draft }, Some(id)) => {
                self.fill(id, source).await?;
                let backup = draft.attributes.iter().find(|(key, _)| key == BACKUP);
                self.ims.state().backups.extend(backup.map(|(_, id)| id.clone()));
                Ok(())
            }
            (Deed::Fill { source, .. }, Some(id)) => self.fill(id, source).await,
            (Deed::Export { image, to }, _) => self.export(image, to),
            (Deed::Send { region, image }, _) => {
                let mut image = image.as_ref().clone();
                image.status = ImageStatus::Active;
                self.ims.state().elsewhere.entry(region.clone()).or_default().push(image);
                Ok(())
            }
            (Deed::Members(change), _) => {
                let (results, failure) = change.apply(&self.glance);
                self.change(job, |job| job.results = Some(results));
                failure.map_or(Ok(()), Err)
            }
            _ => Err(doom("IMG.0001", "The job has no image.")),
        }
    }

    /// Brings an image its data.
    async fn fill(&self, id: &str, source: &Source) -> Outcome {
        let content = match source {
            Source::Image(from) => return self.copy(from, id),
            Source::Disk(name) => Content::from(format!("{name}\n").repeat(512).into_bytes()),
            Source::File(file, formats) => {
                let content = self.ims.obs.get(&file.bucket, &file.name);
                let content = content.filter(|content| content.size() > 0).ok_or_else(|| no_file(file))?;
                if !formats.contains(&file.format().as_str()) {
                    let reason = format!("The format of the file {}:{} is not supported.", file.bucket, file.name);
                    return Err(doom("IMG.0072", reason));
                }
                content
            }
        };
        let path = self.glance.new_path(stores::DEFAULT, id);
        let stored = ingest(content.stream(), Some(path), None).await.ok();
        let (file, digest) = stored.and_then(|(file, digest)| Some((file?, digest))).ok_or_else(|| no_room(id))?;
        self.settle(id, Location { store: stores::DEFAULT, place: Place::File(file) }, &digest)
    }

    fn settle(&self, id: &str, location: Location, digest: &Digest) -> Outcome {
        let mut state = self.glance.state();
        let at = state.stamp(&self.glance.clock);
        let image = state.image_mut(id).ok_or_else(|| gone(id))?;
        image.set_digest(digest);
        image.locations.push(location);
        image.status = ImageStatus::Active;
        image.updated_at = at;
        Ok(())
    }

    /// Data never changes, so a copy shares it.
    fn copy(&self, from: &str, to: &str) -> Outcome {
        let mut state = self.glance.state();
        let at = state.stamp(&self.glance.clock);
        let from = state.image_mut(from).cloned().ok_or_else(|| gone(from))?;
        let image = state.image_mut(to).ok_or_else(|| gone(to))?;
        image.size = from.size;
        image.checksum = from.checksum;
        image.os_hash_algo = from.os_hash_algo;
        image.os_hash_value = from.os_hash_value;
        image.locations = from.locations;
        image.status = ImageStatus::Active;
        image.updated_at = at;
        Ok(())
    }

    fn export(&self, id: &str, to: &Object) -> Outcome {
        let image = self.glance.state().image_mut(id).cloned().ok_or_else(|| gone(id))?;
        let Some(Location { place: Place::File(file), .. }) = image.locations.first() else { return Err(gone(id)) };
        // Data never changes, so the object shares it.
        let content = Content::file(Arc::clone(file), image.size.unwrap_or_default());
        self.ims.obs.put(&to.bucket, &to.name, content, image.checksum.unwrap_or_default(), self.glance.clock.now());
        Ok(())
    }

    /// Takes back what a failed job has begun.
    fn undo(&self, deed: &Deed, image: Option<&str>) {
        let mut state = self.glance.state();
        let at = state.stamp(&self.glance.clock);
        match (deed, image) {
            (Deed::Make { .. }, Some(id)) => state.forget(id, at),
            (Deed::Fill { .. }, Some(id)) => {
                if let Some(image) = state.image_mut(id).filter(|image| image.status == ImageStatus::Saving) {
                    image.requeue();
                }
            }
            _ => {}
        }
    }

    /// Ends a job; one that has failed to make an image names none.
    fn end(&self, job: &str, outcome: Outcome) {
        let now = self.glance.clock.now();
        self.change(job, |job| {
            job.end = Some(now);
            job.status = if outcome.is_ok() { Status::Success } else { Status::Fail };
            job.done = if outcome.is_ok() { 1.0 } else { job.done };
            job.failure = outcome.err();
            if job.failure.is_some() && job.makes {
                job.image_id = None;
            }
        });
    }
}

fn gone(id: &str) -> Doom {
    doom("IMG.0027", format!("The image {id} cannot be found."))
}

fn no_room(id: &str) -> Doom {
    doom("IMG.0032", format!("The data of the image {id} cannot be stored."))
}
