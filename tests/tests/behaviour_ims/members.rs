//! Sharing.

use cloudimg::ErrorKind;
use cloudimg::ims::{MembersChange, v1, v2};
use futures::TryStreamExt as _;

use crate::world::{SOMETHING, UNKNOWN, World, refused, rhythm};

cases!(
    a_share_is_pending_before_it_can_be_accepted,
    sharing_ends,
    what_cannot_be_shared,
    members_are_listed_and_shown,
    native_members_are_the_same,
    a_whole_image_is_accepted_into_a_vault,
    a_recipient_that_is_not_there_fails_the_job,
);

fn with(world: &World, image: &str) -> MembersChange {
    MembersChange::new([image.to_owned()]).projects([world.other.project.clone()])
}

async fn shared(world: &World) -> String {
    let image = world.demo.server_image("shared").await;
    world.demo.ims.members().add(with(world, &image)).await.unwrap().await.unwrap();
    image
}

/// The ids of the images that are offered to the other project and have been put in that state.
async fn offered(world: &World, status: v2::MemberStatus) -> Vec<String> {
    let list = world.other.ims.images().list().kind("shared").visibility("shared").member_status(status);
    list.collect().await.unwrap().into_iter().map(|image| image.id).collect()
}

async fn a_share_is_pending_before_it_can_be_accepted(world: &World) {
    let image = world.demo.server_image("shared").await;
    let (demo, other) = (world.demo.ims.members(), world.other.ims.members());
    assert_eq!(refused(other.accept([image.clone()]).await, "IMG.0027").kind(), ErrorKind::NotFound);
    let results = demo.add(with(world, &image)).await.unwrap().await.unwrap();
    assert_eq!(
        (results.len(), results[0].image_id.as_deref(), results[0].status.as_deref()),
        (1, Some(image.as_str()), Some("success"))
    );
    assert_eq!(offered(world, v2::MemberStatus::Pending).await, std::slice::from_ref(&image));
    assert!(world.other.ims.images().list().collect().await.unwrap().is_empty());
    other.accept([image.clone()]).await.unwrap().await.unwrap();
    assert_eq!(offered(world, v2::MemberStatus::Accepted).await, std::slice::from_ref(&image));
    assert_eq!(world.other.ims.images().list().collect().await.unwrap().len(), 1);
    other.reject([image.clone()]).await.unwrap().await.unwrap();
    assert_eq!(offered(world, v2::MemberStatus::Rejected).await, [image]);
    assert!(world.other.ims.images().list().collect().await.unwrap().is_empty());
}

async fn sharing_ends(world: &World) {
    let image = shared(world).await;
    // Only its owner ends it.
    let by_other = world.other.ims.members().remove(with(world, &image)).await;
    assert_eq!(refused(by_other, "IMG.0047").kind(), ErrorKind::Forbidden);
    // There are no results to tell of.
    assert_eq!(world.demo.ims.members().remove(with(world, &image)).await.unwrap().await.unwrap(), []);
    assert!(offered(world, v2::MemberStatus::Pending).await.is_empty());
    assert!(world.demo.ims.members().list(&image).collect().await.unwrap().is_empty());
}

async fn what_cannot_be_shared(world: &World) {
    let members = world.demo.ims.members();
    let image = world.demo.server_image("own").await;
    let with_itself = MembersChange::new([image.clone()]).projects([world.demo.project.clone()]);
    assert_eq!(refused(members.add(with_itself).await, "IMG.0076").kind(), ErrorKind::InvalidRequest);
    assert_eq!(refused(members.add(with(world, UNKNOWN)).await, "IMG.0027").kind(), ErrorKind::NotFound);
    let many: Vec<String> = (0..129).map(|number| format!("project-{number}")).collect();
    let many = members.add(MembersChange::new([image.clone()]).projects(many)).await;
    assert_eq!(refused(many, "IMG.0088").kind(), ErrorKind::QuotaExceeded);
    let nobody = members.add(MembersChange::new([image])).await.unwrap_err();
    assert_eq!((nobody.kind(), nobody.status()), (ErrorKind::InvalidRequest, None));
}

