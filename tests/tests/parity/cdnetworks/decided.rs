//! Where we do otherwise than the SDK did, and why.

use serde_json::Value;

use super::Call;
use crate::entry::Recorded;

/// A decision: which calls it is about, and the call as ours is.
pub(crate) struct Decision {
    why: &'static str,
    about: fn(&Call) -> bool,
    pub(crate) ours: fn(&Call) -> Call,
}

/// What the service asks to be signed at least, and what both SDKs sign unasked.
const SIGNED: [&str; 2] = ["content-type", "host"];

const DECISIONS: &[Decision] = &[
    Decision {
        why: "a removal has no body: the two SDKs of the vendor sign one differently, and agree where there is none",
        about: |call| call.request.method == "DELETE" && !call.request.body.is_null(),
        ours: |call| with(call, |request| request.body = Value::Null),
    },
    Decision {
        why: "only the list has a query: the service knows no other, and in that of a POST nothing is signed",
        about: |call| call.request.method != "GET" && !call.request.query.is_empty(),
        ours: |call| with(call, |request| request.query.clear()),
    },
    Decision {
        why: "each direction follows its key, and a list has one state: the service tells of no more",
        about: |call| call.request.query.iter().filter(|(name, _)| name == "state").count() > 1,
        ours: |call| {
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let sort = [pair("sortKey", "name"), pair("sortDir", "asc"), pair("sortKey", "size")];
            let state = call.asked("state").map(|state| pair("state", state));
            with(call, |request| request.query = state.into_iter().chain(sort).collect())
        },
    },
    Decision {
        why: "what the service asks to be signed is signed, no more, and the media type is the plain one: the SDKs agree on that alone",
        about: |call| call.signed_headers != SIGNED,
        ours: |call| {
            let plain = |(name, value): (String, String)| {
                let value = if name == "content-type" { "application/json".to_owned() } else { value };
                (name, value)
            };
            let headers = call.headers.iter().cloned().map(plain).collect();
            Call { signed_headers: SIGNED.map(str::to_owned).to_vec(), headers, ..call.clone() }
        },
    },
];

fn with(call: &Call, change: impl FnOnce(&mut Recorded)) -> Call {
    let mut call = call.clone();
    change(&mut call.request);
    call
}

/// The decision about a call, if there is one.
pub(crate) fn of(call: &Call) -> Option<&'static Decision> {
    DECISIONS.iter().find(|decision| (decision.about)(call))
}

pub(crate) fn each_is_of_a_call(calls: &[Call]) {
    for decision in DECISIONS {
        assert!(calls.iter().any(|call| (decision.about)(call)), "about nothing: {}", decision.why);
    }
}
