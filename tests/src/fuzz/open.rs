//! Open enums and objects, from JSON.

use std::fmt::Debug;

use cloudimg_core::wire::Extra;
use cloudimg_core::{Error, ErrorKind};
use futures::FutureExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::check_error;

pub(super) fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let status = cloudimg_glance_v2::types::ImageStatus::from(&*text);
    assert_eq!(status.as_str(), &*text, "an open enum changes what it does not know");
    let value = serde_json::from_slice::<Value>(data).ok();
    if let Some(extra) = survives::<Extra>(data) {
        assert_eq!(serde_json::to_value(&extra).ok(), value, "members are lost");
    }
    kept::<cloudimg_glance_v2::types::Image>(data, value.as_ref());
    kept::<cloudimg_ims_v2::types::ImageInfo>(data, value.as_ref());
    kept::<cloudimg_ims_v2::types::Job>(data, value.as_ref());
    kept::<cloudimg_cdnetworks_vmp::types::Image>(data, value.as_ref());
    survives::<cloudimg_glance_v2::types::ImageStatus>(data);
    decoded::<cloudimg_glance_v2::types::Image>(data);
}

/// What is read comes back the same after it was written; the second writing is like the first.
fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(data: &[u8]) -> Option<T> {
    let read = serde_json::from_slice::<T>(data).ok()?;
    let written = serde_json::to_vec(&read).unwrap_or_else(|error| panic!("{read:?}: {error}"));
    let again = serde_json::from_slice::<T>(&written).unwrap_or_else(|error| panic!("{read:?}: {error}"));
    assert_eq!(again, read);
    assert_eq!(serde_json::to_vec(&again).ok(), Some(written));
    Some(read)
}

/// The same, and no member is lost but those that are null.
fn kept<T: DeserializeOwned + Serialize + PartialEq + Debug>(data: &[u8], value: Option<&Value>) {
    let Some(read) = survives::<T>(data) else { return };
    let written = serde_json::to_value(&read).unwrap_or_default();
    let members = value.and_then(Value::as_object).unwrap_or_else(|| panic!("{read:?} is made of something else"));
    for (key, member) in members.iter().filter(|(_, member)| is_flat(member)) {
        let same = written.get(key) == Some(member) || is_equal_number(written.get(key), member);
        assert!(same, "{key}: {member} became {:?}", written.get(key));
    }
}

/// Texts, flags and numbers: what is deeper has open types of its own, whose nulls go too.
fn is_flat(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_))
}

/// `7` and `7.0` are one number to JSON.
fn is_equal_number(one: Option<&Value>, other: &Value) -> bool {
    one.and_then(Value::as_f64).is_some_and(|one| Some(one) == other.as_f64())
}

/// The way of an answer: core's decoder says no where serde does, in one line.
fn decoded<T: DeserializeOwned>(data: &[u8]) {
    let answer = http::Response::new(reqwest::Body::from(data.to_vec())).into();
    let read = cloudimg_core::decode::<T>(answer, "show_image").now_or_never();
    let Some(read) = read else { panic!("an answer that is there is waited for") };
    match read {
        Ok(_) => assert!(serde_json::from_slice::<T>(data).is_ok()),
        Err(error) => {
            let error = Error::from(error);
            check_error(&error);
            assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)));
            assert!(serde_json::from_slice::<T>(data).is_err());
        }
    }
}
