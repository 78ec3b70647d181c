//! Each part of the facade on the sandbox, as Huawei Cloud and as Open Telekom Cloud.

use std::time::Duration;

use cloudimg::credentials::{AkSk, Credentials, Outgoing, Proof};
use cloudimg::ims::{
    CreateImageFromFile, CreateImageFromServer, CreateImageFromVolume, CreateWholeImageFromServer, DataImageCreate,
    DataImageFromDisk, ImageCopy, ImageCopyCrossRegion, ImageExport, ImageUpdate, ImagesByTagsAction, ImagesByTagsQuery, Ims,
    MembersChange, QuickImportImageByFile, v2,
};
use cloudimg::poller::Rhythm;
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};
use cloudimg_sandbox::{ImsProfile, Sandbox};
use futures::future::BoxFuture;

const SOMETHING: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";

async fn sandbox(profile: ImsProfile) -> Sandbox {
    Sandbox::builder().ims_profile(profile).task_step(Duration::from_millis(5)).start().await.unwrap()
}

fn rhythm() -> Rhythm {
    let mut rhythm = Rhythm::default();
    rhythm.first = Duration::from_millis(5);
    rhythm
}

fn by_keys(sandbox: &Sandbox, user: &str) -> Ims {
    let (access, secret) = sandbox.access_key(user).unwrap();
    let keys = AkSk::builder(access, secret).project_id(sandbox.project_id(user).unwrap()).build().unwrap();
    Ims::builder().endpoint(sandbox.ims_url()).region("RegionOne").keys(keys).build().unwrap().with_rhythm(rhythm())
}

fn by_token(sandbox: &Sandbox, user: &str) -> Ims {
    let domain = Some(Named::Id("default".to_owned()));
    let scope = Scope::Project { name: user.to_owned(), domain: domain.clone() };
    let settings = Settings::new(sandbox.auth_url(), User::Name { name: user.to_owned(), domain }, sandbox.password(), scope);
    let settings = settings.with_region("RegionOne").with_endpoint("ims", sandbox.ims_url());
    Cloud::builder(settings).build().unwrap().ims().with_rhythm(rhythm())
}

/// One port serves all regions of the sandbox; a header tells them apart.
#[derive(Debug)]
struct Elsewhere(AkSk);

impl Credentials for Elsewhere {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, cloudimg::Error>> {
        request.headers_mut().insert("x-sandbox-region", "elsewhere".parse().unwrap());
        self.0.authorize(request)
    }
}

#[tokio::test]
async fn every_way_to_make_an_image_leads_to_one() {
    let sandbox = sandbox(ImsProfile::Huawei).await;
    let images = by_keys(&sandbox, "demo").images();
    let file = |object: &str| format!("sandbox:{object}");
    let made = [
        images.create_from_server(CreateImageFromServer::new("server", SOMETHING)).await.unwrap(),
        images.create_from_volume(CreateImageFromVolume::new("volume", SOMETHING, "Ubuntu 22.04 server 64bit")).await.unwrap(),
        images.create_from_obs(CreateImageFromFile::new("file", file("system.qcow2"), 40)).await.unwrap(),
        images.create_data_image(DataImageCreate::new("data", file("data.raw"), 40)).await.unwrap(),
        images.create_whole_from_server(CreateWholeImageFromServer::new("whole", SOMETHING).vault_id(SOMETHING)).await.unwrap(),
        images
            .import_quick(QuickImportImageByFile::new("quick", file("system.zvhd2"), 40).os_version("Ubuntu 22.04 server 64bit"))
            .await
            .unwrap(),
    ];
    for job in made {
        let id = job.await.unwrap();
        assert_eq!(images.get(&id).await.unwrap().status.as_str(), "active");
    }
    let disks = ["one", "two"].map(|name| DataImageFromDisk::new(name, SOMETHING));
    assert_eq!(images.create_data_images(disks).await.unwrap().await.unwrap().len(), 2);
    let all = images.list().kind("private").with_page_size(3).collect().await.unwrap();
    assert_eq!(all.len(), 8);
    let whole = images.list().whole(true).collect().await.unwrap();
    images.delete(&whole[0].id).with_backup().await.unwrap();
    assert!(sandbox.ims().backups().is_empty());
    sandbox.stop().await;
}

