//! Images on clouds: sign in, read every list to its end, send and fetch image data of any size.
//!
//! ```no_run
//! use cloudimg::{Cloud, glance::{ImageCreate, ImageData}};
//!
//! # async fn story() -> Result<(), cloudimg::Error> {
//! let cloud = Cloud::from_env()?;
//! let images = cloud.images();
//!
//! let image = images.create(ImageCreate::new().name("tiny").disk_format("raw").container_format("bare")).await?;
//! images.upload(&image.id, ImageData::path("tiny.img").await?).await?;
//!
//! let mut list = images.list().tag("production").items();
//! while let Some(image) = list.next().await {
//!     println!("{}", image?.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Every call returns one [`Error`] type, whose [`kind`](Error::kind) says what to do about it.

mod cloud;
#[cfg(feature = "glance")]
pub mod glance;

pub use cloud::{Cloud, CloudBuilder};
pub use cloudimg_auth::{Domain, Interface, Named, Scope, Settings, User};
pub use cloudimg_core::credentials;
pub use cloudimg_core::{Error, ErrorKind, Page, Pager, Result, Secret, Timeouts, clock, pager, retry};

/// The README's sample, compiled as a test.
#[cfg(all(doctest, feature = "glance"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
