//! The sandbox around its rules: start and stop, faults, time, connections.
#![allow(clippy::unwrap_used)] // helpers of tests

mod common;

use std::time::Duration;

use cloudimg_sandbox::{Clock, EffectKind, Fault, Sandbox};
use common::User;
use reqwest::{Method, StatusCode};
use serde_json::Value;

#[tokio::test]
async fn faults_happen_once_and_in_turn() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let faults = sandbox.faults();
    faults.next("GET", "/v2/images", Fault::Status(503, Some(7)));
    faults.next("GET", "/v2/images", Fault::Html502);
    faults.next("GET", "/v2/images", Fault::CloseBeforeAnswer);

    let answer = demo.get("/v2/images").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "7");
    let answer = demo.get("/v2/images").await;
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().contains("<h1>502 Bad Gateway</h1>"));
    assert!(demo.call(Method::GET, "/v2/images").send().await.is_err());
    assert_eq!(demo.get("/v2/images").await.status(), 200);
    assert_eq!(faults.pending(), 0);
}

#[tokio::test]
async fn a_body_can_break_off() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.with_data(vec![7; 3_000_000]).await;
    let path = format!("/v2/images/{id}/file");
    // Only from the cache does a whole image come with its length.
    for length in [None, Some(3_000_000)] {
        for cut in [0_usize, 1, 2_000_000] {
            sandbox.faults().next("GET", "/v2/images/*/file", Fault::CutBodyAfter(cut as u64));
            let mut answer = demo.get(&path).await;
            assert_eq!(answer.content_length(), length);
            let mut read = 0;
            let failed = loop {
                match answer.chunk().await {
                    Ok(Some(piece)) => read += piece.len(),
                    Ok(None) => break false,
                    Err(_) => break true,
                }
            };
            assert!(failed);
            assert_eq!(read, cut);
        }
        assert_eq!(demo.get(&path).await.bytes().await.unwrap().len(), 3_000_000);
    }
}

#[tokio::test]
async fn an_answer_can_be_lost_or_never_come() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.create().await;
    sandbox.faults().next("DELETE", "/v2/images/*", Fault::LoseAnswer);
    let path = format!("/v2/images/{id}");
    assert!(demo.call(Method::DELETE, &path).send().await.is_err());
    // It was carried out all the same.
    assert_eq!(demo.get(&path).await.status(), 404);

    sandbox.faults().next("*", "/v2/images", Fault::Stall);
    let call = demo.call(Method::GET, "/v2/images").timeout(Duration::from_millis(200));
    assert!(call.send().await.unwrap_err().is_timeout());
    // A call that hangs does not hold up the end.
    tokio::time::timeout(Duration::from_secs(3), sandbox.stop()).await.unwrap();
}

#[tokio::test]
async fn tokens_end_by_the_clock() {
    let clock = Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let sandbox = Sandbox::builder().clock(clock).token_lifetime(Duration::from_secs(60)).start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.create().await;
    assert_eq!(demo.show(&id).await["created_at"], "2026-01-02T03:04:05Z");
    sandbox.clock().advance(Duration::from_secs(59));
    assert_eq!(demo.get("/v2/images").await.status(), 200);
    sandbox.clock().advance(Duration::from_secs(1));
    let answer = demo.get("/v2/images").await;
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Keystone uri=\"http://127.0.0.1:"), "{challenge}");

    let demo = User::new(&sandbox, "demo").await;
    assert_eq!(demo.get("/v2/images").await.status(), 200);
    sandbox.revoke_all_tokens();
    assert_eq!(demo.get("/v2/images").await.status(), 401);
}

#[tokio::test]
async fn an_upload_that_is_refused_gets_its_answer_and_the_connection_stays() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.with_data(b"once".to_vec()).await;
    for _ in 0..3 {
        let answer = demo.put_data(&id).body(vec![0; 8 << 20]).send().await.unwrap();
        assert_eq!(answer.status(), 409);
        let body: Value = answer.json().await.unwrap();
        assert!(body["message"].as_str().unwrap().contains("from active to saving"), "{body}");
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_the_image_queued() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.create().await;
    let pieces = futures::stream::iter([Ok(vec![1_u8; 100_000]), Err(std::io::Error::other("the sender goes away"))]);
    let body = reqwest::Body::wrap_stream(pieces);
    assert!(demo.put_data(&id).body(body).send().await.is_err());
    for _ in 0..100 {
        if demo.show(&id).await["status"] == "queued" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = demo.put_data(&id).body("again").send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(demo.show(&id).await["size"], 5);
}

#[tokio::test]
async fn an_image_deleted_during_its_upload_is_gone() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.create().await;
    let (send, receive) = futures::channel::mpsc::unbounded::<Result<Vec<u8>, std::io::Error>>();
    send.unbounded_send(Ok(vec![1; 10])).unwrap();
    let upload = demo.put_data(&id).body(reqwest::Body::wrap_stream(receive)).send();
    let upload = tokio::spawn(upload);
    while demo.show(&id).await["status"] != "saving" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = demo.put_data(&id).body("x").send().await.unwrap();
    assert_eq!(second.status(), 409);
    let delete = demo.call(Method::DELETE, &format!("/v2/images/{id}")).send().await.unwrap();
    assert_eq!(delete.status(), 204);
    drop(send);
    assert_eq!(upload.await.unwrap().unwrap().status(), StatusCode::GONE);
}

