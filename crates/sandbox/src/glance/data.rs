//! Image data: upload, stage, download.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use futures::{StreamExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::cache::Watch;
use super::error::{ApiError, Result};
use super::ingest::{Broken, ingest};
use super::model::{Image, Location, Place, Staged, Status};
use super::policy::Who;
use super::range::{self, Span};
use super::{no_content, sniff, stores};
use crate::cloud::Cloud;
use crate::faults::Announced;
use crate::http::{Call, empty, set};

/// How much is read from the disk at once.
const BLOCK: usize = 512 << 10;

fn check_content_type(call: &Call) -> Result<()> {
    match call.content_type().as_deref() {
        Some("application/octet-stream") => Ok(()),
        other => {
            let text = format!("Invalid content type {}", other.unwrap_or("None"));
            Err(ApiError::media_type(call, &text))
        }
    }
}

/// How many bytes are announced; no announcement and 0 are the same.
fn announced(call: &Call) -> Result<Option<u64>> {
    let size = match call.header("x-openstack-image-size") {
        None => call.content_length(),
        Some(text) => {
            Some(text.trim().parse().map_err(|_| ApiError::bad_request("Invalid or missing image size in request headers."))?)
        }
    };
    Ok(size.filter(|size| *size > 0))
}

/// Moves a queued image on; what the caller wrote meanwhile stays.
fn begin(image: &mut Image, to: Status) -> Result<()> {
    if image.status != Status::Queued {
        let (from, to) = (image.status.as_str(), to.as_str());
        let text = format!("Image status transition from {from} to {to} is not allowed");
        return Err(ApiError::conflict(text));
    }
    let missing: Vec<&str> = [("disk_format", &image.disk_format), ("container_format", &image.container_format)]
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| *name)
        .collect();
    if to == Status::Saving && !missing.is_empty() {
        let noun = if missing.len() == 1 { "Property" } else { "Properties" };
        let missing = missing.join(", ");
        let text = format!("{noun} {missing} must be set prior to saving data.");
        return Err(ApiError::bad_request(text));
    }
    image.status = to;
    Ok(())
}

/// Puts an image back in the queue if its upload ends without having arrived, also when the call
/// is dropped because its connection went away.
struct Unfinished<'c> {
    cloud: &'c Cloud,
    id: &'c str,
    status: Status,
    done: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let mut state = self.cloud.glance.state();
        let at = state.stamp(&self.cloud.clock);
        if let Some(image) = state.image_mut(self.id).filter(|i| i.status == self.status) {
            image.requeue();
            image.updated_at = at;
        }
    }
}

fn broken(why: Broken) -> ApiError {
    match why {
        Broken::TooMuch(expected, got) => {
            ApiError::bad_request(format!("Size exceeds: expected {expected} bytes, got {got} bytes"))
        }
        Broken::TooLittle(expected, got) => {
            ApiError::bad_request(format!("Size mismatch: expected {expected} bytes, got {got} bytes"))
        }
        Broken::Source => ApiError::internal(),
        Broken::Disk(error) => {
            tracing::error!(%error, "image data");
            ApiError::too_large(format!("Image storage media is full: {error}"))
        }
    }
}

pub(super) async fn upload(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    check_content_type(call)?;
    let size = announced(call)?;
    let store = call.header("x-image-meta-store").unwrap_or(stores::DEFAULT);
    let store = stores::find(store).map_err(ApiError::bad_request)?;
    {
        let mut state = cloud.glance.state();
        let at = state.stamp(&cloud.clock);
        let image = state.visible_mut(who, id)?;
        who.may_change(image, "upload_image")?;
        begin(image, Status::Saving)?;
        image.updated_at = at;
    }
    let mut unfinished = Unfinished { cloud, id, status: Status::Saving, done: false };
    if store.read_only {
        let text = "Error in store configuration. Adding images to store is disabled.";
        return Err(ApiError::explained(StatusCode::GONE, text));
    }
    let body = std::mem::take(&mut call.body).into_data_stream();
    let path = cloud.glance.new_path(store.id, id);
    let (file, digest) = ingest(body, Some(path), size).await.map_err(broken)?;
    let file = file.ok_or_else(ApiError::internal)?;

    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let Some(image) = state.image_mut(id).filter(|i| i.status == Status::Saving) else {
        unfinished.done = true;
        return Err(ApiError::explained(
            StatusCode::GONE,
            format!(
                "Image {id} could not be found after upload. The image may have been deleted during the upload, cleaning up the chunks uploaded."
            ),
        ));
    };
    // The leftovers of an upload that was refused for its format stay, and stand in the way.
    if image.strays.contains(&store.id)
        || image.locations.iter().any(|l| l.store == store.id)
        || image.os_hash_value.as_ref().is_some_and(|hash| *hash != digest.hash)
    {
        drop(state);
        return Err(ApiError::internal());
    }
    image.set_digest(&digest);
    image.add_location(Location { store: store.id, place: Place::File(file) });
    let formats = (image.disk_format.as_deref(), image.container_format.as_deref());
    let judged = sniff::judge(&digest, formats.0.unwrap_or_default(), formats.1.unwrap_or_default());
    unfinished.done = true;
    image.updated_at = at;
    match judged {
        Ok(virtual_size) => {
            image.virtual_size = virtual_size;
            image.status = Status::Active;
            no_content()
        }
        Err(why) => {
            image.requeue();
            Err(ApiError::media_type(call, &why))
        }
    }
}

