//! What all lists of all services have in common: conditions, and the ways to read.

#[cfg(any(feature = "glance", feature = "ims"))]
mod time;

use cloudimg_core::Pager;

#[cfg(any(feature = "glance", feature = "ims"))]
pub use time::TimeFilter;

/// How a list is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The row that it begins after.
    pub(crate) after: Option<String>,
    /// Whether each page waits until it is asked for.
    pub(crate) page_by_page: bool,
    /// How many pages there may be.
    pub(crate) most_pages: Option<usize>,
}

impl Reading {
    /// The list that is read like this.
    pub(crate) fn pager<T>(self, pager: Pager<'static, T>) -> Pager<'static, T> {
        let pager = pager.reading_ahead(!self.page_by_page);
        let pager = match self.most_pages {
            Some(pages) => pager.with_most_pages(pages),
            None => pager,
        };
        match self.after {
            Some(marker) => pager.starting_after(marker),
            None => pager,
        }
    }
}

/// A setter for each condition that is one value.
macro_rules! conditions {
    ($( $(#[$meta:meta])* $name:ident($value:ident: $type:ty) -> $field:ident = $set:expr; )*) => {
        $(
            $(#[$meta])*
            #[must_use]
            pub fn $name(mut self, $value: $type) -> Self {
                self.query.$field = Some($set);
                self
            }
        )*
    };
}

/// Sets the parameters of a call that have a value.
macro_rules! set {
    ($call:ident, $query:ident: $($field:ident),* $(,)?) => {
        $( if let Some(value) = $query.$field { $call = $call.$field(value); } )*
    };
}

/// The ways to read the list `$list` of `$row`s, whose pages `page(&service, query, marker)` fetches; the field `$service` holds the service.
macro_rules! reading {
    ($list:ty, $row:ty, $page:path) => {
        $crate::lists::reading!($list, $row, $page, cloud);
    };
    ($list:ty, $row:ty, $page:path, $service:ident) => {
        $crate::lists::reading!(@ways $list, $row);

        impl $list {
            fn pager(self) -> ::cloudimg_core::Pager<'static, $row> {
                let Self { $service: service, query, reading } = self;
                reading.pager(::cloudimg_core::Pager::new(move |marker| {
                    let (service, query) = (service.clone(), query.clone());
                    async move { $page(&service, query, marker).await }
                }))
            }
        }
    };
    // Where the list makes its pager itself.
    (@ways $list:ty, $row:ty) => {
        impl $list {
            /// Beginning after this row: what `continuation()` of an earlier reading gave.
            #[must_use]
            pub fn starting_after(mut self, marker: impl Into<String>) -> Self {
                self.reading.after = Some(marker.into());
                self
            }

            /// Each page is fetched when it is asked for and not before. If not said, the next one is asked for as soon as one is handed out.
            #[must_use]
            pub fn without_reading_ahead(mut self) -> Self {
                self.reading.page_by_page = true;
                self
            }

            /// At most so many pages; `continuation()` of the pages tells where the rest begins.
            #[must_use]
            pub fn with_most_pages(mut self, pages: usize) -> Self {
                self.reading.most_pages = Some(pages);
                self
            }

            /// The rows, one by one.
            #[must_use]
            pub fn items(self) -> ::cloudimg_core::pager::Items<'static, $row> {
                self.pager().items()
            }

            /// The rows, page by page.
            #[must_use]
            pub fn pages(self) -> ::cloudimg_core::pager::Pages<'static, $row> {
                self.pager().pages()
            }

            /// All rows at once.
            ///
            /// # Errors
            /// Those of any page's call.
            pub async fn collect(self) -> ::cloudimg_core::Result<Vec<$row>> {
                self.pager().collect().await
            }
        }
    };
}

pub(crate) use {conditions, reading, set};
