//! A service, a clock, and the answers of a job.

use std::time::{Duration, SystemTime};

use cloudimg::clock::ManualClock;
use cloudimg::ims::Ims;
use serde_json::{Value, json};

use crate::server::{Reply, Server, ok, status};

/// The longest wait between two looks at a job; limits on calls are longer.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

/// The service at `server`, for the project `p` in `region`.
pub(crate) fn ims_in(server: &Server, clock: &ManualClock, region: &str) -> Ims {
    let builder = Ims::builder().endpoint(server.url()).region(region).project_id("p").token("t");
    builder.clock(clock.clone()).retry(cloudimg::retry::Never).build().unwrap()
}

pub(crate) fn ims(server: &Server, clock: &ManualClock) -> Ims {
    ims_in(server, clock, "eu-de")
}

/// Moves the clock from wait to wait until `work` is done; the waits in seconds.
pub(crate) async fn drive<T>(clock: &ManualClock, work: impl Future<Output = T>) -> (T, Vec<f64>) {
    let mut waits = Vec::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return (done, waits),
            wait = clock.end_next_sleep(|wait| wait <= LONGEST_WAIT) => waits.push(wait.as_secs_f64()),
        }
    }
}

pub(crate) fn text(value: &Value) -> Reply {
    ok(&value.to_string())
}

pub(crate) fn started(id: &str) -> Reply {
    text(&json!({"job_id": id}))
}

pub(crate) fn job(state: &str, entities: Value) -> Reply {
    text(&json!({"job_id": "j", "job_type": "imsCreateImageByInstance", "status": state, "begin_time": "2024-11-06T06:19:43.195Z",
        "end_time": "", "error_code": null, "fail_reason": null, "entities": entities}))
}

pub(crate) fn done(image: &str) -> Reply {
    job("SUCCESS", json!({"image_id": image, "process_percent": 1}))
}

pub(crate) fn running(fraction: f64) -> Reply {
    job("RUNNING", json!({"process_percent": fraction, "current_task": "copy"}))
}

/// A refusal of the service itself.
pub(crate) fn refused(code: &str) -> Reply {
    status(400).body(&json!({"error": {"message": "said by the service", "code": code}}).to_string())
}

/// The gateway's answer for a call that is not offered.
pub(crate) fn unserved() -> Reply {
    status(404).body(&json!({"error_code": "APIGW.0101", "error_msg": "The API does not exist", "request_id": "r"}).to_string())
}

pub(crate) fn images(rows: Value) -> Reply {
    text(&json!({"images": rows}))
}

pub(crate) fn image(id: &str, state: &str) -> Value {
    json!({"id": id, "status": state, "name": id})
}
