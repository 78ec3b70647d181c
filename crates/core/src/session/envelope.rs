//! Successes by their status whose body may say that they are none.

use std::fmt;

use bytes::Bytes;
use reqwest::Response;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::Call;
use super::whole::with_body;

use crate::error::{Error, ErrorKind, Result, readable};
use crate::operation::Envelope;

/// What stands for an answer without a body: some services send none where they have nothing to tell.
const NOTHING: &[u8] = b"{}";

/// Gives a success back with its body, and the error if the body says that it is none.
pub(super) fn open(response: Response, body: Bytes, call: &Call) -> (Response, Option<Error>) {
    let Some(envelope) = call.envelope() else { return (with_body(response, body.into()), None) };
    let body = if body.trim_ascii().is_empty() { Bytes::from_static(NOTHING) } else { body };
    let error = verdict(&body, envelope).map(|(code, message)| {
        let message = message.unwrap_or_else(|| "the service gave no reason".to_owned());
        let error = Error::new(ErrorKind::Refused, message).with_answer(response.status(), response.headers(), &body);
        error.with_code(code)
    });
    (with_body(response, body.into()), error)
}

/// Code and message of an answer that is no success; what is no object at all is left to the decoder.
fn verdict(body: &[u8], envelope: &'static Envelope) -> Option<(String, Option<String>)> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let (code, message) = Head(envelope).deserialize(&mut json).ok()?;
    let code = match code {
        Value::String(code) if !code.is_empty() => code,
        Value::Number(code) => code.to_string(),
        _ => return None,
    };
    (code != envelope.success).then(|| (code, message.as_str().and_then(readable)))
}

/// Reads two members and passes over the rest.
struct Head(&'static Envelope);

impl<'de> DeserializeSeed<'de> for Head {
    type Value = (Value, Value);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Head {
    type Value = (Value, Value);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut head = (Value::Null, Value::Null);
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0.code {
                head.0 = map.next_value()?;
            } else if key == self.0.message {
                head.1 = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVELOPE: Envelope = Envelope { code: "code", message: "message", success: "0" };

    #[test]
    fn only_a_code_that_is_there_and_not_that_of_success_is_a_refusal() {
        let code = |body: &str| verdict(body.as_bytes(), &ENVELOPE).map(|(code, message)| (code, message.unwrap_or_default()));
        for success in
            ["{}", r#"{"code": "0"}"#, r#"{"code": 0, "message": "x"}"#, r#"{"code": null}"#, r#"{"code": ""}"#, "[]", "x"]
        {
            assert_eq!(code(success), None, "{success}");
        }
        assert_eq!(
            code(r#"{"data": {"code": "7"}, "code": "1", "message": "no such image"}"#),
            Some(("1".into(), "no such image".into()))
        );
        assert_eq!(code(r#"{"code": 5001}"#), Some(("5001".into(), String::new())));
    }
}