async fn members_are_listed_and_shown(world: &World) {
    let image = shared(world).await;
    let members = world.demo.ims.members();
    let admin = world.sandbox.project_id("admin").unwrap().to_owned();
    let more = MembersChange::new([image.clone()]).projects([admin.clone()]).domains(["account".to_owned()]);
    members.add(more).await.unwrap().await.unwrap();
    for size in [1, 2, 1000] {
        let listed = members.list(&image).with_page_size(size).collect().await.unwrap();
        let ids: Vec<_> = listed.iter().map(|member| member.member_id.as_str()).collect();
        assert_eq!(ids, [world.other.project.as_str(), admin.as_str(), "account"], "{size}");
    }
    let mut pages = members.list(&image).with_page_size(2).pages();
    pages.try_next().await.unwrap();
    let continuation = pages.continuation().unwrap().to_owned();
    let rest = members.list(&image).with_page_size(2).starting_after(continuation).collect().await.unwrap();
    assert_eq!(rest.iter().map(|member| member.member_id.as_str()).collect::<Vec<_>>(), ["account"]);
    refused(members.list(&image).with_page_size(1001).collect().await, "IMG.0001");
    assert_eq!(refused(members.list(UNKNOWN).collect().await, "IMG.0027").kind(), ErrorKind::NotFound);

    let shown = members.get(&image, "account").await.unwrap();
    assert_eq!((shown.status, shown.member_type), (v1::MemberStatus::Pending, Some(v1::MemberType::Domain)));
    refused(members.get(&image, "nobody").await, "IMG.0114");
    // A recipient sees itself alone.
    assert_eq!(world.other.ims.members().list(&image).collect().await.unwrap().len(), 1);
}

async fn native_members_are_the_same(world: &World) {
    let image = shared(world).await;
    let (demo, other) = (&world.demo.v2, &world.other.v2);
    let listed = demo.glance_list_image_members().image_id(&image).send().await.unwrap().into_inner().members;
    assert_eq!((listed.len(), &listed[0].member_id), (1, &world.other.project));
    refused(demo.glance_list_image_members().image_id(UNKNOWN).send().await, "IMG.0027");
    let answer = |client: &'static str| {
        let client = if client == "demo" { demo } else { other };
        let body = v2::MembershipUpdate::new(v2::MemberStatus::Accepted);
        client.glance_update_image_member().image_id(&image).member_id(&world.other.project).body(body).send()
    };
    // It is for the recipient to say.
    let error: cloudimg::Error = answer("demo").await.unwrap_err().into();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(answer("other").await.unwrap().into_inner().status, v2::MemberStatus::Accepted);
    assert_eq!(offered(world, v2::MemberStatus::Accepted).await, [image]);
}

async fn a_whole_image_is_accepted_into_a_vault(world: &World) {
    let image = world.demo.whole_image("whole").await;
    world.demo.ims.members().add(with(world, &image)).await.unwrap().await.unwrap();
    let other = world.other.ims.members();
    refused(other.accept([image.clone()]).await, "IMG.0001");
    other.accept_into([image.clone()], SOMETHING).await.unwrap().await.unwrap();
    assert_eq!(offered(world, v2::MemberStatus::Accepted).await, [image]);
}

async fn a_recipient_that_is_not_there_fails_the_job(world: &World) {
    let image = world.demo.server_image("shared").await;
    let body = MembersChange::new([image.clone()]).projects(["nobody".to_owned(), world.other.project.clone()]);
    let job = world.demo.ims.members().add(body).await.unwrap().with_rhythm(rhythm());
    assert_eq!(refused(job.await, "IMG.0108").kind(), ErrorKind::JobFailed);
    // The other one has it nevertheless.
    assert_eq!(offered(world, v2::MemberStatus::Pending).await, [image]);
}
