use super::sign::{decoded, split};
use crate::error::{Error, ErrorKind};

/// Refuses a request target whose signature nobody can be sure of.
///
/// # Errors
/// `InvalidRequest` if the path holds characters beyond printable ASCII, or the query a malformed escape, escaped bytes that are no UTF-8, or a plus,
/// which some take for a space: write `%20` and `%2B`.
pub fn check(target: &str) -> Result<(), Error> {
    let (path, query) = split(target);
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused("the path holds characters that must be escaped"));
    }
    if query.contains('+') {
        return Err(refused("the query holds a plus, which may mean a space: write %2B or %20"));
    }
    match decoded(query) {
        None => Err(refused("the query holds a malformed escape")),
        Some(bytes) if std::str::from_utf8(&bytes).is_err() => Err(refused("the query holds bytes that are no UTF-8")),
        Some(_) => Ok(()),
    }
}

pub(super) fn refused(why: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("{why}; nothing was sent"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_in_one_way_only_passes() {
        for target in ["/", "/a%20b", "/a+b", "/x?", "/x?a=b&a=&c", "/x?a=%2B%20%E4%B8%AD", "/x?a?b", "/x?name=镜像", "/x?a=b,c/d"]
        {
            assert!(check(target).is_ok(), "{target}");
        }
    }

    #[test]
    fn what_is_signed_in_several_ways_is_refused() {
        for target in [
            "/镜",
            "/a b",
            "/a\nx-evil:1",
            "/x?a=%",
            "/x?a=%2",
            "/x?a=%ZZ",
            "/x?a=50%",
            "/x?a=%+1",
            "/x?a=b+c",
            "/x?a=%FF",
            "/x?a=%E4%B8",
        ] {
            assert!(check(target).is_err(), "{target}");
        }
    }
}
