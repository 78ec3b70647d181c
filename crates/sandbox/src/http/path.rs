//! Paths, cleaned as the servers in front of the services do it.

/// Takes dot segments out of a path as it was sent; written with escapes they stay.
pub(crate) fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (i, segment) in segments.iter().enumerate() {
        let last = i + 1 == segments.len();
        match *segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
        if last && matches!(*segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// One slash in the place of several.
pub(crate) fn with_single_slashes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

/// Text as Python's gateway hands it on: each byte is a character.
pub(crate) fn as_latin1(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_seen_on_a_real_server() {
        for (sent, seen) in [
            ("/v2/./images", "/v2/images"),
            ("/v2/x/../images", "/v2/images"),
            ("/../v2/images", "/v2/images"),
            ("/v2/..", "/"),
            ("/v2/images/..", "/v2/"),
            ("/v2/.", "/v2/"),
            ("/v2/.../images/", "/v2/.../images/"),
            ("/v2/%2e%2e/images", "/v2/%2e%2e/images"),
            ("/", "/"),
        ] {
            assert_eq!(without_dots(sent), seen, "{sent}");
        }
        assert_eq!(with_single_slashes("//v2///images//"), "/v2/images/");
        assert_eq!(as_latin1("ü"), "Ã¼");
    }
}
