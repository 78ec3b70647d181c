//! Lists, page by page or item by item, to their end.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream};

use crate::error::{Error, ErrorKind, Result};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The marker that the next page begins after; `None` on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `items`, followed by the one after the marker `next`.
    #[must_use]
    pub fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }

    /// A page of `items` of a list without links: the next one begins after what `marker` takes from the last row. A page without rows is
    /// the last, for a service may give fewer than were asked for.
    #[must_use]
    pub fn after_last(items: Vec<T>, marker: impl FnOnce(&T) -> String) -> Self {
        let next = items.last().map(marker);
        Self { items, next }
    }

    /// A page of `items` whose answer names the marker of the next one, as it is to be sent; an empty one is none.
    #[must_use]
    pub fn marked(items: Vec<T>, marker: Option<&str>) -> Self {
        let next = marker.filter(|marker| !marker.is_empty()).map(str::to_owned);
        Self { items, next }
    }

    /// A page of `items` of the call `operation`, whose answer has `link` for the next page: of that only the marker counts, the value of
    /// the query parameter `parameter`. Services lose repeated parameters on the way into the link.
    ///
    /// # Errors
    /// `Decode` if there is a link and no marker in it: to end there would pass a part of the list off as the whole.
    pub fn linked(items: Vec<T>, link: Option<&str>, parameter: &str, operation: &str) -> Result<Self> {
        let link = link.filter(|link| !link.is_empty());
        let next = link.and_then(|link| marker_from_link(link, parameter));
        match (link, &next) {
            (Some(link), None) => {
                let what = format!("the link to the next page, `{link}`, has no `{parameter}`");
                Err(Error::new(ErrorKind::Decode, what).with_operation(operation))
            }
            _ => Ok(Self { items, next }),
        }
    }
}

type Fetch<'a, T> = Box<dyn FnMut(Option<String>) -> BoxFuture<'a, Result<Page<T>>> + Send + 'a>;

/// A list that is fetched as it is read.
///
/// Nothing is sent before the first item or page is asked for, and no page is fetched that nobody asks for. A short or empty page does not
/// end a list, only one without a marker does. A server that gives the same marker twice would be read for ever: that is an error.
pub struct Pager<'a, T> {
    fetch: Fetch<'a, T>,
    state: State<'a, T>,
    marker: Option<String>,
    seen: HashSet<u64>,
    hasher: RandomState,
    distinct: Option<Distinct<'a, T>>,
}

/// The rows of a list whose pages may overlap, by what tells them apart.
struct Distinct<'a, T> {
    key: Box<dyn Fn(&T) -> String + Send + 'a>,
    known: HashSet<String>,
}

enum State<'a, T> {
    /// The page after `Pager::marker` is to be fetched.
    Ready,
    Fetching(BoxFuture<'a, Result<Page<T>>>),
    Done,
}

impl<'a, T> Pager<'a, T> {
    /// A list whose pages `fetch` gets: the first one for `None`, then the one after each marker.
    pub fn new<F, R>(mut fetch: F) -> Self
    where
        F: FnMut(Option<String>) -> R + Send + 'a,
        R: Future<Output = Result<Page<T>>> + Send + 'a,
    {
        Self {
            fetch: Box::new(move |marker| fetch(marker).boxed()),
            state: State::Ready,
            marker: None,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            distinct: None,
        }
    }

    /// Pages may overlap: rows whose `key` was there already, or is the marker, are dropped, and a page without new rows is the last. The
    /// keys of all rows are kept.
    #[must_use]
    pub fn distinct(mut self, key: impl Fn(&T) -> String + Send + 'a) -> Self {
        self.distinct = Some(Distinct { key: Box::new(key), known: HashSet::new() });
        self
    }

    /// Begins after `marker` instead of at the start: what [`continuation`](Self::continuation) gave.
    #[must_use]
    pub fn starting_after(mut self, marker: impl Into<String>) -> Self {
        self.marker = Some(marker.into());
        self
    }

    /// The marker after which the next page begins, to go on later or elsewhere; `None` before the first page and after the last.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the call. The same page can be asked for again after a failure.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await.transpose()
    }

    /// The list as a stream of pages.
    #[must_use]
    pub fn pages(self) -> Pages<'a, T> {
        Pages(self)
    }

    /// The list as a stream of items.
    #[must_use]
    pub fn items(self) -> Items<'a, T> {
        Items { pager: self, page: Vec::new().into_iter() }
    }

    /// Every item in one vector: for lists known to be short.
    ///
    /// # Errors
    /// Those of any page's call.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await? {
            all.extend(page.items);
        }
        Ok(all)
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(None),
                State::Ready => self.state = State::Fetching((self.fetch)(self.marker.clone())),
                State::Fetching(page) => {
                    let result = ready!(page.poll_unpin(cx));
                    self.state = State::Ready;
                    return Poll::Ready(Some(result.and_then(|page| self.step(page))));
                }
            }
        }
    }

    /// Moves on to the page after `page`.
    fn step(&mut self, mut page: Page<T>) -> Result<Page<T>> {
        if let Some(Distinct { key, known }) = &mut self.distinct {
            known.extend(self.marker.clone());
            page.items.retain(|row| known.insert(key(row)));
            page.next.take_if(|_| page.items.is_empty());
        }
        match &page.next {
            None => self.state = State::Done,
            Some(marker) if !self.seen.insert(self.hasher.hash_one(marker)) => {
                self.state = State::Done;
                return Err(Error::new(
                    ErrorKind::Decode,
                    format!("the list does not end: the service names the page after `{marker}` a second time"),
                ));
            }
            Some(_) => {}
        }
        self.marker.clone_from(&page.next);
        Ok(page)
    }
}

impl<T> fmt::Debug for Pager<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager").field("continuation", &self.marker).finish_non_exhaustive()
    }
}

/// The stream of [`Pager::pages`]; it ends after an error.
#[derive(Debug)]
pub struct Pages<'a, T>(Pager<'a, T>);

impl<T> Pages<'_, T> {
    /// See [`Pager::continuation`].
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.0.continuation()
    }
}

impl<T> Stream for Pages<'_, T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = ready!(self.0.poll_page(cx));
        if matches!(page, Some(Err(_))) {
            self.0.state = State::Done;
        }
        Poll::Ready(page)
    }
}

/// The stream of [`Pager::items`]; it ends after an error.
#[derive(Debug)]
pub struct Items<'a, T> {
    pager: Pager<'a, T>,
    page: std::vec::IntoIter<T>,
}

impl<T: Unpin> Items<'_, T> {
    /// The next item, or `None` at the end, for callers without a stream library.
    ///
    /// # Errors
    /// Those of a page's call.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: Unpin> Stream for Items<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pager.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Ok(page)) => self.page = page.items.into_iter(),
                Some(Err(error)) => {
                    self.pager.state = State::Done;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

fn marker_from_link(link: &str, parameter: &str) -> Option<String> {
    let query = link.split_once('?')?.1;
    let query = query.split('#').next().unwrap_or(query);
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == parameter).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
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
        for without in ["/v2/images?limit=2", "/v2/images"] {
            let error = next(Some(without)).unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("list_x")));
        }
    }
}
