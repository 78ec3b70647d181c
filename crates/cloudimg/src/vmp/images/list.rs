use std::collections::HashSet;

use cloudimg_core::{Page, Pager, Result};

use super::{Images, sort};
use crate::lists::{Reading, conditions, reading, set};
use crate::vmp::{Image, ImageState, ImageType, SortDirection, SortKey, Vmp, check_id, wrong};

/// How many images a page has if nothing is asked for. A page with fewer is surely the last; of one with more, though fewer than were asked for,
/// nobody knows, since the greatest page is not documented.
const SURE_PAGE: usize = 20;
/// How many ids a call takes.
const MOST_IDS: usize = 100;
/// With a page of one the image that a marker names might be all that comes.
const SMALLEST_PAGE: u16 = 2;

impl Images {
    /// The images that fit conditions still to be set, fetched as they are read: those of the account, and the public ones. (`Vmpqueryimage`.)
    #[must_use]
    pub fn list(&self) -> ImageList {
        ImageList { vmp: self.vmp.clone(), query: Query::default(), reading: Reading::default() }
    }
}

/// A list of images and the conditions on it.
///
/// Nothing is sent before it is read as [`items`](Self::items) or [`pages`](Self::pages). The service tells neither a total nor the next page: each
/// page begins after the last image of the one before, an image comes once, and a page with nothing new is the last.
#[derive(Clone, Debug)]
pub struct ImageList {
    vmp: Vmp,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug, Default)]
struct Query {
    ids: Option<Vec<String>>,
    limit: Option<i32>,
    name: Option<String>,
    state: Option<ImageState>,
    type_: Option<ImageType>,
    order: Vec<(SortKey, SortDirection)>,
}

impl ImageList {
    conditions! {
        /// Of this name. Whether a part of it will do is not documented.
        name(name: impl Into<String>) -> name = name.into();
        /// In this state.
        state(state: impl Into<ImageState>) -> state = state.into();
        /// Of this kind of owner (`type`): `COMMON` of the platform, `SNAPSHOT` made of an instance of the account, `CUSTOM` another of the account.
        owner(owner: impl Into<ImageType>) -> type_ = owner.into();
        /// Fetched in pages of so many images, though not of fewer than 2; 20 if not said. The greatest number is not documented.
        with_page_size(images: u16) -> limit = images.max(SMALLEST_PAGE).into();
    }

    /// With one of these ids, of which there may be any number: 100 go into a call, whose images are a page. None means none.
    #[must_use]
    pub fn ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut known = HashSet::new();
        self.query.ids = Some(ids.into_iter().map(Into::into).filter(|id: &String| known.insert(id.clone())).collect());
        self
    }

    /// Sorted by this key; called again, images alike by the keys so far are sorted by one more.
    ///
    /// The service sorts one page only: what begins a page, a marker, does not go with a sort, and there are no page numbers. So a sorted list is
    /// read to its end first and sorted here, by the texts' bytes and the sizes' values; it is one page, and cannot be gone on with later.
    #[must_use]
    pub fn sort(mut self, key: impl Into<SortKey>, direction: impl Into<SortDirection>) -> Self {
        self.query.order.push((key.into(), direction.into()));
        self
    }

    fn pager(self) -> Pager<'static, Image> {
        let Self { vmp, query, reading } = self;
        let overlaps = query.ids.is_none() && query.order.is_empty();
        let pager = Pager::new(move |marker| {
            let (vmp, query) = (vmp.clone(), query.clone());
            async move { page(&vmp, query, marker).await }
        });
        reading.pager(if overlaps { pager.distinct(|image| image.id.clone()) } else { pager })
    }
}

reading!(@ways ImageList, Image);

async fn page(vmp: &Vmp, mut query: Query, marker: Option<String>) -> Result<Page<Image>> {
    sort::check(&query.order)?;
    if !query.order.is_empty() {
        if marker.is_some() {
            return Err(wrong("a sorted list has no place to go on from".to_owned()));
        }
        let order = std::mem::take(&mut query.order);
        // Boxed, as it comes back to this function.
        let all = Box::pin(ImageList { vmp: vmp.clone(), query, reading: Reading::default() }.pager().collect());
        let mut images = all.await?;
        sort::sort(&mut images, &order);
        return Ok(Page::new(images, None));
    }
    match query.ids.take() {
        Some(ids) => some(vmp, query, &ids, marker).await,
        None => call(vmp, query, None, marker).await,
    }
}

/// One page by marker.
async fn call(vmp: &Vmp, query: Query, ids: Option<String>, marker: Option<String>) -> Result<Page<Image>> {
    let asked = query.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(SURE_PAGE);
    let mut call = vmp.client()?.list_images();
    set!(call, query: limit, name, state, type_);
    if let Some(ids) = ids {
        call = call.ids(ids);
    }
    if let Some(marker) = marker {
        call = call.marker(marker);
    }
    let images = call.send().await?.into_inner().images;
    Ok(match images.len() < asked.min(SURE_PAGE) {
        true => Page::new(images, None),
        false => Page::after_last(images, |image| image.id.clone()),
    })
}

/// The images of the hundred ids that `marker` numbers, of which the service may need several pages; then the next hundred.
async fn some(vmp: &Vmp, query: Query, ids: &[String], marker: Option<String>) -> Result<Page<Image>> {
    ids.iter().try_for_each(|id| check_id(id))?;
    let number = match &marker {
        None => 0,
        Some(text) => text.parse().map_err(|_| wrong(format!("`{text}` is no place in a list by ids")))?,
    };
    let Some(chunk) = ids.chunks(MOST_IDS).nth(number) else { return Ok(Page::new(Vec::new(), None)) };
    let mut query = query;
    // One call is enough, unless the service has a lower limit of its own.
    query.limit.get_or_insert_with(|| i32::try_from(chunk.len()).unwrap_or_default().max(SMALLEST_PAGE.into()));
    let joined = chunk.join(",");
    let mut wanted: HashSet<&str> = chunk.iter().map(String::as_str).collect();
    let (mut images, mut after) = (Vec::new(), None);
    loop {
        let page = call(vmp, query.clone(), Some(joined.clone()), after).await?;
        let known = images.len();
        // A service that does not know the condition would answer with all.
        images.extend(page.items.into_iter().filter(|image| wanted.remove(image.id.as_str())));
        after = page.next;
        if after.is_none() || wanted.is_empty() || images.len() == known {
            break;
        }
    }
    let has_more = ids.len() > (number + 1) * MOST_IDS;
    Ok(Page::new(images, has_more.then(|| (number + 1).to_string())))
}
