use std::fmt;

use cloudimg_core::{Secret, endpoint};
use url::Url;

use crate::glance::types::ImportMethodName;

/// Where the service gets the data of an import from.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportMethod {
    /// What was staged; the image is `uploading`. (`glance-direct`, since 2.6.)
    GlanceDirect,
    /// A web server; the image is `queued`. (`web-download`, since 2.6.)
    WebDownload {
        /// Where the data are; which addresses pass is for the operator to say.
        uri: String,
    },
    /// The stores that have the image already; it is `active`. For operators by default. (`copy-image`, since 2.11.)
    CopyImage,
    /// The image service of another region, which the service signs in to as the caller; the image is `queued`. (`glance-download`, since the
    /// release 2023.1.)
    GlanceDownload {
        /// The name of that region.
        region: String,
        /// The id of the image over there.
        image_id: String,
        /// The interface of the endpoint over there: `public`, `internal` or `admin`; `public` if not said.
        service_interface: Option<String>,
    },
}

impl ImportMethod {
    /// [`WebDownload`](Self::WebDownload) from this address.
    pub fn web_download(uri: impl Into<String>) -> Self {
        Self::WebDownload { uri: uri.into() }
    }

    /// [`GlanceDownload`](Self::GlanceDownload) of this image in another region, at its public endpoint.
    pub fn glance_download(region: impl Into<String>, image_id: impl Into<String>) -> Self {
        Self::GlanceDownload { region: region.into(), image_id: image_id.into(), service_interface: None }
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(&self) -> ImportMethodName {
        match self {
            Self::GlanceDirect => ImportMethodName::GlanceDirect,
            Self::WebDownload { .. } => ImportMethodName::WebDownload,
            Self::CopyImage => ImportMethodName::CopyImage,
            Self::GlanceDownload { .. } => ImportMethodName::GlanceDownload,
        }
    }

    /// What of it no message may repeat: passwords and signatures in an address.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let Self::WebDownload { uri } = self else { return Vec::new() };
        let Ok(url) = Url::parse(uri) else { return Vec::new() };
        [url.password(), url.query()].into_iter().flatten().map(Secret::new).collect()
    }
}

impl fmt::Debug for ImportMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebDownload { uri } => f.debug_struct("WebDownload").field("uri", &endpoint::shown(uri)).finish(),
            Self::GlanceDownload { region, image_id, service_interface } => f
                .debug_struct("GlanceDownload")
                .field("region", region)
                .field("image_id", image_id)
                .field("service_interface", service_interface)
                .finish(),
            Self::GlanceDirect => f.write_str("GlanceDirect"),
            Self::CopyImage => f.write_str("CopyImage"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_an_address_is_not_printed() {
        let method = ImportMethod::web_download("https://me:hush@files.example.com/disk.img?signature=s3cr3t");
        let shown = format!("{method:?}");
        assert!(shown.contains("files.example.com/disk.img"), "{shown}");
        assert!(!shown.contains("hush") && !shown.contains("s3cr3t"), "{shown}");
        assert_eq!(method.secrets().len(), 2);
        assert!(ImportMethod::GlanceDirect.secrets().is_empty());
    }
}
