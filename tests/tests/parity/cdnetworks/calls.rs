//! Our call for that of the SDK: each argument is taken from what was recorded, and given to the setter that is meant for it.

use anyhow::{Result, bail, ensure};
use cloudimg_cdnetworks_vmp::types::{ImageFromInstance, ImageFromUrl, ImageRemove, Preheating};
use cloudimg_cdnetworks_vmp::{Client, ResponseValue};

use super::Call;

fn answered<T>(answer: Result<ResponseValue<T>, progenitor_client::Error<()>>) -> Result<()> {
    answer.map(drop).map_err(|error| cloudimg_core::Error::from(error).into())
}

pub(super) async fn list(client: &Client, call: &Call) -> Result<()> {
    let mut list = client.list_images();
    let (mut keys, mut directions) = (Vec::new(), Vec::new());
    for (name, value) in &call.request.query {
        match name.as_str() {
            "sortKey" => keys.push(value.as_str().into()),
            "sortDir" => directions.push(value.as_str().into()),
            "limit" => list = list.limit(value.parse::<i32>()?),
            "marker" => list = list.marker(value),
            "ids" => list = list.ids(value),
            "name" => list = list.name(value),
            "type" => list = list.type_(value.as_str()),
            "state" => list = list.state(value.as_str()),
            other => bail!("the list has no `{other}`"),
        }
    }
    if !keys.is_empty() {
        list = list.sort_key(keys).sort_dir(directions);
    }
    answered(list.send().await)
}

pub(super) async fn create(client: &Client, call: &Call) -> Result<()> {
    ensure!(call.request.query.is_empty(), "making an image has no query");
    let body = call.request.body.clone();
    if body.get("instanceUuid").is_some() {
        let body: ImageFromInstance = serde_json::from_value(body)?;
        return answered(client.create_image_from_instance().body(body).send().await);
    }
    let body: ImageFromUrl = serde_json::from_value(body)?;
    answered(client.create_image_from_url().body(body).send().await)
}

pub(super) async fn remove(client: &Client, call: &Call) -> Result<()> {
    let [id] = call.request.values("/vmp/images/{imageId}")?;
    answered(client.remove_image().image_id(id).send().await)
}

pub(super) async fn preheat(client: &Client, call: &Call) -> Result<()> {
    ensure!(call.request.query.is_empty(), "preheating has no query");
    let body: Preheating = serde_json::from_value(call.request.body.clone())?;
    answered(client.preheat_image().body(body).send().await)
}

pub(super) async fn show(client: &Client, call: &Call) -> Result<()> {
    let [id] = call.request.values("/vmp/images/preHeatingInfo/{id}")?;
    answered(client.show_preheating().id(id).send().await)
}

pub(super) async fn remove_with_body(client: &Client, call: &Call) -> Result<()> {
    let [id] = call.request.values("/vmp/images/{imageId}")?;
    let body: ImageRemove = serde_json::from_value(call.request.body.clone())?;
    answered(client.remove_image_with_body().image_id(id).body(body).send().await)
}
