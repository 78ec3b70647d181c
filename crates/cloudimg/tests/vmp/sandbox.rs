//! The facade on the sandbox.

use std::time::Duration;

use cloudimg::credentials::CncAkSk;
use cloudimg::poller::Rhythm;
use cloudimg::vmp::{ImageType, OsType, PreheatingState, SortDirection, SortKey, Vmp};
use cloudimg::{ErrorKind, Pace};
use cloudimg_sandbox::{Sandbox, SandboxBuilder, VmpDeleteAnswer, VmpPreheatingShape};
use futures::StreamExt as _;

const MD5: &str = "0123456789abcdef0123456789abcdef";
const NODES: [&str; 4] = cloudimg_sandbox::Vmp::NODES;

fn builder() -> SandboxBuilder {
    Sandbox::builder().vmp_build_time(Duration::from_millis(20)).vmp_node_time(Duration::from_millis(20))
}

/// The sandbox is quicker than the service.
fn vmp(sandbox: &Sandbox) -> Vmp {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_millis(15), Duration::from_millis(50));
    let (access, secret) = sandbox.vmp_access_key();
    let vmp = Vmp::builder().keys(CncAkSk::new(access, secret).unwrap()).endpoint(sandbox.vmp_url());
    vmp.pace(Pace::new().operation(1000, Duration::from_secs(1))).build().unwrap().with_rhythm(rhythm)
}

#[tokio::test]
async fn an_image_of_an_instance_is_made_brought_to_nodes_and_removed() {
    let sandbox = builder().start().await.unwrap();
    let images = vmp(&sandbox).images();
    let building =
        images.create_from_instance("golden", cloudimg_sandbox::Vmp::INSTANCE).min_disk(50).qga_enabled(true).await.unwrap();
    let id = building.id().to_owned();
    let image = building.await.unwrap();
    assert_eq!((image.id.as_str(), image.type_, image.name.as_deref()), (id.as_str(), Some(ImageType::Snapshot), Some("golden")));
    let theirs = sandbox.vmp().image(&id).unwrap();
    assert_eq!((theirs.min_disk, theirs.qga_enabled), (Some(50), Some(true)));

    sandbox.vmp().fail_node(NODES[1]);
    let mut preheating = images.preheat(&id, [NODES[0], NODES[1], NODES[2], NODES[0]]).await.unwrap();
    let mut last = Vec::new();
    while let Some(node) = preheating.next().await {
        let node = node.unwrap();
        if node.state != Some(PreheatingState::Sending) {
            last.push((node.node_name, node.state.unwrap()));
        }
    }
    last.sort();
    let wanted = [(NODES[0], "SUCCESS"), (NODES[1], "FAIL"), (NODES[2], "SUCCESS")];
    assert_eq!(last, wanted.map(|(node, state)| (node.to_owned(), state.into())));
    let outcome = preheating.outcome().await.unwrap();
    assert_eq!((outcome.succeeded, outcome.failed), (vec![NODES[0].to_owned(), NODES[2].to_owned()], vec![NODES[1].to_owned()]));
    assert!(images.preheat(&id, [NODES[1]]).await.unwrap().await.unwrap().is_complete());
    assert_eq!(images.attach_preheating(&id, [NODES[0], NODES[1]]).unwrap().await.unwrap().succeeded.len(), 2);
    assert_eq!(sandbox.vmp().counts().preheatings, 2);

    images.remove(&id).await.unwrap();
    assert_eq!(images.get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!images.remove_if_exists(&id).await.unwrap());
    sandbox.stop().await;
}

#[tokio::test]
async fn an_image_of_an_url_is_made_or_fails() {
    let sandbox = builder().start().await.unwrap();
    let images = vmp(&sandbox).images();
    let create =
        || images.create_from_url("import", "https://example.com/x.qcow2", OsType::Linux).md5(MD5).min_disk(20).qga_enabled(false);
    let image = create().await.unwrap().await.unwrap();
    assert_eq!(image.type_, Some(ImageType::Custom));
    let theirs = sandbox.vmp().image(&image.id).unwrap();
    assert_eq!((theirs.qga_enabled, theirs.os_type.as_deref(), theirs.size.as_str()), (Some(false), Some("linux"), "20"));

    sandbox.vmp().fail_next_image();
    let building = create().await.unwrap();
    let id = building.id().to_owned();
    let error = building.await.unwrap_err();
    assert!(error.kind() == ErrorKind::JobFailed && error.message().contains(&id), "{error}");
    assert_eq!(images.attach(&id).unwrap().await.unwrap_err().kind(), ErrorKind::JobFailed);
    assert_eq!(sandbox.vmp().counts().creates, 2);
    sandbox.stop().await;
}

