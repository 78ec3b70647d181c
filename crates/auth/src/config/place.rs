//! Where a setting stands, for errors.

use std::path::{Path, PathBuf};

use cloudimg_core::{Error, ErrorKind};

use super::plugins;

/// Settings beside those for signing in.
const SETTINGS: [&str; 9] =
    ["auth_type", "region_name", "interface", "insecure", "verify", "cacert", "api_timeout", "profile", "allow_insecure_endpoints"];

/// How far a name may be from one that is known to be taken for it.
const NEAR: usize = 2;

/// The cloud that is being read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) cloud: String,
    pub(crate) files: Vec<PathBuf>,
    /// The variables that make the cloud, if it is theirs.
    pub(crate) variables: Option<Vec<String>>,
    /// Whether it could have been one of a file.
    pub(crate) searched: bool,
}

impl Origin {
    /// An error about this cloud. Settings stand in the message as `` `key` ``; those of variables are told by the variable's name.
    pub(crate) fn error(&self, message: &str) -> Error {
        let text = match &self.variables {
            Some(variables) => {
                let text = in_variables(message);
                // Few variables hint at a cloud that nobody meant.
                if self.searched && variables.len() <= 2 && text.starts_with("OS_AUTH_URL") {
                    let (names, is) = (variables.join(" and "), if variables.len() == 1 { "is" } else { "are" });
                    format!(
                        "{text}; no cloud of a file was looked for, because {names} {is} set: unset that, or name a cloud by OS_CLOUD"
                    )
                } else {
                    text
                }
            }
            None => format!("{}: {message}", self.name()),
        };
        Error::new(ErrorKind::Configuration, text)
    }

    /// What the cloud is called in messages.
    pub(crate) fn name(&self) -> String {
        match (&self.variables, self.files.is_empty()) {
            (Some(_), _) => format!("cloud `{}` of OS_* variables", self.cloud),
            (None, true) => format!("cloud `{}`", self.cloud),
            (None, false) => {
                let files: Vec<_> = self.files.iter().map(|file| file.display().to_string()).collect();
                format!("cloud `{}` of {}", self.cloud, files.join(" and "))
            }
        }
    }
}

/// Names of settings as the variables that hold them.
fn in_variables(message: &str) -> String {
    let mut made = String::with_capacity(message.len());
    for (at, part) in message.split('`').enumerate() {
        match at % 2 {
            0 => made.push_str(part),
            _ if plugins::is_option(part) || SETTINGS.contains(&part) => made.push_str(&format!("OS_{}", part.to_uppercase())),
            _ => made.push_str(&format!("`{part}`")),
        }
    }
    made.replacen(" is missing: ", " is not set: ", 1)
}

/// `names` for a reader, with the one that `name` was probably meant to be.
pub(crate) fn choices<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let listed: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let near = names.iter().map(|known| (strsim::osa_distance(&known.to_lowercase(), &name.to_lowercase()), *known));
    let near = near.filter(|(distance, known)| *distance <= NEAR.min(known.chars().count() / 2)).min();
    match near {
        Some((_, near)) => format!("{} (did you mean `{near}`?)", listed.join(", ")),
        None => listed.join(", "),
    }
}

/// The nearest of `names`, as a question at the end of a sentence.
pub(crate) fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names.into_iter().map(|known| (strsim::osa_distance(known, name), known)).min();
    match near.filter(|(distance, _)| *distance <= NEAR) {
        Some((_, near)) => format!("; did you mean `{near}`?"),
        None => String::new(),
    }
}

/// Paths for a reader.
pub(crate) fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| Path::display(path).to_string()).collect::<Vec<_>>().join(", ")
}
