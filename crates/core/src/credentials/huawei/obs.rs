//! Requests to the object storage (OBS): `Authorization: OBS AK:SIGNATURE`, by HMAC-SHA1 as its reference has it ("Authentication of Signature
//! in a Header").

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::{BoxFuture, ready};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName};
use http::{HeaderMap, Method};
use sha1::Sha1;
use url::Url;

use super::AkSk;
use crate::credentials::digest::header_value;
use crate::credentials::{Credentials, Outgoing, Proof};
use crate::error::Error;

const TOKEN: HeaderName = HeaderName::from_static("x-obs-security-token");
const OWN_DATE: &str = "x-obs-date";
const CONTENT_MD5: &str = "content-md5";
const OWN: &str = "x-obs-";
/// What of a query is signed, besides `response-…`.
const SIGNED: &[&str] = &[
    "acl",
    "append",
    "cors",
    "delete",
    "encryption",
    "lifecycle",
    "location",
    "logging",
    "metadata",
    "partNumber",
    "policy",
    "position",
    "quota",
    "restore",
    "storageClass",
    "storageinfo",
    "tagging",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// An access key as the object storage wants requests signed (feature `obs`): every attempt anew, with the session's time.
#[derive(Clone, Debug)]
pub struct ObsKeys {
    keys: AkSk,
    bucket: Option<String>,
}

impl AkSk {
    /// The same keys for the object storage. `bucket_in_host` is the bucket where the host names it; `None` where the path does.
    #[must_use]
    pub fn for_obs(&self, bucket_in_host: Option<&str>) -> ObsKeys {
        ObsKeys { keys: self.clone(), bucket: bucket_in_host.map(str::to_owned) }
    }
}

impl ObsKeys {
    fn apply(&self, request: &mut Outgoing<'_>) -> Result<(), Error> {
        if let Some(token) = self.keys.token() {
            let token = header_value(TOKEN.as_str(), token.expose(), true)?;
            request.headers_mut().insert(TOKEN, token);
        }
        let date = httpdate::fmt_http_date(request.now());
        request.headers_mut().insert(DATE, header_value("Date", &date, false)?);
        let text = string_to_sign(request.method(), request.url(), request.headers(), self.bucket.as_deref());
        let signature = STANDARD.encode(hmac_sha1(self.keys.secret_key.expose().as_bytes(), text.as_bytes()));
        let value = format!("OBS {}:{signature}", self.keys.access_key());
        request.headers_mut().insert(AUTHORIZATION, header_value("Authorization", &value, true)?);
        Ok(())
    }
}

impl Credentials for ObsKeys {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        Box::pin(ready(self.apply(request).map(|()| Proof::default())))
    }
}

fn hmac_sha1(key: &[u8], data: &[u8]) -> [u8; 20] {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { unreachable!("a key for HMAC may have any length") };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// What the signature is made of. It holds the security token, if there is one.
fn string_to_sign(method: &Method, url: &Url, headers: &HeaderMap, bucket: Option<&str>) -> String {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let date = if headers.contains_key(OWN_DATE) { "" } else { header(DATE.as_str()) };
    let mut text = format!("{method}\n{}\n{}\n{date}\n", header(CONTENT_MD5), header(CONTENT_TYPE.as_str()));
    let mut own: Vec<&str> = headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with(OWN)).collect();
    own.sort_unstable();
    for name in own {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name}:{}", header(name).trim());
    }
    if let Some(bucket) = bucket {
        text.push('/');
        text.push_str(bucket);
    }
    text.push_str(url.path());
    // A name without a value is another than one with an empty value, which the parser of forms does not tell apart.
    let query =
        url.query().unwrap_or_default().split('&').map(|pair| pair.split_once('=').map_or((pair, None), |(n, v)| (n, Some(v))));
    let mut signed: Vec<_> = query.filter(|(name, _)| SIGNED.contains(name) || name.starts_with("response-")).collect();
    signed.sort_unstable();
    for (at, (name, value)) in signed.into_iter().enumerate() {
        text.push(if at == 0 { '?' } else { '&' });
        text.push_str(name);
        if let Some(value) = value {
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            let _ = write!(text, "={value}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_signatures_are_those_of_the_vectors() {
        let file = include_str!("../../../../../tests/fixtures/obs-signing-vectors.json");
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        for vector in file["vectors"].as_array().unwrap() {
            let url = Url::parse(&format!("https://host{}", text(&vector["target"]))).unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(DATE, text(&file["date"]).parse().unwrap());
            for pair in vector["headers"].as_array().unwrap() {
                headers.insert(HeaderName::try_from(text(&pair[0])).unwrap(), text(&pair[1]).parse().unwrap());
            }
            let method = text(&vector["method"]).parse().unwrap();
            let made = string_to_sign(&method, &url, &headers, vector["bucket_in_host"].as_str());
            assert_eq!(made, text(&vector["string_to_sign"]), "{}", vector["name"]);
            let signature = STANDARD.encode(hmac_sha1(text(&file["secret_key"]).as_bytes(), made.as_bytes()));
            assert_eq!(signature, text(&vector["signature"]), "{}", vector["name"]);
        }
    }
}
