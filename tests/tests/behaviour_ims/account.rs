//! What belongs to no image: quotas, systems.

use cloudimg::ErrorKind;
use cloudimg::ims::{CreateImageFromServer, OsTag, v1};

use crate::world::{SOMETHING, World, refused};

cases!(quotas_count_what_jobs_are_about_to_make, systems_by_platform_and_feature, a_full_quota_is_a_refusal_of_its_own_kind);

async fn quotas_count_what_jobs_are_about_to_make(world: &World) {
    let ims = &world.demo.ims;
    let used = async || {
        let quotas = ims.quota().await.unwrap();
        let images = quotas.into_iter().find(|quota| quota.type_ == v1::QuotaType::Image).unwrap();
        assert_eq!(images.quota, 100);
        images.used
    };
    assert_eq!(used().await, 0);
    let job = ims.images().create_from_server(CreateImageFromServer::new("a", SOMETHING)).await.unwrap();
    assert_eq!(used().await, 1);
    job.await.unwrap();
    assert_eq!(used().await, 1);
    world.is_unknown_caller(&world.stranger.ims.quota().await.unwrap_err());
}

async fn systems_by_platform_and_feature(world: &World) {
    let ims = &world.demo.ims;
    let count = |lists: Vec<v1::OsVersionList>| lists.iter().map(|list| list.version_list.len()).sum::<usize>();
    let all = ims.os_versions([]).await.unwrap();
    assert!(all.iter().any(|list| list.platform == "Ubuntu"), "{all:?}");
    let arm = ims.os_versions([OsTag::Arm]).await.unwrap();
    assert!(arm.iter().flat_map(|list| &list.version_list).all(|version| version.os_version.contains("ARM")));
    let both = ims.os_versions([OsTag::X86, OsTag::Uefi]).await.unwrap();
    assert!(0 < count(arm) && 0 < count(both.clone()) && count(both) < count(all));
    assert!(ims.os_versions([OsTag::X86, OsTag::Arm]).await.unwrap().is_empty());
    world.is_unknown_caller(&world.stranger.ims.os_versions([]).await.unwrap_err());
}

async fn a_full_quota_is_a_refusal_of_its_own_kind(world: &World) {
    let small = World::with(world.sign_in, |builder| builder.ims_image_quota(1)).await;
    small.demo.server_image("first").await;
    let second = small.demo.ims.images().create_from_server(CreateImageFromServer::new("second", SOMETHING)).await;
    assert_eq!(refused(second, "IMG.0015").kind(), ErrorKind::QuotaExceeded);
}
