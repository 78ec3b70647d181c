//! Lists of versions, as services give them.

use cloudimg_core::{Error, ErrorKind, Result, endpoint};
use serde_json::Value;
use url::Url;

use crate::discovery::{trimmed, without_version};

/// The highest version `major` in a list of versions, by its own link, or `None` where `body` is no such list. `what` is the service and
/// where it is, for the error.
///
/// The list is `versions`, `versions.values` or `choices`, or a lone `version`.
///
/// # Errors
/// `Configuration` if there are versions, but none of `major`.
pub(crate) fn newest(body: &[u8], major: u32, what: &str) -> Result<Option<Newest>> {
    let Ok(document) = serde_json::from_slice::<Value>(body) else { return Ok(None) };
    let list = |value: &Value| value.as_array().or_else(|| value.get("values")?.as_array()).cloned();
    let versions = ["versions", "choices"].iter().find_map(|name| document.get(*name).and_then(list));
    let versions = versions.or_else(|| Some(vec![document.get("version")?.clone()])).unwrap_or_default();
    let versions: Vec<_> = versions.iter().filter_map(|version| Some((version.get("id")?.as_str()?, version))).collect();
    if versions.is_empty() {
        return Ok(None);
    }
    let fits = versions.iter().filter_map(|(id, version)| Some((minor(id, major)?, version)));
    match fits.max_by_key(|(minor, _)| *minor) {
        Some((_, version)) => Ok(Some(Newest { link: link(version).map(str::to_owned) })),
        None => {
            let offered: Vec<_> = versions.iter().map(|(id, _)| *id).take(10).collect();
            let message = format!("{what} offers no version {major}, only: {}", offered.join(", "));
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

/// What a list says of a version.
pub(crate) struct Newest {
    /// Its link to itself.
    pub(crate) link: Option<String>,
}

/// The base that a list of versions of the image service at `root` tells, or `None` where the body is no such list.
///
/// # Errors
/// `Configuration` if there are versions, but no version 2.
pub(crate) fn base(root: &Url, body: &[u8]) -> Result<Option<String>> {
    let what = format!("the image service at {}", endpoint::shown(&trimmed(root)));
    let newest = newest(body, 2, &what)?;
    Ok(newest.map(|newest| newest.link.map_or_else(|| trimmed(root), |href| placed(root, &href))))
}

/// The second number of a version: 9 for `v2.9`, 0 for `v2` and `2.0`.
fn minor(id: &str, major: u32) -> Option<u32> {
    let number = id.strip_prefix('v').unwrap_or(id).strip_prefix(&major.to_string())?;
    if number.is_empty() { Some(0) } else { number.strip_prefix('.')?.parse().ok() }
}

fn link(version: &Value) -> Option<&str> {
    let links = version.get("links")?.as_array()?;
    links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("self"))?.get("href")?.as_str()
}

/// Where a link leads, of which only the path counts: services behind a proxy name hosts that nobody reaches, and leave out what the proxy
/// took off. Another host gets nothing in any case.
fn placed(root: &Url, href: &str) -> String {
    let Some(link) = root.join(href).ok().filter(|link| !link.cannot_be_a_base()) else { return trimmed(root) };
    let prefix = root.path().trim_end_matches('/');
    let is_below = link.path().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut base = root.clone();
    base.set_path(&if is_below { link.path().to_owned() } else { format!("{prefix}{}", link.path()) });
    without_version(&base).unwrap_or_else(|| trimmed(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(root: &str, body: &str) -> Result<Option<String>> {
        base(&Url::parse(root).unwrap(), body.as_bytes())
    }

    fn linked(root: &str, href: &str) -> String {
        let body = format!(
            r#"{{"versions": [{{"id": "v1.1", "links": [{{"rel": "self", "href": "http://x/v1/"}}]}},
                {{"id": "v2.9", "links": [{{"rel": "help", "href": "http://x/help/v2"}}, {{"rel": "self", "href": "{href}"}}]}},
                {{"id": "v2.0", "links": [{{"rel": "self", "href": "http://x/old/v2/"}}]}}, {{"id": "v3"}}]}}"#
        );
        read(root, &body).unwrap().unwrap()
    }

    #[test]
    fn only_the_path_of_the_newest_link_counts() {
        assert_eq!(linked("http://h:9292/", "http://inside:1/v2/"), "http://h:9292");
        assert_eq!(linked("http://h/image", "http://inside/image/v2/"), "http://h/image");
        assert_eq!(linked("http://h/image", "http://inside/v2/"), "http://h/image");
        assert_eq!(linked("https://h/", "http://h:80/v2/"), "https://h");
        assert_eq!(linked("http://h/image", "http://inside/images/v2/"), "http://h/image/images");
        for relative in ["v2/", "/v2/", "/image/v2", "./v2", "//elsewhere/v2/", "http://me:secret@elsewhere/v2"] {
            assert_eq!(linked("http://h/image", relative), "http://h/image", "{relative}");
            assert_eq!(linked("http://h/image/", relative), "http://h/image", "{relative}");
        }
        for odd in ["", "/", "#", "?v2", "javascript:v2", "mailto:v2", "http://", "http://h/image", "/image/latest/"] {
            assert_eq!(linked("http://h/image", odd), "http://h/image", "{odd}");
        }
    }

    #[test]
    fn every_shape_of_the_list_is_read() {
        let version = r#"{"id": "v2.3", "links": [{"rel": "self", "href": "/image/v2/"}]}"#;
        for body in [
            format!(r#"{{"versions": [{version}]}}"#),
            format!(r#"{{"versions": {{"values": [{version}]}}}}"#),
            format!(r#"{{"choices": [7, {{}}, {version}]}}"#),
            format!(r#"{{"version": {version}}}"#),
        ] {
            assert_eq!(read("http://h/", &body).unwrap().as_deref(), Some("http://h/image"), "{body}");
        }
        assert_eq!(read("http://h/", r#"{"versions": [{"id": "2"}]}"#).unwrap().as_deref(), Some("http://h"));
    }

    #[test]
    fn a_service_without_version_2_is_an_error_and_all_else_no_list() {
        let error = read("http://h/", r#"{"versions": [{"id": "v1.0"}, {"id": "v20"}]}"#).unwrap_err();
        assert!(error.kind() == ErrorKind::Configuration && error.to_string().ends_with("only: v1.0, v20"), "{error}");
        for body in ["<html>", "", "{}", "[]", "null", r#"{"versions": []}"#, r#"{"versions": [{"id": 2}]}"#, r#"{"version": "2"}"#]
        {
            assert_eq!(read("http://h/", body).unwrap(), None, "{body}");
        }
    }
}
