//! Images from servers, disks, files, backups.

use serde_json::{Value, json};

use crate::support::{Cloud, NOTHING, SOMETHING};

const ACTION: &str = "/v2/cloudimages/action";
const WHOLE: &str = "/v1/cloudimages/wholeimages/action";
const DATA: &str = "/v1/cloudimages/dataimages/action";
const QUICK: &str = "/v2/cloudimages/quickimport/action";

#[tokio::test]
async fn from_a_server() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "ims_test", "description": "of a server", "instance_id": SOMETHING, "tags": ["aaa.111", "bbb"],
        "min_ram": 1024, "max_ram": 4096});
    let job = cloud.demo.finish(cloud.demo.post(ACTION, body).await).await;
    assert_eq!(job["job_type"], "imsCreateImageByInstance");
    assert_eq!(job["entities"]["image_name"], "ims_test");
    let id = job["entities"]["image_id"].as_str().unwrap();
    let image = cloud.demo.listed(id).await.unwrap();
    let wanted = json!({"status": "active", "visibility": "private", "__imagetype": "private", "__isregistered": "true",
        "__image_source_type": "uds", "virtual_env_type": "FusionCompute", "__os_type": "Linux", "disk_format": "zvhd2",
        "container_format": "bare", "__description": "of a server", "min_ram": 1024, "max_ram": "4096", "min_disk": 40,
        "tags": ["aaa=111", "bbb"], "owner": cloud.demo.project, "enterprise_project_id": "0"});
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(image[key], *value, "{key}");
    }
    // The same image, as Glance has it, with its data.
    let path = format!("/v2/images/{id}");
    let shown = cloud.demo.glance(reqwest::Method::GET, &path, None).await.good(200);
    assert_eq!((shown["name"].as_str(), shown["__imagetype"].as_str()), (Some("ims_test"), Some("private")));
    let data = cloud.demo.glance(reqwest::Method::GET, &format!("{path}/file"), None).await;
    assert_eq!(data.status, 200);
    assert!(data.text.contains(SOMETHING));
    assert!(cloud.other.listed(id).await.is_none());
}

#[tokio::test]
async fn from_a_file() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "file", "image_url": "sandbox:system.qcow2", "os_version": "Windows Server 2019 Datacenter 64bit",
        "min_disk": 40, "image_tags": [{"key": "a", "value": "1.2"}], "hw_firmware_type": "uefi", "architecture": "x86"});
    let job = cloud.demo.finish(cloud.demo.post(ACTION, body).await).await;
    assert_eq!(job["job_type"], "imsImportImageJob");
    let image = cloud.demo.listed(job["entities"]["image_id"].as_str().unwrap()).await.unwrap();
    for (key, value) in [("__os_type", "Windows"), ("__platform", "Windows"), ("__os_bit", "64"), ("__root_origin", "file")] {
        assert_eq!(image[key], value);
    }
    assert_eq!(image["tags"], json!(["a=1.2"]));
    let content = cloud.sandbox.ims().object("sandbox", "system.qcow2").unwrap();
    let path = format!("/v2/images/{}/file", image["id"].as_str().unwrap());
    assert_eq!(cloud.demo.glance(reqwest::Method::GET, &path, None).await.text.as_bytes(), content);
    let body = json!({"name": "disk", "image_url": "sandbox:install.iso", "type": "IsoImage", "os_version": "CentOS 7.0 64bit",
        "min_disk": 40});
    let id = cloud.demo.image(cloud.demo.post(ACTION, body).await).await;
    assert_eq!(cloud.demo.listed(&id).await.unwrap()["virtual_env_type"], "IsoImage");
}

