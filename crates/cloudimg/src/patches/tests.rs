use serde_json::json;

use super::*;

fn of(value: Value) -> Record {
    record(Ok(value)).unwrap()
}

fn step(verb: Verb, path: &str, value: Value) -> Step {
    Step { verb, path: path.to_owned(), value: (verb != Verb::Remove).then_some(value) }
}

fn difference(before: &Value, after: &Value) -> Changes {
    Changes::between(&of(before.clone()), &of(after.clone()), |name, value| {
        Some(match (name, value) {
            ("size", _) => return None,
            ("name", value) => Change::field(name, value.cloned().unwrap_or_default()),
            (_, Some(value)) => Change::put(name, value.clone()),
            (_, None) => Change::remove(name),
        })
    })
}

#[test]
fn names_become_pointers() {
    let changes = Changes(vec![Change::put("a/b~c", "v"), Change::remove("~1"), Change::field("name", Value::Null)]);
    let expected = [
        step(Verb::Add, "/a~1b~0c", json!("v")),
        step(Verb::Remove, "/~01", Value::Null),
        step(Verb::Replace, "/name", Value::Null),
    ];
    assert_eq!(changes.steps(None, Verb::Add), Ok(expected.to_vec()));
}

#[test]
fn what_is_known_of_the_record_decides_how_it_is_changed() {
    let changes = Changes(vec![
        Change::put("there", "1"),
        Change::put("new", "2"),
        Change::remove("gone"),
        Change::remove("new"),
        Change::put("new", "3"),
    ]);
    let now = of(json!({"there": "0", "null": null}));
    let expected = [
        step(Verb::Replace, "/there", json!("1")),
        step(Verb::Add, "/new", json!("2")),
        step(Verb::Remove, "/new", Value::Null),
        step(Verb::Add, "/new", json!("3")),
    ];
    assert_eq!(changes.steps(Some(&now), Verb::Replace), Ok(expected.to_vec()));
    let absent = Changes(vec![Change::replace("null", "1")]);
    assert_eq!(absent.steps(Some(&now), Verb::Add), Err(Unmet::Absent("null".into())));
}

#[test]
fn a_difference_changes_what_differs_and_no_more() {
    let before = json!({"name": "n", "size": 1, "tags": ["a", "b"], "keep": "1", "old": "x", "change": "1", "max_ram": "4096"});
    let after = json!({"name": null, "size": 2, "tags": ["b", "a"], "keep": "1", "new": "y", "change": "2", "max_ram": 4096});
    let changes = difference(&before, &after);
    let mut steps = changes.steps(Some(&of(before.clone())), Verb::Add).unwrap();
    steps.sort_by(|a, b| a.path.cmp(&b.path));
    let expected = [
        step(Verb::Replace, "/change", json!("2")),
        step(Verb::Replace, "/name", Value::Null),
        step(Verb::Add, "/new", json!("y")),
        step(Verb::Remove, "/old", Value::Null),
    ];
    assert_eq!(steps, expected);
    assert!(changes.are_conditional() && !difference(&before, &before).are_conditional());
    assert_eq!(changes.steps(Some(&of(after)), Verb::Add), Ok(Vec::new()), "made already");
}

#[test]
fn what_somebody_else_changed_is_not_overwritten_unless_the_caller_says_so() {
    let mut changes = difference(&json!({"p": "1"}), &json!({"p": "2"}));
    let (other, gone) = (of(json!({"p": "3", "q": "4"})), of(json!({})));
    let unmet = changes.steps(Some(&other), Verb::Add).unwrap_err();
    let error = unmet.into_error(None);
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some("update_image")));
    assert!(error.message().starts_with("`p` was \"1\" and is \"3\" now: somebody else"), "{error}");
    assert_eq!(changes.steps(Some(&gone), Verb::Add), Err(Unmet::Changed("p".into(), Some(json!("1")), None)));
    // What others do elsewhere does not matter.
    assert!(changes.steps(Some(&of(json!({"p": "1", "q": "5"}))), Verb::Add).is_ok());
    changes.overwriting();
    assert_eq!(changes.steps(Some(&other), Verb::Add), Ok(vec![step(Verb::Add, "/p", json!("2"))]));
}
