use cloudimg_core::{Error, ErrorKind, Result};

use super::ticket::{Expected, Ticket};
use crate::glance::types::{Image, ImportMethodName};
use crate::transfer::{Algorithm, Verdict};

/// An import that brought data: to all stores that were meant, or to some of them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Imported {
    /// The image as it is then.
    pub image: Image,
    /// The stores of this import that have the data; of a service with one nameless store, none.
    pub stores: Vec<String>,
    /// The stores of this import that have not got them; other stores may have them.
    pub failed: Vec<String>,
    /// The id of the task that did it; `None` where there was nothing to do, and where the service does not show tasks.
    pub task: Option<String>,
    /// What is known of the bytes.
    pub verdict: Verdict,
}

impl Imported {
    /// Whether some of the stores that were meant have not got the data; [`failed`](Self::failed) names them.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.failed.is_empty()
    }
}

/// What the image's hash says, given the one that was expected.
pub(super) fn verdict(image: &Image, ticket: &Ticket) -> Result<Verdict> {
    let unverifiable = |reason: String| Ok(Verdict::Unverifiable(reason));
    if ticket.method == ImportMethodName::CopyImage {
        return unverifiable("the service tells one hash of an image, and none of its copies".to_owned());
    }
    let Some(Expected { algorithm, hash }) = &ticket.expected else {
        return unverifiable("no hash was given to compare with".to_owned());
    };
    let told = match image.os_hash_algo.as_deref().and_then(Algorithm::named) {
        Some(told) if told == *algorithm => image.os_hash_value.as_deref(),
        _ if *algorithm == Algorithm::Md5 => image.checksum.as_deref(),
        _ => None,
    };
    let Some(told) = told else {
        let of = image.os_hash_algo.as_deref().unwrap_or("no hash");
        return unverifiable(format!("a hash by {algorithm} was given, and the service tells {of}"));
    };
    if told.eq_ignore_ascii_case(hash) {
        return Ok(Verdict::Verified(*algorithm));
    }
    if let Some(change) = ticket.before.change(image) {
        return unverifiable(format!("the service has changed the data on their way: {change}"));
    }
    let what = format!(
        "the data that arrived in image {} are others than those that were meant: {algorithm} {told} instead of {hash}; delete the image",
        image.id
    );
    Err(Error::new(ErrorKind::Corrupt, what).with_operation("import_image"))
}
