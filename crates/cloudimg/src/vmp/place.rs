//! Where the service is.

use cloudimg_core::{Error, ErrorKind, Result};
use url::Url;

/// CDNetworks.
pub(super) const CDNETWORKS: &str = "https://api.cdnetworks.com";
/// The sibling brand, with the same paths and signatures.
pub(super) const SIBLING: &str = "https://open.chinanetcenter.com";

/// The root of the service at `url`; `key` is the setting that it comes from.
pub(super) fn endpoint(key: &str, url: &str) -> Result<String> {
    let wrong = |why: String| Error::new(ErrorKind::Configuration, format!("`{key}` is `{url}`, {why}"));
    let text = url.trim();
    if !text.contains("://") {
        let host = text.trim_start_matches('/');
        let host = if host.is_empty() { "api.cdnetworks.com" } else { host };
        return Err(wrong(format!("which has no scheme: write `https://{host}`")));
    }
    let parsed = Url::parse(text).map_err(|error| wrong(format!("which is no URL: {error}")))?;
    let root = parsed.origin().ascii_serialization();
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(wrong("and is neither http nor https".to_owned()));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        // The message would show what is secret.
        return Err(Error::new(ErrorKind::Configuration, format!("`{key}` holds a user or a password: write `{root}`")));
    }
    // Signatures cover the path as the service sees it.
    if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(wrong(format!("and more than scheme, host and port: write `{root}`")));
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_scheme_and_host_and_what_is_wrong_with_another_is_said() {
        for (url, root) in [
            ("https://api.cdnetworks.com", "https://api.cdnetworks.com"),
            (" https://API.cdnetworks.com:443/ ", "https://api.cdnetworks.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ] {
            assert_eq!(endpoint("endpoint", url).unwrap(), root);
        }
        for (url, part) in [
            ("api.cdnetworks.com", "no scheme: write `https://api.cdnetworks.com`"),
            ("localhost:8080", "no scheme: write `https://localhost:8080`"),
            ("//api.cdnetworks.com", "no scheme: write `https://api.cdnetworks.com`"),
            ("", "no scheme: write `https://api.cdnetworks.com`"),
            ("https://", "is no URL"),
            ("ftp://host", "neither http nor https"),
            ("https://host/vmp/images", "write `https://host`"),
            ("https://host?x=y", "write `https://host`"),
        ] {
            let error = endpoint("CDNETWORKS_ENDPOINT", url).unwrap_err();
            assert!(error.kind() == ErrorKind::Configuration && error.message().contains(part), "{url}: {error}");
            assert!(error.message().contains("`CDNETWORKS_ENDPOINT`"), "{error}");
        }
        let error = endpoint("endpoint", "https://me:hidden@host:8/").unwrap_err();
        assert_eq!(error.message(), "`endpoint` holds a user or a password: write `https://host:8`");
    }
}
