//! Recordings of other people: what happened before and between them is not known.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use serde_json::Value;

use crate::recording::Recording;
use crate::replay::{Replay, START, ids};

/// A replay of such a file.
pub(crate) struct Further {
    replay: Replay,
    /// Ids that requests and answers have shown so far.
    shown: HashSet<String>,
    /// What recordings of ours ask, by their names: the steps between those are known.
    ours: BTreeMap<String, String>,
}

impl Further {
    pub(crate) async fn start(own: &[Value], further: &[Value]) -> Self {
        let start = further.iter().find_map(|recording| times(&recording["response"]["body"]).into_iter().next());
        let start = start.unwrap_or_else(|| START.parse().unwrap());
        let ours = own.iter().map(|recording| (text(&recording["name"]), question(recording))).collect();
        Self { replay: Replay::start(start).await, shown: HashSet::new(), ours }
    }

    /// Whether a recording could be judged; an error if it could and is answered otherwise.
    pub(crate) fn judge(&mut self, recording: &Value) -> Result<bool, String> {
        let parsed = Recording::read(recording)?;
        let stands = self.stands(&parsed);
        let is_ours = self.ours.get(&parsed.name).is_some_and(|ours| *ours == question(recording));
        // The steps before a recording of ours can fail where the file leaves out what they build on.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            times(&recording["response"]["body"]).into_iter().for_each(|time| self.replay.move_on_to(time));
            self.replay.judge_further(recording, is_ours)
        }));
        self.shown.extend(ids(&recording.to_string()).into_iter().map(str::to_owned));
        match outcome {
            Ok(None) => Ok(true),
            Ok(Some(difference)) if stands => Err(difference),
            Ok(Some(_)) => Ok(false),
            Err(_) if is_ours => Ok(false),
            Err(_) => Err("the replay broke off".to_owned()),
        }
    }

    /// Whether everything that the exchange stands on was recorded: things asked for by id, unless they are not there, and
    /// things listed.
    fn stands(&self, recording: &Recording) -> bool {
        let known = |text: &str| ids(text).iter().all(|id| self.shown.contains(*id));
        let (path, query) = recording.request.path_and_query();
        let found = recording.response.status != 404;
        let lists = recording.request.method == "GET" && recording.is_success();
        let asked = !found || known(path) && known(query) && known(&recording.request.body.to_string());
        let listed = !lists || known(&recording.response.body.to_string());
        // A placeholder that stands for any token.
        let subject = recording.request.header("x-subject-token") == Some("{token}");
        asked && listed && !subject
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Method and path, ids apart.
fn question(recording: &Value) -> String {
    let path = text(&recording["request"]["path"]);
    let path = ids(&path).into_iter().fold(path.clone(), |path, id| path.replace(id, "ID"));
    format!("{} {path}", text(&recording["request"]["method"]))
}

/// When things were made and changed, by an answer: the clock follows, so that conditions on times mean the same.
fn times(value: &Value) -> Vec<Timestamp> {
    match value {
        Value::Array(items) => items.iter().flat_map(times).collect(),
        Value::Object(map) => {
            let of = |(key, value): (&String, &Value)| match value {
                Value::String(text) if ["issued_at", "created_at", "updated_at"].contains(&key.as_str()) => {
                    text.parse().into_iter().collect()
                }
                other => times(other),
            };
            map.iter().flat_map(of).collect()
        }
        _ => Vec::new(),
    }
}
