//! Too many calls: waited out, or told.

use std::time::Duration;

use cloudimg_cdnetworks_vmp::{Error, ErrorKind};
use cloudimg_sandbox::Vmp;

use crate::world::World;

cases!(
    being_told_to_slow_down_is_waited_out,
    an_image_is_made_once_for_all_that,
    a_wait_that_is_too_long_is_left_to_the_caller,
    the_limits_of_the_vendor_are_told,
    waiting_for_an_image_keeps_within_the_limits,
);

async fn being_told_to_slow_down_is_waited_out(world: &World) {
    let begun = world.sandbox.clock().now();
    world.vmp().throttle(2, Some(7));
    world.client.list_images().send().await.unwrap();
    assert_eq!(world.statuses(), [429, 429, 200]);
    let waited = world.sandbox.clock().now().duration_since(begun);
    assert!(waited.as_secs() >= 14, "{waited}");
    world.vmp().throttle(3, None);
    world.client.list_images().send().await.unwrap();
    assert_eq!(world.statuses(), [429, 429, 429, 200]);
}

async fn an_image_is_made_once_for_all_that(world: &World) {
    world.vmp().throttle(3, Some(10));
    world.begun("once").await;
    assert_eq!((world.statuses(), world.vmp().counts().creates), (vec![429, 429, 429, 200], 1));
}

async fn a_wait_that_is_too_long_is_left_to_the_caller(world: &World) {
    world.vmp().throttle(1, Some(200));
    let error: Error = world.client.list_images().send().await.unwrap_err().into();
    assert_eq!(
        (error.kind(), error.code(), error.retry_after()),
        (ErrorKind::Throttled, Some("Throttled"), Some(Duration::from_secs(200)))
    );
    assert!(error.is_retryable() && error.attempts() == 1);
    world.vmp().throttle(4, Some(1));
    let error: Error = world.client.list_images().send().await.unwrap_err().into();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 4));
}

async fn the_limits_of_the_vendor_are_told(world: &World) {
    let world = World::with(world.shape, |builder| builder.vmp_rate_limits(Vmp::ACCOUNT_LIMIT, Vmp::OPERATION_LIMIT)).await;
    for n in 0..Vmp::OPERATION_LIMIT {
        world.client.list_images().name(n.to_string()).send().await.unwrap();
    }
    let error: Error = world.client.list_images().send().await.unwrap_err().into();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Throttled, Some(429)));
    world.pass(error.retry_after().unwrap());
    world.client.list_images().send().await.unwrap();
}

async fn waiting_for_an_image_keeps_within_the_limits(world: &World) {
    let long = Duration::from_secs(900);
    let limits = |builder: cloudimg_sandbox::SandboxBuilder| builder.vmp_rate_limits(Vmp::ACCOUNT_LIMIT, Vmp::OPERATION_LIMIT);
    let world = World::with(world.shape, |builder| limits(builder).vmp_build_time(long)).await;
    let id = world.begun("slow").await;
    assert_eq!(world.client.made(&id).await.unwrap().id, id);
    let statuses = world.statuses();
    assert!(statuses.len() > 90 && statuses.iter().all(|status| *status == 200), "{}", statuses.len());
}
