//! Changes of a record by JSON patch: what the caller wants, and what is to be sent for it, given what is known of the record.

#[cfg(test)]
mod tests;
mod values;

use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use values::{same, shown};

/// How often a patch is sent at most, where others change the same record meanwhile.
pub(crate) const MOST_TRIES: usize = 4;

/// The members of a record that are there; null is nothing.
pub(crate) type Record = Map<String, Value>;

/// What a record consists of, by its JSON.
pub(crate) fn record(json: serde_json::Result<Value>) -> Result<Record> {
    match json {
        Ok(Value::Object(members)) => Ok(members.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        Ok(_) => Err(Error::new(ErrorKind::Decode, "the record is no object")),
        Err(error) => Err(Error::new(ErrorKind::Decode, error.to_string())),
    }
}

/// What is to be sent of one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Add,
    Replace,
    Remove,
}

/// One operation of a patch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) verb: Verb,
    pub(crate) path: String,
    pub(crate) value: Option<Value>,
}

/// What becomes of one member.
#[derive(Clone, Debug, PartialEq)]
enum Aim {
    /// Every record has it: another value, or null.
    Field(Value),
    /// This value, whether it is there or not.
    Put(Value),
    /// This value, if it is there.
    Replace(Value),
    /// Nothing, whether it is there or not.
    Remove,
}

impl Aim {
    /// What the record has afterwards.
    fn outcome(&self) -> Option<&Value> {
        match self {
            Self::Field(value) | Self::Put(value) | Self::Replace(value) => Some(value).filter(|value| !value.is_null()),
            Self::Remove => None,
        }
    }
}

/// One change that a caller wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) name: String,
    aim: Aim,
    /// What the member was when the caller decided to change it, if that is the condition: `None` within is "not there".
    before: Option<Option<Value>>,
}

impl Change {
    fn new(name: &str, aim: Aim) -> Self {
        Self { name: name.to_owned(), aim, before: None }
    }

    pub(crate) fn field(name: &str, value: impl Into<Value>) -> Self {
        Self::new(name, Aim::Field(value.into()))
    }

    pub(crate) fn put(name: &str, value: impl Into<Value>) -> Self {
        Self::new(name, Aim::Put(value.into()))
    }

    pub(crate) fn replace(name: &str, value: impl Into<Value>) -> Self {
        Self::new(name, Aim::Replace(value.into()))
    }

    pub(crate) fn remove(name: &str) -> Self {
        Self::new(name, Aim::Remove)
    }

    /// Only where the member is still what it was.
    fn if_still(mut self, before: Option<&Value>) -> Self {
        self.before = Some(before.cloned());
        self
    }

    /// The value that the member is to have; `None` for none.
    pub(crate) fn value(&self) -> Option<&Value> {
        self.aim.outcome()
    }

    pub(crate) fn removes(&self) -> bool {
        self.aim == Aim::Remove
    }
}

/// Why a change cannot be made to the record as it is.
#[derive(Debug, PartialEq)]
pub(crate) enum Unmet {
    /// What is to be replaced is not there.
    Absent(String),
    /// Somebody else changed the member: its name, what it was and what it is.
    Changed(String, Option<Value>, Option<Value>),
}

impl Unmet {
    /// The error for it; the service's own refusal where there is one and it says the same.
    pub(crate) fn into_error(self, refusal: Option<Error>) -> Error {
        let what = match (self, refusal) {
            (Self::Absent(_), Some(refusal)) => return refusal,
            (Self::Absent(name), None) => format!("`{name}` is not there and cannot be replaced"),
            (Self::Changed(name, was, is), _) => format!(
                "`{name}` was {} and is {} now: somebody else changed it, so nothing was changed; read the image again, or overwrite",
                shown(was.as_ref()),
                shown(is.as_ref())
            ),
        };
        Error::new(ErrorKind::Conflict, what).with_operation("update_image")
    }
}

/// The changes that a caller wants, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes(Vec<Change>);

impl Changes {
    pub(crate) fn push(&mut self, change: Change) {
        self.0.push(change);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }

    /// What makes `after` of `before`, each change on the condition that the member still is as it was there: for each member that differs,
    /// `change` says how it becomes what it is in `after`, or that it is left alone.
    pub(crate) fn between(before: &Record, after: &Record, change: impl Fn(&str, Option<&Value>) -> Option<Change>) -> Self {
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        let names = after.keys().chain(gone);
        let differ = names.filter(|name| !same(before.get(*name), after.get(*name)));
        Self(differ.filter_map(|name| Some(change(name, after.get(name))?.if_still(before.get(name)))).collect())
    }

    /// The same changes without conditions.
    pub(crate) fn overwriting(&mut self) {
        for change in &mut self.0 {
            change.before = None;
        }
    }

    /// Whether the record must be read before anything is sent.
    pub(crate) fn are_conditional(&self) -> bool {
        self.0.iter().any(|change| change.before.is_some())
    }

    /// What is to be sent, if the record is `now`; without it, in good faith. `put` sets what may or may not be there, where that is not known.
    pub(crate) fn steps(&self, now: Option<&Record>, put: Verb) -> std::result::Result<Vec<Step>, Unmet> {
        let mut now = now.cloned();
        let mut steps = Vec::new();
        for change in &self.0 {
            let wanted = change.value();
            if let Some(now) = &mut now {
                let is = now.get(&change.name);
                match &change.before {
                    // Made already, by whomever.
                    Some(_) if same(is, wanted) => continue,
                    Some(was) if !same(is, was.as_ref()) => {
                        return Err(Unmet::Changed(change.name.clone(), was.clone(), is.cloned()));
                    }
                    _ => {}
                }
                match (&change.aim, is) {
                    (Aim::Remove, None) => continue,
                    (Aim::Replace(_), None) => return Err(Unmet::Absent(change.name.clone())),
                    _ => {}
                }
            }
            let verb = match &change.aim {
                Aim::Remove => Verb::Remove,
                Aim::Field(_) | Aim::Replace(_) => Verb::Replace,
                // Where it matters what was there, the service is to refuse if that changes once more.
                Aim::Put(_) if put == Verb::Replace || change.before.is_some() => match &now {
                    Some(now) if now.contains_key(&change.name) => Verb::Replace,
                    Some(_) => Verb::Add,
                    None => put,
                },
                Aim::Put(_) => put,
            };
            let value = match &change.aim {
                Aim::Field(value) | Aim::Put(value) | Aim::Replace(value) => Some(value.clone()),
                Aim::Remove => None,
            };
            if let Some(now) = &mut now {
                match wanted {
                    Some(value) => drop(now.insert(change.name.clone(), value.clone())),
                    None => drop(now.remove(&change.name)),
                }
            }
            steps.push(Step { verb, path: pointer(&change.name), value });
        }
        Ok(steps)
    }
}

/// The JSON pointer to a top-level member (RFC 6901).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
