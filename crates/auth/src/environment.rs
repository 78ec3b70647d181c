//! Settings from the `OS_*` variables that an openrc file sets.

use cloudimg_core::{Error, ErrorKind, Result};

use crate::methods::{Domain, Named, Scope, User};
use crate::settings::Settings;

impl Settings {
    /// Settings from the process's environment.
    ///
    /// Read are `OS_AUTH_URL`, `OS_USERNAME` or `OS_USER_ID`, `OS_PASSWORD`, `OS_PROJECT_NAME` or `OS_PROJECT_ID` (or the older
    /// `OS_TENANT_*`), `OS_USER_DOMAIN_*`, `OS_PROJECT_DOMAIN_*`, `OS_DOMAIN_*`, `OS_DEFAULT_DOMAIN*`, `OS_SYSTEM_SCOPE`, `OS_REGION_NAME`, `OS_INTERFACE`
    /// `OS_IMAGE_ENDPOINT_OVERRIDE` and `OS_IMS_ENDPOINT_OVERRIDE`. An empty variable counts as unset.
    ///
    /// # Errors
    /// `Configuration`, naming the variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same from any source of variables.
    ///
    /// # Errors
    /// See [`from_env`](Self::from_env).
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let variables = Variables(variable);
        variables.check_kind()?;
        let auth_url =
            variables.required("OS_AUTH_URL", "the URL of the identity service, such as https://cloud.example/identity/v3")?;
        let user = variables.user()?;
        let password = variables.required("OS_PASSWORD", "the user's password")?;
        let scope = variables.scope()?;
        let mut settings = Self::new(auth_url, user, password, scope);
        settings.region = variables.get("OS_REGION_NAME");
        if let Some(interface) = variables.first(&["OS_INTERFACE", "OS_ENDPOINT_TYPE"]) {
            settings.interfaces = vec![interface.parse()?];
        }
        for (service, variable) in [("image", "OS_IMAGE_ENDPOINT_OVERRIDE"), ("ims", "OS_IMS_ENDPOINT_OVERRIDE")] {
            if let Some(url) = variables.get(variable) {
                settings = settings.with_endpoint(service, url);
            }
        }
        Ok(settings)
    }
}

struct Variables<F>(F);

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name))
    }

    fn required(&self, name: &str, what: &str) -> Result<String> {
        self.get(name).ok_or_else(|| missing(&format!("{name} is not set: it holds {what}")))
    }

    fn check_kind(&self) -> Result<()> {
        match self.get("OS_AUTH_TYPE").as_deref() {
            None | Some("password" | "v3password") => Ok(()),
            Some(other) => Err(missing(&format!(
                "OS_AUTH_TYPE is `{other}`; this version signs in by password only: unset it, or set it to `password`"
            ))),
        }
    }

    fn user(&self) -> Result<User> {
        if let Some(id) = self.get("OS_USER_ID") {
            return Ok(User::Id(id));
        }
        let name = self.required("OS_USERNAME", "the user's name")?;
        let domain = self.domain("OS_USER_DOMAIN").ok_or_else(|| {
            missing("OS_USER_DOMAIN_NAME is not set: a user's name means something within a domain only (often `Default`); OS_USER_DOMAIN_ID or OS_USER_ID do as well")
        })?;
        Ok(User::Name { name, domain: Some(domain) })
    }

    fn scope(&self) -> Result<Scope> {
        if let Some(id) = self.first(&["OS_PROJECT_ID", "OS_TENANT_ID"]) {
            return Ok(Scope::ProjectId(id));
        }
        if let Some(name) = self.first(&["OS_PROJECT_NAME", "OS_TENANT_NAME"]) {
            let domain = self.domain("OS_PROJECT_DOMAIN").ok_or_else(|| {
                missing("OS_PROJECT_DOMAIN_NAME is not set: a project's name means something within a domain only (often `Default`); OS_PROJECT_DOMAIN_ID or OS_PROJECT_ID do as well")
            })?;
            return Ok(Scope::Project { name, domain: Some(domain) });
        }
        if let Some(scope) = self.get("OS_SYSTEM_SCOPE") {
            return match scope.as_str() {
                "all" => Ok(Scope::System),
                other => Err(missing(&format!("OS_SYSTEM_SCOPE is `{other}`; the one value that it may have is `all`"))),
            };
        }
        let domain = self.get("OS_DOMAIN_ID").map(Named::Id).or_else(|| self.get("OS_DOMAIN_NAME").map(Named::Name));
        Ok(domain.map_or(Scope::Default, Scope::Domain))
    }

    /// The domain of a user or project; ids win over names, as in the established tools.
    fn domain(&self, prefix: &str) -> Option<Domain> {
        let id = self.first(&[&format!("{prefix}_ID"), "OS_DEFAULT_DOMAIN_ID", "OS_DEFAULT_DOMAIN"]);
        let name = || self.first(&[&format!("{prefix}_NAME"), "OS_DEFAULT_DOMAIN_NAME", "OS_DOMAIN_NAME"]);
        id.map(Named::Id).or_else(|| name().map(Named::Name))
    }
}

fn missing(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::Method;
    use crate::settings::Interface;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings> {
        Settings::from_variables(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
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
        for (name, value) in [("OS_INTERFACE", "pubic"), ("OS_AUTH_TYPE", "v3totp")] {
            let pairs: Vec<_> = OPENRC.iter().copied().filter(|(n, _)| *n != name).chain([(name, value)]).collect();
            assert!(read(&pairs).unwrap_err().to_string().contains(value));
        }
    }
}
