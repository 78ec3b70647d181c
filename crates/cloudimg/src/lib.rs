//! Images on clouds: sign in, read every list to its end, send and fetch image data of any size.
//!
//! [`Cloud`] signs in; its `glance()` is the image service of OpenStack, behind the feature `glance`, and its `ims()` that of Huawei Cloud and
//! Open Telekom Cloud, behind the feature `ims`, which can also be reached by access key without signing in. [`vmp::Vmp`](crate::vmp) is that of
//! CDNetworks, behind the feature `vmp`, always by access key.
//!
//! The feature `unpack` (on by default) lets packed data be unpacked on their way to a service.
//!
//! Every call returns one [`Error`] type, whose [`kind`](Error::kind) says what to do about it.

mod cloud;
#[cfg(feature = "glance")]
pub mod copy;
#[cfg(feature = "glance")]
pub mod glance;
#[cfg(feature = "ims")]
pub mod ims;
#[cfg(any(feature = "glance", feature = "ims", feature = "vmp"))]
mod lists;
#[cfg(any(feature = "glance", feature = "ims"))]
mod patches;
#[cfg(any(feature = "glance", feature = "obs"))]
pub mod transfer;
#[cfg(feature = "vmp")]
pub mod vmp;

pub use cloud::{Cloud, CloudBuilder};
#[cfg(feature = "ims")]
pub use cloudimg_auth::huawei;
pub use cloudimg_auth::{
    ApplicationCredential, Domain, Flavour, Interface, Keystone, Method, Named, Receipt, Scope, ServiceSettings, Settings,
    TokenCache, User, config,
};
pub use cloudimg_core::credentials;
pub use cloudimg_core::{
    Error, ErrorKind, Pace, Page, Pager, Result, Secret, Timeouts, TlsOptions, clock, pace, pager, poller, retry,
};

/// The README's sample, compiled as a test.
#[cfg(all(doctest, feature = "glance", feature = "ims", feature = "vmp"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