async fn story(sandbox: &Sandbox, demo: &Ims, other: &Ims) {
    let images = demo.images();
    let id = images.create_from_server(CreateImageFromServer::new("golden", SOMETHING)).await.unwrap().await.unwrap();
    let changed = images.update(&id, ImageUpdate::new().name("platinum").description("words").max_ram(4096)).await.unwrap();
    assert_eq!((changed.name.as_deref(), changed.description.as_deref()), (Some("platinum"), Some("words")));

    let tags = images.tags(&id);
    tags.add("a", "1").await.unwrap();
    tags.add_text("b.2").await.unwrap();
    tags.add_all([("c", "3"), ("d", "")]).await.unwrap();
    assert!(tags.remove_if_exists("a").await.unwrap() && !tags.remove_if_exists("a").await.unwrap());
    tags.remove_all(["c", "zzz"]).await.unwrap();
    let mut keys: Vec<_> = tags.list().await.unwrap().into_iter().map(|tag| tag.key).collect();
    keys.sort();
    assert_eq!(keys, ["b", "d"]);
    assert_eq!(demo.tags().list().await.unwrap().len(), 2);
    assert_eq!(demo.tags().texts().await.unwrap().len(), 2);
    let query = ImagesByTagsQuery::new(ImagesByTagsAction::Filter).tags([v2::Tags::new("b", ["2".to_owned()])]);
    assert_eq!(demo.tags().count(query.clone()).await.unwrap(), 1);
    assert_eq!(demo.tags().images(query).collect().await.unwrap()[0].resource_id, id);

    let project = sandbox.project_id("other").unwrap().to_owned();
    let share = || MembersChange::new([id.clone()]).projects([project.clone()]);
    let results = demo.members().add(share()).await.unwrap().await.unwrap();
    assert_eq!(results[0].image_id.as_deref(), Some(id.as_str()));
    other.members().accept([&id]).await.unwrap().await.unwrap();
    assert_eq!(demo.members().get(&id, &project).await.unwrap().status.as_str(), "accepted");
    other.members().reject([&id]).await.unwrap().await.unwrap();
    assert_eq!(demo.members().list(&id).collect().await.unwrap()[0].status.as_str(), "rejected");
    demo.members().remove(share()).await.unwrap().await.unwrap();
    assert!(demo.members().list(&id).collect().await.unwrap().is_empty());

    let file = format!("sandbox:{id}.vhd");
    let copy = images.copy(&id, ImageCopy::new("copy")).await.unwrap().await.unwrap();
    let export = images.export(&id, ImageExport::new(&file).file_format("vhd")).await.unwrap().await.unwrap();
    assert_eq!(export.image_id.as_deref(), Some(id.as_str()));
    assert!(sandbox.ims().object("sandbox", &format!("{id}.vhd")).is_some());
    let again = images.export(&id, ImageExport::new(&file).file_format("vhd")).await.unwrap_err();
    assert_eq!((again.kind(), again.code()), (ErrorKind::Conflict, Some("IMG.0070")));

    assert!(!demo.quota().await.unwrap().is_empty());
    for id in [id, copy] {
        images.delete(&id).await.unwrap();
        assert_eq!(images.delete(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn the_whole_life_of_an_image_by_access_key_and_by_token() {
    for profile in [ImsProfile::Huawei, ImsProfile::OpenTelekom] {
        let sandbox = sandbox(profile).await;
        story(&sandbox, &by_keys(&sandbox, "demo"), &by_token(&sandbox, "other")).await;
        story(&sandbox, &by_token(&sandbox, "demo"), &by_keys(&sandbox, "other")).await;
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn only_huawei_has_systems_and_other_regions() {
    let sandbox = sandbox(ImsProfile::Huawei).await;
    let demo = by_keys(&sandbox, "demo");
    assert!(!demo.os_versions(["uefi".into()]).await.unwrap().is_empty());
    let id = demo.images().create_from_server(CreateImageFromServer::new("x", SOMETHING)).await.unwrap().await.unwrap();
    let (access, secret) = sandbox.access_key("demo").unwrap();
    let keys = AkSk::builder(access, secret).project_id(sandbox.project_id("demo").unwrap()).build().unwrap();
    let there = Ims::builder().endpoint(sandbox.ims_url()).region("elsewhere").project_id("p").credentials(Elsewhere(keys)).build();
    let there = there.unwrap();
    let body = ImageCopyCrossRegion::new("far", "elsewhere", "elsewhere", "agency");
    let copy = demo.images().copy_to_region(&id, body, &there).await.unwrap().await.unwrap();
    assert_eq!(there.images().get(&copy).await.unwrap().name.as_deref(), Some("far"));
    assert_eq!(demo.images().get(&copy).await.unwrap_err().kind(), ErrorKind::NotFound);
    sandbox.stop().await;

    let sandbox = Sandbox::builder().ims_profile(ImsProfile::OpenTelekom).start().await.unwrap();
    assert_eq!(by_keys(&sandbox, "demo").os_versions([]).await.unwrap_err().kind(), ErrorKind::NotFound);
    sandbox.stop().await;
}
