//! The choice of an error's shape by the `Accept` header.

/// How an error is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Json,
    Html,
    Plain,
}

/// The best offer for that header. HTML stands before JSON when both are equally welcome, so
/// `application/json, */*` gives HTML. Nothing acceptable, or no header, gives plain text.
pub(crate) fn shape(accept: Option<&str>) -> Shape {
    let Some(accept) = accept else { return Shape::Plain };
    let html = quality(accept, "text", "html");
    let json = quality(accept, "application", "json");
    if html <= 0.0 && json <= 0.0 {
        Shape::Plain
    } else if html >= json {
        Shape::Html
    } else {
        Shape::Json
    }
}

/// The quality of a media type: that of the most specific range that covers it.
fn quality(accept: &str, kind: &str, subtype: &str) -> f32 {
    let mut best = (0, 0.0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let Some((k, s)) = parts.next().and_then(|r| r.split_once('/')) else { continue };
        let specific = match (k, s) {
            ("*", "*") => 1,
            (k, "*") if k.eq_ignore_ascii_case(kind) => 2,
            (k, s) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => 3,
            _ => continue,
        };
        let q = parts
            .filter_map(|p| p.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(1.0, |(_, v)| v.trim().parse().unwrap_or(0.0));
        if specific > best.0 {
            best = (specific, q);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_seen_on_a_real_server() {
        assert_eq!(shape(Some("application/json")), Shape::Json);
        assert_eq!(shape(Some("*/*")), Shape::Html);
        assert_eq!(shape(Some("application/json, */*")), Shape::Html);
        assert_eq!(shape(Some("application/json, application/octet-stream;q=0.9")), Shape::Json);
        assert_eq!(shape(Some("text/html")), Shape::Html);
        assert_eq!(shape(Some("text/plain")), Shape::Plain);
        assert_eq!(shape(Some("application/octet-stream")), Shape::Plain);
        assert_eq!(shape(Some("*/*;q=0.1, application/json")), Shape::Json);
        assert_eq!(shape(Some("application/*;q=0")), Shape::Plain);
        assert_eq!(shape(None), Shape::Plain);
    }
}
