//! Vectors: those of the repository and those of the folder that `CLOUDIMG_EXTRA_FIXTURES` names.

use cloudimg_tests::fixtures;
use serde_json::Value;

pub(crate) fn vectors(file: &str) -> Vec<Value> {
    let of = |document: &Value| document["vectors"].as_array().unwrap_or_else(|| panic!("{file} has no vectors")).clone();
    fixtures::documents(file).iter().flat_map(of).collect()
}

/// Runs `check` on every vector of `file`, tells of each that differs, and prints how many passed.
pub(crate) fn run(file: &str, least: usize, check: impl Fn(&Value) -> Result<(), String>) {
    let vectors = vectors(file);
    let mut wrong = Vec::new();
    for vector in &vectors {
        if let Err(difference) = check(vector) {
            wrong.push(format!("{}: {difference}", vector["name"].as_str().unwrap_or("a case without a name")));
        }
    }
    println!("fixture {file}: {} passed, {} failed", vectors.len() - wrong.len(), wrong.len());
    assert!(vectors.len() >= least, "only {} vectors", vectors.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Compares what a vector expects under each name with what was made; a name that nothing was made for is a difference.
pub(crate) fn compare(expected: &Value, made: &[(&str, Value)]) -> Result<(), String> {
    for (name, wanted) in expected.as_object().ok_or("the vector expects nothing")? {
        match made.iter().find(|(other, _)| other == name) {
            None => return Err(format!("`{name}` is not compared with anything")),
            Some((_, got)) if got != wanted => return Err(difference(name, wanted, got)),
            Some(_) => {}
        }
    }
    Ok(())
}

pub(crate) fn text<'a>(vector: &'a Value, name: &str) -> Result<&'a str, String> {
    vector[name].as_str().ok_or(format!("the vector has no `{name}`"))
}

fn difference(name: &str, wanted: &Value, got: &Value) -> String {
    let (Some(wanted), Some(got)) = (wanted.as_str(), got.as_str()) else {
        return format!("{name}: {wanted} is expected, not {got}");
    };
    let at = wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| text.chars().skip(at).take(60).collect::<String>();
    format!("{name}, from character {at}: {:?} is expected, not {:?}", rest(wanted), rest(got))
}
