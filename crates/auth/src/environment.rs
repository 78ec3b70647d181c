//! Settings from the `OS_*` variables that an openrc file sets.

use cloudimg_core::{Error, ErrorKind, Result};

use crate::config::{Access, Loader};
use crate::settings::Settings;

impl Settings {
    /// Settings from the process's environment: the cloud that its `OS_*` variables make, by the rules of [`config`](crate::config).
    ///
    /// No file is looked at, and `OS_CLOUD` chooses nothing; for those see [`Loader`]. An empty variable counts as unset.
    ///
    /// # Errors
    /// `Configuration`, naming the variable that is missing or wrong, and for a way to sign in that is none of Keystone's.
    pub fn from_env() -> Result<Self> {
        let text =
            |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self::from_variables(std::env::vars_os().filter_map(text))
    }

    /// The same from any variables.
    ///
    /// # Errors
    /// See [`from_env`](Self::from_env).
    pub fn from_variables<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Result<Self> {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        let ours = variables
            .filter(|(name, _): &(String, String)| name.starts_with("OS_") && name != "OS_CLOUD" && name != "OS_CLOUD_NAME");
        let loader = Loader::new().environment(ours).without_files();
        if loader.clouds()?.is_empty() {
            let message =
                "OS_AUTH_URL is not set: it holds the URL of the identity service, such as https://cloud.example/identity/v3";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        match loader.cloud(None, None)?.access()? {
            Access::Keystone(settings) => Ok(settings),
            _ => Err(Error::new(
                ErrorKind::Configuration,
                "OS_AUTH_TYPE names a way to sign in without an identity service; config::Loader reads it, Settings cannot hold it",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::{Method, Named, Scope, User};
    use crate::settings::Interface;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings> {
        Settings::from_variables(pairs.iter().copied())
    }

    const OPENRC: &[(&str, &str)] = &[
        ("OS_AUTH_URL", "http://h/v3"),
        ("OS_USERNAME", "demo"),
        ("OS_PASSWORD", "secret-word"),
        ("OS_PROJECT_NAME", "demo"),
        ("OS_USER_DOMAIN_NAME", "Default"),
        ("OS_PROJECT_DOMAIN_NAME", "Default"),
        ("OS_REGION_NAME", "RegionOne"),
        ("OS_INTERFACE", "internalURL"),
    ];

    #[test]
    fn an_openrc_is_read() {
        let settings = read(OPENRC).unwrap();
        let domain = Some(Named::Name("Default".into()));
        let user = User::Name { name: "demo".into(), domain: domain.clone() };
        assert_eq!(settings.methods, [Method::Password { user, password: "secret-word".into() }]);
        assert_eq!(settings.scope, Scope::Project { name: "demo".into(), domain });
        assert_eq!((settings.region.as_deref(), &settings.interfaces[..]), (Some("RegionOne"), &[Interface::Internal][..]));
        assert!(!format!("{settings:?}").contains("secret-word"));
    }

    #[test]
    fn ids_win_over_names() {
        let mut pairs = OPENRC.to_vec();
        pairs.extend([("OS_USER_ID", "u1"), ("OS_PROJECT_ID", "p1")]);
        let settings = read(&pairs).unwrap();
        let methods = [Method::Password { user: User::Id("u1".into()), password: "secret-word".into() }];
        assert_eq!((&settings.methods[..], settings.scope), (&methods[..], Scope::ProjectId("p1".into())));
    }

    #[test]
    fn each_missing_variable_is_named() {
        for name in ["OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME"] {
            let pairs: Vec<_> = OPENRC.iter().copied().filter(|(n, _)| *n != name).collect();
            let error = read(&pairs).unwrap_err();
            assert!(error.kind() == ErrorKind::Configuration && error.to_string().starts_with(name), "{error}");
        }
        for (name, value) in [("OS_INTERFACE", "pubic"), ("OS_AUTH_TYPE", "v3tootp"), ("OS_AUTH_TYPE", "none")] {
            let pairs: Vec<_> = OPENRC.iter().copied().filter(|(n, _)| *n != name).chain([(name, value)]).collect();
            let error = read(&pairs).unwrap_err().to_string();
            assert!(error.contains(name) && (error.contains(value) || value == "none"), "{error}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_by_its_variable() {
        let told = |pairs: &[(&str, &str)]| read(pairs).unwrap_err().to_string();
        assert_eq!(
            told(&[]),
            "OS_AUTH_URL is not set: it holds the URL of the identity service, such as https://cloud.example/identity/v3"
        );
        assert_eq!(told(&[("OS_CLOUD", "mine"), ("OS_REGION_NAME", "R")]), told(&[]));
        assert_eq!(told(&[("OS_USERNAME", "demo")]), told(&[]));
        assert!(
            told(&[("OS_AUTH_URL", "http://h/v3")])
                .starts_with("OS_USERNAME is not set: it holds the user's name (OS_USER_ID does as well)")
        );
    }

    #[test]
    fn an_application_credential_needs_no_type() {
        let settings = read(&[
            ("OS_AUTH_URL", "http://h/v3"),
            ("OS_APPLICATION_CREDENTIAL_ID", "id"),
            ("OS_APPLICATION_CREDENTIAL_SECRET", "hush"),
            ("OS_IMAGE_ENDPOINT_OVERRIDE", "http://images"),
            ("OS_USERNAME", ""),
        ])
        .unwrap();
        assert!(matches!(settings.methods[..], [Method::ApplicationCredential { .. }]));
        assert_eq!(settings.endpoint_override("image"), Some("http://images"));
    }
}
