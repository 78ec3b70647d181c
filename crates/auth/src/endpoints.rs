//! Where services are: what the settings say, or else the catalog.

use cloudimg_core::credentials::Anonymous;
use cloudimg_core::{Error, ErrorKind, Result, Session, encode_path, endpoint};
use url::Url;

use crate::catalog::Wanted;
use crate::discovery::{self, Bases};
use crate::keystone::Keystone;
use crate::settings::{ServiceSettings, Settings};
use crate::template::{Placeholder, Template};

/// The key and the service type of the image service.
const IMAGE: &str = "image";

impl Keystone {
    /// The endpoint of a service: the override of the settings with its placeholders filled in, or what the catalog says.
    ///
    /// `service` is its key in the settings and, unless they name another, its type in the catalog.
    ///
    /// # Errors
    /// `Configuration` if the catalog has none that fits, if the URL is none or holds a password, and if it is plain http where the sign-in
    /// is https (see [`Settings::allow_insecure_endpoints`]); and those of signing in.
    pub async fn endpoint(&self, service: &str) -> Result<String> {
        let own = self.settings().services.get(service);
        let (what, url) = match own.and_then(|own| own.endpoint_override.as_deref()).map(str::trim).filter(|url| !url.is_empty()) {
            Some(template) => (format!("the `endpoint_override` of `{service}`"), self.fill(service, template).await?),
            None => (format!("the catalog's endpoint of `{service}`"), self.listed(service, own).await?),
        };
        let parsed = endpoint::parse(&what, &url)?;
        check_transport(self.settings(), &parsed, &what)?;
        Ok(url.trim().to_owned())
    }

    /// The base URL for a client of the image service, version 2: the endpoint without its version.
    ///
    /// An endpoint that ends in `/v2` is taken as it is. Else the service is asked for its versions, once for all clones; where it tells
    /// none, `/v2` is taken to be right below the endpoint.
    ///
    /// # Errors
    /// See [`endpoint`](Self::endpoint); also `Configuration` where the service offers no version 2, and failures that may pass (it does
    /// not answer, or is away).
    pub async fn image_endpoint(&self) -> Result<String> {
        check_version(self.settings().services.get(IMAGE))?;
        let url = self.endpoint(IMAGE).await?;
        let url = endpoint::parse("the endpoint of the image service", &url)?;
        let project = match discovery::may_end_in_project(&url) {
            true => self.token().await?.project_id().map(str::to_owned),
            false => None,
        };
        let signed_in = self.session();
        self.bases().find(&url, project.as_deref(), &signed_in.with_credentials(Anonymous), &signed_in).await
    }

    async fn fill(&self, service: &str, template: &str) -> Result<String> {
        let named = |e: Error| {
            let message = format!("the `endpoint_override` of `{service}`, `{}`: {}", endpoint::shown(template), e.message());
            e.with_message(message)
        };
        let template = Template::parse(template).map_err(named)?;
        if let Some(text) = template.plain() {
            return Ok(text.to_owned());
        }
        let token = self.token().await?;
        let filled = template.fill(|placeholder| {
            match placeholder {
                Placeholder::Project => token.project_id(),
                Placeholder::User => token.user_id(),
            }
            .map(encode_path)
        });
        filled.map_err(named)
    }

    async fn listed(&self, service: &str, own: Option<&ServiceSettings>) -> Result<String> {
        let settings = self.settings();
        let given = |text: Option<&String>| text.map(String::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let service_type = given(own.and_then(|own| own.service_type.as_ref()));
        let name = given(own.and_then(|own| own.service_name.as_ref()));
        let region = given(own.and_then(|own| own.region.as_ref())).or_else(|| given(settings.region.as_ref()));
        let wanted = Wanted {
            service_type: service_type.as_deref().unwrap_or(service),
            name: name.as_deref(),
            interfaces: own.map(|own| own.interfaces.as_slice()).filter(|own| !own.is_empty()).unwrap_or(&settings.interfaces),
            region: region.as_deref(),
        };
        let token = self.token().await?;
        let found = token.catalog().find(&wanted).map(|endpoint| endpoint.url.clone());
        found.map_err(|e| {
            let what = format!("{}; `{service}_endpoint_override` can say where it is", e.message());
            e.with_message(what)
        })
    }
}

/// The base URL for a client of the image service, version 2, at `url`, for `session` without a sign-in: as
/// [`Keystone::image_endpoint`] finds it.
///
/// # Errors
/// `Configuration` if the URL is none, or the service offers no version 2; and failures that may pass.
pub async fn image_base(url: &str, session: &Session) -> Result<String> {
    let url = endpoint::parse("the endpoint of the image service", url)?;
    Bases::default().find(&url, None, &session.with_credentials(Anonymous), session).await
}

/// Refuses plain http where the sign-in is https: a token that came by a safe way is not shown to whoever is on another one.
///
/// What goes to this machine itself, by a tunnel say, passes nobody.
pub(crate) fn check_transport(settings: &Settings, url: &Url, what: &str) -> Result<()> {
    let signs_in_safely = settings.auth_url.trim_start().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    if !signs_in_safely || url.scheme() != "http" || settings.allow_insecure_endpoints || endpoint::is_loopback(url) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        format!(
            "{what}, `{}`, is plain http though the sign-in is https, so everybody on the way could take the token: \
             give an https URL (`endpoint_override`), or set `allow_insecure_endpoints` if this is meant",
            endpoint::shown(url.as_str())
        ),
    ))
}

fn check_version(own: Option<&ServiceSettings>) -> Result<()> {
    let Some(version) = own.and_then(|own| own.api_version.as_deref()).filter(|version| !version.is_empty()) else { return Ok(()) };
    let number = version.trim_start_matches('v');
    if number == "latest" || number.split('.').next() == Some("2") {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Configuration,
        format!("the `api_version` of `{IMAGE}` is `{version}`; only version 2 is spoken here: take it out, or set it to 2"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::{Scope, User};

    fn check(auth_url: &str, url: &str, allowed: bool) -> Result<()> {
        let mut settings = Settings::new(auth_url, User::Id("u".into()), "p", Scope::Default);
        settings.allow_insecure_endpoints = allowed;
        check_transport(&settings, &url.parse().unwrap(), "the endpoint")
    }

    #[test]
    fn plain_http_is_for_those_who_sign_in_so_or_allow_it() {
        assert!(check("http://id", "http://image", false).is_ok());
        assert!(check("https://id", "https://image", false).is_ok());
        assert!(check("https://id", "http://image", true).is_ok());
        for loopback in ["http://localhost:9292", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:9292"] {
            assert!(check("https://id", loopback, false).is_ok(), "{loopback}");
        }
        for url in ["http://image", "http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"] {
            for auth_url in ["https://id", "HTTPS://id", " https://id"] {
                let error = check(auth_url, url, false).unwrap_err();
                assert!(
                    error.kind() == ErrorKind::Configuration && error.to_string().contains("`allow_insecure_endpoints`"),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn only_version_2_is_spoken() {
        let check = |version: &str| {
            let own = ServiceSettings { api_version: Some(version.to_owned()), ..ServiceSettings::default() };
            check_version(Some(&own))
        };
        for version in ["", "2", "2.0", "v2", "2.17", "2.latest", "latest"] {
            assert!(check(version).is_ok(), "{version}");
        }
        for version in ["1", "v1.1", "20", "two"] {
            assert!(check(version).unwrap_err().to_string().contains(&format!("`{version}`")));
        }
    }
}
