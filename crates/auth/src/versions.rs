//! From the URL of an identity service to the root of its version 3.

use cloudimg_core::{ErrorKind, OperationFacts, Result, Session, endpoint};
use url::Url;

use crate::discovery::{LONGEST, limited};
use crate::document;

static DISCOVER: OperationFacts = OperationFacts {
    id: "discover_identity_versions",
    method: "GET",
    path: "/",
    success: &[200, 300],
    idempotent: true,
    ..OperationFacts::PLAIN
};

/// The settings' URL of the identity service, parsed.
pub(crate) fn parse(auth_url: &str) -> Result<Url> {
    let mut url = endpoint::parse("`auth_url`, the URL of the identity service,", auth_url)?;
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The URL above `/v3`, with which the paths of the client begin: `url`, unless that ends in `/v3` itself.
pub(crate) fn root(url: &Url) -> String {
    let text = url.as_str().trim_end_matches('/');
    text.strip_suffix("/v3").unwrap_or(text).trim_end_matches('/').to_owned()
}

/// What the service says of itself.
pub(crate) struct Found {
    pub(crate) root: String,
    /// Whether it holds from now on: a service that was away for a moment may tell more later.
    pub(crate) for_good: bool,
}

/// Asks the service where its version 3 is. One that tells nothing of use is taken to have it where [`root`] says.
///
/// # Errors
/// `Configuration` if it offers other versions only, and `Connect` or `Tls` if it cannot be reached.
pub(crate) async fn discover(url: &Url, anonymous: &Session) -> Result<Found> {
    match limited(anonymous).fetch_at_most(LONGEST, url.as_str(), &DISCOVER).await {
        Ok(body) => Ok(Found { root: from_document(url, &body)?.unwrap_or_else(|| root(url)), for_good: true }),
        Err(error) if matches!(error.kind(), ErrorKind::Connect | ErrorKind::Tls) => Err(error),
        Err(error) => {
            tracing::debug!(%error, "the identity service tells no versions; taking version 3");
            Ok(Found { root: root(url), for_good: !error.is_retryable() })
        }
    }
}

/// The root that a version document leads to; `None` where the body is none, or gives no link.
pub(crate) fn from_document(url: &Url, body: &[u8]) -> Result<Option<String>> {
    let what = format!("the identity service at `auth_url`, {url},");
    let newest = document::newest(body, 3, &what)?;
    let link = newest.and_then(|newest| url.join(&newest.link?).ok());
    // Only the path of a link counts: services behind a proxy name hosts that nobody reaches, and a password goes to no stranger.
    Ok(link.map(|link| {
        let mut base = url.clone();
        base.set_path(link.path());
        root(&base)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_3_is_below_the_url_unless_that_ends_in_it() {
        for (url, expected) in [
            ("http://h", "http://h"),
            ("http://h/", "http://h"),
            ("http://h/v3", "http://h"),
            ("http://h/v3/", "http://h"),
            ("http://h//v3", "http://h"),
            ("http://h/identity", "http://h/identity"),
            ("http://h/identity/v3/?x=y", "http://h/identity"),
            ("http://h/v2.0", "http://h/v2.0"),
        ] {
            assert_eq!(root(&parse(url).unwrap()), expected, "{url}");
        }
        let error = parse("cloud.example:5000/v3 ").and_then(|url| parse(&root(&url))).and_then(|_| parse("no url")).unwrap_err();
        assert!(error.kind() == ErrorKind::Configuration && error.to_string().contains("auth_url"), "{error}");
    }

    #[test]
    fn all_shapes_of_a_document_are_read_and_only_the_path_of_a_link_counts() {
        let url = parse("http://h:5000/identity").unwrap();
        let read = |body: &str| from_document(&url, body.as_bytes()).unwrap();
        let v3 =
            r#"{"id": "v3.14", "links": [{"rel": "other", "href": "/x"}, {"rel": "self", "href": "https://inside:1/id/v3/"}]}"#;
        let old = r#"{"id": "v3.2", "links": [{"rel": "self", "href": "http://h/old/v3/"}]}, {"id": "v2.0", "links": []}"#;
        for body in [
            format!(r#"{{"versions": {{"values": [{old}, {v3}]}}}}"#),
            format!(r#"{{"versions": [{v3}, {old}]}}"#),
            format!(r#"{{"version": {v3}}}"#),
        ] {
            assert_eq!(read(&body).as_deref(), Some("http://h:5000/id"), "{body}");
        }
        assert_eq!(
            read(r#"{"version": {"id": "v3", "links": [{"rel": "self", "href": "v3/"}]}}"#).as_deref(),
            Some("http://h:5000")
        );
        for body in ["<html>", "[]", "{}", r#"{"versions": []}"#, r#"{"version": {"id": "v3.0"}}"#] {
            assert_eq!(read(body), None, "{body}");
        }
        let only_old = from_document(&url, br#"{"versions": {"values": [{"id": "v2.0"}]}}"#).err().unwrap();
        assert!(only_old.to_string().ends_with("only: v2.0"), "{only_old}");
    }
}
