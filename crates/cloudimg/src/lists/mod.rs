//! What all lists of all services have in common: conditions, and the ways to read.

mod time;

pub use time::TimeFilter;

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
        impl $list {
            /// Beginning after this row: what `continuation()` of an earlier reading gave.
            #[must_use]
            pub fn starting_after(mut self, marker: impl Into<String>) -> Self {
                self.marker = Some(marker.into());
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

            fn pager(self) -> ::cloudimg_core::Pager<'static, $row> {
                let Self { $service: service, query, marker } = self;
                let pager = ::cloudimg_core::Pager::new(move |marker| {
                    let (service, query) = (service.clone(), query.clone());
                    async move { $page(&service, query, marker).await }
                });
                match marker {
                    Some(marker) => pager.starting_after(marker),
                    None => pager,
                }
            }
        }
    };
}

pub(crate) use {conditions, reading, set};
