//! The URLs of services, as settings and catalogs give them.

use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};

/// Reads the URL of a service; `what` names it in errors: `the endpoint`, `OS_AUTH_URL`.
///
/// # Errors
/// `Configuration` for what is no URL, for other schemes than http and https, for https in a build without TLS, and for a URL with a user
/// name or password in it. None of them prints what stands before the `@`.
pub fn parse(what: &str, url: &str) -> Result<Url> {
    let problem = |why: String| Error::new(ErrorKind::Configuration, format!("{what} is `{}`, which {why}", shown(url)));
    let parsed = Url::parse(url.trim()).map_err(|e| problem(format!("is no URL: {e}")))?;
    check_scheme(&parsed).map_err(|e| problem(format!("cannot be used: {}", e.message())))?;
    if has_userinfo(&parsed) {
        let remedy = "who calls is told by the settings, so take it out of the URL";
        return Err(problem(format!("holds a user name or password before the `@`: {remedy}")));
    }
    Ok(parsed)
}

/// `url` as messages show it: without what may be a password, and without its query.
#[must_use]
pub fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    // What holds an `@` is no scheme.
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| !scheme.contains('@')).unwrap_or(("", url));
    let separator = if scheme.is_empty() { "" } else { "://" };
    // Up to the last `@`, wherever it stands: an unescaped password may hold slashes.
    match rest.rsplit_once('@') {
        Some((_, rest)) => format!("{scheme}{separator}***@{rest}"),
        None => format!("{scheme}{separator}{rest}"),
    }
}

/// Whether `url` is on this machine, so that nobody is on the way to it.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Refuses `https` in a build without TLS, where reqwest's own message would help nobody.
pub(crate) fn check_scheme(url: &Url) -> Result<()> {
    let has_tls = cfg!(any(feature = "rustls", feature = "native-tls"));
    match url.scheme() {
        "http" => Ok(()),
        "https" if has_tls => Ok(()),
        "https" => Err(Error::new(
            ErrorKind::Configuration,
            "this build has no TLS: enable the feature `rustls` or `native-tls` to reach https URLs",
        )),
        other => Err(Error::new(ErrorKind::Configuration, format!("the endpoint's scheme is `{other}`; it must be http or https"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(url: &str) -> String {
        parse("the endpoint", url).unwrap_err().to_string()
    }

    #[test]
    fn what_stands_before_the_at_sign_is_refused_and_never_printed() {
        let urls = [
            "http://me:secret@h/v3",
            "http://secret@h",
            "http://me:sec/secret@h",
            "me:secret@h",
            "http://me:secret@h o",
            "me:secret@h://me:secret@h",
        ];
        for url in urls {
            assert!(!error(url).contains("secret"), "{}", error(url));
        }
        let told = "the endpoint is `http://***@h/v3`, which holds a user name or password before the `@`";
        assert!(error(urls[0]).starts_with(told), "{}", error(urls[0]));
        assert!(!error("http://h o/?secret=1").contains("secret"));
        assert!(parse("the endpoint", "http://h/@v3").is_ok());
    }

    #[test]
    fn https_needs_a_build_with_tls_and_other_schemes_are_none() {
        assert!(parse("the endpoint", " http://h ").is_ok());
        if cfg!(any(feature = "rustls", feature = "native-tls")) {
            assert!(parse("the endpoint", "https://h").is_ok());
        } else {
            assert!(error("https://h").contains("enable the feature `rustls`"));
        }
        assert!(error("ftp://h").contains("`ftp`"));
        assert!(error("/v3").starts_with("the endpoint is `/v3`, which is no URL"));
    }
}
