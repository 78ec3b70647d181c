//! Files: exporting an image into one, and filling a registered image from one.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::visibility;
use super::body::{self, Fields, missing};
use super::create::{FORMATS, file};
use super::error::{Result, img};
use super::lookup;
use super::obs;
use super::work::{Deed, Part, Source, start};
use crate::cloud::Cloud;
use crate::glance::model::Status;
use crate::http::Call;

pub(super) async fn export(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:export")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    {
        let state = cloud.glance.state();
        let image = lookup::visible(&state, caller, id)?;
        if visibility(image) == "public" {
            return Err(img("IMG.0077", format!("The public image {id} cannot be exported.")));
        }
        let image = lookup::own(&state, caller, id, "IMG.0106")?;
        lookup::must_be_active(image)?;
        lookup::must_be_plain(image, "IMG.0128")?;
    }
    let to = fields.object("bucket_url")?;
    let format = fields.word("file_format", &["qcow2", "vhd", "zvhd", "vmdk"], "IMG.0072")?;
    match (fields.flag("is_quick_export")?, format) {
        (true, Some(_)) => return Err(img("IMG.0001", "A quick export takes no file_format.")),
        (false, None) => return Err(missing("file_format")),
        _ => {}
    }
    obs::check(&cloud.obs, &to)?;
    if cloud.obs.get(&to.bucket, &to.name).is_some() {
        return Err(img("IMG.0070", format!("The file {}:{} exists already.", to.bucket, to.name)));
    }
    let deed = Deed::Export { image: id.to_owned(), to };
    start(cloud, caller, Part { kind: "imsNativeExportImageJob", image_name: None, deed })
}

/// Fills an image whose metadata has been made before.
pub(super) async fn register(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:upload")?;
    let body = body::read(call).await?;
    let fields = Fields::of(&body)?;
    let name = {
        let state = cloud.glance.state();
        let image = lookup::own(&state, caller, id, "IMG.0047")?;
        if image.status != Status::Queued {
            return Err(img("IMG.0046", format!("The image {id} has been registered already.")));
        }
        image.name.clone()
    };
    let deed = Deed::Fill { image: id.to_owned(), source: Source::File(file(cloud, fields)?, FORMATS) };
    start(cloud, caller, Part { kind: "imsImportImageJob", image_name: name, deed })
}
