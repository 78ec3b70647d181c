use cloudimg_core::clock::SystemClock;

use super::super::Target;
use super::*;

async fn part(folder: &std::path::Path) -> Part {
    let target = Target::new(&folder.join("file"), "1", false).unwrap();
    Part::open(target, &SystemClock::default()).await.unwrap()
}

#[test]
fn zeroes_are_parted_from_the_rest_at_pages_of_the_file() {
    let mut block = vec![0u8; 3 * PAGE];
    block[2 * PAGE] = 1;
    assert_eq!(runs(0, &block, true), [(0..2 * PAGE, true), (2 * PAGE..3 * PAGE, false)]);
    assert_eq!(runs(0, &block, false), [(0..3 * PAGE, false)]);
    assert_eq!(
        runs(10, &block, true),
        [(0..2 * PAGE - 10, true), (2 * PAGE - 10..3 * PAGE - 10, false), (3 * PAGE - 10..3 * PAGE, true)]
    );
    assert_eq!(runs(0, &[], true), []);
}

#[tokio::test]
async fn what_a_writer_wrote_before_it_was_dropped_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = part(folder.path()).await;
    assert_eq!(first.take_up("id").unwrap(), Stretches::default());
    let writer = Writer::start(first, Some(1000), true);
    let mut prefix = writer.prefix();
    writer.write(0, Bytes::from(vec![1; 300])).await.unwrap();
    writer.write(600, Bytes::from(vec![0; 200])).await.unwrap();
    writer.write(300, Bytes::from(vec![2; 100])).await.unwrap();
    prefix.wait_for(|prefix| *prefix == 400).await.unwrap();
    drop(writer);

    let mut second = part(folder.path()).await;
    let there = second.take_up("id").unwrap();
    assert_eq!(there.missing(1000), [400..600, 800..1000]);
    let writer = Writer::start(second, Some(1000), true);
    writer.write(400, Bytes::from(vec![3; 200])).await.unwrap();
    writer.write(800, Bytes::from(vec![0; 200])).await.unwrap();
    let part = writer.finish().await.unwrap();
    part.synced(1000).await.unwrap().publish().await.unwrap();
    let wanted = [vec![1; 300], vec![2; 100], vec![3; 200], vec![0; 400]].concat();
    assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), wanted);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[tokio::test]
async fn zeroes_take_the_place_of_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = part(folder.path()).await;
    first.take_up("id").unwrap();
    let writer = Writer::start(first, Some(100_000), true);
    writer.write(0, Bytes::from(vec![1; 100_000])).await.unwrap();
    writer.write(5000, Bytes::from(vec![0; 50_000])).await.unwrap();
    let part = writer.finish().await.unwrap();
    let bytes = std::fs::read(&part.target.part).unwrap();
    assert!((5000..55_000).all(|at| bytes[at] == 0) && bytes[4999] == 1 && bytes[55_000] == 1);
}

#[tokio::test]
async fn a_part_of_another_identity_begins_anew_and_an_untouched_one_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = part(folder.path()).await;
    first.take_up("id").unwrap();
    let writer = Writer::start(first, Some(10), true);
    writer.write(0, Bytes::from_static(b"12345")).await.unwrap();
    drop(writer.finish().await.unwrap());
    let mut second = part(folder.path()).await;
    assert_eq!(second.take_up("other").unwrap(), Stretches::default());
    second.discard();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut third = part(folder.path()).await;
    third.take_up("id").unwrap();
    drop(third);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn two_cannot_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let first = part(folder.path()).await;
    let target = Target::new(&folder.path().join("file"), "1", false).unwrap();
    let error = Part::open(target, &SystemClock::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("another download writes"), "{error}");
    drop(first);
}
