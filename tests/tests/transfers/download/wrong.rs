//! Bytes that are wrong, and images that are no longer what they were.

use cloudimg::ErrorKind;
use serde_json::json;

use super::service::{Answer, Service};
use super::world::{MIB, names, random};

#[tokio::test(flavor = "multi_thread")]
async fn a_single_wrong_byte_is_found_wherever_it_is_and_nothing_gets_the_name() {
    let data = random(10 * MIB, 1);
    for (at, connections) in [(0, 1), (5_000_000, 1), (10 * MIB - 1, 1), (3, 4), (9 * MIB, 4), (10 * MIB - 1, 4)] {
        let service = Service::start(data.clone(), move |_, ask, mut answer| {
            let from = ask.range.as_deref().map_or(0, |range| range[6..].split('-').next().unwrap().parse().unwrap());
            if ask.is_data()
                && let Some(byte) = at.checked_sub(from).and_then(|at: usize| answer.body.get_mut(at))
            {
                *byte ^= 0x10;
            }
            answer
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        let error = service.images().download("7").to_path(&path).with_connections(connections).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error:?}");
        assert!(error.message().contains("image 7") && error.message().contains("sha512"), "{error}");
        assert_eq!(names(folder.path()), [""; 0], "nothing is left of it");

        let mut got = Vec::new();
        let error = service.images().download("7").to_writer(&mut got).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error:?}");
        let error = service.images().download("7").await.unwrap().bytes(data.len()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_download_left_wrong_comes_anew() {
    let data = random(4 * MIB, 2);
    let service = Service::start(data.clone(), |before, ask, answer| match before {
        _ if !ask.is_data() => answer,
        // The first download comes to its end early, for good, and with a wrong byte.
        0 => {
            let mut body = answer.body.clone();
            body[1000] ^= 1;
            Answer { cut: Some(2 * MIB), body, ..answer }
        }
        1 => Answer::of(403, r#"{"message": "not now"}"#),
        _ => answer,
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    let error = service.images().download("7").to_path(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error:?}");
    assert_eq!(names(folder.path()), [".disk.7.part", ".disk.7.part.journal"]);
    let done = service.images().download("7").to_path(&path).await.unwrap();
    assert_eq!((done.resumed_from, done.verdict.is_verified()), (0, true));
    assert!(std::fs::read(&path).unwrap() == data);
    assert_eq!(service.ranges()[2..], [Some(format!("bytes={}-", 2 * MIB)), None], "it went on, and then began anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_an_image_that_is_another_now_is_not_taken_up() {
    let (old, new) = (random(2 * MIB, 3), random(2 * MIB, 4));
    let breaks = |before: usize, ask: &super::service::Ask, answer: Answer| match before {
        _ if !ask.is_data() => answer,
        0 => Answer { cut: Some(MIB), ..answer },
        _ => Answer::of(403, "{}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    let service = Service::start(old, breaks).await;
    service.images().download("7").to_path(&path).await.unwrap_err();
    let service = Service::start(new.clone(), |_, _, answer| answer).await;
    let done = service.images().download("7").to_path(&path).await.unwrap();
    assert_eq!((done.resumed_from, service.ranges()), (0, vec![None]));
    assert!(std::fs::read(&path).unwrap() == new);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_ends_early_again_and_again_is_an_error_and_leaves_what_came() {
    let data = random(MIB, 5);
    let service = Service::start(data, |_, ask, answer| match &ask.range {
        None if ask.is_data() => Answer { cut: Some(MIB / 2), ..answer },
        Some(_) => Answer { cut: Some(0), ..answer },
        None => answer,
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    let error = service.images().download("7").to_path(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    assert_eq!(service.ranges().len(), 1 + 3, "as often as the policy allows without progress");
    assert_eq!(names(folder.path()), [".disk.7.part", ".disk.7.part.journal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_begins_the_count_of_tries_anew() {
    let data = random(MIB, 6);
    let service = Service::start(data.clone(), |_, ask, answer| match ask.is_data() {
        true => Answer { cut: Some(40_000), ..answer },
        false => answer,
    })
    .await;
    let got = service.images().download("7").await.unwrap().bytes(2 * MIB).await.unwrap();
    assert!(got == data);
    assert!(service.ranges().len() > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_another_length_than_the_data_is_an_error() {
    let data = random(MIB, 7);
    let record = |size: usize| {
        json!({
            "id": "7", "status": "active", "visibility": "private", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
            "created_at": "", "updated_at": "", "size": size
        })
    };
    for size in [MIB - 1, MIB + 1] {
        let service = Service::of(record(size), data.clone(), |_, _, answer| answer).await;
        let error = service.images().download("7").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error:?}");
        assert!(error.message().contains(&MIB.to_string()) && error.message().contains(&size.to_string()), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_apart() {
    let data = random(MIB, 8);
    let folder = tempfile::tempdir().unwrap();
    let cases: [(u16, ErrorKind, &str); 5] = [
        (204, ErrorKind::NotFound, "no data yet"),
        (403, ErrorKind::Forbidden, "deactivated"),
        (404, ErrorKind::NotFound, "no such image"),
        (416, ErrorKind::InvalidRequest, "not that long"),
        (500, ErrorKind::ServiceUnavailable, "Internal Server Error"),
    ];
    for (status, kind, words) in cases {
        let service = Service::start(data.clone(), move |_, ask, answer| match (ask.is_data(), status) {
            (true, 204) => Answer::of(204, ""),
            (true, 403) => Answer::of(403, r#"{"message": "Not allowed."}"#),
            (true, 404) => Answer::of(404, r#"{"message": "no such image"}"#),
            (true, status) => Answer::of(status, ""),
            (false, 403) => {
                let record = String::from_utf8(answer.body.clone()).unwrap().replace("\"active\"", "\"deactivated\"");
                Answer { body: record.into_bytes(), ..answer }
            }
            (false, _) => answer,
        })
        .await;
        let error = service.images().download("7").to_path(folder.path().join("disk")).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("download_image_data")), "{error:?}");
        assert!(error.message().contains(words), "{status}: {error}");
        assert_eq!(names(folder.path()), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_deleted_while_it_comes_is_told_as_such() {
    let service = Service::start(random(MIB, 9), |before, ask, answer| match before {
        _ if !ask.is_data() => answer,
        0 => Answer { cut: Some(MIB / 2), ..answer },
        _ => Answer::of(404, r#"{"message": "no such image"}"#),
    })
    .await;
    let error = service.images().download("7").await.unwrap().bytes(2 * MIB).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
    assert!(error.message().contains("was deleted") && error.message().contains("while its data came"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_come_packed_are_refused() {
    let service = Service::start(random(MIB, 10), |_, ask, answer| match ask.is_data() {
        true => answer.header("content-encoding", "gzip"),
        false => answer,
    })
    .await;
    let error = service.images().download("7").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("gzip"), "{error}");
}
