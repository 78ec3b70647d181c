//! The rows: a method of an SDK, and the call of ours that does the same.

use std::collections::BTreeSet;

use anyhow::Result;
use cloudimg::Cloud;
use futures::future::BoxFuture;

use crate::compare::difference;
use crate::decided::{Expected, expected};
use crate::entry::{Entry, entries};
use crate::scene::Scene;

/// One method of an SDK.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) sdk: &'static str,
    pub(crate) method: &'static str,
    /// The type of its argument, where methods of one name differ by it; empty elsewhere.
    pub(crate) argument: &'static str,
    pub(crate) api: &'static str,
    pub(crate) call: for<'a> fn(&'a Cloud, &'a Entry) -> BoxFuture<'a, Result<()>>,
}

impl Row {
    fn is_of(&self, entry: &Entry) -> bool {
        let sdk = entry.sdk.split(' ').next().unwrap_or_default();
        (self.sdk, self.method, self.api) == (sdk, entry.method_name(), entry.api.as_str()) && entry.takes(self.argument)
    }
}

/// One line a row: the test's name, the SDK, its method (with the type of its argument if that tells methods apart), the API of the
/// document's table, and our call. Each becomes a test.
macro_rules! rows {
    ($( $name:ident: $sdk:ident $method:ident $(($argument:ident))? $api:literal => $call:path; )*) => {
        pub(crate) const ROWS: &[$crate::rows::Row] = &[$(
            $crate::rows::Row {
                name: stringify!($name),
                sdk: stringify!($sdk),
                method: stringify!($method),
                argument: concat!($(stringify!($argument))?),
                api: $api,
                call: |cloud, entry| ::std::boxed::Box::pin($call(cloud, entry)),
            },
        )*];

        $(
            #[tokio::test]
            async fn $name() {
                $crate::rows::check(ROWS, stringify!($name)).await;
            }
        )*
    };
}
pub(crate) use rows;

/// What became of an entry.
pub(crate) enum Outcome {
    Equal,
    /// As this decision says.
    Decided(&'static str),
    Different(String),
    /// A fault that no decision is about, and that is not to be copied.
    Fault,
}

pub(crate) async fn outcome(rows: &[Row], entry: &Entry) -> Outcome {
    let Some(row) = rows.iter().find(|row| row.is_of(entry)) else {
        return Outcome::Different(format!("no row has the method {} with {}", entry.method_name(), entry.api));
    };
    match expected(entry) {
        Err(error) => Outcome::Different(format!("{error:#}")),
        Ok(None) => Outcome::Fault,
        Ok(Some(expected)) if expected.requests.is_empty() && !expected.refused => {
            Outcome::Different("the entry has nothing to be equal to".to_owned())
        }
        Ok(Some(expected)) => {
            for ending in entry.endings() {
                if let Some(difference) = compared(row, entry, &expected, ending).await {
                    return Outcome::Different(format!("{difference} (the address ends in {ending:?})"));
                }
            }
            expected.why.map_or(Outcome::Equal, Outcome::Decided)
        }
    }
}

/// The first difference of our call from what is expected, with an address that ends so.
async fn compared(row: &Row, entry: &Entry, expected: &Expected, ending: &str) -> Option<String> {
    let tells_versions = !entry.variant.contains("no version document");
    let is_missing = expected.is_missing;
    let scene = Scene { tells_versions, is_missing, ..Scene::of(&expected.requests, ending) };
    let (sent, outcome) = scene.played(async |cloud| (row.call)(&cloud, &expected.call).await).await;
    // What is decided holds in all parts.
    let compare = entry.compare.as_deref().filter(|_| expected.why.is_none());
    let difference = difference(&expected.requests, &sent, compare);
    match (difference, outcome) {
        (Some(difference), Err(error)) => Some(format!("{difference}: {error:#}")),
        (Some(difference), Ok(())) => Some(difference),
        (None, Ok(())) if expected.refused => Some("the call was not refused".to_owned()),
        (None, Err(error)) if !expected.refused && !is_missing => Some(format!("the call failed: {error:#}")),
        (None, _) => None,
    }
}

/// Holds our calls against all entries of one row.
pub(crate) async fn check(rows: &[Row], name: &str) {
    let row = rows.iter().find(|row| row.name == name).unwrap();
    let all = entries();
    let of_row: Vec<_> = all.iter().flatten().filter(|entry| row.is_of(entry)).collect();
    assert!(of_row.iter().any(|entry| entry.parity), "nothing was recorded of {} {} {}", row.sdk, row.method, row.api);
    let mut wrong = BTreeSet::new();
    for entry in of_row {
        if let Outcome::Different(difference) = outcome(rows, entry).await {
            wrong.insert(format!("{}: {difference}", entry.name()));
        }
    }
    assert!(wrong.is_empty(), "{} entries differ:\n{}", wrong.len(), wrong.into_iter().collect::<Vec<_>>().join("\n"));
}
