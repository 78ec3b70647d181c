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

fn marker_from_link(link: &str, parameter: &str) -> Option<String> {
    let query = link.split_once('?')?.1;
    let query = query.split('#').next().unwrap_or(query);
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == parameter)
        .map(|(_, value)| value.into_owned())
        // It would be the first page again.
        .filter(|marker| !marker.is_empty())
}
