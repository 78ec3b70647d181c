//! Objects that come in parts.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::Deserialize;

use super::Result;
use super::error::{ObsError, escape, xml};
use super::objects::receive;
use super::routes::Target;
use crate::cloud::Cloud;
use crate::http::{Call, set};

/// The most parts of an object.
const MAX_PARTS: u32 = 10_000;

/// `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"…"</ETag></Part>…`
#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(rename = "Part", default)]
    parts: Vec<ListedPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedPart {
    part_number: u32,
    #[serde(rename = "ETag")]
    etag: String,
}

fn upload_id(call: &Call) -> String {
    call.query.get("uploadId").unwrap_or_default().to_owned()
}

pub(super) fn begin(cloud: &Cloud, target: &Target) -> Result<Response<Body>> {
    let id = cloud.obs.store().begin(&target.bucket, &target.key);
    let (bucket, key) = (escape(&target.bucket), escape(&target.key));
    let body = format!(
        "<InitiateMultipartUploadResult xmlns=\"http://obs.myhwclouds.com/doc/2015-06-30/\"><Bucket>{bucket}</Bucket><Key>{key}</Key>\
         <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
    );
    Ok(xml(StatusCode::OK, &body))
}

pub(super) async fn part(cloud: &Cloud, call: &mut Call, target: &Target) -> Result<Response<Body>> {
    let id = upload_id(call);
    let number = call.query.get("partNumber").and_then(|number| number.parse().ok());
    let number = number.filter(|number| (1..=MAX_PARTS).contains(number));
    let number = number.ok_or_else(|| ObsError::bad("InvalidArgument", "The part number is not from 1 to 10000."))?;
    cloud.obs.store().has_upload(&target.bucket, &target.key, &id)?;
    let (content, md5) = receive(cloud, call).await?;
    let mut response = Response::new(Body::empty());
    set(&mut response, "etag", &format!("\"{md5}\""));
    cloud.obs.store().add_part((&target.bucket, &target.key, &id), number, content, md5)?;
    Ok(response)
}

pub(super) async fn complete(cloud: &Cloud, call: &mut Call, target: &Target) -> Result<Response<Body>> {
    let id = upload_id(call);
    let malformed = || ObsError::bad("MalformedXML", "The XML you provided was not well-formed.");
    let body = call.read_body().await.ok_or_else(malformed)?;
    let text = String::from_utf8(body).map_err(|_| malformed())?;
    let listed: Listed = quick_xml::de::from_str(&text).map_err(|_| malformed())?;
    let listed: Vec<(u32, String)> = listed.parts.into_iter().map(|part| (part.part_number, part.etag)).collect();
    let now = cloud.clock.now();
    let etag = cloud.obs.store().complete((&target.bucket, &target.key, &id), &listed, now)?;
    let (bucket, key) = (escape(&target.bucket), escape(&target.key));
    let body = format!(
        "<CompleteMultipartUploadResult xmlns=\"http://obs.myhwclouds.com/doc/2015-06-30/\"><Location>/{bucket}/{key}</Location>\
         <Bucket>{bucket}</Bucket><Key>{key}</Key><ETag>&quot;{etag}&quot;</ETag></CompleteMultipartUploadResult>"
    );
    Ok(xml(StatusCode::OK, &body))
}

/// Those of a bucket that are not complete; all on one page.
pub(super) fn list(cloud: &Cloud, bucket: &str, prefix: Option<&str>) -> Response<Body> {
    let uploads = cloud.obs.store().uploads(bucket);
    let listed: String = uploads
        .iter()
        .filter(|(_, key)| key.starts_with(prefix.unwrap_or_default()))
        .map(|(id, key)| format!("<Upload><Key>{}</Key><UploadId>{id}</UploadId></Upload>", escape(key)))
        .collect();
    let body = format!(
        "<ListMultipartUploadsResult xmlns=\"http://obs.myhwclouds.com/doc/2015-06-30/\"><Bucket>{}</Bucket>\
         <IsTruncated>false</IsTruncated>{listed}</ListMultipartUploadsResult>",
        escape(bucket)
    );
    xml(StatusCode::OK, &body)
}

pub(super) fn abort(cloud: &Cloud, call: &Call, target: &Target) -> Result<Response<Body>> {
    cloud.obs.store().abort(&target.bucket, &target.key, &upload_id(call))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
