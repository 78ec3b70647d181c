//! Recordings of other people: their images keep their ids, their times lead the clock, and work is waited for.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::{DOOMED, EXCEPTIONS, Replay, STEP};

impl Replay {
    /// The first difference, of a recording of other people; `is_ours` if it is one of ours made once more. Unless the
    /// recording `stands` on what is here, a difference teaches no ids.
    pub(crate) fn judge_further(&mut self, recording: &Value, is_ours: bool, stands: bool) -> Option<String> {
        let names = self.names.clone();
        if is_ours {
            self.prepare(recording);
        } else if let Some(member) = recording["request"]["body"]["member"].as_str() {
            // The only project that there is to share with.
            let other = self.sandbox.project_id("other").unwrap().to_owned();
            if self.names.is_free(member, &other) {
                self.names.bind(member, &other);
            }
        }
        let difference = match with_own_subject(recording).filter(|_| !is_ours) {
            Some(changed) => {
                if recording["request"]["method"] == "DELETE" && recording["response"]["status"] == 204 {
                    self.doomed = self.sign_in("demo", Some("demo"));
                }
                self.ask(&changed)?
            }
            None => self.ask_until_done(&with_own_id(recording))?,
        };
        if !stands {
            self.names = names;
        }
        let excepted = is_ours && EXCEPTIONS.iter().any(|(name, _)| recording["name"] == *name);
        (!excepted).then_some(difference)
    }

    /// Asks again while work may be under way: how much of it was done when the answer was recorded, nobody knows.
    fn ask_until_done(&mut self, recording: &Value) -> Option<String> {
        let may_change = recording["request"]["method"] == "GET" && self.works;
        for _ in 0..if may_change { 40 } else { 0 } {
            let names = self.names.clone();
            self.ask(recording)?;
            self.names = names;
            self.sandbox.clock().advance(STEP);
            // A task needs a moment to do its work.
            std::thread::sleep(Duration::from_millis(10));
        }
        let path = recording["request"]["path"].as_str().unwrap();
        self.works |=
            recording["request"]["method"] == "POST" && ["/import", "/locations", "/tasks"].iter().any(|end| path.ends_with(end));
        self.ask(recording)
    }

    /// Moves the clock forward.
    pub(crate) fn move_on_to(&self, time: Timestamp) {
        let clock = self.sandbox.clock();
        if let Ok(left) = time.duration_since(clock.now()).try_into() {
            clock.advance(left);
        }
    }
}

/// Which token is looked at or revoked is not recorded: neither that of the caller, nor, where it is not found, a good one.
fn with_own_subject(recording: &Value) -> Option<Value> {
    let is_revoked = recording["request"]["method"] == "DELETE" || recording["response"]["status"] == 404;
    let mut changed = recording.clone();
    let subject = changed["request"]["headers"].get_mut("X-Subject-Token").filter(|subject| is_revoked && *subject == "{token}")?;
    *subject = format!("{{token:{DOOMED}}}").into();
    Some(changed)
}

/// A new image gets the id that it got there: among images of one second, lists go by it.
fn with_own_id(recording: &Value) -> Value {
    let mut recording = recording.clone();
    let id = recording["response"]["body"]["id"].clone();
    let creates = recording["request"]["path"] == "/v2/images" && recording["response"]["status"] == 201;
    if let Some(body) = recording["request"]["body"].as_object_mut().filter(|_| creates) {
        body.insert("id".to_owned(), id);
    }
    recording
}
