use std::time::Duration;

use cloudimg_auth::ServiceSettings;
use cloudimg_auth::config::CncSettings;
use cloudimg_core::credentials::CncAkSk;
use cloudimg_core::retry::RetryPolicy;
use cloudimg_core::{Clock, Credentials, Error, ErrorKind, Pace, Result, SessionBuilder, Timeouts};

use super::{Vmp, place};

const ENDPOINT_VARIABLE: &str = "CDNETWORKS_ENDPOINT";

/// How long a call may take if nothing else is said: most of it would be waiting for its turn, and each try has limits of its own.
const LONGEST_CALL: Duration = Duration::from_secs(1800);

/// Configures a [`Vmp`].
#[derive(Debug)]
pub struct VmpBuilder {
    /// The setting that it comes from, and the URL.
    endpoint: (&'static str, String),
    has_credentials: bool,
    /// The keys, if that is what it calls with.
    keys: Option<CncAkSk>,
    session: SessionBuilder,
}

impl Default for VmpBuilder {
    /// CDNetworks, with its pace limit, and half an hour for a call with all its waits; the keys are missing.
    fn default() -> Self {
        Self {
            endpoint: ("endpoint", place::CDNETWORKS.to_owned()),
            has_credentials: false,
            keys: None,
            session: SessionBuilder::default().pace(Pace::cdnetworks()).timeouts(Timeouts::default().with_total(LONGEST_CALL)),
        }
    }
}

impl VmpBuilder {
    /// Signs each call with an access key.
    #[must_use]
    pub fn keys(mut self, keys: CncAkSk) -> Self {
        self.keys = Some(keys.clone());
        self.credentials(keys)
    }

    /// Calls with other credentials.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.has_credentials = true;
        self.session = self.session.credentials(credentials);
        self
    }

    /// The service at this URL: scheme, host and, where it is not the scheme's own, port; `https://api.cdnetworks.com` if not said.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = ("endpoint", url.into());
        self
    }

    /// The service of the sibling brand, `https://open.chinanetcenter.com`.
    #[must_use]
    pub fn sibling(self) -> Self {
        self.endpoint(place::SIBLING)
    }

    /// Another pace limit than CDNetworks', or `None` for no limit at all; [`Pace::cdnetworks`] with an
    /// [`on_wait`](Pace::on_wait) tells of waits.
    #[must_use]
    pub fn pace(mut self, pace: impl Into<Option<Pace>>) -> Self {
        self.session = self.session.pace(pace);
        self
    }

    /// Other limits on time. `total` includes waiting for a turn under the pace limit: a call that would wait longer is refused.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.session = self.session.timeouts(timeouts);
        self
    }

    /// Another retry policy. Looks at what goes on at the service are not repeated: the next one comes in time.
    #[must_use]
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.session = self.session.retry(policy);
        self
    }

    /// Another clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.session = self.session.clock(clock);
        self
    }

    /// Name and version of the program, for the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, product: &str) -> Self {
        self.session = self.session.user_agent(product);
        self
    }

    /// What an entry of clouds.yaml with `auth_type: cnc` says.
    pub(crate) fn of(settings: CncSettings, own: Option<&ServiceSettings>) -> Result<Self> {
        let builder = Self::default().keys(CncAkSk::new(settings.access_key, settings.secret_key)?);
        Ok(match own.and_then(|own| own.endpoint_override.clone()).or(settings.endpoint) {
            Some(url) => builder.endpoint(url),
            None => builder,
        })
    }

    /// The service over connections that are described elsewhere, at its own pace.
    pub(crate) fn build_over(mut self, session: SessionBuilder, timeouts: Option<Timeouts>) -> Result<Vmp> {
        let timeouts = timeouts.unwrap_or_else(|| Timeouts::default().with_total(LONGEST_CALL));
        let credentials = self.keys.take();
        self.session = session.pace(Pace::cdnetworks()).timeouts(timeouts);
        match credentials {
            Some(keys) => self.keys(keys).build(),
            None => self.build(),
        }
    }

    /// The service. Nothing is sent.
    ///
    /// # Errors
    /// `Configuration`, naming what is missing or wrong.
    pub fn build(self) -> Result<Vmp> {
        let (key, url) = &self.endpoint;
        let endpoint = place::endpoint(key, url)?;
        if !self.has_credentials {
            return Err(Error::new(
                ErrorKind::Configuration,
                "`keys` is missing: set an access key and its secret key, by `CncAkSk::new` or `CncAkSk::from_env`",
            ));
        }
        Ok(Vmp::connected(&endpoint, self.session.build()?))
    }
}

/// The service that the environment names; `variable` reads it.
pub(super) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Vmp> {
    let read = |name: &str| {
        let found = variable(name).filter(|value| !value.is_empty());
        found.ok_or_else(|| Error::new(ErrorKind::Configuration, format!("the environment has no {name}, or it is no text")))
    };
    let mut builder = Vmp::builder().keys(CncAkSk::new(read("CDNETWORKS_ACCESS_KEY")?, read("CDNETWORKS_SECRET_KEY")?)?);
    if let Ok(url) = read(ENDPOINT_VARIABLE) {
        builder.endpoint = (ENDPOINT_VARIABLE, url);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Result<Vmp> {
        from_env(|name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
    }

    fn refused(variables: &[(&str, &str)]) -> String {
        let error = given(variables).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.message().to_owned()
    }

    #[test]
    fn the_environment_has_keys_and_may_have_an_endpoint() {
        let (access, secret) = (("CDNETWORKS_ACCESS_KEY", "ak"), ("CDNETWORKS_SECRET_KEY", "hidden"));
        let debug = format!("{:?}", given(&[access, secret]).unwrap());
        assert!(debug.contains(place::CDNETWORKS) && !debug.contains("hidden"), "{debug}");
        let debug = format!("{:?}", given(&[access, secret, (ENDPOINT_VARIABLE, "http://h:1/")]).unwrap());
        assert!(debug.contains("http://h:1\""), "{debug}");
        assert!(given(&[access, secret, (ENDPOINT_VARIABLE, "")]).is_ok());
        assert!(refused(&[access]).contains("CDNETWORKS_SECRET_KEY"));
        assert!(refused(&[secret, ("CDNETWORKS_ACCESS_KEY", "")]).contains("CDNETWORKS_ACCESS_KEY"));
        let told = refused(&[access, secret, (ENDPOINT_VARIABLE, "api.cdnetworks.com")]);
        assert_eq!(told, "`CDNETWORKS_ENDPOINT` is `api.cdnetworks.com`, which has no scheme: write `https://api.cdnetworks.com`");
    }

    #[test]
    fn the_sibling_is_elsewhere_and_keys_must_be_there() {
        let keys = || CncAkSk::new("ak", "sk").unwrap();
        assert!(format!("{:?}", Vmp::builder().keys(keys()).sibling().build().unwrap()).contains(place::SIBLING));
        assert!(Vmp::builder().build().unwrap_err().message().contains("`keys` is missing"));
        assert!(Vmp::builder().keys(keys()).endpoint("host").build().unwrap_err().message().contains("`endpoint`"));
    }
}
