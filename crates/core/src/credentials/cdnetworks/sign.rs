use std::borrow::Cow;
use std::fmt;

use super::check::refused;
use crate::credentials::digest::{OF_NOTHING, hmac_sha256, push_hex, sha256};
use crate::error::Error;
use crate::secret::Secret;

const SCHEME: &str = "CNC-HMAC-SHA256";
const DEFAULT_SIGNED: [&str; 2] = ["content-type", "host"];
const JSON: &str = "application/json";
pub(super) const ACCESS_KEY: &str = "x-cnc-accessKey";
pub(super) const AUTHORIZATION: &str = "Authorization";
pub(super) const TIMESTAMP: &str = "x-cnc-timestamp";

/// What [`sign`] signs; everything in it is as it will be sent.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// Path and query, percent-encoded.
    pub target: &'a str,
    /// The host, with the port where it is not the scheme's own.
    pub host: &'a str,
    /// Further headers; a `Host`, `Content-Type` or other header of the signature given here stands.
    pub headers: &'a [(&'a str, &'a str)],
    /// The names of the headers to be signed; none means `content-type` and `host`.
    pub signed_headers: &'a [&'a str],
    /// The body.
    pub body: &'a [u8],
    /// Unix time in seconds; the same signature with the same stamp is taken only once.
    pub timestamp: u64,
}

/// The canonical request, the one text that client and service both make of a request.
pub struct Canonical {
    text: String,
    /// The hash that stands for the whole request in its signature.
    pub(super) hash: [u8; 32],
    signed_headers: String,
}

/// A signature and all that led to it.
pub struct Signed<'a> {
    canonical: Canonical,
    string_to_sign: String,
    authorization: String,
    headers: Vec<(&'static str, Cow<'a, str>)>,
}

/// Signs `request` by CNC-HMAC-SHA256, as the provider's own library does it; see [`check`](super::check()) for what had better not be signed.
///
/// # Errors
/// `InvalidRequest` if the query holds escaped bytes that are no UTF-8.
pub fn sign<'a>(access_key: &'a str, secret_key: &Secret, request: &Request<'a>) -> Result<Signed<'a>, Error> {
    let headers = added(access_key, request);
    let canonical = Canonical::new(request, &headers)?;
    Ok(canonical.sign(access_key, secret_key, request.timestamp, headers))
}

/// The headers of the signature that the request has not got yet.
pub(super) fn added<'a>(access_key: &'a str, request: &Request<'a>) -> Vec<(&'static str, Cow<'a, str>)> {
    let all = [
        ("Host", request.host.into()),
        ("Content-Type", JSON.into()),
        ("Accept", JSON.into()),
        ("x-cnc-auth-method", "AKSK".into()),
        (ACCESS_KEY, access_key.into()),
        (TIMESTAMP, request.timestamp.to_string().into()),
    ];
    let given = |name: &str| request.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    all.into_iter().filter(|(name, _)| !given(name)).collect()
}

impl Canonical {
    pub(super) fn new(request: &Request<'_>, added: &[(&'static str, Cow<'_, str>)]) -> Result<Self, Error> {
        let mut names: Vec<Cow<'_, str>> = match request.signed_headers {
            [] => DEFAULT_SIGNED.map(Cow::Borrowed).into(),
            names => names.iter().map(|name| name.to_ascii_lowercase().into()).collect(),
        };
        names.sort_unstable();
        let signed_headers = names.join(";");
        let (path, query) = split(request.target);
        let mut text = String::with_capacity(request.target.len() + request.host.len() + 256);
        text.push_str(request.method);
        text.make_ascii_uppercase();
        // The provider's library leaves these out, whatever is sent.
        let (has_query, has_body) = (text != "POST", text != "GET");
        for part in ["\n", path, "\n"] {
            text.push_str(part);
        }
        // A malformed escape signs nothing, as the provider's library has it.
        if let Some(query) = decoded(query).filter(|_| has_query) {
            text.push_str(std::str::from_utf8(&query).map_err(|_| refused("the query holds bytes that are no UTF-8"))?);
        }
        text.push('\n');
        let all = || request.headers.iter().copied().chain(added.iter().map(|(name, value)| (*name, &**value)));
        for name in &names {
            let value = all().find(|(other, _)| other.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value);
            text.push_str(name);
            text.push(':');
            text.extend(value.chars().flat_map(char::to_lowercase));
            text.push('\n');
        }
        for part in ["\n", &signed_headers, "\n"] {
            text.push_str(part);
        }
        if request.body.is_empty() || !has_body {
            text.push_str(OF_NOTHING);
        } else {
            push_hex(&mut text, &sha256(request.body));
        }
        Ok(Self { hash: sha256(text.as_bytes()), text, signed_headers })
    }

    pub(super) fn sign<'a>(
        self,
        access_key: &str,
        secret_key: &Secret,
        timestamp: u64,
        headers: Vec<(&'static str, Cow<'a, str>)>,
    ) -> Signed<'a> {
        let mut string_to_sign = format!("{SCHEME}\n{timestamp}\n");
        push_hex(&mut string_to_sign, &self.hash);
        let mut authorization = String::with_capacity(access_key.len() + self.signed_headers.len() + 128);
        for part in [SCHEME, " Credential=", access_key, ", SignedHeaders=", &self.signed_headers, ", Signature="] {
            authorization.push_str(part);
        }
        push_hex(&mut authorization, &hmac_sha256(secret_key.expose().as_bytes(), string_to_sign.as_bytes()));
        Signed { canonical: self, string_to_sign, authorization, headers }
    }
}

impl Signed<'_> {
    /// The canonical request.
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
        &self.canonical.signed_headers
    }

    /// The headers that the request must carry besides those that were given.
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

/// The path, and all that follows the first question mark.
pub(super) fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// The query with its escapes decoded and a space for each plus; nothing if an escape is malformed.
pub(super) fn decoded(query: &str) -> Option<Cow<'_, [u8]>> {
    if !query.contains(['%', '+']) {
        return Some(query.as_bytes().into());
    }
    let mut out = Vec::with_capacity(query.len());
    let mut bytes = query.bytes();
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?,
            other => other,
        });
    }
    Some(out.into())
}
