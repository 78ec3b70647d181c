//! Links to next pages.

use cloudimg_core::{ErrorKind, Page};

use super::check_error;

const OPERATION: &str = "list_images";

pub(super) fn run(data: &[u8]) {
    let link = String::from_utf8_lossy(data);
    match Page::linked(vec![1], Some(&link), "marker", OPERATION) {
        Ok(page) => {
            assert_eq!(page.items, [1]);
            assert_eq!(page.next.is_none(), link.is_empty(), "{link:?}");
            // An empty one would be the first page again, and the list without end.
            assert_ne!(page.next.as_deref(), Some(""), "{link:?}");
            assert!(page.next.is_none_or(|marker| marker.len() <= 3 * link.len()));
        }
        Err(error) => {
            check_error(&error);
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some(OPERATION)));
        }
    }
    if link.is_empty() {
        return;
    }
    // Whatever a row's id is, it comes back out of a link that is written as it should be.
    let written = url::form_urlencoded::Serializer::new("/v2/images?limit=2&".to_owned()).append_pair("marker", &link).finish();
    let page = Page::<u8>::linked(Vec::new(), Some(&written), "marker", OPERATION);
    assert_eq!(page.ok().and_then(|page| page.next).as_deref(), Some(&*link));
}
