//! Signing in to Huawei Cloud and Open Telekom Cloud by access key (feature `huawei`).
//!
//! A [`Chain`] looks for keys where they use to be: what the program says, the environment, the profile file, and the metadata service of the
//! machine. Its [`Signer`] signs with them and renews those that end. [`Iam`] finds the id of a project by its name and gives temporary keys.
//!
//! ```no_run
//! use cloudimg_auth::huawei::{Chain, Iam, region_endpoint};
//! use cloudimg_core::Session;
//!
//! # async fn story() -> Result<(), cloudimg_core::Error> {
//! let session = Session::builder().build()?;
//! let signer = Chain::new().signer(&session);
//! let iam = Iam::signed(&session, &signer, &region_endpoint("eu-de")?)?;
//! let project = iam.project_id("eu-de").await?;
//! let session = session.with_credentials(signer.for_project(project));
//! // cloudimg_ims_v2::Client::new("https://ims.eu-de.otc.t-systems.com", session) is a complete client.
//! # let _ = session;
//! # Ok(())
//! # }
//! ```
//!
//! Keys go over https only, and to no host but the one that is named here or by the caller: plain http is for services on the machine itself
//! (loopback), and for the metadata service, which needs no keys.

mod agency;
mod chain;
mod endpoint;
mod environment;
mod federation;
mod iam;
mod keys;
mod metadata;
mod profile;
mod signer;
mod source;

pub use agency::Agency;
pub use chain::{Chain, Link};
pub use endpoint::{Operator, region_endpoint, service_endpoint};
pub use federation::{IdToken, OidcAgency, TokenSource};
pub use iam::Iam;
pub use keys::{Keys, Origin};
pub use signer::Signer;

use cloudimg_core::{Error, ErrorKind};

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
