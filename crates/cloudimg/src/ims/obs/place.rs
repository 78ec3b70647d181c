//! Where a bucket is, and with which keys it is reached.

use std::time::Duration;

use cloudimg_auth::huawei::{Iam, Signer};
use cloudimg_core::{Error, ErrorKind, Result, endpoint};
use url::{Host, Url};

use super::bucket::Bucket;
use crate::Cloud;
use crate::cloud::Way;
use crate::ims::connection::Source;
use crate::ims::{Ims, missing};

/// How long keys that stand for a token last; they are renewed before.
const LIFE: Duration = Duration::from_secs(2 * 3600);
/// How the catalogs of Huawei Cloud and Open Telekom Cloud call the service.
const SERVICE_TYPE: &str = "object";

/// What the settings say of the object storage.
#[derive(Clone, Debug, Default)]
pub(in crate::ims) struct Storage {
    /// Where it is, if another place is meant than that beside the image service.
    pub(in crate::ims) endpoint: Option<String>,
    /// Whose keys sign; `None` where only a token is known.
    pub(in crate::ims) signer: Option<Signer>,
}

impl Storage {
    /// The storage of a sign-in: the endpoint that the settings give for `obs`, or the catalog's; keys by the token.
    pub(in crate::ims) async fn of(cloud: &Cloud) -> Result<Self> {
        let Way::Keystone(keystone) = &cloud.way else { return Ok(Self::default()) };
        let endpoint = match keystone.settings().endpoint_override("obs") {
            Some(_) => Some(keystone.endpoint("obs").await?),
            // A catalog may leave it out: then it is beside the image service.
            None => keystone.endpoint(SERVICE_TYPE).await.ok(),
        };
        let iam = Iam::new(&keystone.session(), &keystone.settings().auth_url)?;
        Ok(Self { endpoint, signer: Some(iam.token_signer(None, Some(LIFE))) })
    }
}

impl Ims {
    /// The bucket of this name, whose keys have been found.
    pub(super) async fn bucket(&self, name: &str) -> Result<Bucket> {
        check_name(name)?;
        let connection = self.connection().await?;
        let storage = match &self.source {
            Source::Cloud(cloud) => Storage::of(cloud).await?,
            Source::Ready(_) | Source::Lookup(_) => connection.storage().clone(),
        };
        let signer = storage.signer.as_ref().ok_or_else(|| {
            missing(
                "keys",
                "the object storage takes an access key only: set `keys` or a `chain` of the service, or `auth_type: aksk`",
            )
        })?;
        signer.keys().await.map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let what = "the object storage takes an access key only, and this identity service gives none for its token, as IAM does: \
                            use an entry with `auth_type: aksk`, or HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK with `Ims::from_env()`";
                Error::new(ErrorKind::Configuration, what).with_source(error)
            }
            _ => error,
        })?;
        let endpoint = match &storage.endpoint {
            Some(url) => url.clone(),
            None => beside(connection.endpoint())?,
        };
        let (root, in_host) = root(&endpoint, name)?;
        let session = connection.session().with_pace(None);
        Ok(Bucket::new(session.with_credentials(signer.for_obs(in_host.then_some(name))), root, name))
    }
}

impl Ims {
    /// Whether the service can read and write the bucket: it must be there, and in the same region.
    pub(super) async fn check_reach(&self, bucket: &Bucket) -> Result<()> {
        let here = &self.connection().await?.region;
        let name = bucket.name();
        match bucket.location().await {
            Ok(there) if there == *here || there.is_empty() || here.is_empty() => Ok(()),
            Ok(there) => {
                let what = format!(
                    "the bucket `{name}` is in the region `{there}`, and the image service in `{here}` reads no other's; nothing was sent"
                );
                Err(Error::new(ErrorKind::InvalidRequest, what))
            }
            // Its objects may be open to those who may not ask about it.
            Err(error) if error.kind() == ErrorKind::Forbidden => Ok(()),
            Err(error) => {
                let message = format!("the bucket `{name}`: {}; nothing was sent", error.message());
                Err(error.with_message(message))
            }
        }
    }
}

