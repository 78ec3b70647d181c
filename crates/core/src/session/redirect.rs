//! Where redirects may lead, and what goes along.

use http::header::{self, HeaderName};
use http::{HeaderMap, StatusCode};
use reqwest::Request;
use url::{Origin, Url};

use crate::endpoint;

/// How many redirects a call follows.
const MOST: u32 = 5;
/// What another origin is told.
const TOLD: [HeaderName; 2] = [header::ACCEPT, header::RANGE];

/// The way of a call so far.
pub(super) struct Way {
    /// Whose credentials these are: they go to no other origin.
    origin: Origin,
    /// Whether it led to another origin. Nothing that comes after is trusted, not even back at the first one, whose paths the other
    /// could choose at will.
    left: bool,
    steps: u32,
}

impl Way {
    pub(super) fn new(start: &Url) -> Self {
        Self { origin: start.origin(), left: false, steps: 0 }
    }

    pub(super) fn is_trusted(&self, url: &Url) -> bool {
        !self.left && url.origin() == self.origin
    }

    /// `request` for the place that a redirect points to, or `None` where it must not go there.
    ///
    /// Another origin gets nothing that was meant for this one: no credentials, no body, which may hold a password, and no change of
    /// anything. From https nothing goes to plain http.
    pub(super) fn follow(&mut self, mut request: Request, to: Url) -> Option<Request> {
        let is_downgrade = request.url().scheme() == "https" && to.scheme() != "https";
        let trusted = self.is_trusted(&to);
        let harmless = request.body().is_none() && request.method().is_safe();
        if self.steps >= MOST || is_downgrade || !(trusted || harmless) || endpoint::check_scheme(&to).is_err() {
            return None;
        }
        self.steps += 1;
        if !trusted {
            self.left = true;
            let kept = TOLD.map(|name| (request.headers().get(&name).cloned(), name));
            request.headers_mut().clear();
            for (value, name) in kept {
                if let Some(value) = value {
                    request.headers_mut().insert(name, value);
                }
            }
        }
        *request.url_mut() = to;
        Some(request)
    }
}

/// Where a redirect leads, if it is one that keeps method and body.
pub(super) fn target(from: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 305 | 307 | 308) {
        return None;
    }
    let mut to = from.join(headers.get(header::LOCATION)?.to_str().ok()?).ok()?;
    // A service does not tell who calls.
    to.set_username("").ok()?;
    to.set_password(None).ok()?;
    matches!(to.scheme(), "http" | "https").then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(way: &mut Way, from: &str, to: &str) -> Option<Request> {
        let mut request = Request::new(http::Method::GET, from.parse().unwrap());
        request.headers_mut().insert("x-auth-token", "secret".parse().unwrap());
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
        way.follow(request, to.parse().unwrap())
    }

    #[test]
    fn port_host_and_scheme_make_an_origin() {
        for (from, to, trusted) in [
            ("http://h/x", "http://h:80/y", true),
            ("http://h/x", "http://h:81/y", false),
            ("http://h/x", "http://other/y", false),
            ("http://h/x", "http://h.other/y", false),
        ] {
            let mut way = Way::new(&from.parse().unwrap());
            let request = followed(&mut way, from, to).unwrap();
            assert_eq!(request.headers().contains_key("x-auth-token"), trusted, "{to}");
            assert_eq!(way.is_trusted(request.url()), trusted, "{to}");
            assert!(request.headers().contains_key(header::ACCEPT));
        }
    }

    #[test]
    fn what_was_left_once_is_trusted_no_more() {
        let mut way = Way::new(&"http://h/x".parse().unwrap());
        assert!(followed(&mut way, "http://h/x", "http://other/x").is_some());
        let back = followed(&mut way, "http://other/x", "http://h/y").unwrap();
        assert!(!way.is_trusted(back.url()) && !back.headers().contains_key("x-auth-token"));
    }

    #[test]
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn nothing_goes_from_https_to_plain_http() {
        let mut way = Way::new(&"https://h/x".parse().unwrap());
        assert!(followed(&mut way, "https://h/x", "http://h/x").is_none());
        let mut up = Way::new(&"http://h/x".parse().unwrap());
        let request = followed(&mut up, "http://h/x", "https://h/x").unwrap();
        assert!(!request.headers().contains_key("x-auth-token"));
    }

    #[test]
    fn a_location_names_no_caller() {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, "http://me:secret@h/y".parse().unwrap());
        let to = target(&"http://h/x".parse().unwrap(), StatusCode::FOUND, &headers).unwrap();
        assert_eq!(to.as_str(), "http://h/y");
        headers.insert(header::LOCATION, "file:///etc/passwd".parse().unwrap());
        assert!(target(&"http://h/x".parse().unwrap(), StatusCode::FOUND, &headers).is_none());
    }
}
