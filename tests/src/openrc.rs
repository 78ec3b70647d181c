//! Settings from files of shell variables, as every cloud hands them out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use cloudimg::Settings;

/// The settings that an openrc file means.
pub(crate) fn settings(path: &Path) -> Result<Settings> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Settings::from_variables(variables(&text)).with_context(|| format!("in {}", path.display()))
}

/// The assignments of a file; anything else that a shell could do in one is passed over.
fn variables(text: &str) -> BTreeMap<String, String> {
    let assignments = text.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("export ").unwrap_or(line).split_once('=')
    });
    assignments.map(|(name, value)| (name.trim().to_owned(), unquoted(value.trim()).to_owned())).collect()
}

fn unquoted(value: &str) -> &str {
    ['\'', '"'].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_the_word_export_are_optional() {
        let read = variables("# a cloud\nexport A='one two'\nB=\"x=y\"\n C=plain\nunset D\n");
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, [("A", "one two"), ("B", "x=y"), ("C", "plain")]);
    }
}
