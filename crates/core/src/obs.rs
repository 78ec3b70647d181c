//! The codes of the object storage (OBS) that its HTTP status does not tell apart.

use crate::error::ErrorKind;

/// Refusals with 403 that blame the keys, the signature or the clock, not the rights of who calls.
const UNKNOWN_CALLER: &[&str] =
    &["ExpiredToken", "InvalidAccessKeyId", "InvalidSecurity", "InvalidToken", "RequestTimeTooSkewed", "SignatureDoesNotMatch"];

/// What a caller can do about a code.
pub(crate) fn kind(code: &str) -> Option<ErrorKind> {
    UNKNOWN_CALLER.contains(&code).then_some(ErrorKind::AuthFailed)
}
