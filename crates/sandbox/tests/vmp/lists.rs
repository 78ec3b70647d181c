//! Lists: conditions, order, pages.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{BUILD, Cloud, IMAGES};

/// So many images of the account, in the order of their ids.
fn fill(cloud: &Cloud, count: usize) -> Vec<String> {
    let mut ids: Vec<String> = (0..count).map(|number| cloud.vmp().put_image(format!("image {number}"), "CUSTOM")).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn what_a_new_account_sees() {
    let cloud = Cloud::start().await;
    let answer = cloud.get(IMAGES).await;
    answer.named();
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["date"], "Fri, 02 Jan 2026 03:04:05 GMT");
    let wanted = json!({"images": [
        {"id": "3b0e7a0c-52f5-4d0e-9c1b-6f1d0a7e2c11", "name": "CentOS-7.9-x86_64", "type": "COMMON",
            "createdAt": "2025-01-02 11:04:05", "size": "2.2", "state": "ACTIVE"},
        {"id": "c9d1f6a4-8e27-4b93-a6d0-15f3b2e84c22", "name": "Windows-Server-2019", "type": "COMMON",
            "createdAt": "2025-01-03 11:04:05", "size": "12.75", "state": "ACTIVE"},
    ]});
    assert_eq!(answer.good(), wanted);
}

#[tokio::test]
async fn conditions() {
    let cloud = Cloud::start().await;
    let ids = async |query: &str| cloud.list(query).await.ids();
    let snapshot = cloud.snapshot("my image+v2&x=镜").await;
    let custom = cloud.vmp().put_image("web", "CUSTOM");
    assert_eq!(ids("type=SNAPSHOT").await, [snapshot.as_str()]);
    assert_eq!(ids("state=BUILDING").await, [snapshot.as_str()]);
    assert_eq!(ids("type=COMMON").await.len(), 2);
    assert_eq!(ids("state=ACTIVE").await.len(), 3);
    assert!(ids("state=INACTIVE").await.is_empty());
    assert_eq!(ids("name=web&type=CUSTOM").await, [custom.as_str()]);
    assert!(ids("name=we").await.is_empty(), "the whole name counts");
    assert_eq!(ids("name=my%20image%2Bv2%26x%3D%E9%95%9C").await, [snapshot.as_str()]);
    assert_eq!(ids(&format!("ids={custom},{snapshot},unknown")).await.len(), 2);
    assert_eq!(ids(&format!("ids={custom}%2C{snapshot}&state=ACTIVE")).await, [custom.as_str()]);
    assert!(ids("ids=unknown").await.is_empty());
    assert_eq!(ids("other=x").await.len(), 4);
}

#[tokio::test]
async fn what_is_refused() {
    let cloud = Cloud::start().await;
    let many = vec!["x"; 101].join(",");
    for query in [
        "type=common",
        "type=",
        "state=DELETED",
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=",
        "marker=",
        "ids=",
        "ids=a,,b",
        "sortKey=id",
        "sortKey=created_at",
        "sortKey=name&sortDir=up",
        "sortDir=asc",
        "sortDir=asc&sortKey=name",
        "sortKey=name&sortDir=asc&sortDir=desc",
        "marker=x&sortKey=name",
        "sortKey=name&sortDir=asc&marker=x",
        "limit=1&limit=2",
        "state=ACTIVE&state=BUILDING",
        &format!("ids={many}"),
    ] {
        cloud.list(query).await.refused(400, "InvalidParameter");
    }
    let fewer = vec!["x"; 100].join(",");
    assert!(cloud.list(&format!("ids={fewer}")).await.ids().is_empty());
}

