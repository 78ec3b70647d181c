//! Where IAM and the Security Token Service are.

use cloudimg_core::{Result, endpoint};

use super::wrong;

/// Regions of Huawei Cloud whose users sign in at the global IAM. (SDK for Python.)
const WITHOUT_IAM: [&str; 5] = ["af-north-1", "ap-southeast-5", "cn-north-11", "cn-south-4", "cn-southwest-3"];
/// The IAM of all of Huawei Cloud.
pub(super) const GLOBAL_IAM: &str = "https://iam.myhuaweicloud.com";
/// The Security Token Service, where no region is said.
pub(super) const DEFAULT_STS: &str = "https://sts.cn-north-4.myhuaweicloud.com";

/// Whose cloud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operator {
    /// Huawei Cloud: services at `https://{service}.{region}.myhuaweicloud.com`, in regions named `eu-west-1..` `.eu`.
    HuaweiCloud,
    /// Open Telekom Cloud: services at `https://{service}.{region}.otc.t-systems.com`, in `eu-ch2` below `sc`.
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

/// The root of `service` (`ims`, say) in a region, below `domain`.
///
/// # Errors
/// `Configuration` if `region` is no region's name: it becomes part of a host, and must not be able to lead elsewhere.
pub fn service_endpoint(service: &str, region: &str, domain: &str) -> Result<String> {
    if region.is_empty() || !region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(wrong(format!("`region` is `{region}`; it must be a name such as eu-de")));
    }
    Ok(format!("https://{service}.{region}.{domain}"))
}

/// The IAM of a region, whose operator follows from its name.
///
/// # Errors
/// `Configuration` if `region` is no region's name.
pub fn region_endpoint(region: &str) -> Result<String> {
    let operator = Operator::of_region(region);
    let domain = operator.domain(region);
    match operator {
        Operator::HuaweiCloud if WITHOUT_IAM.contains(&region) => Ok(GLOBAL_IAM.to_owned()),
        // The one place where IAM for customers goes by another name. (Open Telekom Cloud, API Authentication.)
        Operator::OpenTelekomCloud if region == "eu-ch2" => service_endpoint("iam-pub", region, domain),
        _ => service_endpoint("iam", region, domain),
    }
}

/// The Security Token Service of a region.
pub(super) fn sts_endpoint(region: &str) -> Result<String> {
    service_endpoint("sts", region, Operator::of_region(region).domain(region))
}

/// The root of the service at `url`, which secrets are sent to: https, or http on this machine. A host alone is taken as https.
pub(super) fn secure_root(what: &str, url: &str) -> Result<String> {
    let url = url.trim();
    let whole = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    let parsed = endpoint::parse(what, &whole)?;
    if parsed.scheme() != "https" && !endpoint::is_loopback(&parsed) {
        return Err(wrong(format!(
            "{what} is `{}`: keys are sent by https only, or by http to this machine",
            endpoint::shown(url)
        )));
    }
    let root = format!("{}{}", parsed.origin().ascii_serialization(), parsed.path());
    let root = root.trim_end_matches('/');
    Ok(["/v3.0", "/v3", "/v5"].iter().find_map(|version| root.strip_suffix(version)).unwrap_or(root).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_iam() {
        for (region, url) in [
            ("cn-north-4", "https://iam.cn-north-4.myhuaweicloud.com"),
            ("eu-west-101", "https://iam.eu-west-101.myhuaweicloud.eu"),
            ("af-north-1", "https://iam.myhuaweicloud.com"),
            ("eu-de", "https://iam.eu-de.otc.t-systems.com"),
            ("eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ] {
            assert_eq!(region_endpoint(region).unwrap(), url);
        }
        assert!(region_endpoint("eu-de.evil.example/").unwrap_err().message().contains("eu-de.evil.example"));
        assert_eq!(sts_endpoint("cn-north-4").unwrap(), DEFAULT_STS);
    }

    #[test]
    fn secrets_go_by_https_or_stay_on_the_machine() {
        let root = |url| secure_root("the endpoint", url);
        for (url, wanted) in [
            ("https://iam.example.com/v3/", "https://iam.example.com"),
            ("iam.example.com", "https://iam.example.com"),
            ("https://h:8443/iam/v3.0", "https://h:8443/iam"),
            ("http://127.0.0.1:5000/v3", "http://127.0.0.1:5000"),
            ("http://[::1]:5000", "http://[::1]:5000"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(root(url).unwrap(), wanted);
        }
        for url in ["http://iam.example.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "https://", "https://a:b@h"] {
            let error = root(url).unwrap_err();
            assert!(error.kind() == cloudimg_core::ErrorKind::Configuration && !error.message().contains("a:b"), "{url}: {error}");
        }
    }
}
