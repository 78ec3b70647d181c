//! Jobs, and the two calls that tell of them.

use cloudimg::ErrorKind;
use cloudimg::ims::{CreateImageFromServer, DataImageFromDisk, JobFailure, JobKind, JobStatus};
use futures::StreamExt as _;

use crate::world::{SOMETHING, World, refused};

cases!(
    both_calls_tell_of_a_job,
    a_failed_job_is_a_good_answer_and_an_error,
    a_job_is_attached_again,
    states_come_as_a_stream,
    fractions_of_one_become_percents,
    images_of_parts_are_found_in_the_parts,
    being_told_to_slow_down_does_no_harm,
);

fn body() -> CreateImageFromServer {
    CreateImageFromServer::new("made", SOMETHING)
}

async fn both_calls_tell_of_a_job(world: &World) {
    let demo = &world.demo;
    let job = demo.v2.create_image_from_server().body(body()).send().await.unwrap().into_inner().job_id;
    let image = demo.made(&job).await;
    let project = &demo.project;
    let (first, second) = (
        demo.v1.show_job().project_id(project).job_id(&job).send().await.unwrap().into_inner(),
        demo.v2.show_job().project_id(project).job_id(&job).send().await.unwrap().into_inner(),
    );
    assert_eq!(first.entities.and_then(|entities| entities.image_id).as_deref(), Some(image.as_str()));
    assert_eq!((first.job_id.as_str(), second.job_id.as_str(), second.status), (job.as_str(), job.as_str(), JobStatus::Success));
    let (first, second) = (
        demo.v1.show_job_progress().job_id(&job).send().await.unwrap().into_inner(),
        demo.v2.show_job_progress().job_id(&job).send().await.unwrap().into_inner(),
    );
    assert_eq!(first.entities.and_then(|entities| entities.process_percent), Some(1.0));
    assert_eq!(second.entities.and_then(|entities| entities.image_id).as_deref(), Some(image.as_str()));

    // Others do not see it, and nobody sees what is not there.
    let other = &world.other;
    refused(other.v1.show_job().project_id(&other.project).job_id(&job).send().await, "IMG.0001");
    refused(other.v2.show_job_progress().job_id(&job).send().await, "IMG.0001");
    refused(other.v1.show_job().project_id(project).job_id(&job).send().await, "IMG.0030");
}

async fn a_failed_job_is_a_good_answer_and_an_error(world: &World) {
    let demo = &world.demo;
    world.sandbox.ims().fail_next_job("IMG.0057", "No such file.");
    let job = demo.ims.images().create_from_server(body()).await.unwrap();
    let id = job.id().to_owned();
    let error = refused(job.await, "IMG.0057");
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    let failure = JobFailure::of(&error).unwrap();
    assert_eq!((failure.job_id.as_str(), failure.reason.as_deref()), (id.as_str(), Some("No such file.")));
    let answer = demo.v2.show_job().project_id(&demo.project).job_id(&id).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let job = answer.into_inner();
    assert_eq!((job.status, job.error_code.as_deref()), (JobStatus::Fail, Some("IMG.0057")));
    assert!(demo.ims.images().list().collect().await.unwrap().is_empty());
}

async fn a_job_is_attached_again(world: &World) {
    let ims = &world.demo.ims;
    let text = ims.images().create_from_server(body()).await.unwrap().detach();
    assert!(text.starts_with(&format!("ims/{}/{}/create-image/", crate::world::REGION, world.demo.project)), "{text}");
    let job = ims.attach::<String>(&text).await.unwrap();
    assert_eq!(job.kind(), JobKind::CreateImage);
    let image = job.await.unwrap();
    assert!(ims.images().get(&image).await.is_ok());
    // Attached once more it tells the same.
    assert_eq!(ims.attach::<String>(&text).await.unwrap().await.unwrap(), image);
    assert_eq!(ims.attach::<Vec<String>>(&text).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(world.other.ims.attach::<String>(&text).await.unwrap_err().kind(), ErrorKind::Configuration);
}

async fn states_come_as_a_stream(world: &World) {
    let mut job = world.demo.ims.images().create_from_server(body()).await.unwrap();
    let mut states = Vec::new();
    while let Some(state) = job.next().await {
        states.push(state.unwrap().status().clone());
    }
    // The first look is before any time has passed; after the last one the result is there.
    assert!(states.len() > 1 && states[0] == JobStatus::Init, "{states:?}");
    let image = job.await.unwrap();
    assert!(world.demo.ims.images().get(&image).await.is_ok());
}

async fn fractions_of_one_become_percents(world: &World) {
    let demo = &world.demo;
    let job = demo.ims.images().create_from_server(body()).await.unwrap();
    let (jobs, mut seen) = (demo.v2.jobs(demo.project.clone()), Vec::new());
    while seen.last().is_none_or(|(status, _)| *status != JobStatus::Success) {
        // Time moves on only after a state was seen, so that none is missed.
        let next = cloudimg_tests::until("another state", async || {
            let state = jobs.get(job.id()).await?;
            let state = (state.status().clone(), state.percent());
            Ok(Some(state).filter(|state| seen.last() != Some(state)))
        });
        let next = next.await.unwrap();
        seen.push(next);
        world.step();
    }
    let percents: Vec<_> = seen.iter().filter_map(|(_, percent)| *percent).collect();
    assert!(percents.len() > 1 && percents.is_sorted() && percents.last() == Some(&100.0), "{seen:?}");
    assert_eq!(seen[0], (JobStatus::Init, None));
}

async fn images_of_parts_are_found_in_the_parts(world: &World) {
    let demo = &world.demo;
    let disks = ["one", "two"].map(|name| DataImageFromDisk::new(name, SOMETHING));
    let job = demo.ims.images().create_data_images(disks).await.unwrap();
    let id = job.id().to_owned();
    let ids = job.await.unwrap();
    let state = demo.finish(&id).await.unwrap();
    // The job as a whole names none.
    assert_eq!(state.job().entities.as_ref().unwrap().image_id, None);
    let parts: Vec<_> = state.sub_jobs().iter().filter_map(|part| part.entities.as_ref()?.image_id.clone()).collect();
    assert_eq!((parts.len(), parts), (2, ids));
    // Both of its ids are there, one of which is written like nothing else.
    let progress = demo.v2.show_job_progress().job_id(&id).send().await.unwrap().into_inner();
    assert!(serde_json::to_value(progress).unwrap()["entities"]["subJobId"].is_string());
}

async fn being_told_to_slow_down_does_no_harm(world: &World) {
    let ims = world.sandbox.ims();
    let job = world.demo.ims.images().create_from_server(body()).await.unwrap();
    for _ in 0..5 {
        ims.refuse_next("GET", "/v1/cloudimages/job/*", 429, "APIG.0308", "The throttling threshold has been reached");
    }
    job.await.unwrap();
}
