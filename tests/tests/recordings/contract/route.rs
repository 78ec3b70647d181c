//! Which operation a request is for.

use super::{Operation, Service};
use crate::recording::Request;

/// The operation whose template fits best: `/v2/cache/clean` before `/v2/cache/{image_id}`.
pub(super) fn find<'a>(service: &'a Service, request: &Request) -> Option<Operation<'a>> {
    let path = cleaned(service, request.path_and_query().0);
    let all = service
        .spec
        .operations()
        .filter(|(template, method, ..)| request.method.eq_ignore_ascii_case(method) && segments(template, &path).is_some());
    let (path, _, item, node) =
        all.max_by_key(|(template, ..)| template.split('/').map(|part| !is_parameter(part)).collect::<Vec<_>>())?;
    Some(Operation { service, id: node.text("operationId").unwrap_or_default(), path, item, node })
}

/// A path as the service sees it: the gateway in front takes dot segments out, and Glance then several slashes for one.
pub(super) fn cleaned(service: &Service, path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        let is_dots = matches!(part, "." | "..");
        if part == ".." {
            kept.pop();
        }
        // Dots at the end leave a slash there.
        if !is_dots || parts.peek().is_none() {
            kept.push(if is_dots { "" } else { part });
        }
    }
    if service.name == "glance" {
        let last = kept.len().saturating_sub(1);
        let mut index = 0..;
        kept.retain(|part| index.next() == Some(last) || !part.is_empty());
    }
    format!("/{}", kept.join("/"))
}

/// The values of a template's parameters in a path; `None` if they do not fit.
pub(super) fn segments<'a>(template: &'a str, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (wanted, given) = (template.split('/'), path.split('/'));
    if wanted.clone().count() != given.clone().count() {
        return None;
    }
    let mut values = Vec::new();
    for (template, value) in wanted.zip(given) {
        if is_parameter(template) && !value.is_empty() {
            values.push((template.trim_matches(['{', '}']), value));
        } else if template != value {
            return None;
        }
    }
    Some(values)
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}
