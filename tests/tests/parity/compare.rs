//! Whether two requests are the same.

use cloudimg_tests::differ_exactly;

use crate::entry::Recorded;

/// The first difference of what was sent from what was expected, in the parts of `compare` or in all.
pub(crate) fn difference(expected: &[Recorded], sent: &[Recorded], compare: Option<&[String]>) -> Option<String> {
    let wanted = |part: &str| compare.is_none_or(|parts| parts.iter().any(|p| p == part));
    for (n, (expected, sent)) in expected.iter().zip(sent).enumerate() {
        let place = format!("request {}", n + 1);
        if wanted("method") && expected.method != sent.method {
            return Some(format!("{place}: the method is {} instead of {}", sent.method, expected.method));
        }
        if wanted("path") && expected.segments() != sent.segments() {
            return Some(format!("{place}: the path is {} instead of {}", sent.path, expected.path));
        }
        if wanted("query") && sorted(expected) != sorted(sent) {
            return Some(format!("{place}: the query is {:?} instead of {:?}", sorted(sent), sorted(expected)));
        }
        if wanted("body")
            && let Some(difference) = differ_exactly("body", &expected.body, &sent.body)
        {
            return Some(format!("{place}: {difference}"));
        }
        for part in compare.into_iter().flatten().filter(|part| part.starts_with("body.")) {
            let pointer = part.trim_start_matches("body").replace('.', "/");
            let of = |recorded: &Recorded| recorded.body.pointer(&pointer).cloned().unwrap_or_default();
            if let Some(difference) = differ_exactly(part, &of(expected), &of(sent)) {
                return Some(format!("{place}: {difference}"));
            }
        }
    }
    if expected.len() == sent.len() {
        return None;
    }
    let list = |requests: &[Recorded]| requests.iter().map(line).collect::<Vec<_>>().join("; ");
    Some(format!("{} requests instead of {}: {}", sent.len(), expected.len(), list(sent)))
}

/// The pairs of the query: their order counts among those of one name only.
fn sorted(request: &Recorded) -> Vec<(&str, &str)> {
    let mut pairs: Vec<_> = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.sort_by_key(|(name, _)| *name);
    pairs
}

fn line(request: &Recorded) -> String {
    let query: Vec<_> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} {} [{}]", request.method, request.path, query.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(query: &[(&str, &str)], body: Value) -> Recorded {
        Recorded::new("GET", "/v2/a%20b", body).asking(query)
    }

    #[test]
    fn each_part_can_differ() {
        let one = request(&[("tag", "a"), ("tag", "b"), ("limit", "2")], json!({"a": [1, {"b": null}]}));
        let says = |other: &Recorded| difference(std::slice::from_ref(&one), std::slice::from_ref(other), None).unwrap_or_default();
        assert_eq!(says(&request(&[("limit", "2"), ("tag", "a"), ("tag", "b")], one.body.clone())), "");
        assert!(says(&Recorded { method: "PUT".into(), ..one.clone() }).contains("method is PUT"));
        assert!(says(&Recorded { path: "/v2/a/b".into(), ..one.clone() }).contains("path is /v2/a/b"));
        assert!(says(&request(&[("limit", "2"), ("tag", "b"), ("tag", "a")], one.body.clone())).contains("query"));
        assert_eq!(
            says(&Recorded { body: json!({"a": [1, {"b": 0}]}), ..one.clone() }),
            "request 1: body/a/1/b: 0 instead of null"
        );
        assert_eq!(says(&Recorded { body: json!({}), ..one.clone() }), "request 1: body/a is lost");
        assert!(difference(std::slice::from_ref(&one), &[], None).unwrap().starts_with("0 requests instead of 1"));
    }

    #[test]
    fn only_named_parts_count() {
        let parts = ["path".to_owned(), "body.status".to_owned()];
        let one = request(&[], json!({"status": "accepted", "member": "m"}));
        let same = |body| difference(std::slice::from_ref(&one), &[request(&[("a", "b")], body)], Some(&parts)).is_none();
        assert!(same(json!({"status": "accepted"})));
        assert!(!same(json!({"status": "rejected", "member": "m"})) && !same(json!({})));
    }
}
