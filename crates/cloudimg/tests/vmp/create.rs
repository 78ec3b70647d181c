//! Images, from their making to their first use.

use cloudimg::ErrorKind;
use cloudimg::vmp::{ImageState, OsType};
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::server::{Reply, Server, status};
use crate::support::{builder, clock, drive, image, images, in_state, refused, text, vmp};

const MD5: &str = "0123456789abcdefABCDEF0123456789";

fn created() -> Reply {
    text(&json!({"id": "i"}))
}

fn body(server: &Server, at: usize) -> Value {
    serde_json::from_slice(&server.bodies()[at]).unwrap()
}

#[tokio::test]
async fn an_image_is_made_waited_for_and_known_by_its_id_at_once() {
    let looks = ["BUILDING", "CHECKING", "BUILDING", "BUILDING", "BUILDING", "ACTIVE"].map(in_state);
    let server = Server::start([created(), images(&[])].into_iter().chain(looks)).await;
    let clock = clock();
    let building = vmp(&server, &clock).images().create_from_instance("golden", "uuid").await.unwrap();
    assert_eq!((building.id(), server.count()), ("i", 1));
    let (made, waits) = drive(&clock, building).await;
    assert_eq!(made.unwrap().state, Some(ImageState::Active));
    assert_eq!(waits, [10.0, 15.0, 22.5, 30.0, 30.0, 30.0]);
    assert_eq!(body(&server, 0), json!({"name": "golden", "instanceUuid": "uuid"}));
    assert_eq!(
        (server.methods()[0].as_str(), server.paths()[0].as_str(), server.paths()[1].as_str()),
        ("POST", "/vmp/images", "/vmp/images?ids=i")
    );
}

#[tokio::test]
async fn states_are_a_stream_and_the_image_comes_after() {
    let server = Server::start([created(), in_state("BUILDING"), in_state("QUEUED"), in_state("ACTIVE")]).await;
    let clock = clock();
    let mut building = vmp(&server, &clock).images().create_from_instance("golden", "uuid").await.unwrap();
    let (states, _) = drive(&clock, building.by_ref().map(Result::unwrap).collect::<Vec<_>>()).await;
    assert_eq!(states, [ImageState::Building, "QUEUED".into()]);
    assert_eq!((&mut building).await.unwrap().id, "i");
    assert_eq!(building.await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn what_may_be_said_is_sent_as_the_service_spells_it() {
    let server = Server::start([created(), created()]).await;
    let images = vmp(&server, &clock()).images();
    let made = images.create_from_instance("a", "uuid").os_type(OsType::Windows).min_disk(40).qga_enabled(true);
    drop(made.await.unwrap());
    let made = images.create_from_url("b", "https://h/x.qcow2?sign=1", "linux").md5(MD5).min_disk(20).qga_enabled(false);
    drop(made.await.unwrap());
    assert_eq!(
        body(&server, 0),
        json!({"name": "a", "instanceUuid": "uuid", "ostype": "windows", "minDisk": 40, "qgaEnabled": "TRUE"})
    );
    assert_eq!(
        body(&server, 1),
        json!({"name": "b", "imageSrcUrl": "https://h/x.qcow2?sign=1", "ostype": "linux", "md5": MD5, "minDisk": 20, "qgaEnabled": "FALSE"})
    );
}

#[tokio::test]
async fn what_cannot_be_right_is_not_sent() {
    let server = Server::start([]).await;
    let images = vmp(&server, &clock()).images();
    let url = |url: &str| images.create_from_url("b", url, "linux");
    let wrong = [
        (images.create_from_instance(" ", "uuid").await, "`name` is empty"),
        (images.create_from_instance("a", "").await, "`instance` is empty"),
        (images.create_from_instance("a", "uuid").os_type("Linux").await, "write `linux`"),
        (images.create_from_url("", "https://h/x", "linux").await, "`name` is empty"),
        (images.create_from_url("b", "https://h/x", "").await, "`os_type` is empty"),
        (images.create_from_url("b", "https://h/x", "WINDOWS").await, "write `windows`"),
        (url("").await, "`url` is empty"),
        (url("h/x.qcow2").await, "`url` is no URL"),
        (url("file:/x").await, "`url` is no URL"),
        (url("https://h/x").md5(&MD5[1..]).await, "32 hexadecimal digits"),
        (url("https://h/x").md5(MD5.replace('a', "g")).await, "32 hexadecimal digits"),
    ];
    for (result, part) in wrong {
        let error = result.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidRequest && error.message().contains(part), "{part}: {error}");
    }
    assert_eq!(server.count(), 0);
    assert!(images.attach("").is_err());
}

#[tokio::test]
async fn an_image_that_fails_is_named() {
    let server = Server::start([created(), in_state("BUILDING"), in_state("INACTIVE")]).await;
    let clock = clock();
    let mut building = vmp(&server, &clock).images().create_from_instance("golden", "uuid").await.unwrap();
    let (result, _) = drive(&clock, &mut building).await;
    let error = result.unwrap_err();
    assert!(error.kind() == ErrorKind::JobFailed && error.message().contains("`i`"), "{error}");
    assert_eq!(building.await.unwrap_err().to_string(), error.to_string());
}

#[tokio::test]
async fn a_call_that_may_have_arrived_is_not_sent_again() {
    for reply in [Reply::CloseUnread, status(503), refused(500, "InternalError")] {
        let server = Server::start([reply, created()]).await;
        let vmp = builder(&server, &clock()).retry(cloudimg::retry::Standard::default()).build().unwrap();
        let error = vmp.images().create_from_instance("golden", "uuid").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ServiceUnavailable), "{error}");
        assert_eq!(server.count(), 1);
    }
    let server = Server::start([text(&json!({"id": ""}))]).await;
    let error = vmp(&server, &clock()).images().create_from_instance("golden", "uuid").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn passing_failures_are_borne_and_each_look_is_one_call() {
    let server =
        Server::start([status(503), refused(429, "Throttled").header("retry-after", "45"), status(502), in_state("ACTIVE")]).await;
    let clock = clock();
    let vmp = builder(&server, &clock).retry(cloudimg::retry::Standard::default()).build().unwrap();
    let (made, waits) = drive(&clock, vmp.images().attach("i").unwrap()).await;
    made.unwrap();
    assert_eq!((waits, server.count()), (vec![10.0, 45.0, 30.0], 4));
}

#[tokio::test]
async fn patience_ends_and_a_vanished_image_is_not_found() {
    let server = Server::answering(|_| in_state("BUILDING")).await;
    let clock = clock();
    let building = vmp(&server, &clock).images().attach("i").unwrap().with_limit(std::time::Duration::from_secs(60));
    let (result, waits) = drive(&clock, building).await;
    assert_eq!((result.unwrap_err().kind(), waits), (ErrorKind::Timeout, vec![10.0, 15.0, 22.5]));
    let server = Server::start([images(&[image("other", "ACTIVE")]), images(&[])]).await;
    let (result, _) = drive(&clock, vmp(&server, &clock).images().attach("i").unwrap()).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_handle_goes_to_another_thread_and_dropping_it_stops_the_looking() {
    let server = Server::answering(|_| in_state("ACTIVE")).await;
    let building = vmp(&server, &clock()).images().attach("i").unwrap();
    assert_eq!(tokio::spawn(building).await.unwrap().unwrap().id, "i");
    assert_eq!(server.count(), 1);
    drop(vmp(&server, &clock()).images().attach("i").unwrap());
    assert_eq!(server.count(), 1, "nothing is asked before it is awaited");
}
