//! Members: as jobs, and as lists.

use serde_json::{Value, json};

use crate::support::{Cloud, SOMETHING, User};

const MEMBERS: &str = "/v1/cloudimages/members";

#[tokio::test]
async fn an_image_is_offered_taken_and_taken_back() {
    let cloud = Cloud::start().await;
    let (demo, other) = (&cloud.demo, &cloud.other);
    let image = demo.server_image("shared").await;
    let share = json!({"images": [image], "projects": [other.project]});
    let job = demo.finish(demo.post(MEMBERS, share.clone()).await).await;
    let results = json!([{"image_id": image, "project_id": other.project, "status": "success"}]);
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsAddImageMembersJob"), Some("SUCCESS")));
    assert_eq!(job["entities"]["results"], results);
    let shown = demo.listed(&image).await.unwrap();
    assert_eq!((shown["visibility"].as_str(), shown["__imagetype"].as_str()), (Some("shared"), Some("shared")));

    // Offered, and listed only to those who ask for what is offered.
    let offered = "__imagetype=shared&visibility=shared&member_status=";
    assert!(other.names("").await.is_empty());
    assert_eq!(other.names(&format!("{offered}pending")).await, ["shared"]);
    let member = format!("/v1/{}/cloudimages/{image}/members/{}", other.project, other.project);
    let shown = other.get(&member).await.good(200);
    assert_eq!((shown["status"].as_str(), shown["member_type"].as_str()), (Some("pending"), Some("project")));

    let answer = |status: &'static str| {
        other.send("PUT", MEMBERS, json!({"images": [image], "project_id": other.project, "status": status}))
    };
    let job = other.finish(answer("rejected").await).await;
    assert_eq!((job["job_type"].as_str(), &job["entities"]["results"]), (Some("imsUpdateImageMembersJob"), &results));
    assert!(other.names("").await.is_empty());
    assert_eq!(other.names(&format!("{offered}rejected")).await, ["shared"]);
    other.succeed(answer("accepted").await).await;
    assert_eq!(other.names("").await, ["shared"]);
    assert_eq!(other.names(&format!("{offered}accepted")).await, ["shared"]);
    // Glance knows it too.
    let path = format!("/v2/images/{image}/members/{}", other.project);
    assert_eq!(other.glance(reqwest::Method::GET, &path, None).await.good(200)["status"], "accepted");

    let entities = demo.succeed(demo.send("DELETE", MEMBERS, share).await).await;
    assert_eq!(entities, json!({"results": []}));
    assert!(other.names(&format!("{offered}accepted")).await.is_empty());
    assert_eq!(demo.listed(&image).await.unwrap()["visibility"], "private");
    other.get(&member).await.refused("IMG.0027");
}

#[tokio::test]
async fn what_cannot_be_shared() {
    let cloud = Cloud::start().await;
    let (demo, other) = (&cloud.demo, &cloud.other);
    let image = demo.server_image("shared").await;
    let copy = format!("/v1/cloudimages/{image}/copy");
    let encrypted = demo.image(demo.post(&copy, json!({"name": "secret", "cmk_id": SOMETHING})).await).await;
    let many: Vec<String> = (0..129).map(|n| format!("project-{n}")).collect();
    for (body, code) in [
        (json!({"projects": [other.project]}), "IMG.0001"),
        (json!({"images": [image]}), "IMG.0001"),
        (json!({"images": [image], "projects": []}), "IMG.0001"),
        (json!({"images": ["unknown"], "projects": [other.project]}), "IMG.0027"),
        (json!({"images": [image], "projects": [demo.project]}), "IMG.0076"),
        (json!({"images": [image], "projects": many}), "IMG.0088"),
        (json!({"images": [encrypted], "projects": [other.project]}), "IMG.0098"),
    ] {
        demo.post(MEMBERS, body).await.refused(code);
    }
    // A project that is not there fails the job, and the others have their image.
    let share = json!({"images": [image], "projects": ["nobody", other.project]});
    let job = demo.finish(demo.post(MEMBERS, share).await).await;
    assert_eq!((job["status"].as_str(), job["error_code"].as_str()), (Some("FAIL"), Some("IMG.0108")));
    let states: Vec<&str> = job["entities"]["results"].as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["fail", "success"]);
    let answer = |body: Value| other.send("PUT", MEMBERS, body);
    let good = json!({"images": [image], "project_id": other.project, "status": "accepted"});
    for (key, value, code) in [
        ("project_id", json!(demo.project), "IMG.0030"),
        ("status", json!("pending"), "IMG.0001"),
        ("images", json!([]), "IMG.0001"),
        ("images", json!([encrypted]), "IMG.0027"),
    ] {
        let mut body = good.clone();
        body[key] = value;
        answer(body).await.refused(code);
    }
    other.succeed(answer(good).await).await;
    other.post(MEMBERS, json!({"images": [image], "projects": ["x"]})).await.refused("IMG.0047");
    other.send("DELETE", MEMBERS, json!({"images": [image], "projects": ["x"]})).await.refused("IMG.0047");
    other.delete(&format!("/v2/images/{image}")).await.refused("IMG.0092");
    // A whole image is taken into a vault.
    let whole = json!({"name": "whole", "instance_id": SOMETHING, "vault_id": SOMETHING});
    let whole = demo.image(demo.post("/v1/cloudimages/wholeimages/action", whole).await).await;
    demo.succeed(demo.post(MEMBERS, json!({"images": [whole], "projects": [other.project]})).await).await;
    answer(json!({"images": [whole], "project_id": other.project, "status": "accepted"})).await.refused("IMG.0001");
    let body = json!({"images": [whole], "project_id": other.project, "status": "accepted", "vault_id": SOMETHING});
    other.succeed(answer(body).await).await;
}

#[tokio::test]
async fn members_by_pages() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("shared").await;
    let admin = User::new(&cloud.sandbox, "admin", "admin").await;
    let share = json!({"images": [image], "projects": [cloud.other.project, admin.project], "domains": ["account"],
        "organizations": ["unit"]});
    demo.succeed(demo.post(MEMBERS, share).await).await;
    for path in [format!("/v1/{}/cloudimages/{image}/members", demo.project), format!("/v2/images/{image}/members")] {
        let mut kinds = Vec::new();
        let mut marker = String::new();
        loop {
            let page = demo.get(&format!("{path}?limit=3&marker={marker}")).await.good(200);
            let members = page["members"].as_array().unwrap();
            assert_eq!(page["page_info"]["current_count"].as_u64(), Some(members.len() as u64));
            kinds.extend(members.iter().map(|m| m["member_type"].as_str().unwrap().to_owned()));
            match page["page_info"]["next_marker"].as_str() {
                Some(next) => marker = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(kinds, ["project", "project", "domain", "organization"]);
        demo.get(&format!("{path}?limit=1001")).await.refused("IMG.0001");
        demo.get(&format!("{path}?marker=made-up")).await.refused("IMG.0001");
    }
    // A member sees itself alone.
    let own = cloud.other.get(&format!("/v1/{}/cloudimages/{image}/members", cloud.other.project)).await.good(200);
    assert_eq!(own["members"].as_array().unwrap().len(), 1);
    let show = |member: &str| format!("/v1/{}/cloudimages/{image}/members/{member}", demo.project);
    assert!(demo.get(&show("unit")).await.good(200)["urn"].as_str().unwrap().contains("unit"));
    demo.get(&show("nobody")).await.refused("IMG.0114");
    cloud.other.get(&show(&admin.project)).await.refused("IMG.0030");
}
