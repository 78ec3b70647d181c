//! Images as streams and to writers.

use cloudimg::ErrorKind;
use cloudimg::transfer::{Algorithm, Limits, Verdict};
use cloudimg_tests::{md5, sha512};
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::service::{Answer, Service};
use super::world::{MIB, random};

fn record(more: Value) -> Value {
    let mut record = json!({
        "id": "7", "status": "active", "visibility": "private", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
        "created_at": "", "updated_at": ""
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_in_a_verdict() {
    let data = random(MIB, 1);
    let (md5, sha512) = (md5(&data), sha512(&data));
    let unverifiable = |why: &str| Verdict::Unverifiable(why.to_owned());
    let unknown = "the service hashed the image by `blake2b`, which is not known here";
    for (told, answers_md5, wanted) in [
        (json!({"os_hash_algo": "sha512", "os_hash_value": sha512}), true, Verdict::Verified(Algorithm::Sha512)),
        (json!({"os_hash_algo": "blake2b", "os_hash_value": "00", "checksum": md5}), false, Verdict::Verified(Algorithm::Md5)),
        (json!({"os_hash_algo": null, "checksum": null}), true, Verdict::Verified(Algorithm::Md5)),
        (json!({"os_hash_algo": "blake2b", "os_hash_value": "00"}), false, unverifiable(unknown)),
        (json!({}), false, unverifiable("the service knows no hash of the image")),
    ] {
        let service = Service::of(record(told), data.clone(), move |_, _, mut answer| {
            answer.headers.retain(|(name, _)| answers_md5 || *name != "content-md5");
            answer
        })
        .await;
        let mut stream = service.images().download("7").await.unwrap();
        assert_eq!((stream.length(), stream.verdict()), (Some(MIB as u64), None));
        let mut got = Vec::new();
        while let Some(block) = stream.next().await {
            assert_eq!(stream.verdict(), None);
            got.extend_from_slice(&block.unwrap());
        }
        assert!(got == data);
        assert_eq!(stream.verdict(), Some(&wanted));
        let mut got = Vec::new();
        let done = service.images().download("7").to_writer(&mut got).await.unwrap();
        assert_eq!((done.bytes, done.verdict), (MIB as u64, wanted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_not_verified_and_says_why() {
    let data = random(MIB, 2);
    let service = Service::start(data.clone(), |_, _, answer| answer).await;
    let mut part = service.images().download_range("7", 1000, 500).await.unwrap();
    let got = part.next().await.unwrap().unwrap();
    assert_eq!(got, &data[1000..1500]);
    assert!(part.next().await.is_none());
    assert!(matches!(part.verdict(), Some(Verdict::Unverifiable(why)) if why.contains("part")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_off_goes_on_where_it_was() {
    let data = random(4 * MIB, 3);
    let service = Service::start(data.clone(), |before, ask, answer| match ask.is_data() && before < 3 {
        true => Answer { cut: Some(MIB), ..answer },
        false => answer,
    })
    .await;
    let mut stream = service.images().download("7").await.unwrap();
    let mut got = Vec::new();
    while let Some(block) = stream.next().await {
        got.extend_from_slice(&block.unwrap());
    }
    assert!(got == data && stream.verdict().unwrap().is_verified());
    let ranges = service.ranges();
    assert_eq!(
        ranges,
        [None, Some(format!("bytes={MIB}-")), Some(format!("bytes={}-", 2 * MIB)), Some(format!("bytes={}-", 3 * MIB))]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_before_a_download_is_awaited() {
    let service = Service::start(random(100, 4), |_, _, answer| answer).await;
    let folder = tempfile::tempdir().unwrap();
    let images = service.images();
    let (stream, file) = (images.download("7"), images.download("7").to_path(folder.path().join("disk")));
    drop((stream, file));
    assert_eq!(service.count(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_is_full_is_an_error_that_says_after_how_much() {
    let service = Service::start(random(MIB, 5), |_, _, answer| answer).await;
    let full = tokio::fs::OpenOptions::new().write(true).open("/dev/full").await.unwrap();
    let error = service.images().download("7").to_writer(full).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("the writer failed after"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_a_stream_back() {
    let service = Service::start(random(MIB, 6), |_, _, answer| answer).await;
    let began = std::time::Instant::now();
    let limits = Limits::new().with_bytes_per_second(4 * MIB as u64);
    let done = service.images().download("7").with_limits(limits).to_writer(tokio::io::sink()).await.unwrap();
    assert!(done.verdict.is_verified());
    assert!(began.elapsed() >= std::time::Duration::from_millis(140), "{:?}", began.elapsed());
}
