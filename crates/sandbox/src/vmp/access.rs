//! Who calls: the one account, by a signature that was not used before.

use axum::body::Body;
use axum::http::StatusCode;

use super::Vmp;
use super::error::{Result, error};
use super::signature::{self, Signed};
use crate::http::Call;

/// Checks the signature of a call. Its body has been read then, and is put back.
pub(super) async fn check(vmp: &Vmp, call: &mut Call) -> Result<()> {
    let too_large = || error(StatusCode::PAYLOAD_TOO_LARGE, "InvalidBody", "The body is too large, or breaks off.");
    let body = call.read_body().await.ok_or_else(too_large)?;
    let proof = signature::verify(&Signed::of(call, &body), vmp.access_key(), vmp.told_time())?;
    if !vmp.state().used.first_use(proof, vmp.clock.now()) {
        let why = "A request with the same time and signature came within 5 minutes.";
        return Err(error(StatusCode::FORBIDDEN, "RequestRepeated", why));
    }
    call.body = Body::from(body);
    Ok(())
}
