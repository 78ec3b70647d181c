//! Keys in the variables that the provider's SDKs read.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use cloudimg_core::credentials::AkSk;
use cloudimg_core::{Result, Secret};

use super::federation::{IdToken, OidcAgency, TokenSource};
use super::keys::{Keys, Origin};
use super::wrong;

/// A source of variables: the process's environment, or a test's.
#[derive(Clone)]
pub(super) struct Variables(Arc<Variable>);

type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Variables {
    pub(super) fn new(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(variable))
    }

    /// An empty variable counts as unset.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn both(&self, first: &str, second: &str) -> Result<Option<(String, String)>> {
        match (self.get(first), self.get(second)) {
            (Some(a), Some(b)) => Ok(Some((a, b))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(half_set(first, second)),
            (None, Some(_)) => Err(half_set(second, first)),
        }
    }
}

fn half_set(set: &str, unset: &str) -> cloudimg_core::Error {
    wrong(format!("{set} is set and {unset} is not: set both, or neither"))
}

impl Default for Variables {
    fn default() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables")
    }
}

/// What a place says about keys.
#[derive(Debug)]
pub(super) enum Finding {
    /// Keys that last.
    Keys(Box<Keys>),
    /// The token of an identity provider, and the IAM to show it to.
    IdToken(IdToken, Option<String>),
    /// The same for the Security Token Service.
    Oidc(OidcAgency),
    /// Nothing, and why.
    Nothing(String),
}

/// The keys of the environment: by an identity provider if that is set, or an access key.
pub(super) fn find(variables: &Variables) -> Result<Finding> {
    if let Some(agency) = oidc(variables)? {
        return Ok(Finding::Oidc(agency));
    }
    if let Some((idp, file)) = variables.both("HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE")? {
        return Ok(Finding::IdToken(IdToken::new(idp, TokenSource::File(PathBuf::from(file))), None));
    }
    let Some((access, secret)) = variables.both("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK")? else {
        return Ok(Finding::Nothing("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set".to_owned()));
    };
    let mut aksk = AkSk::builder(access, secret);
    if let Some(token) = variables.get("HUAWEICLOUD_SDK_SECURITY_TOKEN") {
        aksk = aksk.security_token(token);
    }
    let aksk = aksk.build().map_err(|error| wrong(format!("HUAWEICLOUD_SDK_AK, _SK: {}", error.message())))?;
    let mut keys = Keys::lasting(aksk, Origin::Environment);
    keys.project_id = variables.get("HUAWEICLOUD_SDK_PROJECT_ID");
    keys.domain_id = variables.get("HUAWEICLOUD_SDK_DOMAIN_ID");
    Ok(Finding::Keys(Box::new(keys)))
}

fn oidc(variables: &Variables) -> Result<Option<OidcAgency>> {
    let (provider, agency) = ("HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN");
    let Some((provider_urn, agency_urn)) = variables.both(provider, agency)? else { return Ok(None) };
    let token = variables.get("HUAWEICLOUD_OIDC_ID_TOKEN").map(|token| TokenSource::Text(Secret::from(token)));
    let file = || variables.get("HUAWEICLOUD_OIDC_TOKEN_FILE").map(|path| TokenSource::File(PathBuf::from(path)));
    let token = token.or_else(file).ok_or_else(|| {
        wrong(format!("{provider} is set, and neither HUAWEICLOUD_OIDC_ID_TOKEN nor HUAWEICLOUD_OIDC_TOKEN_FILE is"))
    })?;
    let mut found = OidcAgency::new(provider_urn, agency_urn, token);
    if let Some(name) = variables.get("HUAWEICLOUD_OIDC_SESSION_NAME") {
        found = found.with_session_name(name);
    }
    if let Some(text) = variables.get("HUAWEICLOUD_OIDC_DURATION_SECONDS") {
        let seconds = text.trim().parse().map_err(|_| {
            wrong(format!("HUAWEICLOUD_OIDC_DURATION_SECONDS is `{text}`; it must be a number of seconds, such as 3600"))
        })?;
        found = found.with_duration(std::time::Duration::from_secs(seconds));
    }
    if let Some(policy) = variables.get("HUAWEICLOUD_OIDC_POLICY") {
        found = found.with_policy(policy);
    }
    if let Some(ids) = variables.get("HUAWEICLOUD_OIDC_POLICY_IDS") {
        found = found.with_policy_ids(ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned));
    }
    Ok(Some(found))
}
