//! What the services have carried out: a record for those who count what came of a call, whatever its caller was told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::{Method, Response};

use crate::http::Call;

/// How many effects are kept; the oldest go first.
const KEPT: usize = 1 << 16;

/// What an [`Effect`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EffectKind {
    /// Something was made or begun: an image, a membership, a task, a job, a token, an object.
    Created,
    /// Something that was there has changed.
    Changed,
    /// Something is gone.
    Deleted,
    /// The bytes of an image, or of a part of an object, have arrived.
    DataWritten,
}

/// Something that a service carried out, once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// The service: `keystone`, `glance`, `ims`, `obs`, `vmp` or `metadata`.
    pub service: &'static str,
    /// What was done.
    pub kind: EffectKind,
    /// The method of the call that did it.
    pub method: String,
    /// The path of that call, without its escapes: what it was done to, or below what it was made. That of an object
    /// that comes in parts ends in `?uploads` (begun), `?partNumber` (a part of it), or `?uploadId` (made, or given up).
    pub path: String,
}

/// The effects of one sandbox, the oldest first. At most 65,536 are kept.
#[derive(Debug, Clone, Default)]
pub struct Effects(Arc<Mutex<VecDeque<Effect>>>);

impl Effects {
    /// All that are kept.
    #[must_use]
    pub fn all(&self) -> Vec<Effect> {
        self.list().iter().cloned().collect()
    }

    /// Forgets them, and gives what was kept.
    pub fn take(&self) -> Vec<Effect> {
        self.list().drain(..).collect()
    }

    fn list(&self) -> MutexGuard<'_, VecDeque<Effect>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `call` will have done if it succeeds; `None` for a call that only looks.
    pub(crate) fn of(&self, service: &'static str, call: &Call) -> Option<Pending> {
        let kind = kind(&call.method, &call.path)?;
        Some(Pending { effect: Effect { service, kind, method: call.method.to_string(), path: call.path.clone() } })
    }

    /// The same of a call to the object store.
    pub(crate) fn of_object(&self, call: &Call) -> Option<Pending> {
        let (kind, part) = crate::obs::kind_of(call)?;
        let path = if part.is_empty() { call.path.clone() } else { format!("{}?{part}", call.path) };
        Some(Pending { effect: Effect { service: "obs", kind, method: call.method.to_string(), path } })
    }

    /// Keeps `pending` if the service has carried it out.
    pub(crate) fn note(&self, pending: Option<Pending>, answer: &Response<Body>) {
        let Some(Pending { effect }) = pending.filter(|_| carried_out(answer)) else { return };
        let mut list = self.list();
        if list.len() == KEPT {
            list.pop_front();
        }
        list.push_back(effect);
    }
}

/// Beside an answer of success: its body says that nothing was done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NothingDone;

/// An effect of a call that is still under way.
#[derive(Debug)]
pub(crate) struct Pending {
    effect: Effect,
}

fn carried_out(answer: &Response<Body>) -> bool {
    answer.status().is_success() && answer.extensions().get::<NothingDone>().is_none()
}

fn kind(method: &Method, path: &str) -> Option<EffectKind> {
    match method.as_str() {
        // A search whose conditions are a body.
        "POST" if path.ends_with("/resource_instances/action") => None,
        "POST" => Some(EffectKind::Created),
        "PUT" if path.ends_with("/file") || path.ends_with("/stage") => Some(EffectKind::DataWritten),
        "PUT" | "PATCH" => Some(EffectKind::Changed),
        "DELETE" => Some(EffectKind::Deleted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_has_no_effect() {
        let of = |method: &str, path: &str| kind(&method.parse().unwrap(), path);
        assert_eq!(of("GET", "/v2/images"), None);
        assert_eq!(of("HEAD", "/v3/auth/tokens"), None);
        assert_eq!(of("POST", "/v2/p/images/resource_instances/action"), None);
        assert_eq!(of("POST", "/v2/images"), Some(EffectKind::Created));
        assert_eq!(of("PUT", "/v2/images/i/file"), Some(EffectKind::DataWritten));
        assert_eq!(of("PUT", "/v2/images/i/tags/t"), Some(EffectKind::Changed));
        assert_eq!(of("PATCH", "/v2/images/i"), Some(EffectKind::Changed));
        assert_eq!(of("DELETE", "/v2/images/i"), Some(EffectKind::Deleted));
    }
}
