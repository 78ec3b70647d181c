//! Calls that are refused because somebody said so.

use axum::http::StatusCode;

use super::Vmp;
use super::error::{Result, VmpError, error};
use crate::faults::covers;

/// A call that is to be refused, and how.
#[derive(Debug)]
pub(super) struct Refusal {
    method: String,
    path: Option<String>,
    error: VmpError,
}

impl Refusal {
    pub(super) fn of_call(method: &str, path: &str, status: u16, code: &str, message: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { method: method.to_owned(), path: Some(path.to_owned()), error: error(status, code, message) }
    }

    pub(super) fn of_any(error: VmpError) -> Self {
        Self { method: "*".to_owned(), path: None, error }
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|wanted| covers(wanted, path))
    }
}

impl Vmp {
    pub(super) fn check_refusals(&self, method: &str, path: &str) -> Result<()> {
        let refusals = &mut self.state().refusals;
        let at = refusals.iter().position(|refusal| refusal.fits(method, path));
        at.and_then(|at| refusals.remove(at)).map_or(Ok(()), |refusal| Err(refusal.error))
    }
}
