use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use cloudimg::Cloud;
use cloudimg::glance::types::PatchOperation;
use cloudimg::glance::{ImageCreate, ImageData, ImagePatch};
use serde_json::{Map, Value};

use crate::entry::{Entry, Recorded};

pub(crate) const ITEM: &str = "/v2/images/{image_id}";

pub(crate) async fn create(cloud: &Cloud, entry: &Entry) -> Result<()> {
    cloud.images().create(record(entry.call()?.object()?)).await?;
    Ok(())
}

/// The record that has these members.
fn record(members: &Map<String, Value>) -> ImageCreate {
    members.iter().fold(ImageCreate::new(), |image, (name, value)| match (name.as_str(), value) {
        ("id", Value::String(text)) => image.id(text),
        ("name", Value::String(text)) => image.name(text),
        ("visibility", Value::String(text)) => image.visibility(text.as_str()),
        ("protected", Value::Bool(flag)) => image.protected(*flag),
        ("os_hidden", Value::Bool(flag)) => image.os_hidden(*flag),
        ("owner", Value::String(text)) => image.owner(text),
        ("container_format", Value::String(text)) => image.container_format(text.as_str()),
        ("disk_format", Value::String(text)) => image.disk_format(text.as_str()),
        ("min_ram", Value::Number(number)) if number.is_i64() => image.min_ram(number.as_i64().unwrap_or_default()),
        ("min_disk", Value::Number(number)) if number.is_i64() => image.min_disk(number.as_i64().unwrap_or_default()),
        ("tags", Value::Array(tags)) if tags.iter().all(Value::is_string) => image.tags(texts(tags)),
        _ => image.set(name, value.clone()),
    })
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(crate) async fn get(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let [id] = entry.call()?.values(ITEM)?;
    cloud.images().get(&id).await?;
    Ok(())
}

/// By name or by id, whichever stands in the first path that was asked for.
pub(crate) async fn find(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let [id_or_name] = entry.call()?.values(ITEM)?;
    cloud.images().find(&id_or_name).await?;
    Ok(())
}

pub(crate) async fn delete(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let [id] = entry.call()?.values(ITEM)?;
    cloud.images().delete(&id).await?;
    Ok(())
}

pub(crate) async fn delete_if_exists(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let [id] = entry.call()?.values(ITEM)?;
    cloud.images().delete_if_exists(&id).await?;
    Ok(())
}

pub(crate) async fn update(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [id] = request.values(ITEM)?;
    let operations = request.body.as_array().context("the body is no list of changes")?;
    match operations.iter().try_fold(ImagePatch::new(), change) {
        Some(patch) => cloud.images().update(&id, patch).await?,
        // The facade has no such change, such as the removal of a tag by its place.
        None => {
            let operations: Vec<PatchOperation> = serde_json::from_value(request.body.clone())?;
            cloud.glance().raw().await?.update_image().image_id(&id).body(operations).send().await?.into_inner()
        }
    };
    Ok(())
}

/// The patch with one change more, if the facade has a method for it.
fn change(patch: ImagePatch, operation: &Value) -> Option<ImagePatch> {
    let name = operation["path"].as_str()?.strip_prefix('/')?;
    let property = || -> Option<String> { (!name.contains('/')).then(|| name.replace("~1", "/").replace("~0", "~")) };
    let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
    Some(match (operation["op"].as_str()?, name, &operation["value"]) {
        ("replace", "name", Value::String(text)) => patch.name(text),
        ("replace", "name", Value::Null) => patch.clear_name(),
        ("replace", "visibility", Value::String(text)) => patch.visibility(text.as_str()),
        ("replace", "os_hidden", Value::Bool(flag)) => patch.hidden(*flag),
        ("replace", "protected", Value::Bool(flag)) => patch.protected(*flag),
        ("replace", "disk_format", Value::String(text)) => patch.disk_format(text.as_str()),
        ("replace", "container_format", Value::String(text)) => patch.container_format(text.as_str()),
        ("replace", "min_disk", value) => patch.min_disk(number(value)?),
        ("replace", "min_ram", value) => patch.min_ram(number(value)?),
        ("replace", "tags", Value::Array(tags)) if tags.iter().all(Value::is_string) => patch.tags(texts(tags)),
        ("replace", _, Value::String(text)) => patch.replace_property(&property()?, text),
        ("add", _, Value::String(text)) => patch.property(&property()?, text),
        ("remove", _, Value::Null) => patch.remove_property(&property()?),
        _ => return None,
    })
}

pub(crate) async fn upload(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [id] = request.values("/v2/images/{image_id}/file")?;
    cloud.images().upload(&id, data(entry, request)).await?;
    Ok(())
}

/// The record, then its data.
pub(crate) async fn create_and_upload(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let requests = entry.recorded();
    let [create, upload] = requests.as_slice() else { bail!("{} requests instead of a record and its data", requests.len()) };
    let image = cloud.images().create(record(create.object()?)).await?;
    cloud.images().upload(&image.id, data(entry, upload)).await?;
    Ok(())
}

/// The bytes of the request, from a source like the one that the SDK had.
fn data(entry: &Entry, request: &Recorded) -> ImageData {
    let bytes = Bytes::from(request.text().unwrap_or_default().to_owned());
    if entry.says("iterator") {
        let blocks: Vec<_> = bytes.chunks(5).map(|block| Ok::<_, std::io::Error>(Bytes::copy_from_slice(block))).collect();
        return ImageData::stream(futures::stream::iter(blocks), None);
    }
    ImageData::bytes(bytes)
}
