//! Images that go.

use cloudimg::ErrorKind;

use crate::server::{Server, ok, status};
use crate::support::{clock, refused, vmp};

#[tokio::test]
async fn no_body_goes_with_it_unless_asked_for_and_every_success_is_one() {
    let server = Server::start([ok("{}"), ok(""), status(204), ok(r#"{"code": "0"}"#)]).await;
    let images = vmp(&server, &clock()).images();
    images.remove("i").await.unwrap();
    images.remove("i").with_body().await.unwrap();
    images.remove("i").await.unwrap();
    assert!(images.remove_if_exists("i").await.unwrap());
    assert_eq!(server.paths(), ["/vmp/images/i"; 4]);
    assert_eq!(server.methods(), ["DELETE"; 4]);
    let bodies = server.bodies();
    assert_eq!([&bodies[0][..], &bodies[1], &bodies[2], &bodies[3]], [&b""[..], br#"{"imageId":"i"}"#, b"", b""]);
}

#[tokio::test]
async fn what_is_not_there_is_no_failure_for_who_does_not_mind() {
    let server = Server::start([refused(404, "ImageNotFound"), refused(404, "ImageNotFound"), refused(403, "ImageNotOwned")]).await;
    let images = vmp(&server, &clock()).images();
    assert_eq!(images.remove("i").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!images.remove_if_exists("i").await.unwrap());
    let error = images.remove_if_exists("i").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Forbidden, Some("ImageNotOwned")));
}

#[tokio::test]
async fn what_cannot_be_an_id_is_not_sent() {
    let server = Server::start([]).await;
    for id in ["", "preHeating", "preheatinginfo", ".."] {
        assert_eq!(vmp(&server, &clock()).images().remove(id).await.unwrap_err().kind(), ErrorKind::InvalidRequest, "{id}");
    }
    assert_eq!(server.count(), 0);
}