#[tokio::test]
async fn a_download_outlives_its_image() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.with_data(vec![9; 20 << 20]).await;
    let mut answer = demo.get(&format!("/v2/images/{id}/file")).await;
    let first = answer.chunk().await.unwrap().unwrap().len();
    let delete = demo.call(Method::DELETE, &format!("/v2/images/{id}")).send().await.unwrap();
    assert_eq!(delete.status(), 204);
    assert_eq!(first + answer.bytes().await.unwrap().len(), 20 << 20);
}

#[tokio::test]
async fn configuration_is_private_and_complete() {
    let sandbox = Sandbox::builder().password("it's \"secret\"").start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new");
    let written = sandbox.write_config(&folder).unwrap();
    let names: Vec<_> = written.iter().map(|p| p.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let wanted = ["clouds.yaml", "openrc-admin", "openrc", "openrc-other", "openrc-viewer", "openrc-demo-appcred"];
    assert_eq!(names, [&wanted[..], &["huawei.env", "huawei-other.env", "cdnetworks.env"]].concat());
    let clouds = std::fs::read_to_string(folder.join("clouds.yaml")).unwrap();
    assert!(clouds.contains("password: \"it's \\\"secret\\\"\""), "{clouds}");
    let openrc = std::fs::read_to_string(folder.join("openrc")).unwrap();
    assert!(openrc.contains("export OS_PASSWORD='it'\\''s \"secret\"'"), "{openrc}");
    let huawei = std::fs::read_to_string(folder.join("huawei.env")).unwrap();
    let (access, secret) = sandbox.access_key("demo").unwrap();
    let (project, endpoint, objects) = (sandbox.project_id("demo").unwrap(), sandbox.ims_url(), sandbox.obs_url());
    let iam = sandbox.auth_url().trim_end_matches("/v3").to_owned();
    let wanted = format!(
        "export HUAWEICLOUD_SDK_AK='{access}'\nexport HUAWEICLOUD_SDK_SK='{secret}'\nexport HUAWEICLOUD_SDK_PROJECT_ID='{project}'\nexport HUAWEICLOUD_SDK_REGION='RegionOne'\nexport HUAWEICLOUD_SDK_REGION_IMS_REGIONONE='{endpoint}'\nexport HUAWEICLOUD_SDK_IAM_ENDPOINT='{iam}'\nexport IMS_ENDPOINT='{endpoint}'\nexport HUAWEICLOUD_SDK_REGION_OBS_REGIONONE='{objects}'\nexport OBS_ENDPOINT='{objects}'\n"
    );
    assert_eq!(huawei, wanted);
    let cdnetworks = std::fs::read_to_string(folder.join("cdnetworks.env")).unwrap();
    let ((access, secret), endpoint) = (sandbox.vmp_access_key(), sandbox.vmp_url());
    let wanted = format!(
        "export CDNETWORKS_ACCESS_KEY='{access}'\nexport CDNETWORKS_SECRET_KEY='{secret}'\nexport CDNETWORKS_ENDPOINT='{endpoint}'\n"
    );
    assert_eq!(cdnetworks, wanted);
    #[cfg(unix)]
    for path in &written {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(sandbox.write_config(folder.join("openrc")).is_err());
}

#[tokio::test]
async fn a_taken_port_is_named_and_an_ended_sandbox_is_silent() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = sandbox.auth_url();
    let addr = url.trim_start_matches("http://").trim_end_matches("/v3").parse().unwrap();
    let error = Sandbox::builder().listen(addr).start().await.unwrap_err();
    assert!(error.to_string().ends_with("the port is taken"), "{error}");
    assert!(reqwest::get(&url).await.is_ok());
    drop(sandbox);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(reqwest::get(&url).await.is_err());
}

#[tokio::test]
async fn effects_are_kept_whatever_the_caller_is_told() {
    let sandbox = Sandbox::start().await.unwrap();
    let demo = User::new(&sandbox, "demo").await;
    let kept =
        || -> Vec<_> { sandbox.effects().take().into_iter().map(|effect| (effect.kind, effect.service, effect.path)).collect() };
    assert_eq!(kept(), [(EffectKind::Created, "keystone", "/v3/auth/tokens".to_owned())]);
    let id = demo.with_data(vec![7; 10]).await;
    let path = format!("/v2/images/{id}");
    let data = (EffectKind::DataWritten, "glance", format!("{path}/file"));
    assert_eq!(kept(), [(EffectKind::Created, "glance", "/v2/images".to_owned()), data]);
    // Looking is none, a refusal is none, and what never reached the service is none.
    sandbox.faults().next("DELETE", &path, Fault::CloseBeforeAnswer);
    assert!(demo.call(Method::DELETE, &path).send().await.is_err());
    assert_eq!(demo.get(&path).await.status(), 200);
    assert_eq!(demo.call(Method::DELETE, "/v2/images/none").send().await.unwrap().status(), 404);
    assert!(kept().is_empty());
    sandbox.faults().next("DELETE", &path, Fault::LoseAnswer);
    assert!(demo.call(Method::DELETE, &path).send().await.is_err());
    assert_eq!(kept(), [(EffectKind::Deleted, "glance", path)]);
}
