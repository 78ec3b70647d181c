//! From a catalog's URL to the root below which a service's version lies.

use cloudimg_core::{Error, ErrorKind, OperationFacts, Result, Session};
use serde::Deserialize;
use url::Url;

static DISCOVER: OperationFacts = OperationFacts {
    id: "discover_versions",
    method: "GET",
    path: "/",
    success: &[200, 300],
    idempotent: true,
    ..OperationFacts::PLAIN
};

/// A version document; both spellings of its list are in use.
#[derive(Deserialize)]
struct Document {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    id: String,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    rel: String,
    href: String,
}

/// The base URL for a client whose paths begin with `/v2`.
///
/// A URL that ends in `/v2` is taken as it is. Else the service is asked, first without a token (most answer anybody), then with one. A
/// service that gives no version document is taken to keep `/v2` right below its URL.
pub(crate) async fn image_base(url: &str, anonymous: &Session, signed_in: &Session) -> Result<String> {
    let endpoint =
        Url::parse(url).map_err(|e| Error::new(ErrorKind::Configuration, format!("the image endpoint `{url}` is no URL: {e}")))?;
    if let Some(base) = without_version(&endpoint) {
        return Ok(base);
    }
    let root = root_of(&endpoint);
    for session in [anonymous, signed_in] {
        match session.fetch(root.as_str(), &DISCOVER).await {
            Ok(body) => return Ok(from_document(&root, &body)?.unwrap_or_else(|| trimmed(&root))),
            Err(error) if error.kind() == ErrorKind::AuthFailed => {}
            Err(error) if error.status().is_some() && !error.is_retryable() => break,
            Err(error) => return Err(error),
        }
    }
    tracing::debug!(%root, "no version document; taking /v2 below the endpoint");
    Ok(trimmed(&root))
}

/// What `from_document` makes of a document: the base, or `None` where the body is no version document.
fn from_document(root: &Url, body: &[u8]) -> Result<Option<String>> {
    let Ok(document) = serde_json::from_slice::<Document>(body) else { return Ok(None) };
    let minor = |id: &str| {
        let number = id.strip_prefix("v2")?;
        if number.is_empty() { Some(0) } else { number.strip_prefix('.')?.parse::<u32>().ok() }
    };
    let best = document.versions.iter().filter_map(|version| Some((minor(&version.id)?, version))).max_by_key(|(minor, _)| *minor);
    let Some((_, version)) = best else {
        let offered: Vec<_> = document.versions.iter().map(|v| v.id.as_str()).collect();
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("the image service at {root} offers no version 2, only: {}", offered.join(", ")),
        ));
    };
    let link = version.links.iter().find(|link| link.rel == "self").and_then(|link| root.join(&link.href).ok());
    // Only the path of a link counts: services behind a proxy name hosts that nobody reaches.
    Ok(link.map(|link| {
        let mut base = root.clone();
        let prefix = root.path().trim_end_matches('/');
        let is_below = link.path().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let path = if is_below { link.path().to_owned() } else { format!("{prefix}{}", link.path()) };
        base.set_path(&path);
        without_version(&base).unwrap_or_else(|| trimmed(root))
    }))
}

/// `url` without its last segment if that is a version 2.
fn without_version(url: &Url) -> Option<String> {
    let path = url.path().trim_end_matches('/');
    let (parent, last) = path.rsplit_once('/')?;
    let is_v2 = last == "v2" || last.strip_prefix("v2.").is_some_and(|minor| minor.bytes().all(|b| b.is_ascii_digit()));
    is_v2.then(|| {
        let mut base = url.clone();
        base.set_path(parent);
        trimmed(&base)
    })
}

/// The place to ask for versions: the URL itself, or its parent where it names another version.
fn root_of(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_query(None);
    root.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let parent = path.rsplit_once('/').filter(|(_, last)| matches!(*last, "v1" | "v1.0" | "v1.1"));
    root.set_path(&format!("{}/", parent.map_or(path, |(parent, _)| parent)));
    root
}

fn trimmed(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Url {
        Url::parse(url).unwrap()
    }

    #[test]
    fn a_versioned_endpoint_needs_no_discovery() {
        for (url, base) in [
            ("http://h/v2", "http://h"),
            ("http://h/v2/", "http://h"),
            ("http://h:9292/image/v2", "http://h:9292/image"),
            ("http://h/v2.0", "http://h"),
        ] {
            assert_eq!(without_version(&parse(url)).as_deref(), Some(base), "{url}");
        }
        for url in ["http://h", "http://h/", "http://h/image", "http://h/v1", "http://h/v2/abc", "http://h/v20"] {
            assert_eq!(without_version(&parse(url)), None, "{url}");
        }
    }

    #[test]
    fn only_the_path_of_the_newest_link_counts() {
        let base = |root: &str, href: &str| {
            let body = format!(
                r#"{{"versions": [{{"id": "v1.1", "links": [{{"rel": "self", "href": "http://x/v1/"}}]}},
                    {{"id": "v2.9", "links": [{{"rel": "self", "href": "{href}"}}]}}, {{"id": "v2.0", "links": []}}]}}"#
            );
            from_document(&root_of(&parse(root)), body.as_bytes()).unwrap().unwrap()
        };
        assert_eq!(base("http://h:9292", "http://inside:1/v2/"), "http://h:9292");
        assert_eq!(base("http://h/image", "http://inside/image/v2/"), "http://h/image");
        assert_eq!(base("http://h/image", "http://inside/v2/"), "http://h/image");
        assert_eq!(base("http://h/image/v1", "v2/"), "http://h/image");
        assert_eq!(base("http://h/image", "http://inside/images/v2/"), "http://h/image/images");
    }

    #[test]
    fn a_service_without_version_2_is_an_error_and_html_is_no_document() {
        let root = parse("http://h/");
        let error = from_document(&root, br#"{"versions": [{"id": "v1.0"}]}"#).unwrap_err();
        assert!(error.to_string().ends_with("only: v1.0"), "{error}");
        assert_eq!(from_document(&root, b"<html>").unwrap(), None);
    }
}