pub(super) async fn stage(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    check_content_type(call)?;
    let size = announced(call)?;
    {
        let mut state = cloud.glance.state();
        let at = state.stamp(&cloud.clock);
        let image = state.visible_mut(who, id)?;
        who.may_change(image, "modify_image")?;
        begin(image, Status::Uploading)?;
        image.updated_at = at;
    }
    let mut unfinished = Unfinished { cloud, id, status: Status::Uploading, done: false };
    let body = std::mem::take(&mut call.body).into_data_stream();
    let path = cloud.glance.new_path("staging", id);
    let (file, digest) = ingest(body, Some(path), size).await.map_err(broken)?;
    let file = file.ok_or_else(ApiError::internal)?;

    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    unfinished.done = true;
    let image = state.image_mut(id).ok_or_else(|| ApiError::no_image(id))?;
    image.size = Some(digest.size);
    image.staged = Some(Staged { file, digest });
    image.updated_at = at;
    no_content()
}

pub(super) async fn download(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    let (image, cached) = {
        let state = cloud.glance.state();
        let image = state.visible(who, id)?;
        if image.status == Status::Deactivated && !who.admin {
            return Err(ApiError::forbidden("The requested image has been deactivated. Image data download is forbidden."));
        }
        who.may_download(image)?;

        // One that was deactivated since is not taken from there.
        let cached = state.cache.holds(id) && image.status != Status::Deactivated;
        (image.clone(), cached)
    };
    let prefer: Vec<&str> = call
        .query
        .get("prefer")
        .into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|store| !store.is_empty())
        // The cache does not ask which store an image is from.
        .filter(|_| !cached)
        .collect();
    if let Some(unknown) = prefer.iter().find(|store| stores::find(store).is_err()) {
        return Err(ApiError::bad_request(format!("Store '{unknown}' is not configured.")));
    }
    let wanted = (call.header("range"), call.header("content-range"));
    let Some(location) = image.locations.iter().find(|l| prefer.contains(&l.store)).or_else(|| image.locations.first()) else {
        // A range of nothing breaks the server.
        if wanted != (None, None) {
            return Err(ApiError::internal());
        }
        let mut response = empty(StatusCode::NO_CONTENT);
        response.headers_mut().remove("content-type");
        return Ok(response);
    };
    // An upload refused for its format leaves its data behind, but not its size.
    let size = match (&location.place, image.size) {
        (_, Some(size)) => size,
        (Place::File(file), None) => tokio::fs::metadata(&file.0).await.map_err(|_| ApiError::internal())?.len(),
        (Place::Url(_), None) => 0,
    };
    let span = match wanted {
        (Some(range), _) => Some(range::parse(range, size)?),
        (None, Some(range)) => Some(range::parse_content_range(range, size)?),
        (None, None) => None,
    };
    let whole = Span { start: 0, end: size };
    let mut body = match &location.place {
        Place::File(_) => read_file(location, span.unwrap_or(whole)).await?,
        Place::Url(url) => fetch(cloud, url, span).await?,
    };
    // Parts are neither taken from the cache nor put into it.
    if span.is_none() {
        let mut watch = Watch::new(cloud, id, size, cached);
        body = Body::from_stream(body.into_data_stream().inspect_ok(move |piece| watch.sent(piece.len())));
    }
    // On its way through the cache a whole image loses its length.
    let length = span.map(|span| span.end - span.start).or(cached.then_some(size));
    if let Some(length) = length {
        body = Body::new(Announced { body, length });
    }
    let mut response = Response::new(body);
    set(&mut response, "content-type", "application/octet-stream");
    if let Some(span) = span {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let text = format!("bytes {}-{}/{size}", span.start, span.end - 1);
        set(&mut response, "content-range", &text);
    }
    // Of the whole image, also with a part of it.
    if let Some(md5) = &image.checksum {
        set(&mut response, "content-md5", md5);
    }
    Ok(response)
}

async fn read_file(location: &Location, span: Span) -> Result<Body> {
    let Place::File(file) = &location.place else { return Err(ApiError::internal()) };
    // Kept to the end, so that the file outlives its image.
    let keep = std::sync::Arc::clone(file);
    let away = |e: std::io::Error| {
        tracing::error!(error = %e, "image data");
        ApiError::explained(StatusCode::SERVICE_UNAVAILABLE, e.to_string())
    };
    let mut file = tokio::fs::File::open(&keep.0).await.map_err(away)?;
    file.set_max_buf_size(BLOCK);
    if span.start > 0 {
        file.seek(std::io::SeekFrom::Start(span.start)).await.map_err(away)?;
    }
    let pieces = ReaderStream::with_capacity(file.take(span.end - span.start), BLOCK).map_ok(move |piece| {
        let _ = &keep;
        piece
    });
    Ok(Body::from_stream(pieces))
}

/// Passes on what another server holds; such a store cannot begin in the middle.
async fn fetch(cloud: &Cloud, url: &str, span: Option<Span>) -> Result<Body> {
    if let Some(span) = span {
        let (start, length) = (span.start, span.end - span.start);
        return Err(ApiError::bad_request(format!(
            "Getting images randomly from this store is not supported. Offset: {start}, length: {length}"
        )));
    }
    let away = || {
        let text = format!("Remote server where the image is present is unavailable: {url}");
        ApiError::explained(StatusCode::SERVICE_UNAVAILABLE, text)
    };
    let answer = cloud.glance.web.get(url).send().await.map_err(|_| away())?;
    if !answer.status().is_success() {
        return Err(away());
    }
    let pieces = answer.bytes_stream().map(|piece| piece.map_err(std::io::Error::other));
    Ok(Body::from_stream(pieces))
}
