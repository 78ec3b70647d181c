//! What a target does not allow an image to have.

use cloudimg::ErrorKind;
use cloudimg::copy::{CopyRules, Remains};
use cloudimg::glance::{ImageCreate, ImageVisibility};
use cloudimg_tests::proxy::{Fault, Link, RetryAfter};

use super::side::{Calls, Side, bytes};

fn with_properties(number: usize) -> ImageCreate {
    let record = ImageCreate::new().name("x").tags(["t".to_owned()]);
    (0..number).fold(record, |record, n| record.set(format!("p{n:03}"), "x"))
}

#[tokio::test]
async fn more_properties_than_the_target_allows_are_named_or_left_out() {
    let (here, there) = (Side::start().await, Side::start().await);
    // The sandbox allows 128, as Glance does, and the rules add two.
    let source = here.image(with_properties(127), bytes(1000)).await;
    let copy = |rules: CopyRules| here.images().copy(&source.id).to(&there.cloud).with_rules(rules.with_provenance());
    let mut copied = copy(CopyRules::new()).await.unwrap();
    let target = copied.targets.remove(0);
    let error = target.result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    assert!(error.message().contains("the target refuses `p126`"), "{error}");
    assert!(matches!(target.remains, Remains::Nothing), "{}", target.remains);
    assert!(there.all().await.is_empty());

    let arrived = copy(CopyRules::new().leaving_out_refused()).single().await.unwrap();
    let left_out: Vec<_> = arrived.left_out.iter().map(|left_out| left_out.name.as_str()).collect();
    assert_eq!(left_out, ["p126"]);
    assert!(!arrived.left_out[0].reason.is_empty());
    assert_eq!((arrived.image.extra.len(), &arrived.image.tags[..]), (128, &["t".to_owned()][..]));
    assert!(arrived.verdict.is_verified());
}

#[tokio::test]
async fn a_protected_property_is_found_by_trying_each() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(with_properties(3), bytes(1000)).await;
    let refusal = || Some(Fault::Status(403, RetryAfter::Unsaid));
    // The whole record is refused, then the second of its properties.
    #[derive(Debug)]
    struct Protected(Calls, Calls);
    impl cloudimg_tests::proxy::Plan for Protected {
        fn fault(&self, number: usize, request: &cloudimg_tests::proxy::Request) -> Option<Fault> {
            self.0.fault(number, request).or_else(|| self.1.fault(number, request))
        }
    }
    let plan = || Protected(Calls::new("POST", "/v2/images", [refusal()]), Calls::new("PATCH", "", [None, refusal()]));
    let (_proxy, cloud) = there.through(plan(), Link::default()).await;
    let error = here.images().copy(&source.id).to(&cloud).single().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("the target refuses `p001`") && error.message().contains("CopyRules::without"), "{error}");
    assert!(there.all().await.is_empty());

    let (_proxy, cloud) = there.through(plan(), Link::default()).await;
    let rules = CopyRules::new().leaving_out_refused();
    let arrived = here.images().copy(&source.id).to(&cloud).with_rules(rules).single().await.unwrap();
    assert_eq!(arrived.left_out.len(), 1);
    assert_eq!(arrived.left_out[0].name, "p001");
    assert!(arrived.image.extra.contains_key("p000") && arrived.image.extra.contains_key("p002"));
    assert_eq!(arrived.image.tags, ["t"]);
}

#[tokio::test]
async fn what_only_operators_may_is_refused_and_never_changed() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.user("admin").images();
    let record = ImageCreate::new().visibility("public").disk_format("raw").container_format("bare").set("a", "b");
    let id = source.create(record).await.unwrap().id;
    source.upload(&id, cloudimg::glance::ImageData::bytes(bytes(10))).await.unwrap();
    let public = || here.images().copy(&id).with_rules(CopyRules::new().with_source_visibility());
    let error = public().to(&there.cloud).single().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("was to be public"), "{error}");
    assert!(there.all().await.is_empty());
    let arrived = public().to(&there.user("admin")).single().await.unwrap();
    assert_eq!(arrived.image.visibility, ImageVisibility::Public);
    let arrived = here.images().copy(&id).to(&there.cloud).single().await.unwrap();
    assert_eq!(arrived.image.visibility, ImageVisibility::Shared);
    // Who may make no image at all is told so.
    let error = here.images().copy(&id).to(&there.user("viewer")).single().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && !error.message().contains("the target refuses `"), "{error}");
}
