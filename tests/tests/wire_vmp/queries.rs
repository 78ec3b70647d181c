//! Queries: their order, their escapes.

use cloudimg_cdnetworks_vmp::{Client, builder};
use cloudimg_core::{Error, ErrorKind};

use crate::exchange::{Exchange, ok, sends};

async fn asks(query: &str, list: impl Fn(builder::ListImages<'_>) -> builder::ListImages<'_>) {
    let line = format!("GET /vmp/images{query}");
    sends(&ok(r#"{"images": []}"#), &line, "", async |client: &Client| list(client.list_images()).send().await).await.unwrap();
}

#[tokio::test]
async fn each_direction_follows_its_key_in_the_order_of_the_caller() {
    let key = |keys: &[&str]| keys.iter().map(|key| (*key).into()).collect::<Vec<_>>();
    let dir = |dirs: &[&str]| dirs.iter().map(|dir| (*dir).into()).collect::<Vec<_>>();
    asks("?sortKey=size&sortDir=asc&sortKey=createdAt&sortDir=desc", |list| {
        list.sort_dir(dir(&["asc", "desc"])).sort_key(key(&["size", "createdAt"]))
    })
    .await;
    asks("?sortKey=createdAt&sortDir=desc&sortKey=size&sortDir=asc", |list| {
        list.sort_key(key(&["createdAt", "size"])).sort_dir(dir(&["desc", "asc"]))
    })
    .await;
    // The last keys have the direction that the service gives them.
    asks("?limit=3&sortKey=type&sortDir=asc&sortKey=name", |list| {
        list.limit(3).sort_key(key(&["type", "name"])).sort_dir(dir(&["asc"]))
    })
    .await;
    asks("?sortKey=name", |list| list.sort_key(key(&["name"]))).await;
    // One that is new to us is sent as it is.
    asks("?sortKey=os%20type&sortDir=up", |list| list.sort_key(key(&["os type"])).sort_dir(dir(&["up"]))).await;
}

#[tokio::test]
async fn a_direction_without_a_key_is_not_sent() {
    let exchange = Exchange::begin(&ok(r#"{"images": []}"#)).await;
    let client = exchange.client();
    for call in [
        client.list_images().sort_dir(vec!["asc".into()]),
        client.list_images().sort_key(vec!["name".into()]).sort_dir(vec!["asc".into(), "desc".into()]),
    ] {
        let error: Error = call.send().await.unwrap_err().into();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("list_images")));
        assert!(error.message().contains("sortDir"), "{error}");
    }
    assert_eq!(exchange.count(), 0);
}

/// Both SDKs sign these alike; of a plus and of a broken escape they make different things.
#[tokio::test]
async fn texts_are_escaped_so_that_they_mean_one_thing() {
    for (name, escaped) in [
        ("web base", "web%20base"),
        ("a+b", "a%2Bb"),
        ("+ +", "%2B%20%2B"),
        ("50%", "50%25"),
        ("%2B", "%252B"),
        ("50%ZZ", "50%25ZZ"),
        ("a&b=c", "a%26b%3Dc"),
        ("a?b#c/d", "a%3Fb%23c%2Fd"),
        ("镜像-1", "%E9%95%9C%E5%83%8F-1"),
        ("é", "%C3%A9"),
        ("", ""),
    ] {
        asks(&format!("?name={escaped}"), |list| list.name(name)).await;
    }
}

#[tokio::test]
async fn ids_are_one_parameter_with_commas() {
    let ids: Vec<_> = (0..100).map(|n| format!("image-{n:03}")).collect();
    asks(&format!("?ids={}", ids.join("%2C")), |list| list.ids(ids.join(","))).await;
    asks("?ids=i1", |list| list.ids("i1")).await;
}
