//! Keys in the profile file of the provider's SDKs, an INI file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use cloudimg_core::credentials::AkSk;
use cloudimg_core::{Error, Result};

use super::environment::{Finding, Variables};
use super::federation::{IdToken, TokenSource};
use super::keys::{Keys, Origin};
use super::wrong;

const PATH: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
/// The SDKs read the first or the second of each pair, depending on how they are called.
const SECTIONS: [&str; 4] = ["basic", "basiccredentials", "global", "globalcredentials"];

/// The keys of the file at `path`, or of the one that the environment names, or of the usual one.
pub(super) fn find(variables: &Variables, path: Option<&Path>) -> Result<Finding> {
    let named = path.map(Path::to_owned).or_else(|| variables.get(PATH).map(PathBuf::from));
    let (path, is_named) = match (named, variables.get(HOME)) {
        (Some(path), _) => (path, true),
        (None, Some(home)) => (Path::new(&home).join(".huaweicloud").join("credentials"), false),
        (None, None) => return Ok(Finding::Nothing(format!("neither {PATH} nor {HOME} is set"))),
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => {
            return Ok(Finding::Nothing(format!("there is no file {}", path.display())));
        }
        Err(error) => {
            return Err(wrong(format!("the profile {} cannot be read: {error}", path.display())).with_source(error));
        }
    };
    let sections = parse(&text, &path)?;
    match SECTIONS.iter().find_map(|name| sections.get(*name)) {
        Some(section) => section.finding(&path),
        None => Ok(Finding::Nothing(format!("{} has neither a section [basic] nor [global]", path.display()))),
    }
}

#[derive(Debug, Default)]
struct Section {
    line: usize,
    values: BTreeMap<String, String>,
}

impl Section {
    fn get(&self, key: &str) -> Option<String> {
        self.values.get(key).filter(|value| !value.is_empty()).cloned()
    }

    fn both(&self, path: &Path, first: &str, second: &str) -> Result<Option<(String, String)>> {
        match (self.get(first), self.get(second)) {
            (Some(a), Some(b)) => Ok(Some((a, b))),
            (None, None) => Ok(None),
            (has, _) => {
                let (set, unset) = if has.is_some() { (first, second) } else { (second, first) };
                Err(at(path, self.line, &format!("the section has `{set}` and lacks `{unset}`")))
            }
        }
    }

    fn finding(&self, path: &Path) -> Result<Finding> {
        if let Some((idp, file)) = self.both(path, "idp_id", "id_token_file")? {
            return Ok(Finding::IdToken(IdToken::new(idp, TokenSource::File(file.into())), self.get("iam_endpoint")));
        }
        let Some((access, secret)) = self.both(path, "ak", "sk")? else {
            return Err(at(path, self.line, "the section has no `ak` and `sk`"));
        };
        let mut aksk = AkSk::builder(access, secret);
        if let Some(token) = self.get("security_token") {
            aksk = aksk.security_token(token);
        }
        let aksk = aksk.build().map_err(|error| at(path, self.line, error.message()))?;
        let mut keys = Keys::lasting(aksk, Origin::Profile(path.to_owned()));
        keys.project_id = self.get("project_id");
        keys.domain_id = self.get("domain_id");
        keys.iam_endpoint = self.get("iam_endpoint");
        Ok(Finding::Keys(Box::new(keys)))
    }
}

/// The sections by their names in lower case, with the values of `[DEFAULT]` in each.
///
/// As Python's reader of such files has it: `=` or `:` after a key, comments on lines of their own, quotes belong to the value, `%%` is a percent
/// sign. A lone percent sign stands for itself here, where theirs gives up.
fn parse(text: &str, path: &Path) -> Result<BTreeMap<String, Section>> {
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    let mut current: Option<String> = None;
    for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (index + 1, raw.trim());
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.strip_suffix(']').ok_or_else(|| at(path, number, "the section's name has no closing bracket"))?;
            let name = name.trim().to_lowercase();
            if let Some(before) = sections.get(&name) {
                return Err(at(path, number, &format!("the section [{name}] stands in line {} already", before.line)));
            }
            sections.insert(name.clone(), Section { line: number, ..Section::default() });
            current = Some(name);
            continue;
        }
        let section = current.as_ref().and_then(|name| sections.get_mut(name));
        let section = section.ok_or_else(|| at(path, number, "a value stands before the first section, such as [basic]"))?;
        // The line is not quoted: it may hold a secret.
        let (key, value) =
            line.split_once(['=', ':']).ok_or_else(|| at(path, number, "this is neither `key = value` nor [section]"))?;
        let key = key.trim().to_lowercase();
        if section.values.insert(key.clone(), value.trim().replace("%%", "%")).is_some() {
            return Err(at(path, number, &format!("`{key}` stands in this section already")));
        }
    }
    let common = sections.remove("default").unwrap_or_default().values;
    for section in sections.values_mut() {
        for (key, value) in &common {
            section.values.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(sections)
}

fn at(path: &Path, line: usize, what: &str) -> Error {
    wrong(format!("{}:{line}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BTreeMap<String, Section>> {
        parse(text, Path::new("/home/u/credentials"))
    }

    #[test]
    fn the_file_is_read_as_its_owner_wrote_it() {
        let text = "\u{feff}# mine\r\n[DEFAULT]\nproject_id = p\n\n[Basic]\nAK = a\n ; not this\nsk: \"s%%=;#:\"\nlone = 5%\n[global]\nak=b\n";
        let sections = read(text).unwrap();
        let basic = &sections["basic"];
        assert_eq!(
            [basic.get("ak"), basic.get("sk"), basic.get("project_id"), basic.get("lone")].map(Option::unwrap),
            ["a", "\"s%=;#:\"", "p", "5%"]
        );
        assert_eq!((basic.line, sections["global"].get("ak").as_deref()), (5, Some("b")));
    }

    #[test]
    fn faults_have_a_line_and_show_no_value() {
        for (text, place, part) in [
            ("ak = a\n", ":1: ", "before the first section"),
            ("[basic\n", ":1: ", "closing bracket"),
            ("[basic]\nhidden-word\n", ":2: ", "key = value"),
            ("[basic]\nak = a\nAK = hidden-word\n", ":3: ", "`ak` stands"),
            ("[basic]\n\n[BASIC]\n", ":3: ", "line 1 already"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(&format!("/home/u/credentials{place}")) && error.contains(part), "{text}: {error}");
            assert!(!error.contains("hidden-word"), "{error}");
        }
    }
}
