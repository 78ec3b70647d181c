//! Where the service is.

use cloudimg_auth::huawei::{Operator, region_endpoint, service_endpoint};
use cloudimg_core::Result;

/// The endpoint of a region below `domain`.
pub(super) fn regional(region: &str, domain: &str) -> Result<String> {
    endpoint(&service_endpoint("ims", region, domain)?)
}

/// The IAM of a region: where the settings say nothing of their own about it, the one that the region's name tells.
pub(super) fn iam(region: &str, operator: Option<Operator>, domain: Option<&str>) -> Result<String> {
    match (domain, operator) {
        (Some(domain), _) => service_endpoint("iam", region, domain),
        (None, Some(operator)) if operator != Operator::of_region(region) => {
            service_endpoint("iam", region, operator.domain(region))
        }
        _ => region_endpoint(region),
    }
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
    use cloudimg_core::ErrorKind;

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
    fn iam_is_where_the_service_is() {
        assert_eq!(iam("eu-ch2", None, None).unwrap(), "https://iam-pub.eu-ch2.sc.otc.t-systems.com");
        assert_eq!(iam("eu-de", Some(Operator::OpenTelekomCloud), None).unwrap(), "https://iam.eu-de.otc.t-systems.com");
        assert_eq!(iam("eu-x", Some(Operator::OpenTelekomCloud), None).unwrap(), "https://iam.eu-x.otc.t-systems.com");
        assert_eq!(iam("eu-de", None, Some("cloud.example.com")).unwrap(), "https://iam.eu-de.cloud.example.com");
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
