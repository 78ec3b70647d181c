//! A service, a clock, and answers.

use std::time::{Duration, SystemTime};

use cloudimg::Timeouts;
use cloudimg::clock::ManualClock;
use cloudimg::credentials::CncAkSk;
use cloudimg::vmp::{Vmp, VmpBuilder};
use serde_json::{Value, json};

use crate::server::{Reply, Server, ok, status};

/// The time that an error's body is given, which is no wait for anything.
const BODY_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045))
}

/// The service at `server`, which keeps to the pace of CDNetworks and no other limit on time.
pub(crate) fn builder(server: &Server, clock: &ManualClock) -> VmpBuilder {
    let timeouts = Timeouts::default().with_head(None).with_idle(None).with_total(None);
    let keys = CncAkSk::new("access", "secret").unwrap();
    Vmp::builder().keys(keys).endpoint(server.url()).clock(clock.clone()).timeouts(timeouts).retry(cloudimg::retry::Never)
}

/// The service without a limit on calls.
pub(crate) fn vmp(server: &Server, clock: &ManualClock) -> Vmp {
    builder(server, clock).pace(None).build().unwrap()
}

/// Moves the clock from wait to wait until `work` is done; the waits in seconds.
pub(crate) async fn drive<T>(clock: &ManualClock, work: impl Future<Output = T>) -> (T, Vec<f64>) {
    let mut waits = Vec::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return (done, waits),
            wait = clock.end_next_sleep(|wait| wait != BODY_PATIENCE) => waits.push(wait.as_secs_f64()),
        }
    }
}

pub(crate) fn text(value: &Value) -> Reply {
    ok(&value.to_string())
}

pub(crate) fn image(id: &str, state: &str) -> Value {
    json!({"id": id, "name": id, "type": "CUSTOM", "createdAt": "2026-01-02 11:04:05", "size": "10", "state": state})
}

pub(crate) fn images(rows: &[Value]) -> Reply {
    text(&json!({"images": rows}))
}

pub(crate) fn in_state(state: &str) -> Reply {
    images(&[image("i", state)])
}

/// The nodes and their states, as newer versions tell them.
pub(crate) fn nodes(states: &[(&str, &str)]) -> Reply {
    text(&json!({"code": "0", "message": "", "data": node_list(states)}))
}

pub(crate) fn node_list(states: &[(&str, &str)]) -> Value {
    let list: Vec<_> = states.iter().map(|(name, state)| json!({"nodeName": name, "state": state})).collect();
    json!({"preHeatingInfo": list})
}

pub(crate) fn refused(code: u16, word: &str) -> Reply {
    status(code).body(&json!({"code": word, "message": "said by the service"}).to_string())
}