#[tokio::test]
async fn from_a_volume_and_data_disks() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "volume", "volume_id": SOMETHING, "type": "ECS", "os_version": "CentOS 7.0 64bit"});
    let job = cloud.demo.finish(cloud.demo.post(ACTION, body).await).await;
    assert_eq!(job["job_type"], "imsVolumeCreateImageJob");

    let body = json!({"data_images": [{"name": "data-1", "volume_id": SOMETHING, "tags": ["a.1"]},
        {"name": "data-2", "image_url": "sandbox:data.raw", "min_disk": 1}]});
    let job = cloud.demo.finish(cloud.demo.post(ACTION, body).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsVolumesToSysDataImagesJob"), Some("SUCCESS")));
    let entities = &job["entities"];
    assert_eq!(entities["image_id"], Value::Null);
    let parts = entities["sub_jobs_result"].as_array().unwrap();
    let listed: Vec<&str> = entities["sub_jobs_list"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let kinds: Vec<&str> = parts.iter().map(|part| part["job_type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["imsCopyVolumeToImageJob", "imsImportDataImageJob"]);
    for (part, (name, id)) in parts.iter().zip(["data-1", "data-2"].iter().zip(listed)) {
        assert_eq!((part["job_id"].as_str(), part["status"].as_str()), (Some(id), Some("SUCCESS")));
        let image = cloud.demo.listed(part["entities"]["image_id"].as_str().unwrap()).await.unwrap();
        assert_eq!((image["name"].as_str(), image["virtual_env_type"].as_str()), (Some(*name), Some("DataImage")));
        // A part is a job of its own.
        assert_eq!(cloud.demo.job(id).await["status"], "SUCCESS");
    }
}

#[tokio::test]
async fn from_an_archive() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "appliance", "image_url": "sandbox:appliance.ova", "min_disk": 40});
    let job = cloud.demo.finish(cloud.demo.post(ACTION, body).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsImportOvaImageJob"), Some("SUCCESS")));
    assert_eq!(job["entities"]["image_id"], Value::Null);
    let part = &job["entities"]["sub_jobs_result"][0];
    let image = cloud.demo.listed(part["entities"]["image_id"].as_str().unwrap()).await.unwrap();
    assert_eq!(image["name"], "appliance");
}

#[tokio::test]
async fn what_cannot_be_created() {
    let cloud = Cloud::start().await;
    let server = |more: Value| {
        let mut body = json!({"name": "x", "instance_id": SOMETHING});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let file = |more: Value| {
        let mut body = json!({"name": "x", "image_url": "sandbox:system.vhd", "min_disk": 40, "os_version": "CentOS 7.9 64bit"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let volume = json!({"volume_id": SOMETHING, "name": "x"});
    let many: Vec<String> = (0..11).map(|n| format!("k{n}.v")).collect();
    let files: Vec<Value> = (0..4).map(|n| json!({"name": "d", "image_url": format!("sandbox:{n}.raw"), "min_disk": 1})).collect();
    let twice = vec![json!({"name": "d", "image_url": "sandbox:data.raw", "min_disk": 1}); 2];
    for (body, code) in [
        (json!({}), "IMG.0001"),
        (json!([]), "IMG.0001"),
        (server(json!({"volume_id": SOMETHING})), "IMG.0001"),
        (server(json!({"name": 3})), "IMG.0001"),
        (server(json!({"name": "n".repeat(129)})), "IMG.0002"),
        (server(json!({"name": null})), "IMG.0003"),
        (server(json!({"name": " x"})), "IMG.0003"),
        (server(json!({"description": "d".repeat(1025)})), "IMG.0004"),
        (server(json!({"description": "<b>"})), "IMG.0004"),
        (server(json!({"instance_id": NOTHING})), "IMG.0005"),
        (server(json!({"tags": ["a"], "image_tags": [{"key": "b", "value": ""}]})), "IMG.0115"),
        (server(json!({"tags": ["a b"]})), "IMG.0115"),
        (server(json!({"tags": ["a.1", "a.2"]})), "IMG.0115"),
        (server(json!({"tags": many})), "IMG.0116"),
        (server(json!({"type": "Other"})), "IMG.0024"),
        (server(json!({"max_ram": -1})), "IMG.0055"),
        (file(json!({"min_disk": 0})), "IMG.0055"),
        (file(json!({"min_disk": 1025})), "IMG.0055"),
        (file(json!({"image_url": "https://sandbox/system.vhd"})), "IMG.0057"),
        (file(json!({"image_url": "elsewhere:system.vhd"})), "IMG.0058"),
        (file(json!({"image_url": "nobodys:system.vhd"})), "IMG.0069"),
        (file(json!({"cmk_id": NOTHING})), "IMG.0095"),
        (file(json!({"os_type": "Plan9"})), "IMG.0056"),
        (file(json!({"hw_firmware_type": "coreboot"})), "IMG.0141"),
        (file(json!({"architecture": "sparc"})), "IMG.0212"),
        (file(json!({"os_version": null, "is_quick_import": true})), "IMG.0159"),
        (file(json!({"os_version": null, "type": "IsoImage"})), "IMG.0159"),
        (volume, "IMG.0056"),
        (json!({"data_images": files}), "IMG.0001"),
        (json!({"data_images": twice}), "IMG.0123"),
        (json!({"data_images": [{"name": "d"}]}), "IMG.0001"),
    ] {
        cloud.demo.post(ACTION, body.clone()).await.refused(code);
    }
    let empty = cloud.demo.call(reqwest::Method::POST, ACTION).send().await.unwrap();
    let text = empty.text().await.unwrap();
    assert!(text.contains("IMG.0007"), "{text}");
    assert!(cloud.demo.names("").await.is_empty());
}

#[tokio::test]
async fn data_images_from_files() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "fedora-data1", "image_url": "sandbox:data.raw", "min_disk": 40, "os_type": "Linux"});
    let job = cloud.demo.finish(cloud.demo.post(DATA, body).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsImportDataImageJob"), Some("SUCCESS")));
    for (body, code) in [
        (json!({"name": "d", "image_url": "sandbox:data.raw", "min_disk": 39}), "IMG.0055"),
        (json!({"name": "d", "min_disk": 40}), "IMG.0001"),
        (json!({"name": "d", "image_url": "sandbox:data.raw", "min_disk": 40, "os_type": "Other"}), "IMG.0056"),
    ] {
        cloud.demo.post(DATA, body).await.refused(code);
    }
}

#[tokio::test]
async fn whole_images_and_their_backups() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "whole", "instance_id": SOMETHING, "vault_id": SOMETHING});
    let job = cloud.demo.finish(cloud.demo.post(WHOLE, body).await).await;
    assert_eq!(job["job_type"], "imsCreateWholeImageByInstanceJob");
    let first = job["entities"]["image_id"].as_str().unwrap().to_owned();
    let image = cloud.demo.listed(&first).await.unwrap();
    assert_eq!(image["__whole_image"], "true");
    assert_eq!(cloud.sandbox.ims().backups(), [image["__backup_id"].as_str().unwrap()]);

    let body = json!({"name": "backup", "backup_id": SOMETHING, "whole_image_type": "CBR"});
    let second = cloud.demo.image(cloud.demo.post(WHOLE, body.clone()).await).await;
    cloud.demo.post(WHOLE, body.clone()).await.refused("IMG.0029");
    // Nothing is left of what fails.
    cloud.sandbox.ims().fail_next_job("IMG.0182", "the vault is full");
    let body = json!({"name": "w", "instance_id": SOMETHING, "vault_id": SOMETHING});
    assert_eq!(cloud.demo.fail(cloud.demo.post(WHOLE, body).await).await, "IMG.0182");
    assert_eq!(cloud.sandbox.ims().backups().len(), 2);
    for (body, code) in [
        (json!({"name": "w", "instance_id": SOMETHING}), "IMG.0001"),
        (json!({"name": "w", "backup_id": SOMETHING}), "IMG.0001"),
        (json!({"name": "w"}), "IMG.0001"),
        (json!({"name": "w", "backup_id": NOTHING, "whole_image_type": "CBR"}), "IMG.0020"),
        (json!({"name": "w", "backup_id": SOMETHING, "whole_image_type": "XYZ"}), "IMG.0024"),
    ] {
        cloud.demo.post(WHOLE, body).await.refused(code);
    }
    // A backup outlives its image unless it is to go as well.
    assert_eq!(cloud.demo.delete(&format!("/v2/images/{first}")).await.status, 204);
    let answer = cloud.demo.send("DELETE", &format!("/v2/images/{second}"), json!({"delete_backup": true})).await;
    assert_eq!(answer.status, 204);
    assert_eq!(cloud.sandbox.ims().backups(), [image["__backup_id"].as_str().unwrap()]);
}

