use futures::TryStreamExt as _;

use super::*;

fn counting(pages: &[(&'static [u32], Option<&'static str>)]) -> Pager<'static, u32> {
    let pages = pages.to_vec();
    Pager::new(move |marker| {
        let at = marker.map_or(0, |m| m.parse::<usize>().unwrap());
        let page = pages.get(at).map(|(items, next)| Page::new(items.to_vec(), next.map(str::to_owned)));
        async move { page.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such page")) }
    })
}

#[tokio::test]
async fn short_and_empty_pages_do_not_end_a_list() {
    let pager = counting(&[(&[1, 2], Some("1")), (&[], Some("2")), (&[3], None)]);
    assert_eq!(pager.items().try_collect::<Vec<_>>().await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_list_without_links_goes_on_after_its_last_row_until_a_page_is_empty() {
    let rows = ["a", "b", "c"];
    let pager = Pager::new(move |marker: Option<String>| async move {
        let start = marker.map_or(0, |marker| rows.iter().position(|row| *row == marker).unwrap() + 1);
        Ok(Page::after_last(rows[start..].iter().take(2).copied().collect(), |row| row.to_string()))
    });
    let pages: Vec<_> = pager.pages().map_ok(|page| page.items.len()).try_collect().await.unwrap();
    assert_eq!(pages, [2, 1, 0]);
}

#[tokio::test]
async fn rows_that_come_twice_are_dropped_and_nothing_new_is_the_end() {
    // A page begins with the marker's own row; the last one holds nothing else.
    let pager = || {
        let rows = ["a", "b", "c", "d"];
        let fetch = move |marker: Option<String>| async move {
            let start = marker.map_or(0, |marker| rows.iter().position(|row| *row == marker).unwrap());
            Ok(Page::after_last(rows[start..].iter().take(2).copied().collect(), |row| row.to_string()))
        };
        Pager::new(fetch).distinct(|row| row.to_string())
    };
    assert_eq!(pager().collect().await.unwrap(), ["a", "b", "c", "d"]);
    assert_eq!(pager().starting_after("b").collect().await.unwrap(), ["c", "d"]);
    // A service that always gives the same page.
    let same = Pager::new(|_| async { Ok(Page::after_last(vec!["a", "b"], |row| row.to_string())) });
    assert_eq!(same.distinct(|row| row.to_string()).collect().await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn a_list_can_be_resumed_by_its_continuation() {
    let pages: &[(&[u32], _)] = &[(&[1, 2], Some("1")), (&[3], Some("2")), (&[4], None)];
    let mut pager = counting(pages);
    assert_eq!(pager.continuation(), None);
    pager.next_page().await.unwrap();
    let rest = counting(pages).starting_after(pager.continuation().unwrap());
    assert_eq!(rest.collect().await.unwrap(), [3, 4]);
}

#[tokio::test]
async fn a_list_that_repeats_itself_is_found_out() {
    let pager = counting(&[(&[1], Some("1")), (&[2], Some("0")), (&[9], None)]);
    let error = pager.collect().await.unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
}

#[tokio::test]
async fn a_failed_page_can_be_asked_for_again_and_a_stream_ends_at_it() {
    let mut pager = counting(&[(&[1], Some("7"))]);
    pager.next_page().await.unwrap();
    for _ in 0..2 {
        assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::NotFound);
    }
    let mut items = counting(&[(&[1], Some("7"))]).items();
    assert!(items.next().await.unwrap().is_ok());
    assert!(items.next().await.unwrap().is_err());
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn the_next_page_comes_while_the_caller_works_and_no_more_than_one() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let asked = AtomicUsize::new(0);
    let pager = |ahead| {
        let asked = &asked;
        asked.store(0, Ordering::SeqCst);
        let fetch = move |marker: Option<String>| async move {
            asked.fetch_add(1, Ordering::SeqCst);
            let page = marker.map_or(0, |marker| marker.parse::<usize>().unwrap());
            Ok(Page::new(vec![page; 2], (page < 3).then(|| (page + 1).to_string())))
        };
        Pager::new(fetch).reading_ahead(ahead)
    };
    let count = || asked.load(Ordering::SeqCst);
    let mut items = pager(true).items();
    for (row, expected) in [(0, 2), (0, 2), (1, 3), (1, 3), (2, 4), (2, 4), (3, 4), (3, 4)] {
        assert_eq!((items.next().await.unwrap().unwrap(), count()), (row, expected));
    }
    assert!(items.next().await.is_none());
    let mut items = pager(false).items();
    for expected in [1, 1, 2, 2] {
        items.next().await;
        assert_eq!(count(), expected);
    }
    let mut few = pager(true).with_most_pages(2);
    let pages = [few.next_page().await.unwrap(), few.next_page().await.unwrap(), few.next_page().await.unwrap()];
    assert_eq!((pages.iter().flatten().count(), count(), few.continuation()), (2, 2, Some("2")));
}

#[tokio::test]
async fn a_page_that_failed_before_anybody_asked_is_asked_for_anew() {
    let mut script = vec![Ok((vec![2], None)), Err(ErrorKind::Timeout), Ok((vec![1], Some("1")))];
    let pager = Pager::new(move |_| {
        let next = script.pop().unwrap();
        async move { next.map(|(rows, next)| Page::marked(rows, next)).map_err(|kind| Error::new(kind, "away")) }
    });
    assert_eq!(pager.reading_ahead(true).collect().await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_marker_whose_row_is_gone_is_told_with_where_to_go_on() {
    let refused = |marker: &str| {
        let body = format!(r#"{{"message": "No image found with ID {marker}"}}"#);
        Error::from_answer(
            http::StatusCode::BAD_REQUEST,
            &http::HeaderMap::new(),
            body.as_bytes(),
            std::time::SystemTime::UNIX_EPOCH,
        )
    };
    let mut pager = Pager::new(move |marker: Option<String>| async move {
        match marker.as_deref() {
            None => Ok(Page::new(vec![1], Some("a".into()))),
            Some("a") => Ok(Page::new(vec![2], Some("b".into()))),
            Some(gone) => Err(refused(gone)),
        }
    });
    assert!(pager.next_page().await.is_ok() && pager.next_page().await.is_ok());
    let error = pager.next_page().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), pager.previous()), (ErrorKind::MarkerGone, Some(400), Some("a")));
    assert!(error.message().contains("go on after `a`"), "{error}");
    // Another refusal stays what it is.
    let mut pager = Pager::<u8>::new(move |_| async move { Err(refused("other")) }).starting_after("b");
    assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[test]
fn an_empty_marker_is_none() {
    let next = |marker| Page::marked(vec![()], marker).next;
    assert_eq!(next(Some("a b")).as_deref(), Some("a b"));
    assert_eq!((next(Some("")), next(None)), (None, None));
}

#[test]
fn only_the_marker_of_a_link_counts() {
    let next = |link| Page::linked(vec![()], link, "marker", "list_x").map(|page| page.next);
    assert_eq!(next(Some("/v2/images?limit=2&marker=a%20b&tag=x")).unwrap(), Some("a b".into()));
    assert_eq!(next(Some("http://other/v2/images?marker=7#x")).unwrap(), Some("7".into()));
    for no_link in [None, Some("")] {
        assert_eq!(next(no_link).unwrap(), None);
    }
    for without in ["/v2/images?limit=2", "/v2/images", "/v2/images?marker="] {
        let error = next(Some(without)).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("list_x")));
    }
}
