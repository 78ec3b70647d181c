//! What the clients sign is good for the sandbox, which knows nothing of their signer.

use cloudimg_core::credentials::CncAkSk;
use cloudimg_core::encode_path;
use cloudimg_sandbox::{Clock, Sandbox};
use futures::future::join_all;

use crate::odd::Odd;
use crate::support::{SHORT, START, call, clock, hurried, request, session, with_body};

async fn sandbox() -> Sandbox {
    let time = jiff::Timestamp::from_second(START.try_into().unwrap()).unwrap();
    Sandbox::builder().clock(Clock::manual(time)).start().await.unwrap()
}

fn keys(sandbox: &Sandbox) -> CncAkSk {
    let (access, secret) = sandbox.vmp_access_key();
    CncAkSk::new(access, secret.to_owned()).unwrap()
}

fn images(sandbox: &Sandbox) -> String {
    format!("{}/vmp/images", sandbox.vmp_url())
}

/// The answers so far, by their statuses.
fn statuses(sandbox: &Sandbox) -> Vec<u16> {
    sandbox.vmp().calls().iter().map(|call| call.status).collect()
}

#[tokio::test]
async fn whatever_is_in_paths_queries_and_bodies() {
    let sandbox = sandbox().await;
    let session = session(&clock(), keys(&sandbox));
    let mut odd = Odd::new();
    for round in 0..200 {
        let (segment, pairs) = (odd.segment(), odd.pairs());
        let method = ["GET", "PUT", "DELETE", "POST"][round % 4];
        // A path that no operation has.
        let mut wanted = request(method, &format!("{}/x{}", images(&sandbox), encode_path(&format!("{segment}/y"))));
        wanted.url_mut().query_pairs_mut().extend_pairs(&pairs);
        if method == "PUT" || method == "POST" {
            wanted = with_body(wanted, "application/json", format!("{{ \"n\": {round} }}"));
        }
        let sent = wanted.url().to_string();
        let error = call(&session, wanted, &SHORT).await.unwrap_err();
        let seen = statuses(&sandbox);
        assert_eq!((seen.len(), seen.last()), (round + 1, Some(&404)), "{sent}: {error}");
    }
}

#[tokio::test]
async fn equal_calls_at_once_are_no_replays() {
    let sandbox = sandbox().await;
    let session = session(&clock(), keys(&sandbox));
    let calls = (0..6).map(|_| call(&session, request("GET", &images(&sandbox)), &SHORT));
    for result in join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(statuses(&sandbox), [200; 6]);
}

#[tokio::test]
async fn a_clock_that_is_off_is_allowed_for() {
    for ahead in [900, -900] {
        let sandbox = sandbox().await;
        sandbox.vmp().set_clock_skew(ahead);
        let clock = clock();
        let session = session(&clock, keys(&sandbox));
        for _ in 0..3 {
            hurried(&clock, call(&session, request("GET", &images(&sandbox)), &SHORT)).await.0.unwrap();
        }
        assert_eq!(statuses(&sandbox), [403, 200, 200, 200]);
    }
}