#[tokio::test]
async fn quick_imports() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "q", "image_url": "sandbox:system.zvhd2", "os_version": "CentOS 7.0 64bit", "min_disk": 40,
        "type": "ECS"});
    let job = cloud.demo.finish(cloud.demo.post(QUICK, body).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsNativeImportImageJob"), Some("SUCCESS")));
    let body = json!({"name": "q", "image_url": "sandbox:data.raw", "min_disk": 40, "type": "DataImage", "os_type": "Linux"});
    let id = cloud.demo.image(cloud.demo.post(QUICK, body).await).await;
    assert_eq!(cloud.demo.listed(&id).await.unwrap()["virtual_env_type"], "DataImage");
    let good = json!({"name": "q", "image_url": "sandbox:system.zvhd2", "os_version": "CentOS 7.0 64bit", "min_disk": 40});
    for (key, value, code) in [
        ("os_version", Value::Null, "IMG.0159"),
        ("image_url", json!("sandbox:system.qcow2"), "IMG.0158"),
        ("type", json!("IsoImage"), "IMG.0024"),
        ("min_disk", Value::Null, "IMG.0055"),
    ] {
        let mut body = good.clone();
        body[key] = value;
        cloud.demo.post(QUICK, body).await.refused(code);
    }
}

#[tokio::test]
async fn the_quota_ends_what_can_be_made() {
    let cloud = Cloud::with(|builder| builder.ims_image_quota(2)).await;
    cloud.demo.server_image("one").await;
    let quota = cloud.demo.get("/v1/cloudimages/quota").await.good(200);
    let wanted = json!({"quotas": {"resources": [{"type": "image", "used": 1, "quota": 2, "min": 1, "max": 1000}]}});
    assert_eq!(quota, wanted);
    let two = json!({"data_images": [{"name": "a", "volume_id": SOMETHING}, {"name": "b", "volume_id": SOMETHING}]});
    cloud.demo.post(ACTION, two).await.refused("IMG.0015");
    cloud.demo.server_image("two").await;
    cloud.demo.post(ACTION, json!({"name": "three", "instance_id": SOMETHING})).await.refused("IMG.0015");
    cloud.other.server_image("another project").await;
    cloud.demo.send("POST", "/v1/cloudimages/quota", json!({})).await.stopped(404, "APIGW.0101");
}

