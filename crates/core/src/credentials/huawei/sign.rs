use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use jiff::civil::DateTime;
use zeroize::{Zeroize as _, Zeroizing};

use super::AkSk;
use super::canonical::{CONTENT_SHA256, Canonical, Headers, UNSIGNED, refused};
use super::query::Query;
use crate::credentials::digest::{hmac_sha256, push_hex, sha256};
use crate::error::Error;

/// How the service writes the time.
const DATE: &str = "%Y%m%dT%H%M%SZ";
const DATE_HEADER: &str = "X-Sdk-Date";
pub(super) const SECURITY_TOKEN: &str = "X-Security-Token";
pub(super) const AUTHORIZATION: &str = "Authorization";
pub(super) const HOST: &str = "Host";

/// What [`sign`] signs; everything in it is as it will be sent.
#[derive(Clone)]
pub struct Request<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// Host, and port where it is not the scheme's own.
    pub authority: &'a str,
    /// The path, percent-encoded.
    pub path: &'a str,
    /// The parameters.
    pub query: Query<'a>,
    /// Name and value of each header to be signed; names with an underscore are skipped.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub payload: Payload<'a>,
    /// The time of day, unless the headers have an `X-Sdk-Date`.
    pub time: SystemTime,
}

/// The body of a request to be signed.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// Bytes that are there; none is no body.
    Bytes(&'a [u8]),
    /// A stream, which is not read for signing: its content stays unsigned.
    Stream,
}

/// A signature and all that led to it.
///
/// The canonical request is wiped on drop, since it holds the security token.
pub struct Signed<'k> {
    canonical: Canonical,
    string_to_sign: String,
    authorization: String,
    headers: Vec<(&'static str, Cow<'k, str>)>,
}

/// Signs `request` with `keys`: by V11-HMAC-SHA256 if they have a region and service, else by SDK-HMAC-SHA256.
///
/// It signs every header given; which are worth it is for the caller to choose.
///
/// # Errors
/// `InvalidRequest` if the request cannot be sent as it would be signed: a path with a segment of dots, a header that is there twice, an
/// `X-Sdk-Date` that is no such date, or an `Authorization` from elsewhere.
pub fn sign<'k>(keys: &'k AkSk, request: &Request<'_>) -> Result<Signed<'k>, Error> {
    let given =
        |name: &str| request.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    if given(AUTHORIZATION).is_some() {
        return Err(refused("the request has an Authorization already"));
    }
    let date = match given(DATE_HEADER) {
        Some(date) if is_date(date) => date.to_owned(),
        Some(_) => return Err(refused("X-Sdk-Date is not of the form YYYYMMDDTHHMMSSZ")),
        None => written(request.time)?,
    };
    let mut added: Vec<(&'static str, Cow<'k, str>)> = Vec::with_capacity(7);
    added.extend(keys.identity().map(|(name, value)| (name, value.into())));
    if is_unsigned(request, given(CONTENT_SHA256).is_some()) {
        added.push((CONTENT_SHA256, UNSIGNED.into()));
    }
    if given(DATE_HEADER).is_none() {
        added.push((DATE_HEADER, date.clone().into()));
    }
    if given(HOST).is_none() {
        added.push((HOST, request.authority.to_owned().into()));
    }
    let canonical = Canonical::new(request, &Headers::new(request.headers, &added)?)?;
    let (string_to_sign, mut authorization, key) = match &keys.scope {
        None => {
            let text = format!("SDK-HMAC-SHA256\n{date}\n");
            (text, format!("SDK-HMAC-SHA256 Access={}", keys.access_key), None)
        }
        Some(scope) => {
            let info = format!("{}/{}/{}", &date[..8], scope.region, scope.service);
            let text = format!("V11-HMAC-SHA256\n{date}\n{info}\n");
            (text, format!("V11-HMAC-SHA256 Credential={}/{info}", keys.access_key), Some(derived(keys, &info)))
        }
    };
    let mut string_to_sign = string_to_sign;
    push_hex(&mut string_to_sign, &sha256(canonical.text.as_bytes()));
    let key = key.as_ref().map_or(keys.secret_key.expose(), |key| key.as_str());
    let signature = hmac_sha256(key.as_bytes(), string_to_sign.as_bytes());
    let signed_headers = &canonical.text[canonical.signed_headers.clone()];
    authorization.reserve(signed_headers.len() + 96);
    for part in [", SignedHeaders=", signed_headers, ", Signature="] {
        authorization.push_str(part);
    }
    push_hex(&mut authorization, &signature);
    Ok(Signed { canonical, string_to_sign, authorization, headers: added })
}

impl<'k> Signed<'k> {
    /// The canonical request. It holds the security token, if there is one.
    #[must_use]
    pub fn canonical_request(&self) -> &str {
        &self.canonical.text
    }

    /// What the signature is made of.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The signature, 64 hexadecimal digits.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.authorization[self.authorization.len() - 64..]
    }

    /// The value of the header `Authorization`.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// The names of the headers signed, joined by semicolons.
    #[must_use]
    pub fn signed_headers(&self) -> &str {
        &self.canonical.text[self.canonical.signed_headers.clone()]
    }

    /// The query as it must be sent.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.canonical.text[self.canonical.query.clone()]
    }

    /// The headers that the request must carry besides those that were given, each replacing one of the same name.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let added = self.headers.iter().map(|(name, value)| (*name, &**value));
        added.chain([(AUTHORIZATION, &*self.authorization)])
    }
}

impl fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("signed_headers", &self.signed_headers()).finish_non_exhaustive()
    }
}

/// Whether the body goes unsigned: streams do, and so does every type but JSON and BSON, as the gateway expects.
fn is_unsigned(request: &Request<'_>, has_hash: bool) -> bool {
    // The spelling counts, as in the provider's SDK.
    let media_type = request.headers.iter().find(|(name, _)| *name == "Content-Type").map(|(_, value)| value.trim());
    let is_data = media_type.is_some_and(|of| !of.starts_with("application/json") && !of.starts_with("application/bson"));
    is_data || (matches!(request.payload, Payload::Stream) && !has_hash)
}

/// The key of V11 for one day, region and service: the hexadecimal text itself is the key.
fn derived(keys: &AkSk, info: &str) -> Zeroizing<String> {
    let mut first = hmac_sha256(keys.access_key.as_bytes(), keys.secret_key.expose().as_bytes());
    let mut second = hmac_sha256(&first, &[info.as_bytes(), &[1]].concat());
    let mut key = Zeroizing::new(String::with_capacity(64));
    push_hex(&mut key, &second);
    first.zeroize();
    second.zeroize();
    key
}

fn written(time: SystemTime) -> Result<String, Error> {
    let time = jiff::Timestamp::try_from(time).map_err(|_| refused("the clock is beyond what a date can say"))?;
    Ok(time.strftime(DATE).to_string())
}

fn is_date(text: &str) -> bool {
    text.len() == 16 && DateTime::strptime(DATE, text).is_ok()
}
