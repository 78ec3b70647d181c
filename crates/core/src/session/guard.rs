//! Refuses requests whose path is not what the operation means, before anything is sent.

use std::borrow::Cow;

use url::Url;

use super::Call;
use crate::encode::UNSENDABLE;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::OperationFacts;

/// Compares the final path with the operation's template: each parameter must have become one segment that no server could read as
/// another path.
pub(super) fn check_path(url: &Url, base: &Url, call: &Call) -> Result<()> {
    let Some(facts) = call.facts else { return Ok(()) };
    let prefix = base.path().trim_end_matches('/');
    let path = url.path().strip_prefix(prefix).unwrap_or_default();
    let (mut segments, mut templates) = (path.split('/'), facts.path.split('/'));
    loop {
        match (segments.next(), templates.next()) {
            (None, None) => return Ok(()),
            (Some(segment), Some(template)) if template.starts_with('{') => check_segment(segment, template, facts)?,
            (Some(segment), Some(template)) if segment == template => {}
            _ => return Err(refused(&format!("the path does not fit {}", facts.path))),
        }
    }
}

fn check_segment(segment: &str, template: &str, facts: &OperationFacts) -> Result<()> {
    let name = template.trim_matches(['{', '}']);
    let plain = decoded(segment);
    let is_reserved = |(parameter, value): &&(&str, &str)| *parameter == name && plain.eq_ignore_ascii_case(value);
    if let Some((_, value)) = facts.reserved.iter().find(is_reserved) {
        return Err(refused(&format!("{name} is `{value}`, which names another path")));
    }
    if let Some(at) = segment.find(UNSENDABLE) {
        let value = &segment[at + UNSENDABLE.len()..];
        return Err(refused(&match value {
            "" => format!("{name} is empty"),
            "." | ".." => format!("{name} is `{value}`, which means another path"),
            _ => format!("{name} holds a NUL"),
        }));
    }
    let folded = segment.to_ascii_uppercase();
    if segment.is_empty() {
        Err(refused(&format!("{name} is empty")))
    } else if folded.contains("%2F") || folded.contains("%5C") || segment.contains('\\') {
        Err(refused(&format!("{name} holds a slash or backslash, which services read as another path")))
    } else {
        Ok(())
    }
}

fn decoded(segment: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy()
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("{why}; nothing was sent"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::encode_path;

    static MEMBER: OperationFacts = OperationFacts {
        id: "show_image_member",
        method: "GET",
        path: "/v2/images/{image_id}/members/{member_id}",
        success: &[200],
        idempotent: true,
        reserved: &[("image_id", "detail")],
        ..OperationFacts::PLAIN
    };

    fn check(base: &str, image: &str, member: &str) -> Result<()> {
        let url = format!("{base}/v2/images/{image}/members/{member}");
        check_path(&Url::parse(&url).unwrap(), &Url::parse(base).unwrap(), &Call::new(MEMBER.id, Some(&MEMBER)))
    }

    #[test]
    fn plain_values_pass_below_any_base() {
        for base in ["http://h", "http://h:9292", "http://h/image", "https://h/a/b"] {
            for value in ["7", "a b", "a%b", "中文", "...", "a.b", "~", "a?b#c", ":"] {
                assert!(check(base, &encode_path(value), "m").is_ok(), "{base} {value}");
                assert!(check(base, "i", &encode_path(value)).is_ok(), "{base} {value}");
            }
        }
    }

    #[test]
    fn values_that_mean_another_path_are_refused_escaped_or_not() {
        for base in ["http://h", "http://h/image"] {
            for value in ["", ".", "..", "a/b", "a\\b", "../..", "..\\tags\\x", "/", "\\", "a\0b"] {
                assert!(check(base, &encode_path(value), "m").is_err(), "{base} {value:?}");
                assert!(check(base, "i", &encode_path(value)).is_err(), "{base} {value:?}");
                assert!(check(base, value, "m").is_err(), "raw {base} {value:?}");
            }
            for value in ["%2e%2e", "%2E", "a%2fb", "a%5cb"] {
                assert!(check(base, value, "m").is_err(), "raw {base} {value:?}");
            }
        }
    }

    #[test]
    fn values_that_name_another_path_are_refused_for_their_parameter() {
        for value in ["detail", "Detail", "de%74ail"] {
            let error = check("http://h", value, "m").unwrap_err();
            assert_eq!(error.to_string(), "image_id is `detail`, which names another path; nothing was sent");
        }
        assert!(check("http://h", "details", "detail").is_ok());
    }

    #[test]
    fn the_message_names_the_parameter() {
        let error = check("http://h", "i", &encode_path("..")).unwrap_err();
        assert_eq!(error.to_string(), "member_id is `..`, which means another path; nothing was sent");
    }
}
