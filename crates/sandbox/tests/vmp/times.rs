//! When a signature is good: five minutes around the time that it was made for, and once.

use std::time::Duration;

use futures::future::join_all;

use crate::support::{Answer, Cloud, IMAGES, signature};

async fn signed_for(cloud: &Cloud, stamp: i64) -> Answer {
    let signature = signature("GET", IMAGES, &cloud.host(), b"", stamp);
    Answer::read(cloud.signed("GET", IMAGES, "", stamp, &signature).send().await.unwrap()).await
}

#[tokio::test]
async fn five_minutes_and_not_a_second_more() {
    let cloud = Cloud::start().await;
    let now = cloud.now();
    for by in [0, 300, -300] {
        assert_eq!(signed_for(&cloud, now + by).await.status, 200, "{by}");
    }
    for by in [301, -301, -now, i64::MAX - now] {
        signed_for(&cloud, now + by).await.refused(403, "RequestTimeTooSkewed");
    }
}

#[tokio::test]
async fn the_clock_of_the_service_may_be_off() {
    let cloud = Cloud::start().await;
    let now = cloud.now();
    cloud.vmp().set_clock_skew(600);
    let answer = signed_for(&cloud, now + 1).await;
    answer.refused(403, "RequestTimeTooSkewed");
    assert_eq!(answer.headers["date"], "Fri, 02 Jan 2026 03:14:05 GMT");
    assert_eq!(answer.headers.get_all("date").iter().count(), 1);
    assert_eq!(signed_for(&cloud, now + 600).await.status, 200);
    cloud.vmp().set_clock_skew(-600);
    assert_eq!(signed_for(&cloud, now - 600).await.status, 200);
    cloud.vmp().set_clock_skew(0);
    // What was refused was not used.
    assert_eq!(signed_for(&cloud, now + 1).await.status, 200);
}

#[tokio::test]
async fn a_signature_is_good_once_in_five_minutes() {
    let cloud = Cloud::start().await;
    let stamp = cloud.now() + 300;
    // Of many at once one is let through.
    let answers = join_all((0..16).map(|_| signed_for(&cloud, stamp))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    answers.iter().filter(|answer| answer.status != 200).for_each(|answer| answer.refused(403, "RequestRepeated"));
    cloud.pass(Duration::from_secs(300));
    signed_for(&cloud, stamp).await.refused(403, "RequestRepeated");
    assert_eq!(signed_for(&cloud, stamp + 1).await.status, 200, "a later second is another signature");
    cloud.pass(Duration::from_secs(1));
    assert_eq!(signed_for(&cloud, stamp).await.status, 200);
}
