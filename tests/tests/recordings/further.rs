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
    /// Ids of what is here as it was there: those in exchanges that came out alike.
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
            self.replay.judge_further(recording, is_ours, stands)
        }));
        let ids = ids(&recording.to_string()).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let outcome = match outcome {
            Ok(None) => Ok(true),
            Ok(Some(difference)) if stands || is_absent_there_only(&parsed, &difference) => Err(difference),
            Err(_) if !is_ours => Err("the replay broke off".to_owned()),
            _ => Ok(false),
        };
        if outcome == Ok(true) {
            // Refusals can be alike whether the thing is there or not.
            self.shown.extend(ids.into_iter().filter(|_| parsed.is_success()));
        } else if parsed.is_success() && parsed.request.method != "GET" {
            // Something was done to these things there and not here.
            self.shown.retain(|id| !ids.contains(id));
        }
        outcome
    }

    /// Whether everything that the exchange stands on was recorded: what it asks for by id, and what it lists.
    fn stands(&self, recording: &Recording) -> bool {
        let known = |text: &str| ids(text).iter().all(|id| self.shown.contains(*id));
        let (path, query) = recording.request.path_and_query();
        let body = &recording.request.body;
        let lists = recording.request.method == "GET" && recording.is_success();
        let listed = !lists || known(&recording.response.body.to_string());
        // Everybody loads definitions of their own.
        let loaded = matches!(path, "/v2/metadefs/namespaces" | "/v2/metadefs/resource_types") && lists;
        // A placeholder that stands for any token.
        let subject = recording.request.header("x-subject-token") == Some("{token}");
        // Who has a role where, trusts whom, and needs two methods.
        let scope = &body["auth"]["scope"];
        let assigned = scope.get("domain").or(scope.get("OS-TRUST:trust")).is_some()
            || path.ends_with("/auth/domains")
            || recording.response.header("openstack-auth-receipt").is_some()
            || recording.request.header("openstack-auth-receipt").is_some();
        known(path) && known(query) && known(&body.to_string()) && listed && !loaded && !subject && !assigned
    }
}

/// What nobody has seen is not there; in other words perhaps, for it may have been another thing that was missing.
fn is_absent_there_only(recording: &Recording, difference: &str) -> bool {
    recording.response.status == 404 && difference.starts_with("status ")
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ABSENT: &str = "/v2/images/0a0b0c0d-0000-4000-8000-000000000000";

    #[tokio::test(flavor = "multi_thread")]
    async fn what_stands_on_what_was_recorded_is_judged() {
        let own = crate::recording::own();
        let take = |name: &str| own.iter().find(|recording| recording["name"] == name).unwrap().clone();
        let renamed = |mut recording: Value, change: fn(&mut Value)| {
            recording["name"] = "by somebody else".into();
            change(&mut recording);
            recording
        };
        let created = renamed(take("create-full"), |_| ());
        let shown = renamed(take("show"), |_| ());
        let steps: [(Value, Result<bool, &str>); 11] = [
            (shown.clone(), Ok(false)),
            (created, Ok(true)),
            (shown.clone(), Ok(true)),
            (renamed(shown.clone(), |r| r["response"]["body"]["name"] = "other".into()), Err(".name")),
            (renamed(shown.clone(), |r| r["response"]["status"] = 201.into()), Err("status 200 instead of 201")),
            (renamed(shown.clone(), |r| r["request"]["path"] = ABSENT.into()), Ok(false)),
            (
                renamed(take("show-absent-accept-json"), |r| {
                    r["request"]["path"] = ABSENT.into();
                    let text = r["response"]["body"]["message"].as_str().unwrap();
                    let known = ids(text)[0];
                    r["response"]["body"]["message"] = text.replace(known, ABSENT.rsplit('/').next().unwrap()).into();
                }),
                Ok(true),
            ),
            (renamed(take("list-page-1"), |_| ()), Ok(false)),
            (renamed(take("list-page-1"), |r| r["response"]["body"] = json!({"images": []})), Err(".first is too much")),
            // Absent as well, but in other words.
            (renamed(take("tag-add"), |r| r["response"]["status"] = 404.into()), Ok(false)),
            (json!({"name": "by somebody else", "request": 1}), Err("no recording")),
        ];
        let further: Vec<Value> = steps.iter().map(|(recording, _)| recording.clone()).collect();
        let mut judge = Further::start(&own, &further).await;
        for (index, (recording, wanted)) in steps.iter().enumerate() {
            match (tokio::task::block_in_place(|| judge.judge(recording)), wanted) {
                (Ok(outcome), Ok(wanted)) if outcome == *wanted => {}
                (Err(error), Err(words)) if error.contains(words) => {}
                (outcome, wanted) => panic!("step {index}: {outcome:?} instead of {wanted:?}"),
            }
        }
    }
}