#[tokio::test]
async fn the_order() {
    let cloud = Cloud::start().await;
    let vmp = cloud.vmp();
    for (name, kind) in [("b", "CUSTOM"), ("a", "SNAPSHOT"), ("c", "SNAPSHOT"), ("b", "SNAPSHOT")] {
        vmp.put_image(name, kind);
        cloud.pass(BUILD);
    }
    let shown = async |query: &str| {
        let body = cloud.list(query).await.good();
        let show = |image: &serde_json::Value| format!("{} {}", image["name"].as_str().unwrap(), image["type"].as_str().unwrap());
        body["images"].as_array().unwrap().iter().map(show).collect::<Vec<_>>()
    };
    let (centos, windows) = ("CentOS-7.9-x86_64 COMMON", "Windows-Server-2019 COMMON");
    // Down, if nothing is said.
    assert_eq!(shown("sortKey=name&limit=3").await[0], "c SNAPSHOT");
    let wanted = [centos, windows, "b CUSTOM", "a SNAPSHOT", "b SNAPSHOT", "c SNAPSHOT"];
    assert_eq!(shown("sortKey=type&sortDir=asc&sortKey=name&sortDir=asc").await, wanted);
    let wanted = ["c SNAPSHOT", "b SNAPSHOT", "b CUSTOM", "a SNAPSHOT", windows, centos];
    assert_eq!(shown("sortKey=name&sortKey=type&sortDir=desc").await, wanted);
    let wanted = [centos, windows, "b CUSTOM", "a SNAPSHOT", "c SNAPSHOT", "b SNAPSHOT"];
    assert_eq!(shown("sortKey=createdAt&sortDir=asc").await, wanted);
    // As numbers, which texts they are: 12.75, 10, 2.2.
    let sizes = shown("sortKey=size").await;
    assert_eq!((sizes[0].as_str(), sizes[5].as_str()), (windows, centos));
    assert_eq!(shown("sortKey=state&sortDir=asc&sortKey=name&sortDir=asc&limit=1").await, [centos]);
}

#[tokio::test]
async fn pages() {
    for included in [false, true] {
        let cloud = Cloud::with(|builder| builder.vmp_marker_included(included)).await;
        fill(&cloud, 45);
        let all: Vec<String> = cloud.vmp().images().into_iter().map(|image| image.id).collect();
        assert!(all.is_sorted());
        assert_eq!(cloud.get(IMAGES).await.ids(), all[..20]);
        assert_eq!(cloud.list("limit=1000").await.ids(), all);
        let mut page = cloud.list("limit=7").await.ids();
        assert_eq!(page.len(), 7);
        let mut seen: BTreeSet<String> = page.iter().cloned().collect();
        while let Some(last) = page.last() {
            let next = cloud.list(&format!("limit=7&marker={last}")).await.ids();
            assert_eq!(next.contains(last), included);
            if included && next.len() == 1 {
                break;
            }
            let before = seen.len();
            seen.extend(next.iter().cloned());
            assert_eq!(seen.len() - before, next.len() - usize::from(included));
            page = next;
        }
        assert_eq!(Vec::from_iter(seen), all);
    }
}

#[tokio::test]
async fn markers_go_with_conditions_and_outlive_their_images() {
    let cloud = Cloud::start().await;
    let ids = fill(&cloud, 9);
    let page = cloud.list(&format!("type=CUSTOM&limit=3&marker={}", ids[2])).await.ids();
    assert_eq!(page, ids[3..6]);
    assert_eq!(cloud.delete(&ids[5]).await.status, 200);
    let page = cloud.list(&format!("type=CUSTOM&limit=3&marker={}", ids[5])).await.ids();
    assert_eq!(page, ids[6..9]);
    assert!(cloud.list(&format!("type=CUSTOM&marker={}", ids[8])).await.ids().is_empty());
}

#[tokio::test]
async fn pages_may_be_shorter_than_asked_for() {
    let cloud = Cloud::with(|builder| builder.vmp_max_page_size(5)).await;
    fill(&cloud, 8);
    assert_eq!(cloud.list("limit=100").await.ids().len(), 5);
    assert_eq!(cloud.list("limit=2").await.ids().len(), 2);
    assert_eq!(cloud.list("sortKey=name").await.ids().len(), 5);
}
