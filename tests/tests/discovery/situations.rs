//! `image-discovery.json`: situations in which clouds were found, and the requests by which the facade lists images there.
//!
//! Each row has `catalog_url` or `endpoint_override` (and `api_version` if it is set), the `answers` of the image service by path (what is
//! not there is answered with 404), the `requests` that are expected, in order, as method, path without query, and `tok` or `-` for with
//! and without a token, and `error`, a part of the message, where listing fails. `$B` is the URL of the image service. `as` names the
//! established clients that were recorded to send the same, and `note` says why where none does.

use cloudimg::{Cloud, ErrorKind};
use cloudimg_tests::fixtures;
use serde_json::{Value, json};

use crate::server::{Reply, Request, Server, status};
use crate::world::{catalog, identity, settings};

const FILE: &str = "image-discovery.json";

#[tokio::test]
async fn images_are_listed_wherever_the_service_is() {
    let mut rows = fixtures::own(FILE);
    assert_eq!(rows.len(), 30);
    rows.extend(fixtures::further(FILE));
    let mut wrong = Vec::new();
    for row in &rows {
        if let Err(difference) = check(row).await {
            wrong.push(format!("{}: {difference}", row["case"].as_str().unwrap_or("a case without a name")));
        }
    }
    println!("fixture {FILE}: {} passed, {} failed", rows.len() - wrong.len(), wrong.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

async fn check(row: &Value) -> Result<(), String> {
    let answers = row["answers"].clone();
    let image = Server::answering(move |request| answer(&answers, request)).await;
    let url = |name: &str| row[name].as_str().map(|url| url.replace("$B", image.url()));
    let identity = identity(catalog(&url("catalog_url").unwrap_or_else(|| "http://nowhere.invalid".to_owned()))).await;
    let mut settings = settings(identity.url());
    if let Some(url) = url("endpoint_override") {
        settings = settings.with_endpoint("image", url);
    }
    if let Some(version) = row["api_version"].as_str() {
        settings.services.entry("image".into()).or_default().api_version = Some(version.to_owned());
    }
    let cloud = Cloud::builder(settings).build().map_err(|error| error.to_string())?;
    let listed = cloud.images().list().collect().await;
    let sent: Vec<_> = image.each(|request| {
        let path = request.path.split('?').next().unwrap_or_default();
        let token = if request.header("x-auth-token").is_some() { "tok" } else { "-" };
        json!([request.method, path, token])
    });
    if json!(sent) != row["requests"] {
        return Err(format!("{} is expected, not {}", row["requests"], json!(sent)));
    }
    match (row["error"].as_str(), listed) {
        (None, Ok(images)) if images.is_empty() => Ok(()),
        (None, Ok(_)) => Err("there are images".to_owned()),
        (None, Err(error)) => Err(format!("no error is expected, not `{error}`")),
        (Some(wanted), Err(error)) if error.kind() == ErrorKind::Configuration && error.to_string().contains(wanted) => Ok(()),
        (Some(wanted), other) => Err(format!("an error with `{wanted}` is expected, not {other:?}")),
    }
}

fn answer(answers: &Value, request: &Request) -> Reply {
    let path = request.path.split('?').next().unwrap_or_default();
    let Some(answer) = answers.get(path) else { return status(404).body("<html><h1>404 Not Found</h1></html>") };
    let base = format!("http://{}", request.header("host").unwrap());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("$B", &base);
    let mut reply = status(u16::try_from(answer["status"].as_u64().unwrap()).unwrap()).body(&text(&answer["body"]));
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        reply = reply.header(name, &text(value));
    }
    reply
}