#[tokio::test]
async fn lists_are_whole_in_every_way_that_the_service_may_page() {
    for (included, most) in [(false, usize::MAX), (true, usize::MAX), (true, 25), (false, 25)] {
        let mut builder = builder().vmp_marker_included(included);
        if most < usize::MAX {
            builder = builder.vmp_max_page_size(most);
        }
        let sandbox = builder.start().await.unwrap();
        let mut made: Vec<String> =
            (0..130).map(|n| sandbox.vmp().put_image(format!("image {:03}", n * 7 % 130), "CUSTOM")).collect();
        made.sort();
        let images = vmp(&sandbox).images();
        for size in [1, 20, 33, 200] {
            let list = images.list().owner("CUSTOM").with_page_size(size);
            let ids: Vec<_> = list.collect().await.unwrap().into_iter().map(|image| image.id).collect();
            assert_eq!(ids, made, "{included} {most} {size}");
        }
        let ids: Vec<_> = images.list().ids(&made).collect().await.unwrap().into_iter().map(|image| image.id).collect();
        assert_eq!(ids, made, "{included} {most}");
        let sorted = images.list().sort(SortKey::Type, SortDirection::Desc).sort(SortKey::Name, SortDirection::Asc);
        let names: Vec<_> = sorted.collect().await.unwrap().into_iter().filter_map(|image| image.name).collect();
        let wanted: Vec<_> = (0..130).map(|n| format!("image {n:03}")).collect();
        assert_eq!(names[..130], wanted[..], "{included} {most}");
        assert_eq!(names.len(), 132, "the public ones come last");
        sandbox.stop().await;
    }
}

/// What is sorted here comes as the service itself sorts what fits one page.
#[tokio::test]
async fn the_order_is_that_of_the_service() {
    let sandbox = builder().start().await.unwrap();
    for (name, kind) in [("b", "CUSTOM"), ("B", "SNAPSHOT"), ("a", "CUSTOM"), ("ä", "SNAPSHOT"), ("CentOS", "CUSTOM")] {
        sandbox.vmp().put_image(name, kind);
    }
    let (access, secret) = sandbox.vmp_access_key();
    let session = cloudimg_cdnetworks_vmp::Session::builder().credentials(CncAkSk::new(access, secret).unwrap()).build().unwrap();
    let client = cloudimg_cdnetworks_vmp::Client::new(&sandbox.vmp_url(), session);
    let images = vmp(&sandbox).images();
    // Times are shown to the second, and those of this service differ by less.
    let shown = SortKey::LISTED.iter().filter(|key| **key != SortKey::CreatedAt);
    for (n, first) in (100..).zip(shown) {
        for (direction, other) in [(SortDirection::Asc, SortDirection::Desc), (SortDirection::Desc, SortDirection::Asc)] {
            let (keys, directions) = (vec![first.clone(), SortKey::Name], vec![direction.clone(), other.clone()]);
            let theirs =
                client.list_images().sort_key(keys).sort_dir(directions).limit(100).send().await.unwrap().into_inner().images;
            // Equal calls would wait for seconds of their own.
            let size = if direction == SortDirection::Asc { n } else { 2 * n };
            let ours = images.list().with_page_size(size).sort(first, direction.clone()).sort(SortKey::Name, other);
            let ids = |images: &[cloudimg::vmp::Image]| images.iter().map(|image| image.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&ours.collect().await.unwrap()), ids(&theirs), "{first} {direction}");
        }
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn each_shape_of_answers_is_read() {
    for shape in [VmpPreheatingShape::Envelope, VmpPreheatingShape::NumericEnvelope, VmpPreheatingShape::Plain] {
        let sandbox = builder().vmp_preheating_shape(shape).start().await.unwrap();
        let images = vmp(&sandbox).images();
        let id = sandbox.vmp().put_image("x", "CUSTOM");
        assert!(images.preheat(&id, [NODES[3]]).await.unwrap().await.unwrap().is_complete());
        let error = images.preheat(&id, ["nowhere"]).await.unwrap_err();
        let kind = if shape == VmpPreheatingShape::Plain { ErrorKind::NotFound } else { ErrorKind::Refused };
        assert!(error.kind() == kind && error.message().contains("nowhere"), "{error}");
        let gone = images.attach_preheating("gone", [NODES[0]]).unwrap().await.unwrap_err();
        assert_eq!(gone.kind(), kind);
        for answer in [VmpDeleteAnswer::EmptyObject, VmpDeleteAnswer::EmptyBody, VmpDeleteAnswer::NoContent] {
            sandbox.vmp().set_delete_answer(answer);
            let id = sandbox.vmp().put_image("x", "CUSTOM");
            images.remove(&id).await.unwrap();
            let id = sandbox.vmp().put_image("x", "CUSTOM");
            images.remove(&id).with_body().await.unwrap();
        }
        assert_eq!(sandbox.vmp().counts().deletes, 6);
        let common = images.list().owner(ImageType::Common).collect().await.unwrap();
        assert_eq!(images.remove(&common[0].id).await.unwrap_err().kind(), ErrorKind::Forbidden);
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn being_told_to_slow_down_and_a_clock_that_is_off_are_got_over() {
    let sandbox = builder().start().await.unwrap();
    let images = vmp(&sandbox).images();
    sandbox.vmp().throttle(1, Some(0));
    let id = images.create_from_instance("x", cloudimg_sandbox::Vmp::INSTANCE).await.unwrap().await.unwrap().id;
    sandbox.vmp().throttle(2, Some(0));
    assert!(images.preheat(&id, [NODES[0]]).await.unwrap().await.unwrap().is_complete());
    assert_eq!(sandbox.vmp().counts().creates, 1);
    sandbox.vmp().set_clock_skew(3600);
    assert_eq!(images.get(&id).await.unwrap().id, id);
    sandbox.stop().await;
}
