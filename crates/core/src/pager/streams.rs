use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::Stream;

use super::{Page, Pager, State};
use crate::error::Result;

/// The stream of [`Pager::pages`]; it ends after an error.
#[derive(Debug)]
pub struct Pages<'a, T>(Pager<'a, T>);

impl<'a, T> Pages<'a, T> {
    pub(super) fn new(pager: Pager<'a, T>) -> Self {
        Self(pager)
    }

    /// See [`Pager::continuation`].
    #[must_use]
    pub fn continuation(&self) -> Option<&str> {
        self.0.continuation()
    }

    /// See [`Pager::previous`].
    #[must_use]
    pub fn previous(&self) -> Option<&str> {
        self.0.previous()
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

impl<'a, T> Items<'a, T> {
    pub(super) fn new(pager: Pager<'a, T>) -> Self {
        Self { pager, page: Vec::new().into_iter() }
    }
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
                self.pager.work_ahead(cx);
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
