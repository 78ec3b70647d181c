//! `GET /v1/cloudimages/os_version`, and what a system's name says about it.

use axum::body::Body;
use axum::http::Response;

use super::error::Result;
use super::ok;
use crate::http::Call;
use crate::json::{Json, object};

/// Where the systems of a platform can be installed.
const ANY: &[&str] = &["x86", "kvm", "bms", "uefi"];
const ARM: &[&str] = &["arm", "kvm", "uefi"];
const OLD: &[&str] = &["x86", "kvm"];

/// The systems: platform, family, label, features.
const SYSTEMS: [(&str, &str, &str, &[&str]); 22] = [
    ("Windows", "Windows", "Windows Server 2022 Standard 64bit", ANY),
    ("Windows", "Windows", "Windows Server 2019 Datacenter 64bit", ANY),
    ("Windows", "Windows", "Windows Server 2016 Standard 64bit", OLD),
    ("CentOS", "Linux", "CentOS 7.9 64bit", ANY),
    ("CentOS", "Linux", "CentOS 7.0 64bit", OLD),
    ("CentOS", "Linux", "CentOS 8.0 64bit with ARM", ARM),
    ("Ubuntu", "Linux", "Ubuntu 24.04 server 64bit", ANY),
    ("Ubuntu", "Linux", "Ubuntu 22.04 server 64bit", ANY),
    ("Ubuntu", "Linux", "Ubuntu 22.04 server 64bit with ARM", ARM),
    ("Ubuntu", "Linux", "Ubuntu 14.04 server 64bit", OLD),
    ("Debian", "Linux", "Debian GNU/Linux 12.0.0 64bit", ANY),
    ("Debian", "Linux", "Debian GNU/Linux 10.0.0 64bit", OLD),
    ("SUSE", "Linux", "SUSE Linux Enterprise Server 15 64bit", ANY),
    ("SUSE", "Linux", "SUSE Linux Enterprise Server 12 SP3 64bit", OLD),
    ("RedHat", "Linux", "Redhat Linux Enterprise 9.0 64bit", ANY),
    ("RedHat", "Linux", "Redhat Linux Enterprise 6.9 64bit", OLD),
    ("OpenSUSE", "Linux", "OpenSUSE 15.0 64bit", OLD),
    ("Oracle Linux", "Linux", "Oracle Linux Server release 7.6 64bit", OLD),
    ("Fedora", "Linux", "Fedora 30 64bit", OLD),
    ("EulerOS", "Linux", "EulerOS 2.10 64bit", ANY),
    ("EulerOS", "Linux", "EulerOS 2.9 64bit with ARM", ARM),
    ("Other", "Linux", "Other(32 bit)", OLD),
];

/// What is known of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct System {
    pub(super) platform: &'static str,
    pub(super) family: &'static str,
    pub(super) bits: i64,
}

/// Tells a system by its label; one that is not in the list by how it begins.
pub(super) fn describe(label: &str) -> System {
    let begins = |platform: &str| {
        let first = platform.split(' ').next().unwrap_or_default();
        label.get(..first.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(first))
    };
    let known = SYSTEMS.iter().find(|system| system.2 == label).or_else(|| SYSTEMS.iter().find(|system| begins(system.0)));
    let bits = if label.contains("32") && !label.contains("64") { 32 } else { 64 };
    known.map_or(System { platform: "Other", family: "Linux", bits }, |(platform, family, ..)| System { platform, family, bits })
}

pub(super) fn list(call: &Call) -> Result<Response<Body>> {
    let wanted = call.query.clone().take_all("tag");
    let fits = |features: &[&str]| wanted.iter().all(|tag| features.contains(&tag.as_str()));
    let mut platforms: Vec<(&str, Vec<Json>)> = Vec::new();
    for (platform, family, label, _) in SYSTEMS.iter().filter(|system| fits(system.3)) {
        let version = object([
            ("platform", (*platform).into()),
            ("os_version_key", (*label).into()),
            ("os_version", (*label).into()),
            ("os_bit", describe(label).bits.into()),
            ("os_type", (*family).into()),
        ]);
        match platforms.iter_mut().find(|(name, _)| name == platform) {
            Some((_, versions)) => versions.push(version),
            None => platforms.push((platform, vec![version])),
        }
    }
    let platforms = platforms.into_iter().map(|(name, versions)| {
        let versions = Json::List(versions);
        object([("platform", name.into()), ("version_list", versions)])
    });
    ok(&Json::List(platforms.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_by_their_labels() {
        assert_eq!(describe("CentOS 7.0 64bit"), System { platform: "CentOS", family: "Linux", bits: 64 });
        assert_eq!(describe("Windows 10 64bit").family, "Windows");
        assert_eq!(describe("Redhat Linux Enterprise 4 32bit"), System { platform: "RedHat", family: "Linux", bits: 32 });
        assert_eq!(describe("Plan 9").platform, "Other");
    }
}