#[tokio::test]
async fn what_is_to_be_made_counts_already() {
    let clock = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let cloud = Cloud::with(|builder| builder.clock(clock).ims_image_quota(1)).await;
    let body = json!({"name": "one", "instance_id": SOMETHING});
    cloud.demo.post(ACTION, body.clone()).await.good(200);
    cloud.demo.post(ACTION, body).await.refused("IMG.0015");
}

#[tokio::test]
async fn the_safe_calls_do_the_same() {
    let cloud = Cloud::start().await;
    let safe = |path: &str| path.replace("/v2/", "/v2.1/").replace("/v1/", "/v2.1/");
    let system = cloud.demo.image(cloud.demo.post(&safe(ACTION), json!({"name": "s", "instance_id": SOMETHING})).await).await;
    cloud.demo.post(&safe(ACTION), json!({"name": "s"})).await.refused("IMG.0001");
    let data = json!({"name": "d", "image_url": "sandbox:data.raw", "min_disk": 40});
    cloud.demo.image(cloud.demo.post(&safe(DATA), data).await).await;
    cloud.demo.post(&safe(DATA), json!({"name": "d"})).await.refused("IMG.0001");
    let quick = json!({"name": "q", "image_url": "sandbox:data.raw", "min_disk": 40, "os_version": "CentOS 7.0 64bit"});
    cloud.demo.image(cloud.demo.post(&safe(QUICK), quick).await).await;
    cloud.demo.post(&safe(QUICK), json!({"name": "q"})).await.refused("IMG.0001");
    let copy = format!("/v2.1/cloudimages/{system}/copy");
    cloud.demo.image(cloud.demo.post(&copy, json!({"name": "c"})).await).await;
    cloud.demo.post(&copy, json!({})).await.refused("IMG.0001");
    let export = format!("/v2.1/cloudimages/{system}/file");
    cloud.demo.succeed(cloud.demo.post(&export, json!({"bucket_url": "sandbox:safe.vhd", "file_format": "vhd"})).await).await;
    cloud.demo.post(&export, json!({"bucket_url": "sandbox:safe.vhd", "file_format": "vhd"})).await.refused("IMG.0070");
}
