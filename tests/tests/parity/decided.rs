//! Where we do otherwise than an SDK did, and why.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::calls::images::ITEM;
use crate::calls::sharing::{MEMBER, MEMBERS, TAG};
use crate::entry::{Entry, Recorded};
use crate::scene::JOB;

/// What is expected of us for an entry.
pub(crate) struct Expected {
    /// The call, from which ours is made.
    pub(crate) call: Entry,
    pub(crate) requests: Vec<Recorded>,
    /// Whether the call must fail before it has sent all: the requests are those before the failure.
    pub(crate) refused: bool,
    /// Whether the service has nothing of what it is asked for.
    pub(crate) is_missing: bool,
    /// What is done otherwise; `None` where nothing is.
    pub(crate) why: Option<&'static str>,
}

impl Expected {
    /// The requests that were recorded.
    fn recorded(entry: &Entry) -> Self {
        let is_missing = entry.parity && entry.was_missing();
        Self { call: entry.clone(), requests: entry.recorded(), refused: false, is_missing, why: None }
    }

    fn other(entry: &Entry, requests: Vec<Recorded>) -> Self {
        Self { requests, ..Self::recorded(entry) }
    }

    /// The recorded call had it been this one.
    fn corrected(entry: &Entry, requests: Vec<Recorded>) -> Self {
        Self { call: entry.with(requests.clone()), ..Self::other(entry, requests) }
    }

    fn refused(call: Entry, before: Vec<Recorded>) -> Self {
        Self { requests: before, refused: true, ..Self::recorded(&call) }
    }
}

/// A decision: which entries it is about, and what is expected of us there.
struct Decision {
    why: &'static str,
    about: fn(&Entry) -> bool,
    expected: fn(&Entry) -> Result<Expected>,
}

/// Right requests that ours are not equal to.
const EXCEPTIONS: &[Decision] = &[
    Decision {
        why: "whom an image is shared with accepts it later: there is no status to give on sharing, and services pass over it",
        about: |e| e.api == "POST /v2/images/{image_id}/members" && body(e).get("status").is_some(),
        expected: |e| Ok(Expected::other(e, vec![Recorded { body: without(body(e), "status"), ..e.call()?.clone() }])),
    },
    Decision {
        why: "the member stands in the path: the body has the status alone",
        about: |e| e.api == "PUT /v2/images/{image_id}/members/{member_id}" && body(e).get("member").is_some(),
        expected: |e| Ok(Expected::other(e, vec![Recorded { body: without(body(e), "member"), ..e.call()?.clone() }])),
    },
    Decision {
        why: "a list of members has no conditions: services pass over them, and the caller would take all for some",
        about: |e| {
            let passed_over = |(name, _): &(String, String)| matches!(name.as_str(), "status" | "limit" | "marker");
            let query = e.request.iter().flat_map(|request| &request.query);
            e.api == "GET /v2/images/{image_id}/members" && query.clone().next().is_some() && query.clone().all(passed_over)
        },
        expected: |e| Ok(Expected::other(e, vec![e.call()?.clone().asking(&[])])),
    },
];

