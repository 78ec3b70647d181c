//! From method and path to a handler.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{Result, error, no_api};
use super::{Vmp, access, create, delete, listing, preheating};
use crate::http::Call;

/// What can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    List,
    Create,
    Delete,
    Preheat,
    PreheatingInfo,
}

/// The operation, and the id in the path if there is one.
fn find<'p>(method: &str, parts: &[&'p str]) -> Option<(Operation, &'p str)> {
    match (method, parts) {
        ("GET", ["vmp", "images"]) => Some((Operation::List, "")),
        ("POST", ["vmp", "images"]) => Some((Operation::Create, "")),
        ("PUT", ["vmp", "images", "preHeating"]) => Some((Operation::Preheat, "")),
        ("GET", ["vmp", "images", "preHeatingInfo", id]) if !id.is_empty() => Some((Operation::PreheatingInfo, id)),
        ("DELETE", ["vmp", "images", id]) if !id.is_empty() => Some((Operation::Delete, id)),
        _ => None,
    }
}

pub(super) async fn answer(vmp: &Vmp, call: &mut Call) -> Result<Response<Body>> {
    access::check(vmp, call).await?;
    let path = call.path.clone();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let found = find(call.method.as_str(), &parts);
    vmp.check_limits(found.map(|(operation, _)| operation))?;
    vmp.check_refusals(call.method.as_str(), &path)?;
    let (operation, id) = found.ok_or_else(no_api)?;
    // Of reading calls as well, as the header is signed.
    if call.content_type().as_deref() != Some("application/json") {
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", "Content-Type is not application/json."));
    }
    match operation {
        Operation::List => listing::list(vmp, call),
        Operation::Create => create::create(vmp, call).await,
        Operation::Delete => delete::delete(vmp, call, id).await,
        Operation::Preheat => preheating::start(vmp, call).await,
        Operation::PreheatingInfo => preheating::show(vmp, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_paths_are_no_images() {
        let find = |method, path: &'static str| find(method, &path.split('/').skip(1).collect::<Vec<_>>());
        assert_eq!(find("PUT", "/vmp/images/preHeating"), Some((Operation::Preheat, "")));
        assert_eq!(find("GET", "/vmp/images/preHeatingInfo/x"), Some((Operation::PreheatingInfo, "x")));
        assert_eq!(find("DELETE", "/vmp/images/x"), Some((Operation::Delete, "x")));
        for (method, path) in [
            ("DELETE", "/vmp/images/"),
            ("DELETE", "/vmp/images"),
            ("GET", "/vmp/images/x"),
            ("GET", "/vmp/images/preHeatingInfo/"),
            ("PUT", "/vmp/images"),
            ("GET", "/"),
        ] {
            assert_eq!(find(method, path), None, "{method} {path}");
        }
    }
}
