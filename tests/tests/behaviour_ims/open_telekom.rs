//! What Open Telekom Cloud has not, and what is done in its place.

use cloudimg::ErrorKind;
use cloudimg::ims::{ImageCopyCrossRegion, MembersChange, ResourceTag, v1, v2};
use cloudimg_sandbox::ImsProfile;

use crate::world::{SOMETHING, SignIn, World, builder, keys, refused, rhythm};

/// How a gateway says that there is no such call.
const UNPUBLISHED: &str = "APIGW.0101";

async fn each(check: impl AsyncFn(&World)) {
    for sign_in in [SignIn::Token, SignIn::Keys] {
        check(&World::with(sign_in, |builder| builder.ims_profile(ImsProfile::OpenTelekom)).await).await;
    }
}

#[tokio::test]
async fn jobs_are_followed_without_the_call_for_progress() {
    each(async |world| {
        let demo = &world.demo;
        let job = demo.ims.images().create_from_server(v2::CreateImageFromServer::new("made", SOMETHING)).await.unwrap();
        let id = job.id().to_owned();
        assert!(demo.ims.images().get(&job.await.unwrap()).await.is_ok());
        refused(demo.v1.show_job_progress().job_id(&id).send().await, UNPUBLISHED);
    })
    .await;
}

#[tokio::test]
async fn lists_without_a_marker_are_read_to_the_first_empty_page() {
    each(async |world| {
        for name in ["one", "two", "three"] {
            world.demo.server_image(name).await;
        }
        assert_eq!(world.demo.v2.list_images().limit(1).send().await.unwrap().into_inner().page_info, None);
        for size in [1, 2, 3, 4] {
            let images = world.demo.ims.images().list().with_page_size(size).collect().await.unwrap();
            let names: Vec<_> = images.iter().filter_map(|image| image.name.as_deref()).collect();
            assert_eq!(names, ["three", "two", "one"], "{size}");
        }
    })
    .await;
}

#[tokio::test]
async fn members_are_read_by_the_native_call() {
    each(async |world| {
        let members = world.demo.ims.members();
        let image = world.demo.server_image("shared").await;
        let share = MembersChange::new([image.clone()]).projects([world.other.project.clone()]);
        members.add(share).await.unwrap().await.unwrap();
        let call = world.demo.v1.list_image_members().project_id(&world.demo.project).image_id(&image).send().await;
        refused(call, UNPUBLISHED);
        let listed = members.list(&image).collect().await.unwrap();
        assert_eq!((listed.len(), &listed[0].member_id), (1, &world.other.project));
        assert_eq!(members.get(&image, &world.other.project).await.unwrap(), listed[0]);
        assert_eq!(members.get(&image, "nobody").await.unwrap_err().kind(), ErrorKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_not_found() {
    each(async |world| {
        let demo = &world.demo;
        let id = demo.server_image("one").await;
        assert_eq!(refused(demo.ims.os_versions([]).await, UNPUBLISHED).kind(), ErrorKind::NotFound);
        let body = v1::TagsDelete::new([ResourceTag::new("a")]);
        let call = demo.v1.batch_delete_tags().project_id(&demo.project).image_id(&id).body(body).send().await;
        refused(call, UNPUBLISHED);
        let body = v2::ImageCopy::new("copy");
        refused(demo.v2.copy_image_in_region_in_safe_mode().image_id(&id).body(body).send().await, UNPUBLISHED);
        let target = builder(&world.sandbox, &demo.project).region("eu-nl").keys(keys(&world.sandbox, "demo"));
        let target = target.build().unwrap().with_rhythm(rhythm());
        let copy = ImageCopyCrossRegion::new("far", "eu-nl", "eu-nl", "agency");
        let copy = demo.ims.images().copy_to_region(&id, copy, &target).await;
        assert_eq!(refused(copy, UNPUBLISHED).kind(), ErrorKind::NotFound);
    })
    .await;
}
