//! What services say in the bodies of their error answers.

use serde_json::Value;

use super::text::one_line;

/// Longest message kept, in characters.
const LONGEST: usize = 600;
/// Longest code and id of a request kept, in characters.
pub(super) const LONGEST_ID: usize = 128;

/// The service's own words: its code and a message of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The code, such as `IMG.0035`; Glance and Keystone have none beyond the HTTP status.
    pub code: Option<String>,
    /// The message without markup.
    pub message: Option<String>,
    /// The id of the request, where the body tells it too.
    pub request_id: Option<String>,
}

impl Fault {
    /// Reads an error body of any of the known shapes: Glance's `{message, code, title}`, Keystone's and APIG's
    /// `{error: {..}}`, Huawei's `{error_code, error_msg}`, the object storage's XML, HTML pages of services and proxies, plain text.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        if let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(body) {
            return Self::from_object(&object, 0);
        }
        let text = String::from_utf8_lossy(body);
        Self::from_xml(&text).unwrap_or_else(|| Self { message: readable(&text), ..Self::default() })
    }

    /// `<Error><Code>…</Code><Message>…</Message><RequestId>…</RequestId>…</Error>`, perhaps behind a declaration.
    fn from_xml(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let text = if text.starts_with("<?xml") { text.split_once("?>")?.1.trim_start() } else { text };
        let members = text.strip_prefix("<Error>")?;
        let member = |name: &str| {
            let (_, rest) = members.split_once(&format!("<{name}>"))?;
            Some(rest.split_once(&format!("</{name}>"))?.0)
        };
        let plain = |name| member(name).map(|text| html_escape::decode_html_entities(text).into_owned());
        let message = member("Message").and_then(readable);
        let code = plain("Code").as_deref().and_then(identifier);
        Some(Self { code, message, request_id: plain("RequestId").as_deref().and_then(identifier) })
    }

    fn from_object(object: &serde_json::Map<String, Value>, depth: u8) -> Self {
        let text = |names: &[&str]| names.iter().find_map(|name| object.get(*name)).and_then(Value::as_str);
        let message = text(&["message", "error_msg", "errorMsg", "error_message", "msg"]).and_then(readable);
        let code = ["code", "error_code", "errorCode"].iter().find_map(|name| code(object.get(*name)?));
        let request_id = text(&["request_id", "requestId"]).and_then(identifier);
        if message.is_some() || code.is_some() || depth > 2 {
            return Self { code, message, request_id };
        }
        // `{"error": {..}}`, `{"badRequest": {..}}` and the like.
        let inner = object.values().find_map(Value::as_object);
        let inner = inner.map(|inner| Self::from_object(inner, depth + 1)).unwrap_or_default();
        Self { request_id: inner.request_id.or(request_id), ..inner }
    }
}

/// A code that says more than the status: a text, or with some services a number.
fn code(value: &Value) -> Option<String> {
    let code = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    identifier(&code).filter(|code| !is_status(code))
}

/// An id of a request or a code, on one line; `None` if nothing is left.
pub(super) fn identifier(text: &str) -> Option<String> {
    let id: String = text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_ID).collect();
    let id = one_line(id.trim_end());
    (!id.is_empty()).then(|| id.into_owned())
}

/// Whether a code says no more than the status line did: `404 Not Found`, `401`.
fn is_status(code: &str) -> bool {
    let number = code.split(' ').next().unwrap_or_default();
    number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()) && (code.len() == 3 || code.contains(' '))
}

/// `text` without markup, on one line; of several paragraphs the last, which holds the cause where the first is generic.
pub(crate) fn readable(text: &str) -> Option<String> {
    let stripped = strip_tags(strip_head(text));
    let plain = html_escape::decode_html_entities(&stripped);
    // Glance lets its schema validator go on for pages about a body that does not fit; its first line says it all.
    let told = plain.find("\nFailed validating ").map_or(&*plain, |at| &plain[..at]);
    let mut lines =
        told.lines().map(|line| one_line(line).split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let last = lines.next_back().filter(|line| line.chars().any(char::is_alphanumeric)).unwrap_or(first);
    let mut clipped: String = last.chars().take(LONGEST).collect();
    if clipped.len() < last.len() {
        clipped.push('…');
    }
    Some(clipped)
}

/// The lines that `text` becomes if it stands in a message that is made readable.
pub(super) fn unmarked(text: &str) -> Vec<String> {
    let stripped = strip_tags(text);
    let plain = html_escape::decode_html_entities(&stripped);
    plain.lines().map(|line| one_line(line).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// An HTML page from its body on: title and headline repeat the status.
fn strip_head(text: &str) -> &str {
    if !text.trim_start().starts_with('<') {
        return text;
    }
    let after_headline = text.find("</h1>").map(|at| &text[at..]);
    after_headline.filter(|rest| !strip_tags(rest).trim().is_empty()).unwrap_or(text)
}

fn strip_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        plain.push_str(&rest[..open]);
        let tag = &rest[open..];
        // A lone `<` is text.
        let is_tag = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let close = if is_tag { tag.find('>') } else { Some(0) };
        let Some(close) = close else {
            rest = tag;
            break;
        };
        plain.push(if is_tag { '\n' } else { '<' });
        rest = &tag[close + 1..];
    }
    plain.push_str(rest);
    plain
}
