//! What of an image's record its copy gets.

mod draft;
mod pattern;
#[cfg(test)]
mod tests;

use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::{Value, to_value};

use crate::glance::types::Image;
use crate::glance::{is_image_field, is_settable, text_as_field, why_not_settable};
use crate::patches::{Record, record};
pub(super) use draft::Draft;
use pattern::Pattern;

/// Under which names a copy can tell whence it came.
const SOURCE_ID: &str = "cloudimg_source_id";
const SOURCE_ENDPOINT: &str = "cloudimg_source_endpoint";

/// What of an image's record its copy gets.
///
/// By default that is everything the caller of a service can set: name, formats, `min_disk`, `min_ram`, tags, `os_hidden`,
/// `protected` (set once the data are there and verified) and all properties. What the service alone sets never goes along: id,
/// status, hashes, sizes, times, stores, locations, notes on imports (`os_glance...`); nor does the owner. One property is left
/// behind as well, `cinder_encryption_key_deletion_policy`: it would let the deletion of the copy delete the key that the source
/// needs.
///
/// The visibility is `private` where the source's is, and else `shared`, the service's own default: a copy is shown to others only
/// if [`with_visibility`](Self::with_visibility) says so. What the service does not allow is refused, never changed.
///
/// Rules are applied in the order in which they are said, each to what those before it left. A name stands for a field such as
/// `tags` or for a property; a name with a star, which is any number of characters, for properties only.
///
/// ```
/// use cloudimg::copy::CopyRules;
///
/// let rules = CopyRules::new()
///     .without("owner_specified.*")
///     .rename("acme_*", "example_*")
///     .set("os_distro", "debian")
///     .set("min_disk", "20")
///     .with_provenance();
/// # let _ = rules;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CopyRules {
    steps: Vec<Step>,
    provenance: bool,
    pub(super) lenient: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Without(Pattern),
    Only(Vec<Pattern>),
    Rename(Pattern, Pattern),
    Set(String, Value),
    SourceVisibility,
}

impl CopyRules {
    /// What goes along by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without this field or property, or those that the pattern fits.
    pub fn without(self, pattern: impl Into<String>) -> Self {
        self.with(Step::Without(Pattern::new(pattern)))
    }

    /// Of the properties only these, or those that the patterns fit; fields stay.
    pub fn only<T: Into<String>>(self, patterns: impl IntoIterator<Item = T>) -> Self {
        self.with(Step::Only(patterns.into_iter().map(Pattern::new).collect()))
    }

    /// What is called `from` is to be called `to`; where both have a star, what it stands for stays. What is not there is not
    /// renamed.
    pub fn rename(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.with(Step::Rename(Pattern::new(from), Pattern::new(to)))
    }

    /// A property of this value, or a field: numbers and flags are written as texts (`20`, `true`).
    pub fn set(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(Step::Set(name.into(), Value::String(value.into())))
    }

