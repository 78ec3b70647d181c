//! The services' side of a signature, written from the rules and without the signer's code: HMAC, escapes and sorting are its own.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::server::Request;

/// What a request that was found in order says of itself.
pub(crate) struct Verified {
    pub(crate) stamp: String,
    pub(crate) signature: String,
    pub(crate) signed_headers: Vec<String>,
    /// The payload line.
    pub(crate) payload: String,
}

pub(crate) fn huawei(request: &Request, secret: &str) -> Result<Verified, String> {
    let headers = headers(request);
    let authorization = get(&headers, "authorization")?;
    let (scheme, fields) = fields(authorization)?;
    let signed = field(&fields, "SignedHeaders")?;
    let date = get(&headers, "x-sdk-date")?;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if request.path.ends_with('?') {
        return Err("a question mark and no query".to_owned());
    }
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(format!("`{pair}` has no ="))?;
        pairs.push((unescaped(key), unescaped(value)));
    }
    pairs.sort();
    let canonical: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", escaped(key), escaped(value))).collect();
    if canonical.join("&") != query {
        return Err(format!("the query arrived as {query}"));
    }
    let text = String::from_utf8_lossy(&unescaped(path)).into_owned();
    let mut uri: String = text.split('/').map(|segment| escaped(segment.as_bytes())).collect::<Vec<_>>().join("/");
    if !uri.ends_with('/') {
        uri.push('/');
    }
    let payload = match (request.body.is_empty(), headers.get("x-sdk-content-sha256")) {
        (false, Some(given)) => given.clone(),
        _ => hex(&Sha256::digest(&request.body)),
    };
    let lines = lines(&headers, signed)?;
    let canonical = format!("{}\n{uri}\n{query}\n{lines}\n{signed}\n{payload}", request.method);
    let hash = hex(&Sha256::digest(canonical.as_bytes()));
    let (text, key) = match scheme {
        "SDK-HMAC-SHA256" => (format!("{scheme}\n{date}\n{hash}"), secret.as_bytes().to_vec()),
        "V11-HMAC-SHA256" => {
            let (access, info) = field(&fields, "Credential")?.split_once('/').ok_or("no scope")?;
            if !info.starts_with(&date[..8]) {
                return Err(format!("the scope {info} is of another day"));
            }
            let first = hmac(access.as_bytes(), secret.as_bytes());
            let key = hex(&hmac(&first, format!("{info}\u{1}").as_bytes()));
            (format!("{scheme}\n{date}\n{info}\n{hash}"), key.into_bytes())
        }
        other => return Err(format!("unsupported: {other}")),
    };
    finish(&text, &key, &fields, date, signed, payload)
}

pub(crate) fn cdnetworks(request: &Request, secret: &str) -> Result<Verified, String> {
    let headers = headers(request);
    let (scheme, fields) = fields(get(&headers, "authorization")?)?;
    let signed = field(&fields, "SignedHeaders")?;
    let stamp = get(&headers, "x-cnc-timestamp")?;
    if scheme != "CNC-HMAC-SHA256" || get(&headers, "x-cnc-auth-method")? != "AKSK" {
        return Err("another scheme".to_owned());
    }
    if get(&headers, "x-cnc-accesskey")? != field(&fields, "Credential")? {
        return Err("two access keys".to_owned());
    }
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if query.contains('+') {
        return Err(format!("a bare plus: {query}"));
    }
    let query = if request.method == "POST" { Vec::new() } else { unescaped(query) };
    let query = String::from_utf8(query).map_err(|e| e.to_string())?;
    let payload = hex(&Sha256::digest(&request.body));
    let lines = lines(&headers, signed)?.to_lowercase();
    let canonical = format!("{}\n{path}\n{query}\n{lines}\n{signed}\n{payload}", request.method);
    let text = format!("{scheme}\n{stamp}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    finish(&text, secret.as_bytes(), &fields, stamp, signed, payload)
}

fn finish(text: &str, key: &[u8], fields: &[(&str, &str)], stamp: &str, signed: &str, payload: String) -> Result<Verified, String> {
    let signature = field(fields, "Signature")?;
    if hex(&hmac(key, text.as_bytes())) != signature {
        return Err(format!("another signature than that of:\n{text}"));
    }
    let signed_headers = signed.split(';').map(str::to_owned).collect();
    Ok(Verified { stamp: stamp.to_owned(), signature: signature.to_owned(), signed_headers, payload })
}

fn headers(request: &Request) -> BTreeMap<String, String> {
    request.headers.iter().map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect()
}

fn get<'a>(headers: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str, String> {
    headers.get(name).map(String::as_str).ok_or(format!("no {name}"))
}

fn lines(headers: &BTreeMap<String, String>, signed: &str) -> Result<String, String> {
    let names: Vec<&str> = signed.split(';').collect();
    if !names.is_sorted() || !names.contains(&"host") {
        return Err(format!("signed headers: {signed}"));
    }
    names.iter().map(|name| Ok(format!("{name}:{}\n", get(headers, name)?))).collect()
}

/// The scheme, and what follows it by name.
type Fields<'a> = (&'a str, Vec<(&'a str, &'a str)>);

fn fields(authorization: &str) -> Result<Fields<'_>, String> {
    let (scheme, rest) = authorization.split_once(' ').ok_or("no scheme")?;
    let fields = rest.split(", ").map(|field| field.split_once('=').ok_or(format!("`{field}` is no field")));
    Ok((scheme, fields.collect::<Result<_, _>>()?))
}

fn field<'a>(fields: &[(&str, &'a str)], name: &str) -> Result<&'a str, String> {
    fields.iter().find(|(other, _)| *other == name).map(|(_, value)| *value).ok_or(format!("no {name}"))
}

/// RFC 2104 by the letter.
fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::digest([&block.map(|byte| byte ^ 0x36), data].concat());
    Sha256::digest([&block.map(|byte| byte ^ 0x5c)[..], &inner].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn escaped(bytes: &[u8]) -> String {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    bytes.iter().map(|byte| if kept(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Decodes escapes; what is no escape stays.
pub(crate) fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let escape = text.get(at + 1..at + 3).filter(|digits| bytes[at] == b'%' && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match escape {
            Some(digits) => out.push(u8::from_str_radix(digits, 16).unwrap()),
            None => out.push(bytes[at]),
        }
        at += if escape.is_some() { 3 } else { 1 };
    }
    out
}
