//! The codes of the Image Management Service (`IMG.*`), of which its HTTP status says nothing: it is 400 for nearly all.
//!
//! Source: the table of error codes in the reference of Open Telekom Cloud, and what clients make of them.

use crate::error::ErrorKind;

use ErrorKind as K;

/// Code, kind and meaning. Codes that a caller can do nothing about are left to the service's own message.
#[rustfmt::skip]
const CODES: &[(&str, ErrorKind, &str)] = &[
    ("IMG.0001", K::InvalidRequest, "the request's body or a parameter is malformed"),
    ("IMG.0002", K::InvalidRequest, "the name is too long"),
    ("IMG.0003", K::InvalidRequest, "the name has characters that names may not have"),
    ("IMG.0004", K::InvalidRequest, "the description is too long"),
    ("IMG.0005", K::NotFound, "there is no such server"),
    ("IMG.0007", K::InvalidRequest, "the request's body is empty"),
    ("IMG.0008", K::Conflict, "the server must be stopped first"),
    ("IMG.0009", K::Conflict, "the name is taken"),
    ("IMG.0010", K::Conflict, "the server is busy"),
    ("IMG.0015", K::QuotaExceeded, "the project may have no more images"),
    ("IMG.0020", K::NotFound, "there is no such backup"),
    ("IMG.0024", K::InvalidRequest, "there is no such type of image"),
    ("IMG.0027", K::NotFound, "there is no such image"),
    ("IMG.0028", K::Forbidden, "the image is protected"),
    ("IMG.0029", K::Conflict, "the backup has an image already"),
    ("IMG.0030", K::Forbidden, "the project is not the one that the caller signed in to"),
    ("IMG.0035", K::Conflict, "the change does not fit: the image lacks the attribute to replace, or has the one to add"),
    ("IMG.0046", K::Conflict, "the image is not in a state to be used"),
    ("IMG.0047", K::Forbidden, "only the image's owner may do this"),
    ("IMG.0055", K::InvalidRequest, "the size of memory or disk is out of bounds"),
    ("IMG.0056", K::InvalidRequest, "the operating system is missing or unknown"),
    ("IMG.0057", K::InvalidRequest, "the file is missing, empty or of another format"),
    ("IMG.0058", K::InvalidRequest, "the bucket is in another region"),
    ("IMG.0059", K::InvalidRequest, "the file is too big"),
    ("IMG.0060", K::Throttled, "too many tasks are at work; wait"),
    ("IMG.0069", K::Forbidden, "the bucket cannot be reached with these rights"),
    ("IMG.0070", K::Conflict, "the file to export to exists already"),
    ("IMG.0072", K::InvalidRequest, "this format is not supported"),
    ("IMG.0076", K::InvalidRequest, "an image cannot be shared with its owner"),
    ("IMG.0077", K::Forbidden, "this image may not be exported"),
    ("IMG.0087", K::AuthFailed, "the token is not valid"),
    ("IMG.0088", K::QuotaExceeded, "the image is shared with as many as it can be"),
    ("IMG.0090", K::Conflict, "the image is still being made"),
    ("IMG.0092", K::Forbidden, "only the image's owner may delete it"),
    ("IMG.0094", K::Forbidden, "public images cannot be changed"),
    ("IMG.0095", K::NotFound, "there is no such key"),
    ("IMG.0098", K::Forbidden, "encrypted images cannot be shared"),
    ("IMG.0106", K::Forbidden, "the image belongs to somebody else"),
    ("IMG.0108", K::NotFound, "there is no such project in the region"),
    ("IMG.0112", K::InvalidRequest, "the member could not be added"),
    ("IMG.0113", K::InvalidRequest, "the member could not be removed"),
    ("IMG.0114", K::InvalidRequest, "the member could not be read"),
    ("IMG.0115", K::InvalidRequest, "a tag is malformed"),
    ("IMG.0116", K::QuotaExceeded, "the image has as many tags as it can have"),
    ("IMG.0123", K::InvalidRequest, "the same file stands there twice"),
    ("IMG.0128", K::Forbidden, "whole images cannot be exported"),
    ("IMG.0130", K::Forbidden, "whole images can be neither exported nor copied like this"),
    ("IMG.0135", K::Forbidden, "this whole image cannot be shared"),
    ("IMG.0141", K::InvalidRequest, "there is no such way to boot"),
    ("IMG.0142", K::InvalidRequest, "the target region is the image's own"),
    ("IMG.0143", K::Forbidden, "encrypted images cannot be copied to another region"),
    ("IMG.0144", K::NotFound, "there is no such image"),
    ("IMG.0146", K::Forbidden, "the image is too big to be copied to another region"),
    ("IMG.0149", K::Throttled, "too many copies to other regions are at work; wait"),
    ("IMG.0151", K::Forbidden, "the agency lacks rights"),
    ("IMG.0155", K::Forbidden, "the enterprise project could not be checked"),
    ("IMG.0158", K::InvalidRequest, "files of this format cannot be imported the fast way"),
    ("IMG.0159", K::InvalidRequest, "a fast import needs the version of the operating system"),
    ("IMG.0160", K::Forbidden, "images over 128 GB can be exported the fast way only"),
    ("IMG.0167", K::Forbidden, "images for setup from an ISO file cannot do this"),
    ("IMG.0182", K::QuotaExceeded, "the vault is full"),
    ("IMG.0187", K::Throttled, "the key service is asked too often; wait"),
    ("IMG.0192", K::InvalidRequest, "there is no such flavor to filter by"),
    ("IMG.0194", K::Throttled, "too many imports are at work; wait"),
    ("IMG.0196", K::Forbidden, "the share has not been accepted"),
    ("IMG.0212", K::InvalidRequest, "there is no such kind of processor"),
];

/// What a code of the service means, in a few words; `None` for those that say no more than the service's own message.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static str> {
    find(code).map(|(_, _, meaning)| *meaning)
}

/// What a caller can do about a code.
pub(crate) fn kind(code: &str) -> Option<ErrorKind> {
    find(code).map(|(_, kind, _)| *kind)
}

fn find(code: &str) -> Option<&'static (&'static str, ErrorKind, &'static str)> {
    CODES.binary_search_by(|(known, ..)| (*known).cmp(code)).ok().and_then(|at| CODES.get(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_in_order_and_found() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(meaning("IMG.0060"), Some("too many tasks are at work; wait"));
        assert_eq!(kind("IMG.0144"), Some(ErrorKind::NotFound));
        assert_eq!((meaning("IMG.9999"), kind("APIG.0308")), (None, None));
    }
}
