use cloudimg_sandbox::EffectKind;

use super::support::Store;

#[tokio::test]
async fn an_object_comes_is_read_in_part_and_goes() {
    let store = Store::start().await;
    store.sandbox.effects().take();
    let put = store.call("PUT", "/sandbox/a.raw", "0123456789").await;
    assert_eq!((put.status, put.etag.as_deref()), (200, Some("781e5e245d69b566979b86e28d23f2c7")));
    let head = store.call("HEAD", "/sandbox/a.raw", "").await;
    assert_eq!((head.status, &head.etag, head.headers["content-length"].to_str().unwrap()), (200, &put.etag, "10"));
    let whole = store.call("GET", "/sandbox/a.raw", "").await;
    assert_eq!((whole.status, whole.body.as_slice()), (200, b"0123456789".as_slice()));
    for (range, body, span) in
        [("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=7-", "789", "bytes 7-9/10"), ("bytes=-1", "9", "bytes 9-9/10")]
    {
        let part = store.call_with("GET", "/sandbox/a.raw", &[("range", range)], "").await;
        assert_eq!((part.status, part.text().as_str(), part.headers["content-range"].to_str().unwrap()), (206, body, span));
    }
    store.call_with("GET", "/sandbox/a.raw", &[("range", "bytes=10-")], "").await.refused(416, "InvalidRange");
    assert_eq!(store.sandbox.ims().object("sandbox", "a.raw").unwrap(), b"0123456789");
    for _ in 0..2 {
        assert_eq!(store.call("DELETE", "/sandbox/a.raw", "").await.status, 204);
    }
    store.call("GET", "/sandbox/a.raw", "").await.refused(404, "NoSuchKey");
    assert_eq!(store.call("HEAD", "/sandbox/a.raw", "").await.status, 404);
    // What was gone already is not deleted again.
    let effects = store.sandbox.effects().take();
    let seen: Vec<_> = effects.iter().map(|effect| (effect.service, effect.kind, effect.path.as_str())).collect();
    assert_eq!(seen, [("obs", EffectKind::Created, "/sandbox/a.raw"), ("obs", EffectKind::Deleted, "/sandbox/a.raw")]);
}

#[tokio::test]
async fn wrong_hashes_lengths_and_buckets_are_refused() {
    let store = Store::start().await;
    let signature = store.signature(&format!("PUT\nCY9rzUYh03PK3k6DJie09g==\n\n{}\n/sandbox/a.raw", super::support::DATE));
    let call = store.request("PUT", "/sandbox/a.raw", &signature).header("content-md5", "CY9rzUYh03PK3k6DJie09g==");
    super::support::Answer::read(call.body("tent").send().await.unwrap()).await.refused(400, "BadDigest");
    assert!(store.sandbox.ims().object("sandbox", "a.raw").is_none());

    store.call("PUT", "/nowhere/a.raw", "x").await.refused(404, "NoSuchBucket");
    store.call("PUT", "/elsewhere/a.raw", "x").await.refused(301, "PermanentRedirect");
    store.call("PATCH", "/sandbox/a.raw", "x").await.refused(405, "MethodNotAllowed");
    assert_eq!(store.call("GET", "/elsewhere/?location", "").await.text().matches(">elsewhere<").count(), 1);
    let head = store.call("HEAD", "/sandbox", "").await;
    assert_eq!((head.status, head.headers["x-obs-bucket-location"].to_str().unwrap()), (200, "RegionOne"));
}
