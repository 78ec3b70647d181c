//! The same copy asked for again, with the id of its source or one of its own.

use cloudimg::ErrorKind;
use cloudimg::copy::CopyRules;
use cloudimg::glance::ImageCreate;

use super::side::{Side, bytes};

#[tokio::test]
async fn a_copy_may_have_the_id_of_its_source_and_is_made_once() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(1 << 20)).await;
    let copy = || here.images().copy(&source.id).to(&there.cloud).with_same_id();
    let arrived = copy().single().await.unwrap();
    assert_eq!((arrived.image.id.as_str(), arrived.skipped), (source.id.as_str(), false));

    let error = copy().single().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains(&source.id) && error.message().contains("with_skip_if_same"), "{error}");

    let copied = copy().with_skip_if_same().await.unwrap();
    assert_eq!(copied.verdict, None, "nothing was read");
    let again = copied.whole().unwrap().remove(0);
    assert_eq!((again.image.id.as_str(), again.bytes, again.skipped), (source.id.as_str(), 0, true));
    assert!(again.verdict.is_verified());
    assert_eq!(there.all().await.len(), 1);
}

#[tokio::test]
async fn an_image_of_that_id_with_other_data_is_left_alone() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(1 << 20)).await;
    there.image(ImageCreate::new().id(source.id.as_str()), bytes(7)).await;
    let error = here.images().copy(&source.id).to(&there.cloud).with_same_id().with_skip_if_same().single().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("not known to be the same"), "{error}");
    assert_eq!(there.bytes(&source.id).await, bytes(7));
    // Nor is one that is still queued.
    let source = here.image(ImageCreate::new().name("y"), bytes(100)).await;
    there.images().create(ImageCreate::new().id(source.id.as_str())).await.unwrap();
    let error = here.images().copy(&source.id).to(&there.cloud).with_same_id().with_skip_if_same().single().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.message().contains("which is queued"), "{error}");
    assert_eq!(there.all().await.len(), 2);
}

#[tokio::test]
async fn a_copy_is_skipped_where_the_project_has_one_of_the_same_name_and_hash() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(1 << 20)).await;
    let copy = || here.images().copy(&source.id).to(&there.cloud).with_skip_if_same();
    let first = copy().single().await.unwrap();
    assert!(!first.skipped);
    let second = copy().single().await.unwrap();
    assert_eq!((second.image.id, second.skipped), (first.image.id, true));
    // Another name, another image; another project, another image.
    assert!(!copy().with_rules(CopyRules::new().with_name("y")).single().await.unwrap().skipped);
    let other = here.images().copy(&source.id).to(&there.user("other")).with_skip_if_same();
    assert!(!other.single().await.unwrap().skipped);
    // Hidden ones are found as well.
    let hidden = || copy().with_rules(CopyRules::new().set("os_hidden", "true"));
    assert!(!hidden().single().await.unwrap().skipped);
    assert!(hidden().single().await.unwrap().skipped);
    assert_eq!(there.all().await.len(), 4);
}
