//! Clients that do wrong are found out: a suite that finds nothing has to be able to.

use std::rc::Rc;
use std::time::Duration;

use cloudimg_core::retry::{Decision, Failure, RetryPolicy};
use cloudimg_tests::proxy::FaultKind;

use crate::run::{self, Verdict};
use crate::services::{self, Known};
use crate::story::{Seen, Story, stories};
use crate::trial::Trial;
use crate::world::World;

/// Repeats whatever failed.
#[derive(Debug)]
struct Reckless;

impl RetryPolicy for Reckless {
    fn decide(&self, failure: &Failure<'_>) -> Decision {
        if failure.attempts < 8 { Decision::After(Duration::ZERO) } else { Decision::GiveUp }
    }
}

fn known(name: &str) -> Known {
    services::all().into_iter().find(|known| known.name == name).unwrap()
}

#[tokio::test]
async fn a_client_that_repeats_blindly_is_found_out() {
    let world = Rc::new(World::with_retry(Reckless).await);
    for (name, kind) in [
        ("glance-v2 create_image", FaultKind::ResetUnanswered),
        ("glance-v2 create_image", FaultKind::ResetUnsent),
        ("glance-v2 create_metadef_namespace", FaultKind::SilenceUnanswered),
        ("ims-v2 create_image_from_server", FaultKind::ResetUnanswered),
        ("ims-v1 export_image", FaultKind::Garbage),
        ("cdnetworks-vmp create_image", FaultKind::ResetUnanswered),
        ("cdnetworks-vmp create_image_from_url", FaultKind::SilenceUnanswered),
    ] {
        // Several seeds: some begin with an exchange that goes well.
        let known = known(name);
        let mut found = false;
        for seed in 0..12 {
            found = found || matches!(run::run(&known, Trial::Row(kind), seed, &world).await, Verdict::Duplicated(_));
        }
        assert!(found, "{name}, {kind:?}");
    }
}

stories! { WRONG =
    list_image_members(s; id = s.world.shared()) => async {
        let members = s.glance("demo").list_image_members().image_id(&id).send().await?.into_inner().members;
        Seen::rows(members.into_iter().skip(1).map(|member| member.member_id), vec![s.world.project("other")])
    };
    delete_image(s) => async { let _ = &s; Ok(Seen::Done) };
    show_image(s) => async { let _ = &s; Err(cloudimg_core::Error::new(cloudimg_core::ErrorKind::NotFound, "no such image")) };
}

#[tokio::test]
async fn rows_effects_and_types_that_are_missing_are_found_out() {
    let world = Rc::new(World::start().await);
    for (story, what) in WRONG.iter().zip(["instead of", "without an effect", "without an operation"]) {
        let known = Known { story: Story { ..*story }, ..known(&format!("glance-v2 {}", story.operation)) };
        match run::run(&known, Trial::Quiet, 0, &world).await {
            Verdict::Lost(why) => assert!(why.contains(what), "{why}"),
            other => panic!("{}: {other:?}", story.operation),
        }
    }
}
