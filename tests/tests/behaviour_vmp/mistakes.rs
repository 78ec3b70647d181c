//! Ten mistakes of the vendor's SDK for Go, each with a test that it is not ours.

use std::time::Duration;

use cloudimg_cdnetworks_vmp::types::{ImageFromInstance, ImageType};
use cloudimg_cdnetworks_vmp::{Client, Error, ErrorKind, Session, credentials::CncAkSk};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::credentials::cdnetworks::check;
use cloudimg_core::retry::Never;
use cloudimg_sandbox::Vmp;

use crate::server::{Reply, Server, ok};
use crate::world::{World, refused};

fn session() -> Session {
    Session::builder().credentials(CncAkSk::new("AK1", "secret").unwrap()).retry(Never).build().unwrap()
}

#[tokio::test]
async fn mistake_1_json_that_does_not_parse_gives_no_error() {
    for text in ["{\"images\": [", "<html>", "{\"images\": []", "images"] {
        let server = Server::start([ok(text), ok(text), ok(text)]).await;
        let client = Client::new(server.url(), session());
        let listed: Error = client.list_images().send().await.unwrap_err().into();
        let made: Error = client.create_image().body(serde_json::Map::new()).send().await.unwrap_err().into();
        let removed: Error = client.remove_image().image_id("i1").send().await.unwrap_err().into();
        for error in [listed, made, removed] {
            assert_eq!((error.kind(), error.status(), error.body()), (ErrorKind::Decode, Some(200), text.as_bytes()), "{error}");
        }
    }
}

#[tokio::test]
async fn mistake_2_a_list_of_objects_does_not_fit_its_model() {
    let world = World::enveloped().await;
    let id = world.vmp().put_image("mine", "CUSTOM");
    let image = world.told(&id).await.unwrap();
    assert_eq!((image.name.as_deref(), image.type_), (Some("mine"), Some(ImageType::Custom)));
    assert!(image.created_at.is_some() && image.size.is_some() && image.state.is_some() && image.extra.is_empty());
}

#[tokio::test]
async fn mistake_3_a_refused_connection_panics() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::new(&format!("http://127.0.0.1:{port}"), session());
    for error in [
        client.list_images().send().await.map(drop).map_err(Error::from).unwrap_err(),
        client.remove_image().image_id("i1").send().await.map(drop).map_err(Error::from).unwrap_err(),
        client.made("i1").with_rhythm(no_patience()).await.map(drop).unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.status()), (ErrorKind::Connect, None), "{error}");
        assert!(error.message().contains(&port.to_string()), "{error}");
    }
}

fn no_patience() -> cloudimg_core::poller::Rhythm {
    let mut rhythm = cloudimg_cdnetworks_vmp::pace_of_polls();
    rhythm.tolerance = 0;
    rhythm
}

#[tokio::test]
async fn mistake_4_the_answer_is_written_to_a_copy() {
    let world = World::enveloped().await;
    let answer = world.client.create_image_from_instance().body(ImageFromInstance::new("n", Vmp::INSTANCE)).send().await.unwrap();
    let made: Vec<_> = world.vmp().images().into_iter().filter(|image| image.image_type == "SNAPSHOT").collect();
    assert_eq!([answer.into_inner().id], [made[0].id.as_str()]);
}

#[tokio::test]
async fn mistake_5_a_path_beyond_ascii_is_cut_in_the_wrong_place() {
    let world = World::plain().await;
    // The service finds the signature good, and knows no such image.
    for id in ["镜像", "é", "镜像?limit=1", "🦀\u{7f}"] {
        refused(world.client.show_preheating().id(id).send().await, 404, "ImageNotFound");
        refused(world.client.remove_image().image_id(id).send().await, 404, "ImageNotFound");
    }
    let found = world.client.list_images().name("镜像 é").limit(3).send().await.unwrap().into_inner();
    assert!(found.images.is_empty());
    assert!(check("/vmp/images/镜像?limit=1").is_err(), "a raw one is never signed");
}

#[tokio::test]
async fn mistake_6_a_malformed_escape_is_signed_as_nothing() {
    let world = World::enveloped().await;
    for name in ["50%", "50%ZZ", "%", "%2", "100%25"] {
        let id = world.vmp().put_image(name, "CUSTOM");
        let found = world.client.list_images().name(name).send().await.unwrap().into_inner().images;
        assert_eq!(found.iter().map(|image| &image.id).collect::<Vec<_>>(), [&id], "{name}");
    }
    for query in ["name=50%", "name=50%ZZ", "%"] {
        assert!(check(&format!("/vmp/images?{query}")).is_err(), "{query}");
    }
    assert!(world.statuses().iter().all(|status| *status == 200));
}

#[tokio::test]
async fn mistake_7_an_address_without_a_scheme_panics() {
    for address in
        ["api.cdnetworks.com", "://api.cdnetworks.com", "//api.cdnetworks.com", "", "ftp://api.cdnetworks.com", "http://"]
    {
        let client = Client::new(address, session());
        let error: Error = client.list_images().send().await.unwrap_err().into();
        assert_eq!((error.status(), error.attempts()), (None, 0), "{address}: {error:?}");
        assert!(matches!(error.kind(), ErrorKind::Configuration | ErrorKind::InvalidRequest), "{address}: {error:?}");
        assert!(!error.message().is_empty() && !error.to_string().contains('\n'));
    }
}

#[tokio::test]
async fn mistake_9_of_headers_that_differ_by_case_any_one_is_signed() {
    let server = Server::answering(|_| ok(r#"{"images": []}"#)).await;
    let client = Client::new(server.url(), session());
    for _ in 0..8 {
        client.list_images().send().await.unwrap();
    }
    // The server has the names in lower case.
    for names in server.each(|request| request.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()) {
        let mut once = names.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{names:?}");
    }
    assert_eq!(server.header("content-type"), ["application/json"; 8]);
    // Whoever adds one of them by another spelling replaces it; two are refused before anything is signed.
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("CONTENT-TYPE", "text/plain".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    assert_eq!(headers.len(), 1);
}

#[tokio::test]
async fn mistake_10_a_call_waits_for_ever() {
    let server = Server::start([Reply::Silence, Reply::StallAfter { announced: 99, sent: b"{" }]).await;
    let clock = ManualClock::new(std::time::SystemTime::now());
    let keys = CncAkSk::new("AK1", "secret").unwrap();
    let session = Session::builder().clock(clock.clone()).credentials(keys).retry(Never).build().unwrap();
    let client = Client::new(server.url(), session);
    for _ in 0..2 {
        let calling = client.clone();
        let call = tokio::spawn(async move { calling.list_images().send().await.map(drop).map_err(Error::from) });
        // A minute without a word, which is the limit as the session comes.
        clock.end_next_sleep(|asked| asked == Duration::from_secs(60)).await;
        let error = loop {
            tokio::select! {
                biased;
                () = async { while !call.is_finished() { tokio::task::yield_now().await } } => break call.await.unwrap().unwrap_err(),
                _ = clock.end_next_sleep(|asked| asked == Duration::from_secs(60)) => {}
            }
        };
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
}
