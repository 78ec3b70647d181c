//! An embedded cloud for tests and trials: Keystone v3 and Glance v2 with the rules of real ones, IMS and VMP by their documents.
//!
//! It keeps its state in memory and image data in a temporary folder, answers on loopback, and
//! behaves as a freshly installed cloud with these projects and users (one password for all):
//!
//! | user | project | role |
//! | --- | --- | --- |
//! | `admin` | `admin` | `admin` |
//! | `demo` | `demo` | `member` |
//! | `other` | `other` | `member` |
//! | `viewer` | `demo` | `reader` |
//!
//! `demo` also has an application credential named `test`; [`Users`] lets others need more than a password, and lend what they may do. The stores are `fast` (the default),
//! `slow`, and `web` (HTTP, read-only); images may be imported by `glance-direct`, `web-download`
//! (from this machine only) and `copy-image` (administrators only).
//!
//! IMS, the image service of Huawei Cloud and Open Telekom Cloud, is at a port of its own with the same images. `demo` and `other`
//! have access keys for it ([`Sandbox::access_key`]); tokens do as well, and so do temporary keys: the identity service gives them as an IAM
//! does, by agencies ([`SandboxBuilder::agency`]), tokens and identity providers ([`SandboxBuilder::id_token`]), and so does a metadata service
//! ([`SandboxBuilder::metadata`]). Who signs finds there the project that is named like the region. [`Ims`] tells what is around it. There is no IMS to compare
//! with: where its documents are silent, the sandbox decides.
//!
//! OBS, the object store that its images come from and go to, is at a port of its own as well, for the same keys: objects go in (whole or in
//! parts), out and away ([`Sandbox::obs_url`]).
//!
//! VMP, the image service of CDNetworks, is at another port with images of its own and one account, whose access key signs each call
//! ([`Sandbox::vmp_access_key`]). [`Vmp`] tells what is around it, and what the sandbox decides there.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use cloudimg_sandbox::{Fault, Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! println!("sign in at {} with {}", sandbox.auth_url(), sandbox.password());
//! sandbox.faults().next("GET", "/v2/images", Fault::Status(503, Some(1)));
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```

mod clock;
mod cloud;
mod config;
mod effects;
mod faults;
mod glance;
mod http;
mod iam;
mod ims;
mod json;
mod keystone;
mod obs;
mod python;
mod schema;
mod server;
mod signature;
mod vmp;

pub use clock::Clock;
pub use effects::{Effect, EffectKind, Effects};
pub use faults::{Fault, Faults};
pub use ims::{Ims, ImsProfile};
pub use keystone::Users;
pub use server::{Error, Sandbox, SandboxBuilder};
pub use vmp::{Vmp, VmpCall, VmpCounts, VmpDeleteAnswer, VmpImage, VmpPreheatingShape};
