//! Copies that are dropped before their end.

use std::time::Duration;

use cloudimg::glance::{ImageCreate, Images};
use cloudimg_tests::proxy::{Fault, Link, Proxy};

use super::side::{Calls, Side, bytes, no_faults};

/// Waits until a call of this method has begun.
async fn begun(proxy: &Proxy, method: &str) {
    let seen = || proxy.exchanges().iter().any(|exchange| exchange.request.method == method);
    cloudimg_tests::until("the call", async || Ok(seen().then_some(()))).await.unwrap();
}

async fn is_gone(there: &Side) {
    cloudimg_tests::until("the image is gone", async || Ok(there.all().await.is_empty().then_some(()))).await.unwrap();
}

#[tokio::test]
async fn a_copy_that_is_dropped_amid_its_data_leaves_no_image() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(16 << 20)).await;
    let (proxy, cloud) = there.through(no_faults(), Link::default().with_bytes_per_second(4 << 20)).await;
    let copy = here.images().copy(&source.id).to(&cloud);
    tokio::select! {
        copied = copy => panic!("{copied:?}"),
        () = begun(&proxy, "PUT") => {}
    }
    is_gone(&there).await;
    let deleted = proxy.exchanges().iter().filter(|exchange| exchange.request.method == "DELETE").count();
    assert_eq!(deleted, 1);
}

#[tokio::test]
async fn a_copy_that_is_dropped_before_it_knows_of_its_image_leaves_none() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(100)).await;
    // The record is made, and nobody is told.
    let (_proxy, cloud) = there.through(Calls::first("POST", "/v2/images", Fault::SilenceAfter(0)), Link::default()).await;
    let copy = here.images().copy(&source.id).to(&cloud);
    let made = async {
        cloudimg_tests::until("the record", async || Ok((!there.all().await.is_empty()).then_some(()))).await.unwrap();
    };
    tokio::select! {
        copied = copy => panic!("{copied:?}"),
        () = made => {}
    }
    is_gone(&there).await;
}

#[tokio::test]
async fn nothing_happens_before_a_copy_is_awaited() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(100)).await;
    let (proxy, cloud) = there.through(no_faults(), Link::default()).await;
    let images: Images = cloud.images();
    drop(here.images().copy(&source.id).to(images).with_stall_limit(Duration::from_secs(1)));
    assert!(proxy.exchanges().is_empty());
}

#[tokio::test]
async fn a_half_image_is_kept_on_request() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(1 << 20)).await;
    let (_proxy, cloud) = there.through(Calls::first("PUT", "/file", Fault::ResetUnsent), Link::default()).await;
    let mut copied = here.images().copy(&source.id).to(&cloud).keeping_failed().await.unwrap();
    let target = copied.targets.remove(0);
    assert!(target.result.is_err());
    let cloudimg::copy::Remains::Image(id) = target.remains else { panic!("{}", target.remains) };
    assert_eq!(there.images().get(&id).await.unwrap().name.as_deref(), Some("x"));
}
