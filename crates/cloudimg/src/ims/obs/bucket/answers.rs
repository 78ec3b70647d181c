//! What the storage answers: XML, and hashes in headers.

use std::fmt::Write as _;

use cloudimg_core::{Error, ErrorKind, Result};
use http::HeaderMap;
use http::header::ETAG;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What an answer tells of the hash of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ims::obs) enum Hash {
    /// Their MD5, in lower-case hexadecimal digits.
    Md5(String),
    /// Nothing: objects that came in parts have none, nor have those that are encrypted with keys of the caller.
    Untold,
}

impl Hash {
    /// The `ETag` is the MD5 of what came in one call, unless the storage encrypts it.
    pub(super) fn told(headers: &HeaderMap) -> Self {
        let is_encrypted = headers.keys().any(|name| name.as_str().starts_with("x-obs-server-side-encryption"));
        match etag(headers) {
            Some(tag) if !is_encrypted && tag.len() == 32 && tag.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Self::Md5(tag.to_ascii_lowercase())
            }
            _ => Self::Untold,
        }
    }
}

/// The `ETag` without its quotes.
pub(super) fn etag(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(ETAG)?.to_str().ok()?.trim().trim_matches('"');
    (!tag.is_empty()).then(|| tag.to_owned())
}

#[derive(Deserialize)]
struct Begun {
    #[serde(rename = "UploadId")]
    upload_id: String,
}

#[derive(Deserialize)]
struct Location {
    #[serde(rename = "$text", default)]
    region: String,
}

#[derive(Deserialize)]
struct Uploads {
    #[serde(rename = "Upload", default)]
    uploads: Vec<Upload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Upload {
    key: String,
    upload_id: String,
}

/// An answer of success may hold an error all the same: it was begun before the work was done.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Completed {
    #[serde(rename = "ETag")]
    etag: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let wrong =
        |why: String| Error::new(ErrorKind::Decode, format!("the answer is not the XML that the storage's reference has: {why}"));
    let text = std::str::from_utf8(body).map_err(|e| wrong(e.to_string()))?;
    quick_xml::de::from_str(text).map_err(|e| wrong(e.to_string()))
}

pub(super) fn upload_id(body: &[u8]) -> Result<String> {
    read::<Begun>(body).map(|begun| begun.upload_id)
}

pub(super) fn location(body: &[u8]) -> Result<String> {
    read::<Location>(body).map(|location| location.region.trim().to_owned())
}

/// Those of exactly this key.
pub(super) fn uploads(body: &[u8], key: &str) -> Result<Vec<String>> {
    let uploads = read::<Uploads>(body)?.uploads.into_iter();
    Ok(uploads.filter(|upload| upload.key == key).map(|upload| upload.upload_id).collect())
}

pub(super) fn completed(body: &[u8]) -> Result<()> {
    let completed = read::<Completed>(body)?;
    match (completed.etag, completed.code) {
        (Some(_), None) => Ok(()),
        (_, code) => {
            let message = completed.message.unwrap_or_else(|| "the storage did not make the object of its parts".to_owned());
            let error = Error::new(ErrorKind::ServiceUnavailable, message).with_operation("complete_multipart_upload");
            Err(code.map_or(error.clone(), |code| error.with_code(code)))
        }
    }
}

/// The body that lists parts by their numbers and tags.
pub(super) fn list(parts: &[(usize, String)]) -> String {
    let mut body = "<CompleteMultipartUpload>".to_owned();
    for (number, etag) in parts {
        let etag = quick_xml::escape::escape(etag.as_str());
        // Writing to a text cannot fail.
        let _ = write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>");
    }
    body.push_str("</CompleteMultipartUpload>");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_others_refused() {
        let begun = "<?xml version=\"1.0\"?>\n<InitiateMultipartUploadResult xmlns=\"http://obs\"><Bucket>b</Bucket><Key>k</Key>\
            <UploadId>A/B+C=</UploadId></InitiateMultipartUploadResult>";
        assert_eq!(upload_id(begun.as_bytes()).unwrap(), "A/B+C=");
        assert_eq!(location(b"<Location xmlns=\"http://obs\">eu-de</Location>").unwrap(), "eu-de");
        assert_eq!(location(b"<Location/>").unwrap(), "");
        let two = b"<R><Upload><Key>a</Key><UploadId>1</UploadId></Upload><Upload><Key>ab</Key><UploadId>2</UploadId></Upload></R>";
        assert_eq!(uploads(two, "a").unwrap(), ["1"]);
        assert!(uploads(b"<R></R>", "a").unwrap().is_empty());
        for body in [&b""[..], b"<html>", b"{}", b"\xff"] {
            assert_eq!(upload_id(body).unwrap_err().kind(), ErrorKind::Decode);
        }
        assert!(completed(b"<R><ETag>\"x-2\"</ETag></R>").is_ok());
        let error = completed(b"<Error><Code>InternalError</Code><Message>We failed.</Message></Error>").unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.message()),
            (ErrorKind::ServiceUnavailable, Some("InternalError"), "We failed.")
        );
    }

    #[test]
    fn tags_tell_a_hash_only_where_they_are_one() {
        let told = |tag: &'static str, more: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(ETAG, tag.parse().unwrap());
            if let Some(name) = more {
                headers.insert(name, "kms".parse().unwrap());
            }
            Hash::told(&headers)
        };
        assert_eq!(told("\"900150983CD24FB0D6963F7D28E17F72\"", None), Hash::Md5("900150983cd24fb0d6963f7d28e17f72".to_owned()));
        assert_eq!(told("\"900150983cd24fb0d6963f7d28e17f72\"", Some("x-obs-server-side-encryption")), Hash::Untold);
        assert_eq!(told("\"900150983cd24fb0d6963f7d28e17f72-2\"", None), Hash::Untold);
        assert_eq!(Hash::told(&HeaderMap::new()), Hash::Untold);
    }
}
