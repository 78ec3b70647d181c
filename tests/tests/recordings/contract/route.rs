//! Which operation a request is for.

use super::{Operation, Service};
use crate::recording::Request;

/// The operation whose template fits best: `/v2/cache/clean` before `/v2/cache/{image_id}`.
pub(super) fn find<'a>(service: &'a Service, request: &Request) -> Option<Operation<'a>> {
    let (path, _) = request.path_and_query();
    let all = service
        .spec
        .operations()
        .filter(|(template, method, ..)| request.method.eq_ignore_ascii_case(method) && segments(template, path).is_some());
    let (path, _, item, node) =
        all.max_by_key(|(template, ..)| template.split('/').map(|part| !is_parameter(part)).collect::<Vec<_>>())?;
    Some(Operation { service, id: node.text("operationId").unwrap_or_default(), path, item, node })
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
