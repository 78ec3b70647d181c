//! Sharing between projects.

use anyhow::Result;
use cloudimg::glance::{ImageVisibility, MemberStatus};
use cloudimg_tests::Case;
use uuid::Uuid;

use crate::support::{BYTES, NOBODY, ids, refused};

/// An image of `demo` with data, shared with the project `other`, which has not answered yet.
async fn shared(case: &Case) -> Result<String> {
    let id = case.active("shared", BYTES).await?.id;
    case.images("demo")?.members(&id).add(&case.project("other").await?).await?;
    Ok(id)
}

#[tokio::test]
async fn a_new_member_is_pending() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("shared").await?.id;
        let other = case.project("other").await?;
        let members = case.images("demo")?.members(&id);
        let member = members.add(&other).await?;
        assert_eq!((member.member_id.as_str(), member.image_id.as_str()), (other.as_str(), id.as_str()));
        assert_eq!(member.status, MemberStatus::Pending);
        assert!(member.created_at.as_ref().and_then(|time| time.time()).is_some(), "{member:?}");
        assert_eq!(members.get(&other).await?, member);
        assert_eq!(members.list().await?, [member]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_pending_member_reads_and_downloads_but_does_not_list() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("offered", BYTES).await?.id;
        let theirs = case.images("other")?;
        refused(theirs.get(&id).await, 404);
        case.images("demo")?.members(&id).add(&case.project("other").await?).await?;
        assert_eq!(theirs.get(&id).await?.id, id);
        assert_eq!(theirs.download(&id).await?.bytes(1024).await?, BYTES);
        assert!(theirs.list().id(id.as_str()).collect().await?.is_empty());
        let pending = theirs.list().id(id.as_str()).visibility("shared").member_status("pending").collect().await?;
        assert_eq!(pending.len(), 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_answer_of_a_member_decides_over_its_lists() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let (theirs, other) = (case.images("other")?, case.project("other").await?);
        let list = || theirs.list().id(id.as_str());
        let answer = async |status: MemberStatus| theirs.members(&id).set_status(&other, status).await;

        assert_eq!(answer(MemberStatus::Accepted).await?.status, MemberStatus::Accepted);
        assert_eq!(list().collect().await?.len(), 1);
        assert_eq!(list().visibility("shared").collect().await?.len(), 1);

        assert_eq!(answer(MemberStatus::Rejected).await?.status, MemberStatus::Rejected);
        assert_eq!(list().collect().await?.len(), 0);
        assert_eq!(list().visibility("shared").member_status("rejected").collect().await?.len(), 1);
        assert_eq!(list().visibility("shared").member_status("all").collect().await?.len(), 1);
        assert_eq!(theirs.get(&id).await?.id, id);

        assert_eq!(answer(MemberStatus::Pending).await?.status, MemberStatus::Pending);
        refused(list().member_status("perhaps").collect().await, 400);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_the_member_itself_answers() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let other = case.project("other").await?;
        let error = refused(case.images("demo")?.members(&id).set_status(&other, MemberStatus::Accepted).await, 403);
        assert_eq!(error.operation(), Some("update_image_member"));
        let error = refused(case.images("other")?.members(&id).set_status(&other, "maybe").await, 400);
        assert!(error.message().contains("accepted"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_member_sees_itself_alone_and_shares_no_further() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let stranger = Uuid::new_v4().simple().to_string();
        case.images("demo")?.members(&id).add(&stranger).await?;
        assert_eq!(case.images("demo")?.members(&id).list().await?.len(), 2);
        let (theirs, other) = (case.images("other")?.members(&id), case.project("other").await?);
        let seen: Vec<_> = theirs.list().await?.into_iter().map(|member| member.member_id).collect();
        assert_eq!(seen, [other.as_str()]);
        refused(theirs.get(&stranger).await, 404);
        refused(theirs.add(&Uuid::new_v4().simple().to_string()).await, 403);
        refused(theirs.remove(&other).await, 403);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_no_member_is_told_from_an_image_that_is_not_there() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let (images, other) = (case.images("demo")?, case.project("other").await?);
        let members = images.members(&id);
        assert_eq!(members.find(&other).await?.map(|member| member.member_id), Some(other.clone()));
        assert!(members.remove_if_exists(&other).await?);
        assert!(!members.remove_if_exists(&other).await?);
        assert_eq!(members.find(&other).await?, None);
        assert_eq!(members.find("no-such").await?, None);
        refused(images.members(NOBODY).find(&other).await, 404);
        assert!(!images.members(NOBODY).remove_if_exists(&other).await?);
        refused(case.images("other")?.members(&id).find(&other).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_end_of_sharing_ends_all_access() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let other = case.project("other").await?;
        let members = case.images("demo")?.members(&id);
        members.remove(&other).await?;
        refused(case.images("other")?.get(&id).await, 404);
        assert!(members.list().await?.is_empty());
        let error = refused(members.remove(&other).await, 404);
        assert_eq!(error.operation(), Some("delete_image_member"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_is_a_member_twice() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let other = case.project("other").await?;
        let error = refused(case.images("demo")?.members(&id).add(&other).await, 409);
        assert_eq!(error.message(), format!("Member {other} is duplicated for image {id}"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_member_that_left_can_come_back() -> Result<()> {
    Case::run(async |case| {
        let id = shared(case).await?;
        let other = case.project("other").await?;
        let members = case.images("demo")?.members(&id);
        members.remove(&other).await?;
        assert_eq!(members.add(&other).await?.status, MemberStatus::Pending);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_shared_images_have_members() -> Result<()> {
    Case::run(async |case| {
        let other = case.project("other").await?;
        for visibility in [ImageVisibility::Private, ImageVisibility::Community] {
            let id = case.create("demo", case.raw("unshared").visibility(visibility.clone())).await?.id;
            let members = case.images("demo")?.members(&id);
            refused(members.add(&other).await, 403);
            let error = refused(members.list().await, 403);
            assert!(error.message().contains("Only shared images have members"), "{visibility}: {error}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn unknown_members_and_images_are_not_found() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("alone").await?.id;
        let other = case.project("other").await?;
        let members = case.images("demo")?.members(&id);
        refused(members.get(&other).await, 404);
        refused(members.remove(&other).await, 404);
        let nowhere = case.images("demo")?.members(NOBODY);
        refused(nowhere.list().await, 404);
        refused(nowhere.add(&other).await, 404);
        refused(nowhere.set_status(&other, MemberStatus::Accepted).await, 404);
        refused(case.images("other")?.members(&id).list().await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_has_128_members_at_most() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("crowd").await?.id;
        let members = case.images("demo")?.members(&id);
        for n in 0..128 {
            members.add(&format!("{}-{n}", case.mark())).await?;
        }
        let error = refused(members.add("one-more").await, 413);
        assert!(error.message().contains("128"), "{error}");
        assert_eq!(members.list().await?.len(), 128);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_unshared_image_forgets_none_of_its_members() -> Result<()> {
    Case::run(async |case| {
        use cloudimg::glance::ImagePatch;
        let id = shared(case).await?;
        let images = case.images("demo")?;
        images.update(&id, ImagePatch::new().visibility(ImageVisibility::Private)).await?;
        refused(case.images("other")?.get(&id).await, 404);
        images.update(&id, ImagePatch::new().visibility(ImageVisibility::Shared)).await?;
        assert_eq!(case.images("other")?.get(&id).await?.id, id);
        let found = case.images("other")?.list().visibility("shared").member_status("all").id(id.as_str()).collect().await?;
        assert_eq!(ids(&found).len(), 1);
        Ok(())
    })
    .await
}
