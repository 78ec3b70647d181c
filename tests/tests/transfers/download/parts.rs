//! Parts of an image over several connections.

use cloudimg::ErrorKind;
use cloudimg::transfer::Limits;

use super::service::{Answer, Service};
use super::world::{MIB, World, random};

#[tokio::test(flavor = "multi_thread")]
async fn several_connections_fetch_pieces_and_the_whole_is_verified() {
    let world = World::start().await;
    let data = random(40 * MIB + 123, 3);
    let id = world.image(&data).await;
    for connections in [2, 4, 8] {
        let path = world.path(&format!("by-{connections}"));
        let done = world.images().download(&id).to_path(&path).with_connections(connections).await.unwrap();
        assert_eq!((done.bytes, done.resumed_from), (data.len() as u64, 0));
        assert!(done.verdict.is_verified());
        assert!(std::fs::read(&path).unwrap() == data);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_are_asked_for_once_each_and_make_up_the_image() {
    let data = random(40 * MIB, 4);
    let service = Service::start(data.clone(), |_, _, answer| answer).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    service.images().download("7").to_path(&path).with_connections(4).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == data);
    let mut pieces: Vec<(usize, usize)> = service
        .ranges()
        .iter()
        .map(|range| {
            let (from, last) = range.as_deref().unwrap().trim_start_matches("bytes=").split_once('-').unwrap();
            (from.parse().unwrap(), last.parse().map_or(data.len(), |last: usize| last + 1))
        })
        .collect();
    pieces.sort_unstable();
    assert_eq!(pieces.len(), 5, "{pieces:?}");
    assert!(pieces.windows(2).all(|two| two[0].1 == two[1].0), "{pieces:?}");
    assert_eq!((pieces[0].0, pieces[4].1), (0, data.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_parts_gives_the_whole_over_one_connection() {
    let data = random(20 * MIB, 5);
    let refuses = |_: usize, ask: &super::service::Ask, answer: Answer| match ask.range {
        Some(_) => Answer::of(400, r#"{"message": "Getting images randomly from this store is not supported."}"#),
        None => answer,
    };
    let whole = data.clone();
    let ignores = move |_: usize, ask: &super::service::Ask, answer: Answer| match ask.range {
        Some(_) => Answer::of(200, whole.clone()),
        None => answer,
    };
    for service in [Service::start(data.clone(), refuses).await, Service::start(data.clone(), ignores).await] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        let done = service.images().download("7").to_path(&path).with_connections(4).await.unwrap();
        assert!(done.verdict.is_verified() && std::fs::read(&path).unwrap() == data);
        assert_eq!(service.ranges().last(), Some(&None), "the last one asked for all");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_in_a_store_without_parts_is_passed_over_when_all_comes_again() {
    let data = random(3 * MIB, 6);
    let service = Service::start(data.clone(), |before, ask, answer| match (before, &ask.range) {
        (0, None) => Answer { cut: Some(MIB), ..answer },
        (_, Some(_)) => Answer::of(400, "{}"),
        _ => answer,
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    let done = service.images().download("7").to_path(&path).await.unwrap();
    assert!(done.verdict.is_verified() && std::fs::read(&path).unwrap() == data);
    assert_eq!(service.ranges(), [None, Some(format!("bytes={MIB}-")), None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_question_is_not_taken() {
    let data = random(20 * MIB, 7);
    for told in ["bytes 1-8388608/20971520", "bytes 0-20971519/20971520", "bytes 0-8388607/99999999", "", "bytes */20971520"] {
        let service = Service::start(data.clone(), move |_, ask, mut answer| {
            if ask.range.as_deref() == Some("bytes=0-8388607") {
                answer.headers.retain(|(name, _)| *name != "content-range");
                answer = answer.header("content-range", told);
            }
            answer
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        let error = service.images().download("7").to_path(&path).with_connections(2).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decode | ErrorKind::Corrupt), "{told}: {error:?}");
        assert!(!path.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_no_more_than_the_limit_whoever_has_them() {
    let world = World::start().await;
    let data = random(40 * MIB, 8);
    let id = world.image(&data).await;
    let proxy = cloudimg_tests::proxy::Proxy::builder(world.address()).start().await.unwrap();
    let images = world.through(&proxy.url()).build().unwrap().images();
    let limits = Limits::new().with_connections(1);
    let one = images.download(&id).to_path(world.path("one")).with_connections(4).with_limits(limits.clone());
    let two = images.download(&id).to_path(world.path("two")).with_limits(limits);
    let (one, two) = tokio::join!(one.into_future(), two.into_future());
    assert!(one.unwrap().verdict.is_verified() && two.unwrap().verdict.is_verified());
    assert!(std::fs::read(world.path("one")).unwrap() == data);
}
