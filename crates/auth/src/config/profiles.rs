//! Settings of clouds that are known by name: those of the user's `clouds-public.yaml`, and those that come with openstacksdk.

use cloudimg_core::Result;

use super::place::Origin;
use super::sources::Sources;
use super::value::{Map, Value};

/// A cloud that everybody may know.
struct Known {
    name: &'static str,
    auth_url: &'static str,
    regions: &'static [&'static str],
    more: &'static [(&'static str, &'static str)],
    state: State,
}

/// Whether a cloud is still there.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Active,
    /// It may be gone, for this reason.
    Deprecated(&'static str),
    /// It is gone, for this reason.
    Shutdown(&'static str),
    /// Its operator publishes the settings at this address.
    Remote(&'static str),
}

const GONE: &str = "its API is no longer there";
const OUT_OF_BUSINESS: &str = "its operator has ceased business";

const fn known(name: &'static str, auth_url: &'static str, regions: &'static [&'static str]) -> Known {
    Known { name, auth_url, regions, more: &[], state: State::Active }
}

impl Known {
    const fn with(mut self, more: &'static [(&'static str, &'static str)]) -> Self {
        self.more = more;
        self
    }

    const fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// The settings, as a file would give them.
    fn settings(&self) -> Map {
        let (mut settings, mut auth) = (Map::new(), Map::new());
        if !self.auth_url.is_empty() {
            auth.insert("auth_url".to_owned(), Value::text(self.auth_url));
        }
        for (key, value) in self.more {
            let place = if key.ends_with("_domain_name") { &mut auth } else { &mut settings };
            place.insert((*key).to_owned(), Value::text(*value));
        }
        if !auth.is_empty() {
            settings.insert("auth".to_owned(), Value::Map(auth));
        }
        if !self.regions.is_empty() {
            settings.insert("regions".to_owned(), Value::List(self.regions.iter().map(|region| Value::text(*region)).collect()));
        }
        settings
    }
}

/// The settings of the profile that a cloud names.
pub(crate) fn of(entry: &Map, sources: &mut Sources, origin: &Origin) -> Result<Map> {
    let (key, value) = match (entry.get("profile"), entry.get("cloud")) {
        (Some(value), _) => ("profile", value),
        (None, Some(value)) => ("cloud", value),
        (None, None) => return Ok(Map::new()),
    };
    if !value.is_something() {
        return Ok(Map::new());
    }
    let Some(name) = value.as_text() else {
        return Err(origin.error(&format!("`{key}` is {}; it must be text", value.kind())));
    };
    if name == sources.environment_name {
        return Ok(Map::new());
    }
    if entry.contains_key("cloud") && origin.variables.is_none() {
        sources.notes.warn(format!("{}: `cloud` is deprecated for naming a profile; write `profile`", origin.name()));
    }
    match sources.profiles.get(name) {
        Some(Value::Map(profile)) => return Ok(profile.clone()),
        Some(other) => return Err(origin.error(&format!("the profile \"{name}\" is {}; it must be a mapping", other.kind()))),
        None => {}
    }
    let missing = |address: &str| {
        format!(
            "{}: the profile \"{name}\" is published at {address}/.well-known/openstack/api, which is not fetched; lay what it says under `public-clouds` in clouds-public.yaml",
            origin.name()
        )
    };
    match find(name).map(|known| (known, known.state)) {
        Some((_, State::Shutdown(reason))) => {
            Err(origin.error(&format!("the profile \"{name}\" is that of a cloud that no longer exists: {reason}")))
        }
        Some((_, State::Remote(address))) => {
            sources.notes.warn(missing(address));
            Ok(Map::new())
        }
        Some((known, state)) => {
            if let State::Deprecated(reason) = state {
                sources.notes.warn(format!("{}: the profile \"{name}\" is deprecated: {reason}", origin.name()));
            }
            Ok(known.settings())
        }
        None if name.contains("://") => {
            sources.notes.warn(missing(name.trim_end_matches('/')));
            Ok(Map::new())
        }
        None => {
            sources.notes.warn(format!("{}: no profile \"{name}\" is known; it is passed over", origin.name()));
            Ok(Map::new())
        }
    }
}

fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

const DEFAULT_DOMAINS: &[(&str, &str)] = &[("user_domain_name", "Default"), ("project_domain_name", "Default")];
const REGION_ONE_AND_DEFAULT_DOMAINS: &[(&str, &str)] =
    &[("region_name", "RegionOne"), ("user_domain_name", "Default"), ("project_domain_name", "Default")];
const REGION_ONE: &[(&str, &str)] = &[("region_name", "RegionOne")];
const IMAGE_1: &[(&str, &str)] = &[("image_api_version", "1")];
const PUBLIC: &[(&str, &str)] = &[("interface", "public")];

/// Addresses, regions and states as openstacksdk 4.22.0 has them.
static KNOWN: &[Known] = &[
    known("auro", "https://api.van2.auro.io:5000/v3", &[]).with(REGION_ONE_AND_DEFAULT_DOMAINS),
    known("betacloud", "https://api-1.betacloud.de:5000", &["betacloud-1"]).state(State::Shutdown(OUT_OF_BUSINESS)),
    known("binero", "https://auth.binero.cloud:5000/v3", &["europe-se-1"]),
    known("bluebox", "", &[]).with(REGION_ONE),
    known("catalyst", "https://api.cloud.catalyst.net.nz:5000/v2.0", &["nz-por-1", "nz_wlg_2"]).with(IMAGE_1),
    known("citycloud", "https://{region_name}.citycloud.com:5000/v3/", &["Buf1", "Fra1", "Sto2", "Kna1", "dx1", "tky1"]),
    known("conoha", "https://identity.{region_name}.conoha.io", &["sin1", "sjc1", "tyo1"]),
    known("dreamcompute", "https://iad2.dream.io:5000", &[]).with(REGION_ONE),
    known("elastx", "https://ops.elastx.cloud:5000/v3", &[]).with(&[("region_name", "se-sto")]),
    known("entercloudsuite", "https://api.entercloudsuite.com/", &["it-mil1", "nl-ams1", "de-fra1"]).with(IMAGE_1),
    known("fuga", "https://identity.api.fuga.io:5000", &["cystack"]).with(DEFAULT_DOMAINS).state(State::Deprecated(GONE)),
    known("ibmcloud", "https://identity.open.softlayer.com", &["london"]).state(State::Shutdown(GONE)),
    known("internap", "https://identity.api.cloud.inap.com", &["ams01", "da01", "nyj01", "sin01", "sjc01"])
        .state(State::Shutdown("its operator goes by the name HorizonIQ now")),
    known("limestonenetworks", "https://auth.cloud.lstn.net:5000/v3", &["us-dfw-1", "us-slc"]),
    known("otc", "https://iam.{region_name}.otc.t-systems.com/v3", &["eu-de", "eu-nl"]).with(PUBLIC),
    // Without a scheme, as it is published.
    known("otc-swiss", "iam-pub.eu-ch2.sc.otc.t-systems.com/v3", &["eu-ch2"]).with(PUBLIC),
    known("ovh", "", &[]).state(State::Remote("https://ovhcloud.com")),
    known("ovh-us", "https://auth.cloud.ovh.us/", &["US-EAST-VA-1", "US-WEST-OR-1", "US-EAST-VA", "US-WEST-OR"])
        .with(DEFAULT_DOMAINS),
    known("rackspace", "https://identity.api.rackspacecloud.com/v2.0/", &["DFW", "HKG", "IAD", "ORD", "SYD", "LON"]),
    known("switchcloud", "https://identity.compute.cloud.switch.ch/v3", &["zhw", "zhc"]),
    known("switchengines", "https://keystone.cloud.switch.ch:5000/v3", &["LS", "ZH"]),
    known("ultimum", "https://console.ultimum-cloud.com:5000/", &[]).state(State::Shutdown(OUT_OF_BUSINESS)),
    known("unitedstack", "https://identity.api.ustack.com/v3", &["bj1", "gd1"]).state(State::Shutdown(GONE)),
    known("vexxhost", "", &[]).state(State::Remote("https://vexxhost.com")),
    known("zetta", "https://identity.api.zetta.io/v3", &["no-osl1"]),
];
