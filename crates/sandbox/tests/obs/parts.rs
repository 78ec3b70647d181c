use cloudimg_sandbox::EffectKind;

use super::support::Store;

const PART: usize = 100 << 10;

fn list(parts: &[(u32, &str)]) -> String {
    let part = |(number, etag): &(u32, &str)| format!("<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>");
    format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.iter().map(part).collect::<String>())
}

#[tokio::test]
async fn an_object_is_made_of_its_parts() {
    let store = Store::start().await;
    store.sandbox.effects().take();
    let id = store.call("POST", "/sandbox/b.raw?uploads", "").await.member("UploadId").unwrap();
    let target = |number: u32| format!("/sandbox/b.raw?partNumber={number}&uploadId={id}");
    assert_eq!(store.sandbox.ims().unfinished_objects("sandbox"), ["b.raw"]);
    // They may come in any order, and again.
    let last = store.call("PUT", &target(7), "end").await.etag.unwrap();
    store.call("PUT", &target(2), vec![9; PART]).await;
    let first = store.call("PUT", &target(2), vec![1; PART]).await.etag.unwrap();
    let complete = format!("/sandbox/b.raw?uploadId={id}");
    let done = store.call("POST", &complete, list(&[(2, &first), (7, &last)])).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.member("ETag").unwrap().contains("-2"));
    let object = store.sandbox.ims().object("sandbox", "b.raw").unwrap();
    assert_eq!(object, [vec![1; PART], b"end".to_vec()].concat());
    let part = store.call_with("GET", "/sandbox/b.raw", &[("range", "bytes=102399-102401")], "").await;
    assert_eq!(part.body, [1, b'e', b'n']);
    assert!(store.sandbox.ims().unfinished_objects("sandbox").is_empty());
    store.call("POST", &complete, list(&[(2, &first)])).await.refused(404, "NoSuchUpload");
    let paths: Vec<_> = store.sandbox.effects().take().into_iter().map(|effect| (effect.kind, effect.path)).collect();
    let path = |part: &str| format!("/sandbox/b.raw?{part}");
    assert_eq!(paths.first(), Some(&(EffectKind::Created, path("uploads"))));
    assert_eq!(paths.iter().filter(|effect| **effect == (EffectKind::DataWritten, path("partNumber"))).count(), 3);
    assert_eq!(paths.last(), Some(&(EffectKind::Created, path("uploadId"))));
}

#[tokio::test]
async fn what_does_not_make_an_object_is_refused() {
    let store = Store::start().await;
    let id = store.call("POST", "/sandbox/c.raw?uploads", "").await.member("UploadId").unwrap();
    let target = |number: u32| format!("/sandbox/c.raw?partNumber={number}&uploadId={id}");
    let small = store.call("PUT", &target(1), "small").await.etag.unwrap();
    let last = store.call("PUT", &target(2), "last").await.etag.unwrap();
    let complete = format!("/sandbox/c.raw?uploadId={id}");
    for (body, code) in [
        (list(&[(1, &small), (2, &last)]), "EntityTooSmall"),
        (list(&[(2, &last), (1, &small)]), "InvalidPartOrder"),
        (list(&[(1, &last)]), "InvalidPart"),
        (list(&[(3, &last)]), "InvalidPart"),
        (list(&[]), "MalformedXML"),
        ("<no".to_owned(), "MalformedXML"),
    ] {
        store.call("POST", &complete, body).await.refused(400, code);
    }
    store.call("PUT", &target(0), "x").await.refused(400, "InvalidArgument");
    store.call("PUT", &format!("/sandbox/other.raw?partNumber=1&uploadId={id}"), "x").await.refused(404, "NoSuchUpload");
    let listed = store.call("GET", "/sandbox/?uploads", "").await;
    assert_eq!(listed.member("UploadId").as_deref(), Some(id.as_str()));
    assert_eq!(store.call("DELETE", &complete, "").await.status, 204);
    store.call("DELETE", &complete, "").await.refused(404, "NoSuchUpload");
    assert_eq!(store.call("GET", "/sandbox/?uploads", "").await.member("UploadId"), None);
    assert!(store.sandbox.ims().object("sandbox", "c.raw").is_none());
}
