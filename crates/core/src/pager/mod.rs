//! Lists, page by page or item by item, to their end.

mod page;
mod streams;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::task::{Context, Poll, ready};

use futures::FutureExt as _;
use futures::future::BoxFuture;

pub use page::Page;
pub use streams::{Items, Pages};

use crate::error::{Error, ErrorKind, Result};

type Fetch<'a, T> = Box<dyn FnMut(Option<String>) -> BoxFuture<'a, Result<Page<T>>> + Send + 'a>;

/// A list that is fetched as it is read.
///
/// Nothing is sent before the first item or page is asked for. A short or empty page does not end a list, only one without a marker does. A
/// server that gives the same marker twice would be read for ever: that is an error. A marker whose row was deleted meanwhile is one, too:
/// `MarkerGone`, after which [`previous`](Self::previous) tells where to go on.
pub struct Pager<'a, T> {
    fetch: Fetch<'a, T>,
    state: State<'a, T>,
    marker: Option<String>,
    previous: Option<String>,
    seen: HashSet<u64>,
    hasher: RandomState,
    distinct: Option<Distinct<'a, T>>,
    reads_ahead: bool,
    pages_left: Option<usize>,
}

/// The rows of a list whose pages may overlap, by what tells them apart.
struct Distinct<'a, T> {
    key: Box<dyn Fn(&T) -> String + Send + 'a>,
    known: HashSet<String>,
}

enum State<'a, T> {
    /// The page after `Pager::marker` is to be fetched.
    Ready,
    Fetching {
        page: BoxFuture<'a, Result<Page<T>>>,
        /// Whether it began before anybody asked.
        ahead: bool,
    },
    /// The next page is here before anybody asked.
    Fetched(Box<Page<T>>),
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
            previous: None,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            distinct: None,
            reads_ahead: false,
            pages_left: None,
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

    /// Asks for the next page as soon as one is handed out, so that it comes while the caller works on that one; never more than one. The
    /// work is done by whoever polls, so nothing goes on after a drop.
    #[must_use]
    pub fn reading_ahead(mut self, reads_ahead: bool) -> Self {
        self.reads_ahead = reads_ahead;
        self
    }

    /// Ends after so many pages; [`continuation`](Self::continuation) tells where the rest begins.
    #[must_use]
    pub fn with_most_pages(mut self, pages: usize) -> Self {
        self.pages_left = Some(pages);
        self
    }

    /// The marker after which the next page begins, to go on later or elsewhere; `None` before the first page and after the last.
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// The marker that the last page handed out began after: to go on from, where the row of [`continuation`](Self::continuation) is gone.
    /// That page comes again then. `None` is the start of the list.
    #[must_use]
    pub fn previous(&self) -> Option<&str> {
        self.previous.as_deref()
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
        Pages::new(self)
    }

    /// The list as a stream of items.
    #[must_use]
    pub fn items(self) -> Items<'a, T> {
        Items::new(self)
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
                State::Ready if self.pages_left == Some(0) => self.state = State::Done,
                State::Ready => self.begin(false),
                State::Fetched(_) => {
                    if let State::Fetched(page) = std::mem::replace(&mut self.state, State::Ready) {
                        return Poll::Ready(Some(self.hand_out(*page, cx)));
                    }
                }
                State::Fetching { page, ahead } => {
                    let ahead = *ahead;
                    let result = ready!(page.poll_unpin(cx));
                    self.state = State::Ready;
                    match result {
                        Ok(page) => return Poll::Ready(Some(self.hand_out(page, cx))),
                        // The caller's own work may have used up its time: it counts only if it fails when asked for.
                        Err(_) if ahead => {}
                        Err(error) => return Poll::Ready(Some(Err(self.explained(error)))),
                    }
                }
            }
        }
    }

    fn begin(&mut self, ahead: bool) {
        self.state = State::Fetching { page: (self.fetch)(self.marker.clone()), ahead };
    }

    fn hand_out(&mut self, page: Page<T>, cx: &mut Context<'_>) -> Result<Page<T>> {
        let page = self.step(page)?;
        if let Some(left) = &mut self.pages_left {
            *left = left.saturating_sub(1);
        }
        if self.reads_ahead && self.pages_left != Some(0) && matches!(self.state, State::Ready) {
            self.begin(true);
            self.work_ahead(cx);
        }
        Ok(page)
    }

    /// Lets the page that nobody has asked for yet make progress.
    fn work_ahead(&mut self, cx: &mut Context<'_>) {
        let State::Fetching { page, ahead: true } = &mut self.state else { return };
        match page.poll_unpin(cx) {
            Poll::Pending => {}
            Poll::Ready(Ok(page)) => self.state = State::Fetched(Box::new(page)),
            Poll::Ready(Err(_)) => self.state = State::Ready,
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
        self.previous = std::mem::replace(&mut self.marker, page.next.clone());
        Ok(page)
    }

    /// A refusal of the marker says so: services answer as they do to a wrong request.
    fn explained(&self, error: Error) -> Error {
        let is_refused = matches!(error.status(), Some(400 | 403 | 404));
        match self.marker.as_deref().filter(|marker| is_refused && !marker.is_empty() && error.message().contains(marker)) {
            Some(marker) => {
                let from = self.previous.as_ref().map_or("at the start".to_owned(), |previous| format!("after `{previous}`"));
                let what =
                    format!("the row `{marker}`, which the next page begins after, is gone; go on {from} ({})", error.message());
                error.with_kind(ErrorKind::MarkerGone).with_message(what)
            }
            None => error,
        }
    }
}

impl<T> fmt::Debug for Pager<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager").field("continuation", &self.marker).finish_non_exhaustive()
    }
}
