//! Jobs, written down and taken up again.

use cloudimg::ErrorKind;
use cloudimg::ims::{CreateImageFromServer, Exported, ImageCopyCrossRegion, Job};
use serde_json::json;

use crate::server::Server;
use crate::support::{clock, done, drive, image, images, ims, ims_in, started};

#[tokio::test]
async fn a_job_goes_on_elsewhere_from_its_text() {
    let server = Server::start([started(" j"), done("i")]).await;
    let clock = clock();
    let text = ims(&server, &clock).images().create_from_server(CreateImageFromServer::new("x", "s")).await.unwrap().detach();
    assert_eq!(text, "ims/eu-de/p/create-image/+j");
    let again: Job<String> = ims(&server, &clock).attach(&text).await.unwrap();
    assert_eq!(again.id(), " j");
    assert_eq!(again.await.unwrap(), "i");
}

#[tokio::test]
async fn a_job_is_started_and_awaited_on_any_thread() {
    let server = Server::start([started("j"), done("i")]).await;
    let images = ims(&server, &clock()).images();
    let task = tokio::spawn(async move {
        let job = images.create_from_server(CreateImageFromServer::new("x", "s")).await?;
        let ticket = job.ticket();
        Ok::<_, cloudimg::Error>((ticket, tokio::spawn(job).await.unwrap()?))
    });
    assert_eq!(task.await.unwrap().unwrap(), ("ims/eu-de/p/create-image/j".to_owned(), "i".to_owned()));
}

#[tokio::test]
async fn a_job_of_another_kind_region_or_project_is_refused_before_anything_is_sent() {
    let server = Server::start([]).await;
    let clock = clock();
    let ims = ims(&server, &clock);
    let text = "ims/eu-de/p/create-image/j";
    let wrong = ims.attach::<Exported>(text).await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::InvalidRequest);
    assert!(wrong.message().contains("create-image") && wrong.message().contains("export-image"), "{wrong}");
    assert!(ims.attach::<Vec<String>>(text).await.is_err());
    assert!(ims.attach::<String>(text).await.is_ok());
    for (text, part) in [("ims/eu-nl/p/create-image/j", "region `eu-nl`"), ("ims/eu-de/q/create-image/j", "project `q`")] {
        let error = ims.attach::<String>(text).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Configuration && error.message().contains(part), "{error}");
    }
    assert_eq!(ims.attach::<String>("glance/eu-de/p/create-image/j").await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_copy_to_another_region_taken_up_again_wants_its_target() {
    let source = Server::start([started("j"), done("copy")]).await;
    let target = Server::start([images(json!([image("copy", "active")]))]).await;
    let clock = clock();
    let (here, there) = (ims_in(&source, &clock, "eu-de"), ims_in(&target, &clock, "eu-nl"));
    let body = ImageCopyCrossRegion::new("copy", "eu-nl", "project", "agency");
    let text = here.images().copy_to_region("i", body, &there).await.unwrap().detach();
    assert_eq!(text, "ims/eu-de/p/copy-image-cross-region/j/eu-nl");
    let error = here.attach::<String>(&text).await.unwrap().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.message().contains("eu-nl"), "{error}");
    let elsewhere = here.attach::<String>(&text).await.unwrap().awaited_in(&here).await.unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::Configuration);
    let job = here.attach::<String>(&text).await.unwrap().awaited_in(&there).await.unwrap();
    assert_eq!(drive(&clock, job).await.0.unwrap(), "copy");
}