/// Faults of the SDKs, which ours must not have.
const FAULTS: &[Decision] = &[
    Decision {
        why: "an address with the version in it does not get it twice",
        about: |e| path(e).starts_with("/v2/v2/"),
        expected: |e| Ok(Expected::corrected(e, each_path(e, |path| path.replacen("/v2/v2/", "/v2/", 1)))),
    },
    Decision {
        why: "a job is asked for, whatever the service tells of its versions",
        about: |e| e.request.is_none() && e.method_name() == "get_job",
        expected: |e| Ok(Expected::corrected(e, vec![Recorded::new("GET", &format!("/v1/p1/jobs/{JOB}"), Value::Null)])),
    },
    Decision {
        why: "the version stands in the path, whatever the service tells of its versions",
        about: |e| e.variant.contains("no version document"),
        expected: |e| Ok(Expected::corrected(e, each_path(e, versioned))),
    },
    Decision {
        why: "a call of version 1 goes there, whatever version the address has",
        about: |e| e.api.contains(" /v1/") && path(e).starts_with("/v2/"),
        expected: |e| Ok(Expected::corrected(e, each_path(e, |path| path.replacen("/v2/", "/v1/", 1)))),
    },
    Decision {
        why: "an image of a server can have those of its disks along",
        about: |e| e.request.is_none() && e.says("dataImages and instanceId together"),
        expected: |e| {
            let disk = json!({"name": "d1", "volume_id": "c5dfbd0c-bf0a-4798-a453-61dc6b54aa30"});
            let body = json!({"name": "web-base", "instance_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a", "data_images": [disk]});
            Ok(Expected::corrected(e, vec![Recorded::new("POST", "/v2/cloudimages/action", body)]))
        },
    },
    Decision {
        why: "no condition is lost, and booleans are lower case",
        about: |e| e.method_name() == "cloudimages" && e.says("flavor_id="),
        expected: |e| {
            let call = e.call()?.clone().asking(&[("protected", "true"), ("flavor_id", "s3.small.1")]);
            Ok(Expected::corrected(e, vec![call]))
        },
    },
    Decision {
        why: "what only the service sets is refused before anything is sent",
        about: |e| e.api == format!("PATCH {ITEM}") && pointers(e).any(|pointer| pointer == "/checksum"),
        expected: |e| Ok(Expected::refused(e.clone(), Vec::new())),
    },
    Decision {
        why: "names in JSON pointers are escaped",
        about: |e| e.api == format!("PATCH {ITEM}") && pointers(e).any(|pointer| pointer != escaped(pointer)),
        expected: |e| {
            let mut body = body(e).clone();
            for change in body.as_array_mut().context("the body is no list of changes")? {
                change["path"] = change["path"].as_str().map(escaped).into();
            }
            Ok(Expected::corrected(e, vec![Recorded { body, ..e.call()?.clone() }]))
        },
    },
    Decision {
        why: "a name is no condition of the service",
        about: |e| e.request.is_none() && e.api == "POST /v2/images",
        expected: |e| {
            let body = json!({"container_format": "bare", "disk_format": "raw"});
            Ok(Expected::corrected(e, vec![Recorded::new("POST", "/v2/images", body)]))
        },
    },
    Decision {
        why: "a tag with a slash, which no path can hold, is refused before it would name something else",
        about: |e| e.api.ends_with(TAG) && e.request.as_ref().is_some_and(|r| r.segments().len() > 6),
        expected: |e| {
            let call = e.call()?;
            let segments = call.segments();
            let path = format!("{}/{}", segments[..5].join("/"), segments[5..].join("%2F").replace(' ', "%20"));
            Ok(Expected::refused(e.with(vec![Recorded { path, ..call.clone() }]), Vec::new()))
        },
    },
    Decision {
        why: "no data are sent where there are none",
        about: |e| e.method_name() == "upload_image" && e.recorded().get(1).is_some_and(|put| put.body.is_null()),
        expected: |e| Ok(Expected::refused(e.clone(), e.recorded().into_iter().take(1).collect())),
    },
    Decision {
        why: "names go out as the caller wrote them, and none is lost",
        about: |e| e.method_name() == "upload_image" && e.says("my_prop"),
        expected: |e| {
            let mut requests = e.recorded();
            let create = requests.first_mut().and_then(|create| create.body.as_object_mut()).context("no record")?;
            for (theirs, callers) in
                [("hypervisor-type", "hypervisor_type"), ("__os_type", "os_type"), ("__os_version", "os_version")]
            {
                if let Some(value) = create.remove(theirs) {
                    create.insert(callers.to_owned(), value);
                }
            }
            create.insert("my_prop".to_owned(), "v".into());
            Ok(Expected::corrected(e, requests))
        },
    },
    Decision {
        why: "a name is looked for by the service, among hidden images too, and is not tried as an id",
        about: |e| e.method_name() == "find_image" && e.recorded().len() > 1,
        expected: |e| {
            let [name] = e.call()?.values(ITEM)?;
            let among = |hidden| Recorded::new("GET", "/v2/images", Value::Null).asking(&[("name", &name), ("os_hidden", hidden)]);
            Ok(Expected { is_missing: e.variant == "nothing found", ..Expected::other(e, vec![among("false"), among("true")]) })
        },
    },
    Decision {
        why: "each page is asked for with the caller's own conditions",
        about: |e| e.method_name() == "images" && e.recorded().len() > 1,
        expected: |e| {
            let first = e.call()?.clone();
            let next = e.recorded().into_iter().skip(1).map(|page| {
                let mut query = first.query.clone();
                query.extend(page.query.into_iter().filter(|(name, _)| name == "marker"));
                Recorded { query, ..first.clone() }
            });
            let requests: Vec<_> = std::iter::once(first.clone()).chain(next).collect();
            Ok(Expected::other(e, requests))
        },
    },
    Decision {
        why: "booleans are lower case",
        about: |e| e.request.as_ref().is_some_and(|r| r.query.iter().any(|(_, value)| is_python(value))),
        expected: |e| {
            let mut call = e.call()?.clone();
            call.query.iter_mut().filter(|(_, value)| is_python(value)).for_each(|(_, value)| value.make_ascii_lowercase());
            Ok(Expected::other(e, vec![call]))
        },
    },
    Decision {
        why: "one list tells who is no member",
        about: |e| e.method_name() == "find_member" && e.recorded().len() > 1,
        expected: |e| {
            let [id, _] = e.call()?.values(MEMBER)?;
            let list = Recorded::new("GET", &MEMBERS.replace("{image_id}", &id), Value::Null);
            Ok(Expected { is_missing: true, ..Expected::other(e, vec![e.call()?.clone(), list]) })
        },
    },
];

