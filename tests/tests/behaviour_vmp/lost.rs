//! Answers that are lost: what may be done once only is not done twice, the rest is asked for again, signed anew.

use cloudimg_cdnetworks_vmp::types::{ImageFromInstance, ImageType, Preheating};
use cloudimg_cdnetworks_vmp::{Error, ErrorKind};
use cloudimg_sandbox::{Fault, Vmp};

use crate::world::{World, refused};

cases!(
    an_image_is_made_once,
    reading_goes_on_for_a_later_second,
    a_removal_whose_answer_was_lost_is_done,
    a_preheating_whose_answer_was_lost_is_begun,
    a_page_that_breaks_off_is_asked_for_again,
);

async fn an_image_is_made_once(world: &World) {
    let faults = world.sandbox.faults();
    for (fault, made) in [(Fault::LoseAnswer, 1), (Fault::CloseBeforeAnswer, 1), (Fault::Html502, 1), (Fault::CutBodyAfter(3), 2)] {
        faults.next("POST", "/vmp/images", fault.clone());
        let body = ImageFromInstance::new("once", Vmp::INSTANCE);
        let error: Error = world.client.create_image_from_instance().body(body).send().await.unwrap_err().into();
        assert!(matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ServiceUnavailable), "{fault:?}: {error}");
        assert_eq!((error.attempts(), error.operation()), (1, Some("create_image_from_instance")));
        assert_eq!((world.vmp().counts().creates, faults.pending()), (made, 0), "{fault:?}");
    }
    // Whether it was made is for the list to tell.
    let images = world.client.list_images().name("once").type_(ImageType::Snapshot).send().await.unwrap().into_inner().images;
    assert_eq!(images.len(), 2);
}

async fn reading_goes_on_for_a_later_second(world: &World) {
    let faults = world.sandbox.faults();
    for fault in [Fault::LoseAnswer, Fault::CloseBeforeAnswer, Fault::Html502, Fault::Status(503, Some(1))] {
        faults.next("GET", "/vmp/images", fault);
    }
    faults.next("GET", "/vmp/images", Fault::LoseAnswer);
    let client = world.another();
    let failed: Error = client.list_images().send().await.unwrap_err().into();
    assert_eq!((failed.attempts(), failed.status()), (4, Some(503)), "there is an end to it");
    client.list_images().send().await.unwrap();
    let stamps: Vec<_> = world.vmp().calls().into_iter().map(|call| (call.timestamp.unwrap(), call.status)).collect();
    assert!(stamps.is_sorted_by(|one, other| one.0 < other.0), "{stamps:?}");
    assert!(stamps.iter().all(|(_, status)| *status == 200), "none was taken for a replay: {stamps:?}");
}

async fn a_removal_whose_answer_was_lost_is_done(world: &World) {
    let id = world.vmp().put_image("mine", "CUSTOM");
    world.sandbox.faults().next("DELETE", "/vmp/images/*", Fault::LoseAnswer);
    let error = refused(world.client.remove_image().image_id(&id).send().await, 404, "ImageNotFound");
    assert_eq!((error.kind(), error.attempts(), world.vmp().counts().deletes), (ErrorKind::NotFound, 2, 1));
}

async fn a_preheating_whose_answer_was_lost_is_begun(world: &World) {
    let id = world.vmp().put_image("mine", "CUSTOM");
    world.sandbox.faults().next("PUT", "/vmp/images/preHeating", Fault::LoseAnswer);
    let body = Preheating::new(&id, vec![Vmp::NODES[0].to_owned()]);
    world.client.preheat_image().body(body).send().await.unwrap();
    assert_eq!(world.vmp().image(&id).unwrap().nodes.len(), 1);
}

async fn a_page_that_breaks_off_is_asked_for_again(world: &World) {
    let ids: Vec<_> = (0..5).map(|n| world.vmp().put_image(format!("n{n}"), "CUSTOM")).collect();
    let mut pager = world.client.list_images().type_(ImageType::Custom).limit(2).pager();
    let mut read = pager.next_page().await.unwrap().unwrap().items.len();
    world.sandbox.faults().next("GET", "/vmp/images", Fault::CutBodyAfter(30));
    while let Some(page) = pager.next_page().await.unwrap() {
        read += page.items.len();
    }
    assert_eq!((read, world.sandbox.faults().pending()), (ids.len(), 0));
}
