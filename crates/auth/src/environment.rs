//! Settings from the `OS_*` variables that an openrc file sets.

use std::collections::BTreeMap;

use cloudimg_core::{Error, ErrorKind, Result};

use crate::methods::Flavour;
use crate::options::{OptionValue, sign_in};
use crate::settings::Settings;

/// The options that variables give: `OS_USERNAME` is `username`.
const OPTIONS: [&str; 23] = [
    "username",
    "user_id",
    "password",
    "project_name",
    "project_id",
    "tenant_name",
    "tenant_id",
    "user_domain_name",
    "user_domain_id",
    "project_domain_name",
    "project_domain_id",
    "default_domain_name",
    "default_domain_id",
    "system_scope",
    "trust_id",
    "token",
    "passcode",
    "auth_methods",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "domain_name",
    "domain_id",
];

/// The variables that mean the same as an option and have another name.
const OTHER_NAMES: [(&str, &str); 2] = [("OS_DEFAULT_DOMAIN", "default_domain_id"), ("OS_AUTH_TOKEN", "token")];

impl Settings {
    /// Settings from the process's environment.
    ///
    /// `OS_AUTH_TYPE` says how to sign in, in the names of [`sign_in`], whose options are the variables: `OS_USERNAME` is `username`. Without it
    /// it is by password. An `OS_DOMAIN_*` beside a project is no second scope: it stands in for the domains of the user and the project. Read are
    /// `OS_AUTH_URL`, `OS_REGION_NAME`, `OS_INTERFACE`, `OS_IMAGE_ENDPOINT_OVERRIDE` and `OS_IMS_ENDPOINT_OVERRIDE` as well. An empty variable counts
    /// as unset.
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
        let auth_url = variables.get("OS_AUTH_URL").ok_or_else(|| {
            wrong("`OS_AUTH_URL` is missing: it holds the URL of the identity service, such as https://cloud.example/identity/v3")
        })?;
        let kind = variables.get("OS_AUTH_TYPE").unwrap_or_else(|| "v3password".to_owned());
        let sign_in = sign_in(&kind, &variables.options(), Flavour::OpenStack).map_err(in_variables)?;
        let mut settings = sign_in.at(auth_url);
        settings.region = variables.get("OS_REGION_NAME");
        if let Some(interface) = variables.get("OS_INTERFACE").or_else(|| variables.get("OS_ENDPOINT_TYPE")) {
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

    fn options(&self) -> BTreeMap<String, OptionValue> {
        let mut options = BTreeMap::new();
        for (variable, option) in OTHER_NAMES {
            options.extend(self.get(variable).map(|value| (option.to_owned(), value.into())));
        }
        for option in OPTIONS {
            options.extend(self.get(&variable(option)).map(|value| (option.to_owned(), value.into())));
        }
        // Many an openrc names the domain of everybody in it this way.
        if ["project_name", "project_id", "tenant_name", "tenant_id"].iter().any(|project| options.contains_key(*project)) {
            let names = [("domain_id", "default_domain_id"), ("domain_name", "default_domain_name")];
            let known = ["user_domain_id", "user_domain_name", "project_domain_id", "project_domain_name"];
            let is_needed = !known.iter().any(|domain| options.contains_key(*domain));
            for (given, meant) in names {
                if let Some(value) = options.remove(given).filter(|_| is_needed || given == "domain_name") {
                    options.entry(meant.to_owned()).or_insert(value);
                }
            }
        }
        options
    }
}

fn variable(option: &str) -> String {
    format!("OS_{}", option.to_uppercase())
}

/// `error` in the names of variables.
fn in_variables(error: Error) -> Error {
    let replaced = OPTIONS.iter().fold(error.message().replace("the sign-in type", "`OS_AUTH_TYPE` is"), |text, option| {
        text.replace(&format!("`{option}`"), &format!("`{}`", variable(option)))
    });
    error.with_message(replaced)
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::{ApplicationCredential, Method, Named, Scope, User};
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
            assert!(error.kind() == ErrorKind::Configuration && error.to_string().starts_with(&format!("`{name}`")), "{error}");
        }
        for (name, value) in [("OS_INTERFACE", "pubic"), ("OS_AUTH_TYPE", "v3kerberos")] {
            let pairs: Vec<_> = OPENRC.iter().copied().filter(|(n, _)| *n != name).chain([(name, value)]).collect();
            assert!(read(&pairs).unwrap_err().to_string().contains(value));
        }
    }

    #[test]
    fn other_ways_to_sign_in_are_read_too() {
        let credential = [
            ("OS_AUTH_URL", "http://h/v3"),
            ("OS_AUTH_TYPE", "v3applicationcredential"),
            ("OS_APPLICATION_CREDENTIAL_ID", "a1"),
            ("OS_APPLICATION_CREDENTIAL_SECRET", "secret-word"),
        ];
        let expected =
            Method::ApplicationCredential { credential: ApplicationCredential::Id("a1".into()), secret: "secret-word".into() };
        assert_eq!(read(&credential).unwrap().methods, [expected]);
        let token = [("OS_AUTH_URL", "http://h"), ("OS_AUTH_TYPE", "token"), ("OS_TOKEN", "t"), ("OS_SYSTEM_SCOPE", "all")];
        let settings = read(&token).unwrap();
        assert_eq!(
            (&settings.methods[..], settings.scope, settings.discover),
            (&[Method::Token("t".into())][..], Scope::System, true)
        );
        let error = read(&credential[..3]).unwrap_err().to_string();
        assert!(error.starts_with("`OS_APPLICATION_CREDENTIAL_SECRET`"), "{error}");
    }

    #[test]
    fn a_domain_beside_a_project_is_that_of_user_and_project_and_other_scopes_collide() {
        let mut pairs: Vec<_> = OPENRC.iter().copied().filter(|(name, _)| !name.contains("DOMAIN")).collect();
        pairs.push(("OS_DOMAIN_NAME", "Account"));
        let domain = Some(Named::Name("Account".into()));
        assert_eq!(read(&pairs).unwrap().scope, Scope::Project { name: "demo".into(), domain });
        pairs.push(("OS_SYSTEM_SCOPE", "all"));
        let error = read(&pairs).unwrap_err().to_string();
        assert!(error.contains("`OS_PROJECT_NAME`") && error.contains("`OS_SYSTEM_SCOPE`"), "{error}");
    }
}
