//! Signing in to clouds: who calls, where the services are, and which version they speak.
//!
//! [`Keystone`] turns [`Settings`] into credentials for any service crate and finds that service's endpoint:
//!
//! ```no_run
//! use cloudimg_auth::{Keystone, Settings};
//! use cloudimg_core::Session;
//!
//! # async fn story() -> Result<(), cloudimg_core::Error> {
//! let settings = Settings::from_env()?;
//! let keystone = Keystone::new(&Session::builder().build()?, settings)?;
//! let endpoint = keystone.image_endpoint().await?;
//! let session = keystone.session();
//! // cloudimg_glance_v2::Client::new(&endpoint, session) is a complete client.
//! # let _ = (endpoint, session);
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `huawei`, the module `huawei` does the same by access key for Huawei Cloud and Open Telekom Cloud.

mod body;
mod cache;
mod catalog;
pub mod config;
mod discovery;
mod document;
mod endpoints;
mod environment;
#[cfg(feature = "huawei")]
pub mod huawei;
mod issue;
#[cfg(feature = "huawei")]
mod kept;
mod keystone;
mod methods;
mod option_value;
mod options;
mod receipt;
mod settings;
mod template;
mod token;
mod versions;

pub use cache::TokenCache;
pub use catalog::{Catalog, Endpoint, Service, Wanted};
pub use endpoints::image_base;
pub use keystone::Keystone;
pub use methods::{ApplicationCredential, Domain, Flavour, Method, Named, Scope, User};
pub use option_value::OptionValue;
pub use options::{SignIn, sign_in};
pub use receipt::Receipt;
pub use settings::{Interface, ServiceSettings, Settings};
pub use token::Token;

/// What reads answers, for the fuzz targets; no part of the public interface.
#[doc(hidden)]
pub mod private {
    use cloudimg_core::Result;
    use url::Url;

    /// The base that a list of versions of the image service at `root` tells.
    pub fn image_base(root: &Url, body: &[u8]) -> Result<Option<String>> {
        crate::document::base(root, body)
    }

    /// The root that a list of versions of the identity service at `url` leads to.
    pub fn identity_root(url: &Url, body: &[u8]) -> Result<Option<String>> {
        crate::versions::from_document(url, body)
    }
}
