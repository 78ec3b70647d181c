//! A client for images of the virtual machine platform (VMP) of CDNetworks.
//!
//! The calls are generated from `specs/cdnetworks-vmp.yaml`: each is a method of [`Client`] that gives a builder, and the builder's
//! `send()` makes the call. The [`Session`] that the client is made with signs, retries, keeps time and types the errors, so
//! that `?` turns every failure into an [`Error`].
//!
//! ```no_run
//! use cloudimg_cdnetworks_vmp::{Client, Session, credentials::CncAkSk};
//!
//! # async fn story() -> Result<(), cloudimg_cdnetworks_vmp::Error> {
//! // From CDNETWORKS_ACCESS_KEY and CDNETWORKS_SECRET_KEY.
//! let session = Session::builder().credentials(CncAkSk::from_env()?).build()?;
//! let client = Client::new("https://api.cdnetworks.com", session);
//! for image in client.list_images().pager().collect().await? {
//!     println!("{} {:?}", image.id, image.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The service counts calls. A session built with [`pace(Pace::cdnetworks())`](core::Pace::cdnetworks) keeps to its limits: what is too much waits.
//!
//! Making an image and pulling one onto nodes take their time: [`Client::made`] and [`Client::preheated`] wait for them.

#[rustfmt::skip]
mod generated;
mod waiting;

pub use cloudimg_core::{self as core, Error, ErrorKind, Page, Pager, Session, credentials, poller};
pub use generated::{Client, builder, types};
pub use progenitor_client::{ByteStream, ResponseValue};
pub use waiting::{Preheated, pace_of_polls};

cloudimg_core::service_hooks!(Client, generated::facts);
