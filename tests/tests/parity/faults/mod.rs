//! Faults of the older SDKs, each with a test that we do not have it.

mod addresses;
mod arguments;
mod lists;
mod paths;
mod uploads;

use std::time::Duration;

use cloudimg::glance::Images;

use crate::entry::Recorded;
use crate::scene::{Scene, sent};
use crate::server::Server;

/// How long a call may take that would go on for ever if it had the fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// Images of a cloud whose server can be looked at.
async fn images(scene: Scene) -> (Server, Images) {
    let (server, cloud) = scene.open().await;
    (server, cloud.images())
}

/// Methods and paths of what was sent beside the sign-in and probes.
fn lines(server: &Server) -> Vec<String> {
    sent(server).iter().map(|request| format!("{} {}", request.method, request.path)).collect()
}

/// The query of each request, sorted and decoded.
fn queries(server: &Server) -> Vec<Vec<String>> {
    let query = |request: &Recorded| {
        let mut pairs: Vec<_> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.sort();
        pairs
    };
    sent(server).iter().map(query).collect()
}
