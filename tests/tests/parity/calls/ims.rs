//! Images and jobs of the Image Management Service, at the address that the catalog has for images, as the older SDKs take it.

use anyhow::{Context as _, Error, Result};
use cloudimg::Cloud;
use cloudimg_ims_v1::types::builder as body_1;
use cloudimg_ims_v2::types::builder as body_2;
use cloudimg_tests::ims;
use progenitor_client::{ClientInfo as _, ResponseValue};
use serde_json::{Map, Value};
use {cloudimg_ims_v1 as v1, cloudimg_ims_v2 as v2};

use crate::entry::{Entry, Recorded};

const ACTION: &str = "/v2/cloudimages/action";
const WHOLE: &str = "/v1/cloudimages/wholeimages/action";

async fn version_1(cloud: &Cloud) -> Result<v1::Client> {
    let glance = cloud.glance().raw().await?;
    Ok(v1::Client::new(glance.baseurl(), glance.inner().clone()))
}

async fn version_2(cloud: &Cloud) -> Result<v2::Client> {
    let glance = cloud.glance().raw().await?;
    Ok(v2::Client::new(glance.baseurl(), glance.inner().clone()))
}

fn answered<T>(answer: Result<ResponseValue<T>, progenitor_client::Error<()>>) -> Result<()> {
    answer.map(drop).map_err(|error| cloudimg::Error::from(error).into())
}

/// Gives each member of the body to the setter of its name; `None` where a member has none.
macro_rules! set {
    ($body:expr, $request:expr, { $( $field:ident: $type:ty ),* $(,)? }) => {{
        let (mut body, mut members) = ($body, $request.object()?.clone());
        $( if let Some(value) = members.remove(stringify!($field).trim_end_matches('_')) {
            body = body.$field(serde_json::from_value::<$type>(value).context(stringify!($field))?);
        } )*
        members.is_empty().then_some(body)
    }};
}

/// One page, as the SDKs ask for it.
pub(crate) async fn list(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [] = request.values("/v2/cloudimages")?;
    let python = |value: &str| matches!(value, "True" | "False");
    let given = |value: &str| if python(value) { value.to_ascii_lowercase() } else { value.to_owned() };
    let query = request.query.iter().map(|(name, value)| (name.clone(), given(value))).collect();
    let client = version_2(cloud).await?;
    answered(ims::list_images(&client, query).map_err(Error::msg)?.send().await)
}

pub(crate) async fn update(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [id] = request.values("/v2/cloudimages/{image_id}")?;
    let changes = request.body.as_array().context("the body is no list of changes")?;
    let changes: Vec<_> = changes.iter().map(change).collect::<Result<_>>()?;
    answered(version_2(cloud).await?.update_image().image_id(id).body(changes).send().await)
}

fn change(change: &Value) -> Result<v2::types::PatchOperation> {
    let text = |name: &str| change[name].as_str().with_context(|| format!("a change has no `{name}`"));
    let built = v2::types::PatchOperation::builder().op(text("op")?).path(text("path")?).value(change.get("value").cloned());
    built.try_into().map_err(|error: v2::types::error::ConversionError| Error::msg(error.to_string()))
}

/// By the call for the form of the body, or with the body as it is where no form has all its members.
pub(crate) async fn create(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [] = request.values(ACTION)?;
    let client = version_2(cloud).await?;
    let has = |name: &str| request.body.get(name).is_some();
    if has("instance_id")
        && let Some(body) = from_server(request)?
    {
        return answered(client.create_image_from_server().body(body).send().await);
    }
    if has("data_images")
        && let Some(body) = from_disks(request)?
    {
        return answered(client.create_image_from_disks().body(body).send().await);
    }
    if has("image_url")
        && let Some(body) = from_file(request)?
    {
        return answered(client.create_image_from_file().body(body).send().await);
    }
    answered(client.create_image().body(raw(request)?).send().await)
}

fn raw(request: &Recorded) -> Result<Map<String, Value>> {
    request.object().cloned()
}

