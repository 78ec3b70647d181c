//! Whether an exchange is as the specs say: the operation is there, its status, headers and bodies are documented, and the
//! generated types lose nothing of them.

mod answer;
mod calls;
mod decode;
mod lists;
mod request;
mod route;
mod schema;
#[cfg(test)]
mod wrong;

use std::path::Path;

use xtask::lint::is_success;
use xtask::spec::{Node, Spec};

use crate::recording::Recording;
use calls::Call;
pub(crate) use lists::{outside, taken_all_the_same};
use schema::Schemas;

/// The specs and the clients that are held against recordings.
pub(crate) struct Contract {
    services: [Service; 2],
}

struct Service {
    name: &'static str,
    spec: Spec,
    schemas: Schemas,
    calls: Vec<Call>,
}

/// What a recording is to the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    /// No operation has this path and method.
    Outside,
}

/// An operation of a spec, and where it was found.
struct Operation<'a> {
    service: &'a Service,
    id: &'a str,
    path: &'a str,
    item: &'a Node,
    node: &'a Node,
}

impl Contract {
    pub(crate) fn new() -> Self {
        Self {
            services: [
                Service::new("glance", "glance-v2", calls::glance()),
                Service::new("keystone", "keystone-v3", calls::keystone()),
            ],
        }
    }

    /// The first thing in which an exchange is not what the spec says.
    pub(crate) fn check(&self, recording: &Recording) -> Result<Verdict, String> {
        let service = self.services.iter().find(|service| service.name == recording.service);
        let service = service.ok_or_else(|| format!("there is no service `{}`", recording.service))?;
        let Some(operation) = route::find(service, &recording.request) else { return Ok(Verdict::Outside) };
        let status = recording.response.status.to_string();
        let answer = operation.node.get("responses").and_then(|all| all.get(&status));
        let answer = answer.and_then(|answer| service.spec.resolve(answer));
        let answer = answer.ok_or_else(|| format!("{}: the status {status} is not documented", operation.id))?;
        let checked = || {
            answer::check(service, answer, recording)?;
            if !is_success(&status) {
                return decode::error(&recording.response);
            }
            decode::answer(&operation, &recording.response)?;
            // Last, because what the lists allow is a deviation of the request, and nothing behind it would be looked at.
            if !recording.is_success() {
                return Ok(());
            }
            request::check(&operation, &recording.request)?;
            decode::request(&operation, &recording.request)
        };
        checked().map(|()| Verdict::Holds).map_err(|message: String| format!("{}: {message}", operation.id))
    }
}

impl Service {
    fn new(name: &'static str, file: &str, calls: Vec<Call>) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(format!("{file}.yaml"));
        let spec = Spec::read(&path, file).unwrap_or_else(|problems| panic!("{problems}"));
        Self::of(name, spec, calls)
    }

    fn of(name: &'static str, spec: Spec, calls: Vec<Call>) -> Self {
        Self { name, schemas: Schemas::new(&spec), spec, calls }
    }
}
