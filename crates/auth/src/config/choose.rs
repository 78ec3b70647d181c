//! Which of the known clouds is meant.

use cloudimg_core::{Error, ErrorKind, Result};

use super::Loader;
use super::place::{choices, listed};
use super::sources::Sources;

/// The name of the cloud that is meant.
pub(crate) fn chosen(loader: &Loader, sources: &mut Sources, asked: Option<&str>) -> Result<String> {
    let by_variable = loader.variable("OS_CLOUD").filter(|name| !name.is_empty());
    // To openstacksdk an empty name is one, too, of which nothing is known.
    let none = asked.is_some_and(str::is_empty) && loader.strict;
    let by_variable = by_variable.filter(|_| !none);
    let asked = asked.filter(|name| !name.is_empty());
    let names: Vec<String> = sources.names().into_iter().map(str::to_owned).collect();
    if let Some(name) = asked.or(by_variable) {
        if sources.clouds.contains_key(name) {
            return Ok(name.to_owned());
        }
        let (by, remedy) = match asked {
            None if names.is_empty() => {
                (" (OS_CLOUD)", "; write one, or unset OS_CLOUD and set OS_AUTH_URL and the other OS_* variables")
            }
            None => (" (OS_CLOUD)", ""),
            Some(_) => ("", ""),
        };
        return Err(wrong(format!("there is no cloud `{name}`{by}{}{remedy}", known(sources, &names, name))));
    }
    if !sources.variables.is_empty() && !none {
        if !names.is_empty() {
            let variables = sources.variables.join(", ");
            let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            sources.notes.warn(format!(
                "the cloud is made by the variables {variables}; {listed} of the files must be named, as by OS_CLOUD, while they are set"
            ));
        }
        return Ok(sources.environment_name.clone());
    }
    match names.as_slice() {
        [only] if !none => Ok(only.clone()),
        [] => Err(wrong(format!(
            "no cloud is known{}; write one, or set OS_AUTH_URL and the other OS_* variables",
            known(sources, &names, "")
        ))),
        _ => Err(wrong(format!(
            "no cloud is chosen{}; name one, as by OS_CLOUD, or set OS_AUTH_URL and the other OS_* variables",
            known(sources, &names, "")
        ))),
    }
}

/// Which clouds there are, or where they were looked for.
fn known(sources: &Sources, names: &[String], near: &str) -> String {
    let files: Vec<_> = [&sources.config_file, &sources.secure_file].into_iter().flatten().cloned().collect();
    let mut text = match (files.is_empty(), names.is_empty()) {
        (true, _) if sources.searched.is_empty() => String::new(),
        (true, _) => format!(": no clouds.yaml is in {}", listed(&sources.searched)),
        (false, true) => format!(": {} has none", listed(&files)),
        (false, false) => format!(": {} has {}", listed(&files), choices(near, names.iter().map(String::as_str))),
    };
    if !sources.notes.skipped.is_empty() {
        text += &format!("; skipped {}", sources.notes.skipped.join("; "));
    }
    text
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