    /// Another name.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        self.set("name", name)
    }

    /// These tags and no others.
    pub fn with_tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        let tags = tags.into_iter().map(|tag| Value::String(tag.into())).collect();
        self.with(Step::Set("tags".to_owned(), Value::Array(tags)))
    }

    /// This visibility. `public` needs a right that only operators have by default, and is refused to others.
    pub fn with_visibility(self, visibility: impl Into<crate::glance::ImageVisibility>) -> Self {
        self.set("visibility", visibility.into().as_str())
    }

    /// The visibility of the source, whatever it is. Whom a shared image is shared with does not go along.
    pub fn with_source_visibility(self) -> Self {
        self.with(Step::SourceVisibility)
    }

    /// The copy tells whence it came: `cloudimg_source_id` is the id of the source, `cloudimg_source_endpoint` the address of its
    /// service.
    pub fn with_provenance(mut self) -> Self {
        self.provenance = true;
        self
    }

    /// Properties and tags that a target refuses (403, 413: protected by its operator, or more than its quota) are left out, and
    /// [`Arrived::left_out`](super::Arrived::left_out) tells which. By default they fail the copy, naming the first.
    pub fn leaving_out_refused(mut self) -> Self {
        self.lenient = true;
        self
    }

    pub(super) fn tells_provenance(&self) -> bool {
        self.provenance
    }

    fn with(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// That the rules can be understood, whatever image they are applied to.
    pub(super) fn check(&self) -> Result<()> {
        for step in &self.steps {
            match step {
                Step::Without(pattern) => one_star(pattern)?,
                Step::Only(patterns) => patterns.iter().try_for_each(one_star)?,
                Step::Rename(from, to) => {
                    one_star(from)?;
                    if from.stars() != to.stars() {
                        return Err(unusable(format!("`{from}` cannot be renamed to `{to}`: both have a star, or neither")));
                    }
                }
                Step::Set(name, value) => drop(settable(name, value.clone())?),
                Step::SourceVisibility => {}
            }
        }
        Ok(())
    }

    /// What the copy of `source`, which is at `endpoint`, is to be.
    pub(super) fn draft(&self, source: &Image, endpoint: &str) -> Result<Draft> {
        let mut members: Record = record(to_value(source))?.into_iter().filter(|(name, _)| is_carried(name)).collect();
        if source.visibility.as_str() != "private" {
            // The service's default, and known to services that know no other word for it.
            members.remove("visibility");
        }
        for step in &self.steps {
            match step {
                Step::Without(pattern) => members.retain(|name, _| found(pattern, name).is_none()),
                Step::Only(patterns) => {
                    members.retain(|name, _| is_image_field(name) || patterns.iter().any(|pattern| pattern.matches(name).is_some()))
                }
                Step::Rename(from, to) => rename(&mut members, from, to)?,
                Step::Set(name, value) => drop(members.insert(name.clone(), settable(name, value.clone())?)),
                Step::SourceVisibility => {
                    members.insert("visibility".to_owned(), source.visibility.as_str().into());
                }
            }
        }
        if self.provenance {
            members.insert(SOURCE_ID.to_owned(), source.id.as_str().into());
            members.insert(SOURCE_ENDPOINT.to_owned(), endpoint.into());
        }
        Ok(Draft::new(members))
    }
}

fn is_carried(name: &str) -> bool {
    is_settable(name) && !["owner", "cinder_encryption_key_deletion_policy"].contains(&name)
}

/// What the star stands for, where a name is meant by the pattern.
fn found<'a>(pattern: &Pattern, name: &'a str) -> Option<&'a str> {
    if pattern.stars() > 0 && is_image_field(name) { None } else { pattern.matches(name) }
}

fn rename(members: &mut Record, from: &Pattern, to: &Pattern) -> Result<()> {
    let names: Vec<String> = members.keys().filter(|name| found(from, name).is_some()).cloned().collect();
    let moved: Vec<(String, String, Value)> = names
        .into_iter()
        .filter_map(|name| {
            let to = to.filled(found(from, &name)?);
            let value = members.remove(&name)?;
            Some((name, to, value))
        })
        .collect();
    for (name, to, value) in moved {
        let value = settable(&to, value)?;
        if members.insert(to.clone(), value).is_some() {
            return Err(unusable(format!("`{name}` cannot be renamed to `{to}`, which is there already")));
        }
    }
    Ok(())
}

/// The value as the service takes it under this name.
fn settable(name: &str, value: Value) -> Result<Value> {
    let value = text_as_field(name, value);
    match why_not_settable(name, &value) {
        Some(why) => Err(unusable(why)),
        None => Ok(value),
    }
}

fn one_star(pattern: &Pattern) -> Result<()> {
    if pattern.stars() < 2 { Ok(()) } else { Err(unusable(format!("the pattern `{pattern}` has more than one star"))) }
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("{what}; nothing was sent")).with_operation(super::OPERATION)
}
