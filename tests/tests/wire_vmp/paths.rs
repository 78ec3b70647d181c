//! Ids in paths: what would name another path is not sent, what is odd is escaped once.

use cloudimg_cdnetworks_vmp::types::ImageRemove;
use cloudimg_cdnetworks_vmp::{Client, Error, ErrorKind};

use crate::exchange::{Exchange, ok, sends};

async fn errors(client: &Client, id: &str) -> [Error; 3] {
    [
        client.remove_image().image_id(id).send().await.map_err(Error::from).unwrap_err(),
        client.remove_image_with_body().image_id(id).body(ImageRemove::new(id)).send().await.map_err(Error::from).unwrap_err(),
        client.show_preheating().id(id).send().await.map_err(Error::from).unwrap_err(),
    ]
}

#[tokio::test]
async fn ids_that_would_be_other_paths_are_not_sent() {
    let exchange = Exchange::begin(&ok("{}")).await;
    let client = exchange.client();
    for id in ["", ".", "..", "a/b", "/", "a\\b", "../x", "..\\x", "preHeating/x", "a\0b"] {
        for error in errors(&client, id).await {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{id:?}: {error}");
            assert!(error.to_string().contains("nothing was sent"), "{id:?}: {error}");
        }
    }
    assert_eq!(exchange.count(), 0);
}

#[tokio::test]
async fn ids_that_are_fixed_paths_are_not_sent() {
    let exchange = Exchange::begin(&ok("{}")).await;
    let client = exchange.client();
    for id in ["preHeating", "preHeatingInfo", "preheating", "PREHEATINGINFO", "PreHeating"] {
        let removed = client.remove_image().image_id(id).send().await.map_err(Error::from).unwrap_err();
        let with_body = client.remove_image_with_body().image_id(id).body(ImageRemove::new(id));
        let with_body = with_body.send().await.map_err(Error::from).unwrap_err();
        for error in [removed, with_body] {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{id}: {error}");
            assert!(error.message().contains("names another path; nothing was sent"), "{id}: {error}");
        }
    }
    assert_eq!(exchange.count(), 0);
    // Below preHeatingInfo nothing is fixed.
    sends(&ok("{}"), "GET /vmp/images/preHeatingInfo/preHeating", "", async |c| c.show_preheating().id("preHeating").send().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn odd_ids_are_escaped_once() {
    for (id, escaped) in [
        ("i1", "i1"),
        ("A-b_c.d~e", "A-b_c.d~e"),
        ("a b", "a%20b"),
        ("50%", "50%25"),
        ("a%2Fb", "a%252Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("镜像", "%E9%95%9C%E5%83%8F"),
        ("...", "..."),
        ("preHeating2", "preHeating2"),
        ("%70reHeating", "%2570reHeating"),
    ] {
        let line = format!("DELETE /vmp/images/{escaped}");
        sends(&ok("{}"), &line, "", async |client| client.remove_image().image_id(id).send().await).await.unwrap();
        let line = format!("GET /vmp/images/preHeatingInfo/{escaped}");
        sends(&ok("{}"), &line, "", async |client| client.show_preheating().id(id).send().await).await.unwrap();
    }
}

/// A service behind a path of its own, or an address that ends in a slash.
#[tokio::test]
async fn the_path_of_the_address_stays() {
    let exchange = Exchange::begin(&ok("{}")).await;
    let client = exchange.client();
    let base = progenitor_client::ClientInfo::baseurl(&client).to_owned();
    let session = progenitor_client::ClientInfo::inner(&client).clone();
    Client::new(&format!("{base}/gateway/"), session).remove_image().image_id("i1").send().await.unwrap();
    assert_eq!(exchange.only().0, "DELETE /gateway/vmp/images/i1");
}