/// What is expected of us for `entry`; `None` for a fault that no decision is about.
pub(crate) fn expected(entry: &Entry) -> Result<Option<Expected>> {
    let decisions = if entry.parity { EXCEPTIONS } else { FAULTS };
    if let Some(decision) = decisions.iter().find(|decision| (decision.about)(entry)) {
        return Ok(Some(Expected { why: Some(decision.why), ..(decision.expected)(entry)? }));
    }
    // Told as requests instead of in words.
    let ours: Option<Vec<Recorded>> = match &entry.ours {
        Some(one @ Value::Object(_)) => Some(vec![serde_json::from_value(one.clone())?]),
        Some(all @ Value::Array(_)) => Some(serde_json::from_value(all.clone())?),
        _ => None,
    };
    Ok(match ours {
        Some(requests) => Some(Expected { why: Some("the entry says so"), ..Expected::other(entry, requests) }),
        None if entry.parity => Some(Expected::recorded(entry)),
        None => None,
    })
}

fn path(entry: &Entry) -> &str {
    entry.request.as_ref().map_or("", |request| &request.path)
}

fn body(entry: &Entry) -> &Value {
    entry.request.as_ref().map_or(&Value::Null, |request| &request.body)
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().map(|members| members.remove(name));
    body
}

/// Where the changes go.
fn pointers(entry: &Entry) -> impl Iterator<Item = &str> {
    body(entry).as_array().into_iter().flatten().filter_map(|change| change["path"].as_str())
}

/// The pointer to a top-level member, had its name been escaped.
fn escaped(pointer: &str) -> String {
    let name = pointer.strip_prefix('/').unwrap_or(pointer).replace("~1", "/").replace("~0", "~");
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn each_path(entry: &Entry, path: impl Fn(&str) -> String) -> Vec<Recorded> {
    entry.recorded().into_iter().map(|request| Recorded { path: path(&request.path), ..request }).collect()
}

/// The path with a version.
fn versioned(path: &str) -> String {
    let is_versioned = ["/v1/", "/v2/"].iter().any(|version| path.starts_with(version));
    if is_versioned { path.to_owned() } else { format!("/v2{path}") }
}

fn is_python(value: &str) -> bool {
    matches!(value, "True" | "False")
}
