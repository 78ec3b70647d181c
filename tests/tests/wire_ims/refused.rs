//! What no path can hold is refused before anything is sent.

use cloudimg_core::{Error, ErrorKind};
use {cloudimg_ims_v1 as v1, cloudimg_ims_v2 as v2};

use crate::exchange::{Exchange, nothing};

#[tokio::test]
async fn ids_that_would_be_other_paths_are_not_sent() {
    let exchange = Exchange::begin(&nothing()).await;
    let first = v1::Client::new(&exchange.url(), exchange.session());
    let second = v2::Client::new(&exchange.url(), exchange.session());
    for odd in ["", ".", "..", "a/b", "a\\b", "a\0b"] {
        let errors = [
            second.delete_image_tag().project_id("p1").image_id("i1").key(odd).send().await.map_err(Error::from).unwrap_err(),
            second.list_image_tags().project_id(odd).image_id("i1").send().await.map_err(Error::from).unwrap_err(),
            second.show_version().version(odd).send().await.map_err(Error::from).unwrap_err(),
            first.show_job_progress().job_id(odd).send().await.map_err(Error::from).unwrap_err(),
            first.show_image_member().project_id("p1").image_id(odd).member_id("m").send().await.map_err(Error::from).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{odd:?}: {error}");
            assert!(error.to_string().contains("nothing was sent"), "{odd:?}: {error}");
        }
    }
    assert_eq!(exchange.count(), 0);
}
