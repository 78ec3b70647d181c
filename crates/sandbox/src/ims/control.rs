//! What tests arrange: jobs that fail, calls that are refused, buckets and their objects.

use std::sync::{MutexGuard, PoisonError};

use axum::http::StatusCode;

use super::Ims;
use super::error::{ImsError, gateway, img};
use crate::faults::covers;

/// A job that is to fail, and how.
#[derive(Debug, Clone)]
pub(super) struct Doom {
    pub(super) code: String,
    pub(super) reason: String,
}

/// A call that is to be refused, and how.
#[derive(Debug)]
pub(super) struct Refusal {
    method: String,
    path: String,
    status: StatusCode,
    code: String,
    message: String,
}

impl Ims {
    /// Lets the next job that starts fail with this code and reason, at the end of its steps.
    pub fn fail_next_job(&self, code: impl Into<String>, reason: impl Into<String>) {
        self.dooms().push_back(Doom { code: code.into(), reason: reason.into() });
    }

    /// Refuses the next call with that method and path, once it is known who calls. `*` as a part of the path is any one part. A
    /// code `IMG.…` comes as the service's own errors do, every other as one of the gateway: `APIG.0308` with 429.
    pub fn refuse_next(&self, method: &str, path: &str, status: u16, code: &str, message: &str) {
        let refusal = Refusal {
            method: method.to_owned(),
            path: path.to_owned(),
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            code: code.to_owned(),
            message: message.to_owned(),
        };
        self.refusals().push_back(refusal);
    }

    /// Puts an object into a bucket, which is made if it is not there.
    ///
    /// From the beginning the bucket `sandbox` has the objects `system.qcow2`, `system.vhd`, `system.zvhd2`, `data.raw`,
    /// `install.iso`, `appliance.ova`, and `empty.qcow2` without content; a bucket `elsewhere` is in another region. What else is asked for is not
    /// there: a bucket is refused with `IMG.0069`, an object lets the job fail with `IMG.0057`.
    pub fn put_object(&self, bucket: &str, object: &str, content: impl Into<Vec<u8>>) {
        self.obs.put_bytes(bucket, object, content.into(), jiff::Timestamp::now());
    }

    /// The content of an object, such as an export has made.
    #[must_use]
    pub fn object(&self, bucket: &str, object: &str) -> Option<Vec<u8>> {
        self.obs.get(bucket, object)?.bytes().ok()
    }

    /// The names of the objects of a bucket, in order.
    #[must_use]
    pub fn objects(&self, bucket: &str) -> Vec<String> {
        self.obs.objects(bucket)
    }

    /// The names of the objects that come into a bucket in parts and are not complete yet.
    #[must_use]
    pub fn unfinished_objects(&self, bucket: &str) -> Vec<String> {
        self.obs.unfinished(bucket)
    }

    /// The ids of the backups that whole images have been made with and that have not been deleted.
    #[must_use]
    pub fn backups(&self) -> Vec<String> {
        let mut backups: Vec<String> = self.state().backups.iter().cloned().collect();
        backups.sort();
        backups
    }

    fn dooms(&self) -> MutexGuard<'_, std::collections::VecDeque<Doom>> {
        self.dooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refusals(&self) -> MutexGuard<'_, std::collections::VecDeque<Refusal>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take_doom(&self) -> Option<Doom> {
        self.dooms().pop_front()
    }

    pub(super) fn take_refusal(&self, method: &str, path: &str) -> Option<ImsError> {
        let mut refusals = self.refusals();
        let at = refusals.iter().position(|r| r.method.eq_ignore_ascii_case(method) && covers(&r.path, path))?;
        let refusal = refusals.remove(at)?;
        let error = match refusal.code.starts_with("IMG.") {
            true => img(&refusal.code, refusal.message),
            false => gateway(refusal.status, &refusal.code, refusal.message),
        };
        Some(error.with_status(refusal.status))
    }
}