fn from_server(request: &Recorded) -> Result<Option<body_2::CreateImageFromServer>> {
    Ok(set!(v2::types::CreateImageFromServer::builder(), request, {
        name: String, description: String, instance_id: String, tags: Vec<String>, image_tags: Vec<v2::types::TagKeyValue>,
        min_ram: i32, max_ram: i32, enterprise_project_id: String,
    }))
}

fn from_disks(request: &Recorded) -> Result<Option<body_2::CreateImageFromDisks>> {
    Ok(set!(v2::types::CreateImageFromDisks::builder(), request, {
        data_images: Vec<v2::types::DataImageSource>, enterprise_project_id: String,
    }))
}

fn from_file(request: &Recorded) -> Result<Option<body_2::CreateImageFromFile>> {
    Ok(set!(v2::types::CreateImageFromFile::builder(), request, {
        name: String, description: String, image_url: String, min_disk: i32, os_version: String, is_config: bool,
        is_config_init: bool, type_: v2::types::CreateImageType, cmk_id: String, tags: Vec<String>,
        image_tags: Vec<v2::types::TagKeyValue>, min_ram: i32, max_ram: i32, enterprise_project_id: String,
    }))
}

pub(crate) async fn create_data_image(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [] = request.values("/v1/cloudimages/dataimages/action")?;
    let body = set!(v1::types::DataImageCreate::builder(), request, {
        name: String, description: String, image_url: String, min_disk: i32, os_type: v1::types::OsType, cmk_id: String,
        tags: Vec<String>, image_tags: Vec<v1::types::ResourceTag>, enterprise_project_id: String,
    });
    answered(version_1(cloud).await?.create_data_image().body(body.context("a member has no setter")?).send().await)
}

/// As [`create`].
pub(crate) async fn create_whole(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [] = request.values(WHOLE)?;
    let client = version_1(cloud).await?;
    let has = |name: &str| request.body.get(name).is_some();
    if has("instance_id")
        && let Some(body) = whole_from_server(request)?
    {
        return answered(client.create_whole_image_from_server().body(body).send().await);
    }
    if has("backup_id")
        && let Some(body) = whole_from_backup(request)?
    {
        return answered(client.create_whole_image_from_backup().body(body).send().await);
    }
    answered(client.create_whole_image().body(raw(request)?).send().await)
}

fn whole_from_server(request: &Recorded) -> Result<Option<body_1::CreateWholeImageFromServer>> {
    Ok(set!(v1::types::CreateWholeImageFromServer::builder(), request, {
        name: String, description: String, instance_id: String, vault_id: String, tags: Vec<String>,
        image_tags: Vec<v1::types::TagKeyValue>, min_ram: i32, max_ram: i32, enterprise_project_id: String,
    }))
}

fn whole_from_backup(request: &Recorded) -> Result<Option<body_1::CreateWholeImageFromBackup>> {
    Ok(set!(v1::types::CreateWholeImageFromBackup::builder(), request, {
        name: String, description: String, backup_id: String, whole_image_type: v1::types::WholeImageType, vault_id: String,
        tags: Vec<String>, image_tags: Vec<v1::types::TagKeyValue>, min_ram: i32, max_ram: i32, enterprise_project_id: String,
    }))
}

pub(crate) async fn register(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [id] = request.values("/v1/cloudimages/{image_id}/upload")?;
    let body = set!(v1::types::ImageRegister::builder(), request, { image_url: String });
    let body = body.context("a member has no setter")?;
    answered(version_1(cloud).await?.register_image().image_id(id).body(body).send().await)
}

pub(crate) async fn export(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [id] = request.values("/v1/cloudimages/{image_id}/file")?;
    let body = set!(v1::types::ImageExport::builder(), request, {
        bucket_url: String, file_format: v1::types::ExportFormat, is_quick_export: bool,
    });
    let body = body.context("a member has no setter")?;
    answered(version_1(cloud).await?.export_image().image_id(id).body(body).send().await)
}

pub(crate) async fn job(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let [project, job] = entry.call()?.values("/v1/{project_id}/jobs/{job_id}")?;
    answered(version_1(cloud).await?.show_job().project_id(project).job_id(job).send().await)
}
