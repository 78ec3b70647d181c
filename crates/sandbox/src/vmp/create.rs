//! `POST /vmp/images`: from an instance or from an URL.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use url::Url;

use super::body::Fields;
use super::error::{Result, error, invalid};
use super::furniture::Instance;
use super::image::{Image, Kind};
use super::{Vmp, ok};
use crate::clock::later;
use crate::http::Call;
use crate::json::object;

/// What an image is made from.
enum Source<'a> {
    Instance(&'a str, Instance),
    Url(&'a str, &'a str),
}

fn source<'a>(vmp: &Vmp, fields: &'a Fields) -> Result<Source<'a>> {
    let (instance, address) = (fields.text("instanceUuid")?, fields.text("imageSrcUrl")?);
    let (os, md5) = (fields.word("ostype", &["windows", "linux"])?, fields.text("md5")?);
    match (instance, address) {
        (Some(uuid), None) => {
            if md5.is_some() {
                return Err(invalid("md5", "it goes with imageSrcUrl"));
            }
            let found = vmp.state().instances.get(uuid).cloned();
            let missing = || error(StatusCode::NOT_FOUND, "InstanceNotFound", format!("The instance {uuid} does not exist."));
            Ok(Source::Instance(uuid, found.ok_or_else(missing)?))
        }
        (None, Some(address)) => {
            if !Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
                return Err(invalid("imageSrcUrl", "it is no http or https URL"));
            }
            if md5.is_some_and(|md5| md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit())) {
                return Err(invalid("md5", "it is not 32 hexadecimal digits"));
            }
            Ok(Source::Url(address, os.ok_or_else(|| invalid("ostype", "it is needed with imageSrcUrl"))?))
        }
        _ => Err(invalid("instanceUuid", "exactly one of instanceUuid and imageSrcUrl is needed")),
    }
}

pub(super) async fn create(vmp: &Vmp, call: &mut Call) -> Result<Response<Body>> {
    let fields = Fields::read(call).await?;
    let name = fields.need_text("name")?;
    let source = source(vmp, &fields)?;
    let min_disk = fields.integer("minDisk")?;
    if min_disk.is_some_and(|disk| disk < 1) {
        return Err(invalid("minDisk", "it is less than 1"));
    }
    let agent = fields.word("qgaEnabled", &["TRUE", "FALSE"])?.map(|word| word == "TRUE");
    let now = vmp.clock.now();
    let created_at = vmp.told_time();
    let mut state = vmp.state();
    let fails = state.doomed_images > 0;
    state.doomed_images = state.doomed_images.saturating_sub(1);
    let (kind, size, os, min_disk, from) = match source {
        // What the instance is counts, whatever is said of it.
        Source::Instance(uuid, instance) => {
            (Kind::Snapshot, instance.size.to_owned(), instance.os, min_disk.or(Some(instance.min_disk)), uuid)
        }
        Source::Url(address, os) => (Kind::Custom, min_disk.unwrap_or(10).to_string(), os, min_disk, address),
    };
    let image = Image {
        id: uuid::Uuid::new_v4().to_string(),
        name: name.to_owned(),
        kind,
        size,
        created_at,
        ready_at: later(now, vmp.settings.build_time),
        fails,
        os: Some(os.to_owned()),
        min_disk,
        agent,
        source: Some(from.to_owned()),
        nodes: Vec::new(),
    };
    let answer = object([("id", image.id.as_str().into())]);
    state.images.insert(image.id.clone(), image);
    state.counts.creates += 1;
    ok(&answer)
}
