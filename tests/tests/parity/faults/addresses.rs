//! Go appends the version to whatever the catalog says, Java keeps any that is in it, Python asks for versions before every call.

use super::{images, lines};
use crate::scene::{IMAGE, Scene};

#[tokio::test]
async fn faults_the_version_stands_in_the_path_once() {
    let addresses = ["", "/", "/v2", "/v2/", "/v2.0", "/image", "/image/", "/image/v2", "/image/v2/"];
    for address in addresses {
        for tells_versions in [true, false] {
            let (server, images) = images(Scene { address: address.into(), tells_versions, ..Scene::default() }).await;
            // What prefix there is must be kept, and nothing but the version come behind it.
            let prefix = if address.starts_with("/image") { "/image" } else { "" };
            images.list().collect().await.unwrap();
            images.get(IMAGE).await.unwrap();
            images.tags(IMAGE).add("a").await.unwrap();
            let expected = ["GET {}/v2/images", "GET {}/v2/images/{id}", "PUT {}/v2/images/{id}/tags/a"];
            // The question for versions goes to the address as it is.
            let question = format!("GET {address}");
            let calls: Vec<_> = lines(&server).into_iter().filter(|line| *line != question).collect();
            assert_eq!(calls, expected.map(|line| line.replace("{}", prefix).replace("{id}", IMAGE)), "{address}");
        }
    }
}

#[tokio::test]
async fn faults_another_version_in_the_address_is_not_kept() {
    let (server, images) = images(Scene { address: "/v1".into(), ..Scene::default() }).await;
    images.get(IMAGE).await.unwrap();
    assert_eq!(lines(&server), [format!("GET /v2/images/{IMAGE}")]);
}

#[tokio::test]
async fn faults_versions_are_asked_for_once_and_not_where_the_address_tells() {
    for (address, tells_versions, probes) in [("", true, 1), ("", false, 1), ("/v2", true, 0), ("/v2", false, 0)] {
        let (server, images) = images(Scene { address: address.into(), tells_versions, ..Scene::default() }).await;
        for _ in 0..3 {
            images.get(IMAGE).await.unwrap();
        }
        // One sign-in and three calls beside them.
        assert_eq!(server.count(), 4 + probes, "{address} {tells_versions}: {:?}", server.paths());
    }
}

#[tokio::test]
async fn faults_further_pages_are_where_the_first_one_was() {
    let (server, images) = images(Scene { address: "/image/v2".into(), markers: vec!["m".into()], ..Scene::default() }).await;
    // The link has the path without the prefix.
    assert_eq!(images.list().collect().await.unwrap().len(), 2);
    assert_eq!(lines(&server), ["GET /image/v2/images", "GET /image/v2/images"]);
}
