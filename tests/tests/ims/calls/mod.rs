//! Every way in which the clients make a call that was published.

use cloudimg_core::{Error, Session};
use cloudimg_tests::differ;
use progenitor_client::ResponseValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use {cloudimg_glance_v2 as glance, cloudimg_ims_v1 as v1, cloudimg_ims_v2 as v2};

use crate::sample::Request;

/// A call that was made.
pub(crate) struct Made {
    /// The crate and the method.
    pub(crate) call: String,
    /// The path that it must have had.
    pub(crate) path: String,
    /// The answer, decoded and encoded again; null if there is none.
    pub(crate) answer: Result<Value, Error>,
}

/// A call of a client, by its method and setters or as it was built, sent and noted.
macro_rules! made {
    ($made:ident, $path:expr, $crate_name:ident.$id:ident $( .$setter:ident($value:expr) )*) => {
        made!($made, $path, $crate_name.$id, $crate_name.$id() $( .$setter($value) )*)
    };
    ($made:ident, $path:expr, $crate_name:ident.$id:ident, $call:expr) => {
        $made.push(Made {
            call: concat!(stringify!($crate_name), ".", stringify!($id)).to_owned(),
            path: $path,
            answer: answer($call.send().await),
        })
    };
}

/// Sends the body by each method whose type keeps all of it, and raw; one form of a body is meant.
macro_rules! by_branch {
    ($made:ident, $path:expr, $request:ident, $client:ident.$raw:ident, [$( $id:ident $body:ty ),*]) => {{
        let raw: Map<String, Value> = $request.decoded()?;
        made!($made, $path, $client.$raw.body(raw));
        let before = $made.len();
        $( if let Some(body) = whole::<$body>($request) {
            made!($made, $path, $client.$id.body(body));
        } )*
        if $made.len() != before + 1 {
            return Err(format!("{} forms of the body fit", $made.len() - before));
        }
    }};
}

// After the macros, which are in scope from where they stand.
mod native;
mod version_1;
mod version_2;

/// Makes the calls of all clients that have the operation.
pub(crate) async fn all(operation: &str, request: &Request, url: &str, session: &Session) -> Result<Vec<Made>, String> {
    let mut made = Vec::new();
    version_1::all(operation, request, &v1::Client::new(url, session.clone()), &mut made).await?;
    version_2::all(operation, request, &v2::Client::new(url, session.clone()), &mut made).await?;
    native::differing(operation, request, &v2::Client::new(url, session.clone()), &mut made).await?;
    native::upstream(operation, request, &glance::Client::new(url, session.clone()), &mut made).await?;
    Ok(made)
}

/// The body as this type, if it keeps all of it.
fn whole<T: DeserializeOwned + Serialize>(request: &Request) -> Option<T> {
    let body: T = request.decoded().ok()?;
    let again = serde_json::to_value(&body).ok()?;
    differ("", &request.body, &again).is_none().then_some(body)
}

fn answer<T: Serialize>(answer: Result<ResponseValue<T>, progenitor_client::Error<()>>) -> Result<Value, Error> {
    let answer = answer?.into_inner();
    Ok(serde_json::to_value(answer).unwrap())
}
