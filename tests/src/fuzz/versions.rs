//! Lists of versions: the first line is the URL that was asked, the rest the answer.

use cloudimg_auth::private;
use cloudimg_core::{ErrorKind, Result};
use url::Url;

use super::{check_error, first_line};

pub(super) fn run(data: &[u8]) {
    let (url, body) = first_line(data);
    // The callers let no other URLs through, and take these parts away.
    let Ok(mut url) = cloudimg_core::endpoint::parse("the URL", &url) else { return };
    url.set_query(None);
    url.set_fragment(None);
    check(&url, private::image_base(&url, body));
    check(&url, private::identity_root(&url, body));
}

/// Whatever a list says, it leads to nowhere but the service that was asked.
fn check(asked: &Url, found: Result<Option<String>>) {
    let base = match found {
        Ok(Some(base)) => base,
        Ok(None) => return,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            return check_error(&error);
        }
    };
    let url = Url::parse(&base).unwrap_or_else(|error| panic!("{base}: {error}"));
    assert_eq!(url.origin(), asked.origin(), "{base}");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none() && url.query().is_none(), "{base}");
    assert!(!base.ends_with('/'), "{base}");
}
