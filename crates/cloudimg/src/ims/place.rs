//! Where the service is.

use cloudimg_core::{Error, ErrorKind, Result};

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operator {
    /// Huawei Cloud: `https://ims.{region}.myhuaweicloud.com`, in regions named `eu-west-1..` `.eu`.
    HuaweiCloud,
    /// Open Telekom Cloud: `https://ims.{region}.otc.t-systems.com`, in `eu-ch2` below `sc`.
    OpenTelekomCloud,
}

impl Operator {
    /// Whose a region is, by its name.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        if matches!(region, "eu-de" | "eu-nl" | "eu-ch2") { Self::OpenTelekomCloud } else { Self::HuaweiCloud }
    }

    /// The domain below which the services of a region are. (SDK for Python, Terraform's provider.)
    #[must_use]
    pub fn domain(self, region: &str) -> &'static str {
        match self {
            Self::HuaweiCloud if region.starts_with("eu-west-1") => "myhuaweicloud.eu",
            Self::HuaweiCloud => "myhuaweicloud.com",
            Self::OpenTelekomCloud if region == "eu-ch2" => "sc.otc.t-systems.com",
            Self::OpenTelekomCloud => "otc.t-systems.com",
        }
    }
}

/// The endpoint of a region below `domain`.
pub(super) fn regional(region: &str, domain: &str) -> Result<String> {
    if region.is_empty() || !region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(Error::new(ErrorKind::Configuration, format!("`region` is `{region}`; it must be a name such as eu-de")));
    }
    endpoint(&format!("https://ims.{region}.{domain}"))
}

/// The root of the service at `url`: paths carry version and project, so the URL must not.
pub(super) fn endpoint(url: &str) -> Result<String> {
    let parsed = cloudimg_core::endpoint::parse("`endpoint`", url)?;
    let path = parsed.as_str().trim_end_matches('/');
    Ok(["/v1", "/v2", "/v2.1"].iter().find_map(|version| path.strip_suffix(version)).unwrap_or(path).to_owned())
}

/// The region that a host such as `ims.eu-de.otc.t-systems.com` names.
pub(super) fn region_of(endpoint: &str) -> Option<String> {
    let url = url::Url::parse(endpoint).ok()?;
    let (region, domain) = url.host_str()?.strip_prefix("ims.")?.split_once('.')?;
    let known = domain.starts_with("myhuaweicloud.") || domain.ends_with("otc.t-systems.com");
    known.then(|| region.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_their_hosts() {
        for (region, host) in [
            ("cn-north-4", "https://ims.cn-north-4.myhuaweicloud.com"),
            ("eu-west-0", "https://ims.eu-west-0.myhuaweicloud.com"),
            ("eu-west-101", "https://ims.eu-west-101.myhuaweicloud.eu"),
            ("eu-de", "https://ims.eu-de.otc.t-systems.com"),
            ("eu-nl", "https://ims.eu-nl.otc.t-systems.com"),
            ("eu-ch2", "https://ims.eu-ch2.sc.otc.t-systems.com"),
        ] {
            let endpoint = regional(region, Operator::of_region(region).domain(region)).unwrap();
            assert_eq!(endpoint, host);
            assert_eq!(region_of(&endpoint).as_deref(), Some(region));
        }
        assert!(regional("eu-de.evil.example/", "otc.t-systems.com").is_err());
        assert_eq!(region_of("https://images.example.com"), None);
    }

    #[test]
    fn endpoints_lose_their_version() {
        for url in
            ["https://ims.example.com", "https://ims.example.com/", "https://ims.example.com/v2/", "https://ims.example.com/v2.1"]
        {
            assert_eq!(endpoint(url).unwrap(), "https://ims.example.com");
        }
        assert_eq!(endpoint("ims").unwrap_err().kind(), ErrorKind::Configuration);
    }
}
