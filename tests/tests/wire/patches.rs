//! Changes that the service refuses because somebody else was there.

use std::sync::Mutex;

use cloudimg::ErrorKind;
use cloudimg::glance::{Image, ImagePatch};
use serde_json::{Value, json};

use crate::server::{Reply, Server, ok, status};
use crate::{cloud, image};

/// An image with these members besides what all have.
fn with(members: Value) -> String {
    let mut image: Value = serde_json::from_str(&image("7")).unwrap();
    image.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    image.to_string()
}

fn conflict() -> Reply {
    status(409).body(r#"{"message": "There was a conflict when trying to update the image.", "code": "409 Conflict"}"#)
}

/// The methods of the calls of images, and the bodies of the changes.
fn sent(server: &Server) -> (Vec<String>, Vec<Value>) {
    let calls = server.each(|request| (request.path.clone(), request.method.to_string(), request.body.clone()));
    let calls: Vec<_> = calls.into_iter().filter(|(path, ..)| path.starts_with("/v2/images")).collect();
    let bodies = calls.iter().filter(|(_, method, _)| method == "PATCH");
    let bodies = bodies.map(|(_, _, body)| serde_json::from_slice(body).unwrap()).collect();
    (calls.into_iter().map(|(_, method, _)| method).collect(), bodies)
}

/// The images of a service that gives these answers in turn.
async fn scripted(answers: impl IntoIterator<Item = Reply>) -> (Server, cloudimg::glance::Images) {
    let answers = Mutex::new(answers.into_iter().collect::<std::collections::VecDeque<_>>());
    cloud(move |_| answers.lock().unwrap().pop_front().unwrap_or_else(|| status(500))).await
}

#[tokio::test]
async fn after_a_conflict_what_is_left_to_do_is_sent_again() {
    let now = ok(&with(json!({"there": "0"})));
    let (server, images) = scripted([conflict(), now, ok(&image("7"))]).await;
    let patch = ImagePatch::new().name("m").remove_property("gone").remove_property("there").property("there", "1");
    images.update("7", patch).await.unwrap();
    let (methods, bodies) = sent(&server);
    assert_eq!(methods, ["PATCH", "GET", "PATCH"]);
    let rest = [
        json!({"op": "replace", "path": "/name", "value": "m"}),
        json!({"op": "remove", "path": "/there"}),
        json!({"op": "add", "path": "/there", "value": "1"}),
    ];
    assert_eq!(bodies[0].as_array().unwrap().len(), 4);
    assert_eq!(bodies[1], json!(rest));
}

#[tokio::test]
async fn a_conflict_that_does_not_end_is_told_after_some_tries() {
    let (server, images) = cloud(|request| if request.method == "GET" { ok(&image("7")) } else { conflict() }).await;
    let error = images.update("7", ImagePatch::new().name("m")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, Some(409)));
    assert_eq!(sent(&server).0, ["PATCH", "GET", "PATCH", "GET", "PATCH", "GET", "PATCH"]);
}

#[tokio::test]
async fn a_conflict_does_not_make_the_change_of_somebody_else_undone() {
    let before: Image = serde_json::from_str(&with(json!({"p": "1"}))).unwrap();
    let patch = ImagePatch::between(&before, &before.clone().set("p", "2")).unwrap();
    // It is as it was when it is looked at, and another before the change arrives.
    let answers = || [ok(&with(json!({"p": "1"}))), conflict(), ok(&with(json!({"p": "3"}))), ok(&image("7"))];
    let (server, images) = scripted(answers()).await;
    let error = images.update("7", patch.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, None));
    assert!(error.message().contains("is \"3\" now"), "{error}");
    let (methods, bodies) = sent(&server);
    assert_eq!(methods, ["GET", "PATCH", "GET"]);
    // Replacing is refused where the property went away meanwhile, adding would not be.
    assert_eq!(bodies, [json!([{"op": "replace", "path": "/p", "value": "2"}])]);
    let (server, images) = scripted([conflict(), ok(&with(json!({"p": "3"}))), ok(&image("7"))]).await;
    images.update("7", patch.overwriting()).await.unwrap();
    assert_eq!(sent(&server).0, ["PATCH", "GET", "PATCH"]);
}
