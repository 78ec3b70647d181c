//! Signatures: good for one call, in time, by the right keys.

use std::collections::BTreeSet;

use cloudimg_cdnetworks_vmp::types::ImageFromInstance;
use cloudimg_cdnetworks_vmp::{Client, Error, ErrorKind, Session, credentials::CncAkSk};
use cloudimg_core::Secret;
use cloudimg_core::credentials::cdnetworks::{Request, sign};
use cloudimg_sandbox::Vmp;
use futures::future::join_all;

use crate::world::{Time, World, refused};

cases!(
    a_clock_that_is_off_is_learned_of,
    an_error_tells_of_a_clock_that_is_off,
    a_request_that_is_sent_twice_is_a_replay,
    equal_calls_of_ours_are_none,
    who_signs_apart_may_be_taken_for_one,
    keys_that_are_wrong,
);

async fn a_clock_that_is_off_is_learned_of(world: &World) {
    for seconds in [900, -900, 86_400, 0] {
        world.vmp().set_clock_skew(seconds);
        for _ in 0..3 {
            world.client.list_images().send().await.unwrap();
        }
        assert_eq!(world.statuses(), [403, 200, 200, 200], "{seconds}");
    }
    // Nothing was done before the clock was set right.
    world.vmp().set_clock_skew(4000);
    world.begun("once").await;
    assert_eq!((world.statuses(), world.vmp().counts().creates), (vec![403, 200], 1));
    // Within five minutes all is well.
    let other = world.another();
    world.vmp().set_clock_skew(299);
    other.list_images().limit(9).send().await.unwrap();
    assert_eq!(world.statuses(), [200]);
}

async fn an_error_tells_of_a_clock_that_is_off(world: &World) {
    for (seconds, says) in [(900, "900 s behind"), (-7200, "7200 s ahead of")] {
        world.vmp().set_clock_skew(seconds);
        // With the clock set right, the signature is wrong all the same.
        let error = refused(world.stranger.list_images().limit(7).send().await, 403, "SignatureDoesNotMatch");
        let told = format!("this machine's clock is {says} the service's");
        assert!(error.message().contains(&told) && error.attempts() == 2, "{error}");
    }
    world.vmp().set_clock_skew(0);
    world.stranger.list_images().send().await.unwrap_err();
    let error = refused(world.stranger.list_images().send().await, 403, "SignatureDoesNotMatch");
    assert!(!error.message().contains("clock"), "{error}");
}

async fn a_request_that_is_sent_twice_is_a_replay(world: &World) {
    let (access, secret) = world.sandbox.vmp_access_key();
    let url = world.sandbox.vmp_url();
    let headers = [("Content-Type", "application/json"), ("Accept", "application/json")];
    let request = Request {
        method: "GET",
        target: "/vmp/images?limit=3",
        host: url.trim_start_matches("http://"),
        headers: &headers,
        signed_headers: &[],
        body: b"",
        timestamp: world.sandbox.clock().now().as_second().try_into().unwrap(),
    };
    let signed = sign(access, &Secret::new(secret), &request).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = async || {
        let call = http.get(format!("{url}{}", request.target));
        let call = headers.iter().fold(call, |call, (name, value)| call.header(*name, *value));
        let call = signed
            .headers()
            .filter(|(name, _)| !matches!(*name, "Host" | "Content-Type" | "Accept"))
            .fold(call, |call, (name, value)| call.header(name, value));
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<serde_json::Value>().await.unwrap()["code"].clone())
    };
    assert_eq!(send().await, (200, serde_json::Value::Null));
    assert_eq!(send().await, (403, "RequestRepeated".into()));
}

async fn equal_calls_of_ours_are_none(world: &World) {
    let calls = (0..2).map(|_| world.client.list_images().limit(3).send());
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let clone = world.client.clone();
    for _ in 0..4 {
        clone.list_images().limit(3).send().await.unwrap();
    }
    let calls = world.vmp().calls();
    let targets: BTreeSet<_> = calls.iter().map(|call| call.target.as_str()).collect();
    let stamps: BTreeSet<_> = calls.iter().map(|call| call.timestamp.as_deref()).collect();
    assert_eq!((targets.len(), stamps.len(), calls.len()), (1, 6, 6), "each has a second of its own");
    // Two images of one name are two images.
    world.begun("twin").await;
    world.begun("twin").await;
    assert_eq!(world.vmp().counts().creates, 2);
    assert!(world.statuses().iter().all(|status| *status == 200));
}

/// Credentials know of their own signatures and of those of their clones, as they say; of two programs nobody knows.
async fn who_signs_apart_may_be_taken_for_one(world: &World) {
    let [one, other] = [world.another(), world.another()];
    one.list_images().send().await.unwrap();
    refused(other.list_images().send().await, 403, "RequestRepeated");
    other.list_images().send().await.unwrap();
}

async fn keys_that_are_wrong(world: &World) {
    let (access, secret) = world.sandbox.vmp_access_key();
    let client = |access: &str, secret: &str| {
        let session =
            Session::builder().clock(Time(world.sandbox.clock().clone())).credentials(CncAkSk::new(access, secret).unwrap());
        Client::new(&world.sandbox.vmp_url(), session.build().unwrap())
    };
    let body = || ImageFromInstance::new("n", Vmp::INSTANCE);
    for (access, secret, status, code, kind) in [
        ("AKOTHER", secret, 401, "InvalidAccessKey", ErrorKind::AuthFailed),
        (access, "other", 403, "SignatureDoesNotMatch", ErrorKind::Forbidden),
    ] {
        let client = client(access, secret);
        let error = refused(client.create_image_from_instance().body(body()).send().await, status, code);
        assert_eq!((error.kind(), error.attempts()), (kind, 1));
        let error = refused(
            client.create_image_from_url().body_map(|body| body.name("n").image_src_url("u").ostype("linux")).send().await,
            status,
            code,
        );
        assert!(!format!("{error:?}").contains(secret));
        refused(client.create_image().body(serde_json::Map::new()).send().await, status, code);
        refused(client.remove_image_with_body().image_id("i1").body_map(|body| body.image_id("i1")).send().await, status, code);
    }
    let error: Error = CncAkSk::new("", secret).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(world.vmp().counts().creates, 0);
}