/// The storage of the region of an image service, whose host begins with `ims.`.
fn beside(ims: &str) -> Result<String> {
    let url = endpoint::parse("the endpoint of the image service", ims)?;
    match url.host_str().and_then(|host| host.strip_prefix("ims.")) {
        Some(rest) => Ok(format!("{}://obs.{rest}", url.scheme())),
        None => {
            let ims = endpoint::shown(ims);
            let what =
                format!("`{ims}` does not tell where the object storage is; set its URL (`obs_endpoint_override`, OBS_ENDPOINT)");
            Err(missing("obs_endpoint", &what))
        }
    }
}

/// The URL of a bucket, and whether its host names it. Hosts that are addresses cannot, nor can those of this machine; and no certificate
/// is for a name with more dots.
fn root(storage: &str, bucket: &str) -> Result<(Url, bool)> {
    let mut url = endpoint::parse("the endpoint of the object storage", storage)?;
    let name = match url.host() {
        Some(Host::Domain(host)) if host != "localhost" && !bucket.contains('.') => Some(format!("{bucket}.{host}")),
        _ => None,
    };
    let path = url.path().trim_end_matches('/').to_owned();
    let Some(host) = name else {
        url.set_path(&format!("{path}/{bucket}/"));
        return Ok((url, false));
    };
    url.set_host(Some(&host)).map_err(|e| Error::new(ErrorKind::Configuration, format!("`{host}` is no host: {e}")))?;
    url.set_path(&format!("{path}/"));
    Ok((url, true))
}

/// From 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends. (Reference, "Creating a Bucket".)
fn check_name(name: &str) -> Result<()> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = name.bytes().next().is_some_and(plain) && name.bytes().next_back().is_some_and(plain);
    if ends && (3..=63).contains(&name.len()) && name.bytes().all(|b| plain(b) || matches!(b, b'.' | b'-')) && !name.contains("..")
    {
        return Ok(());
    }
    let what = format!("`{name}` is no bucket: its name has from 3 to 63 lower-case letters, digits, `.` and `-`");
    Err(Error::new(ErrorKind::InvalidRequest, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_in_the_host_where_a_host_can_name_them() {
        for (storage, bucket, url, in_host) in [
            ("https://obs.eu-de.otc.t-systems.com", "images", "https://images.obs.eu-de.otc.t-systems.com/", true),
            ("https://obs.example.com:8443/", "images", "https://images.obs.example.com:8443/", true),
            ("https://obs.example.com", "my.images", "https://obs.example.com/my.images/", false),
            ("http://127.0.0.1:9000", "images", "http://127.0.0.1:9000/images/", false),
            ("http://[::1]:9000", "images", "http://[::1]:9000/images/", false),
            ("http://localhost:9000", "images", "http://localhost:9000/images/", false),
        ] {
            let (root, named) = root(storage, bucket).unwrap();
            assert_eq!((root.as_str(), named), (url, in_host));
        }
    }

    #[test]
    fn the_storage_is_beside_the_image_service() {
        assert_eq!(beside("https://ims.eu-de.otc.t-systems.com").unwrap(), "https://obs.eu-de.otc.t-systems.com");
        assert_eq!(beside("https://ims.cn-north-4.myhuaweicloud.com").unwrap(), "https://obs.cn-north-4.myhuaweicloud.com");
        let error = beside("http://127.0.0.1:5002").unwrap_err();
        assert!(error.kind() == ErrorKind::Configuration && error.message().starts_with("`obs_endpoint` is missing"), "{error}");
    }

    #[test]
    fn names_of_buckets() {
        for good in ["abc", "my-images.2", &"a".repeat(63)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "Abc", "a/b", "-ab", "ab.", "a..b", "a:b", "a b", &"a".repeat(64)] {
            assert_eq!(check_name(bad).unwrap_err().kind(), ErrorKind::InvalidRequest, "{bad}");
        }
    }
}
