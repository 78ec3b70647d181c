//! Python and Java do not escape slashes, Java not always what is beyond ASCII, Go no JSON pointers.

use cloudimg::ErrorKind;
use cloudimg::glance::ImagePatch;
use serde_json::json;

use super::{images, lines};
use crate::scene::{IMAGE, Scene, sent};

#[tokio::test]
async fn faults_tags_are_one_segment_of_the_path() {
    let escaped = [
        ("k.v", "k.v"),
        ("a b", "a%20b"),
        ("50%", "50%25"),
        ("%2F", "%252F"),
        ("q?x=1", "q%3Fx=1"),
        ("#1", "%231"),
        ("é", "%C3%A9"),
        ("a+b", "a+b"),
    ];
    for (tag, segment) in escaped {
        let (server, images) = images(Scene::default()).await;
        images.tags(IMAGE).add(tag).await.unwrap();
        images.tags(IMAGE).remove(tag).await.unwrap();
        let path = format!("/v2/images/{IMAGE}/tags/{segment}");
        assert_eq!(lines(&server), [format!("PUT {path}"), format!("DELETE {path}")], "{tag}");
        assert_eq!(sent(&server)[0].segments()[5], tag);
        assert!(sent(&server).iter().all(|request| request.query.is_empty()), "{tag}");
    }
}

#[tokio::test]
async fn faults_a_slash_never_makes_two_segments_of_one() {
    let (server, images) = images(Scene::default()).await;
    for tag in ["a b/c é", "/", "..", "."] {
        for refused in [images.tags(IMAGE).add(tag).await, images.tags(IMAGE).remove(tag).await] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(error.to_string().contains("nothing was sent"), "{error}");
        }
    }
    assert_eq!(images.get("a/b").await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(images.members(IMAGE).get("a/b").await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(lines(&server), [""; 0]);
    // The body of an update can hold what no path can.
    images.tags(IMAGE).replace(["a b/c é"]).await.unwrap();
    assert_eq!(sent(&server)[0].body, json!([{"op": "replace", "path": "/tags", "value": ["a b/c é"]}]));
}

#[tokio::test]
async fn faults_names_in_json_pointers_are_escaped() {
    let (server, images) = images(Scene::default()).await;
    let patch = ImagePatch::new().property("a/b~c", "v").replace_property("~1", "w").remove_property("//");
    images.update(IMAGE, patch).await.unwrap();
    let changes = json!([
        {"op": "add", "path": "/a~1b~0c", "value": "v"},
        {"op": "replace", "path": "/~01", "value": "w"},
        {"op": "remove", "path": "/~1~1"},
    ]);
    // One request for all of them, where Python sends one a change.
    assert_eq!(sent(&server).into_iter().map(|request| request.body).collect::<Vec<_>>(), [changes]);
}
