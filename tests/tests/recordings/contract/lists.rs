//! What we decide against, and why.

use super::Contract;
use crate::recording::{Recording, Request};

/// Recordings that no operation covers.
const OUTSIDE: &[(&str, &str)] = &[
    ("versions-v2-no-slash", "no route: `/v2` alone is nothing, and the check of tokens comes first"),
    ("versions-v2-slash", "no route: `/v2/` is nothing"),
    ("healthcheck", "a page for load balancers, not a part of the API"),
    ("unknown-path-v3", "no route: there is no v3, and the list of versions answers"),
    ("schema-absent", "no route: each schema has a path of its own"),
    ("head-image", "HEAD is not served"),
    ("method-not-allowed", "PUT is not served on an image"),
    ("trailing-slash", "no route: a list has no slash at its end"),
    ("head-file", "HEAD is not served"),
    ("keystone-v3-slash", "the version document once more, at a second address"),
    ("metadef-beyond-put-on-list", "PUT is not served on a list"),
    ("metadef-beyond-association-get", "what a namespace goes with is listed as a whole, never shown by itself"),
];

/// Paths of Glance that are there and not in the spec: not of the API, or older routes of the cache.
const ELSEWHERE: [&str; 3] = ["/healthcheck", "/v2/cached_images", "/v2/queued_images"];

/// Requests that the specs do not describe, and that servers take all the same: the beginning of the operation's id, words of
/// the difference (`…` stands for any), and why no client should send such a thing.
const TAKEN_ALL_THE_SAME: &[(&str, &str, &str)] = &[
    (
        "update_image",
        "a request body of `application/openstack-images-v2.0-json-patch`",
        "an older kind of patch, which can do less",
    ),
    ("download_image_data", "the header Content-Range", "an older way to ask for a part, from before `Range` was understood"),
    ("clear_cache", "the parameter X-Image-Cache-Clear-Target at /: \"\"", "an empty value means what no value means"),
    ("list_images", "the parameter …is not of type \"integer\"", "what is no number matches nothing"),
    ("list_images", "a request body is not described", "the body is ignored"),
    ("list_metadef_", "the parameter sort_key at /: ", "a key that does not exist is ignored"),
    ("list_metadef_namespaces", "the parameter visibility at /: \"\"", "a visibility that nothing has: the list is empty"),
    (
        "update_metadef_namespace",
        "('tags' was unexpected)",
        "what is in a namespace is not changed with it, and the member is ignored",
    ),
    ("update_metadef_object", "is not of type \"boolean\"", "words that mean yes or no are taken, and come back as booleans"),
    (
        "create_metadef_tags",
        "is longer than 80 characters",
        "nothing checks the lengths of several tags, and some databases have room for more",
    ),
    ("", "the request body at …/default: ", "numbers become texts, as which they come back"),
    ("", "a request body of `text/plain`", "JSON is read whatever the media type says"),
];

/// Statuses that say of a path or method that it is not there; without a token, nobody is told.
const NOT_THERE: [u16; 4] = [300, 401, 404, 405];

/// Whether an exchange that no operation covers is one that none should: a recording of ours by its name, others also by what
/// was answered.
pub(crate) fn outside(recording: &Recording, is_ours: bool) -> Result<(), String> {
    let is_listed = OUTSIDE.iter().any(|(name, _)| *name == recording.name);
    let Request { method, path, .. } = &recording.request;
    let says_so = matches!(method.as_str(), "HEAD" | "OPTIONS") || NOT_THERE.contains(&recording.response.status);
    // Of Identity, the spec has what signing in needs.
    let elsewhere = recording.service == "keystone" || ELSEWHERE.iter().any(|beginning| path.starts_with(beginning));
    if is_listed || !is_ours && (says_so || elsewhere) {
        return Ok(());
    }
    Err(format!("no operation is {method} {path}"))
}

/// Why a difference in a request is none of the spec's.
pub(crate) fn taken_all_the_same(difference: &str) -> Option<&'static str> {
    let mut all = TAKEN_ALL_THE_SAME.iter();
    all.find(|(id, words, _)| difference.starts_with(id) && words.split('…').all(|part| difference.contains(part)))
        .map(|(.., why)| *why)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn each_request_that_is_taken_all_the_same_is_one_that_deviates() {
        let contract = Contract::new();
        let mut recordings = crate::recording::own();
        let mut number = recordings.iter().find(|recording| recording["name"] == "metadef-property-create").unwrap().clone();
        number["request"]["body"]["default"] = 1.5.into();
        recordings.push(number);
        let checked = recordings.iter().map(|recording| contract.check(&Recording::read(recording).unwrap()));
        let reasons: Vec<_> = checked.filter_map(|outcome| taken_all_the_same(&outcome.err()?)).collect();
        let unused = TAKEN_ALL_THE_SAME.iter().map(|(.., why)| *why).filter(|why| !reasons.contains(why));
        assert_eq!(unused.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn few_recordings_are_outside_and_those_are() {
        let contract = Contract::new();
        let recordings = crate::recording::own();
        let recordings = recordings.iter().map(|recording| Recording::read(recording).unwrap());
        let outside = recordings.filter(|recording| contract.check(recording) == Ok(Verdict::Outside));
        let names: Vec<String> = outside.map(|recording| recording.name).collect();
        assert_eq!(names, OUTSIDE.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        assert!(names.len() <= 12, "{}", names.len());
    }
}
