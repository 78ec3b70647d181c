//! From the options of an established client's settings, by their names, to a way of signing in.

use std::collections::BTreeMap;

use cloudimg_core::{Error, ErrorKind, Result, Secret};

use crate::methods::{ApplicationCredential, Domain, Flavour, Method, Named, Scope, User};
use crate::option_value::OptionValue;
use crate::settings::Settings;

/// A way of signing in, as options describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignIn {
    /// How to prove who one is.
    pub methods: Vec<Method>,
    /// What for.
    pub scope: Scope,
    /// See [`Settings::flavour`].
    pub flavour: Flavour,
    /// See [`Settings::discover`].
    pub discover: bool,
    /// See [`Settings::without_catalog`].
    pub without_catalog: bool,
}

impl SignIn {
    /// Settings that sign in this way at `auth_url`.
    #[must_use]
    pub fn at(self, auth_url: impl Into<String>) -> Settings {
        let mut settings = Settings::with_methods(auth_url, self.methods, self.scope).with_flavour(self.flavour);
        settings.discover = self.discover;
        settings.without_catalog = self.without_catalog;
        settings
    }
}

/// Reads a way of signing in from options: those that keystoneauth's plugin `auth_type` has, by the names that it gives them.
///
/// The types are `password` and `token`, which ask the service for its versions first and let it judge names without a domain,
/// `v3password`, `v3token`, `v3applicationcredential`, `v3totp` and `v3multifactor`. Names may be written with hyphens. Options that
/// say nothing about signing in, such as `auth_url`, are passed over. Ids win over names.
///
/// # Errors
/// `Configuration`, naming the option that is missing or wrong, for a type that is not known, and for two scopes at once.
pub fn sign_in(auth_type: &str, options: &BTreeMap<String, OptionValue>, flavour: Flavour) -> Result<SignIn> {
    let options = Options::new(options);
    let (discover, methods) = match auth_type {
        "password" => (true, vec![options.password()?]),
        "token" => (true, vec![options.token()?]),
        "v3password" => (false, vec![options.password()?]),
        "v3token" => (false, vec![options.token()?]),
        "v3applicationcredential" => (false, vec![options.application_credential()?]),
        "v3totp" => (false, vec![options.totp()?]),
        "v3multifactor" => (false, options.several()?),
        other => return Err(wrong(format!("the sign-in type `{other}` is not known; known are: {}", KNOWN.join(", ")))),
    };
    if !discover {
        options.check_domains(flavour)?;
    }
    let scope = options.scope()?;
    Ok(SignIn { methods, scope, flavour, discover, without_catalog: options.flag("include_catalog") == Some(false) })
}

/// The types that [`sign_in`] knows.
const KNOWN: [&str; 7] = ["password", "token", "v3password", "v3token", "v3applicationcredential", "v3totp", "v3multifactor"];

struct Options(BTreeMap<String, OptionValue>);

impl Options {
    fn new(options: &BTreeMap<String, OptionValue>) -> Self {
        Self(options.iter().map(|(name, value)| (name.replace('-', "_"), value.clone())).collect())
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        match self.0.get(name) {
            Some(OptionValue::Text(text)) if !text.expose().is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.secret(name).map(|text| text.expose().to_owned())
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            OptionValue::Flag(flag) => Some(*flag),
            OptionValue::Text(text) => Some(!matches!(text.expose().to_lowercase().as_str(), "false" | "no" | "off" | "0" | "")),
            OptionValue::List(_) => None,
        }
    }

    fn required(&self, name: &str, what: &str) -> Result<Secret> {
        self.secret(name).ok_or_else(|| missing(name, what))
    }

    fn named(&self, id: &[&str], name: &[&str]) -> Option<Named> {
        self.first(id).map(Named::Id).or_else(|| self.first(name).map(Named::Name))
    }

    fn user(&self) -> Option<User> {
        if let Some(id) = self.text("user_id") {
            return Some(User::Id(id));
        }
        let name = self.first(&["username", "user_name"])?;
        Some(User::Name {
            name,
            domain: self.named(&["user_domain_id", "default_domain_id"], &["user_domain_name", "default_domain_name"]),
        })
    }

    fn required_user(&self) -> Result<User> {
        self.user().ok_or_else(|| missing("username", "the user's name (`user_id` does as well)"))
    }

    fn password(&self) -> Result<Method> {
        Ok(Method::Password { user: self.required_user()?, password: self.required("password", "the user's password")? })
    }

    fn token(&self) -> Result<Method> {
        Ok(Method::Token(self.required("token", "the token to sign in with")?))
    }

    fn application_credential(&self) -> Result<Method> {
        let secret = self.required("application_credential_secret", "the secret of the application credential")?;
        if let Some(id) = self.text("application_credential_id") {
            return Ok(Method::ApplicationCredential { credential: ApplicationCredential::Id(id), secret });
        }
        let name = self.text("application_credential_name").ok_or_else(|| {
            missing(
                "application_credential_id",
                "the id of the application credential (`application_credential_name` does as well)",
            )
        })?;
        let user = self.user().ok_or_else(|| {
            missing("username", "who made the application credential, whose name means something for its user only (`user_id` does as well, or `application_credential_id` alone)")
        })?;
        Ok(Method::ApplicationCredential { credential: ApplicationCredential::Name { name, user }, secret })
    }

    fn totp(&self) -> Result<Method> {
        Ok(Method::Totp { user: self.required_user()?, passcode: self.required("passcode", "the passcode of the moment")? })
    }

    fn several(&self) -> Result<Vec<Method>> {
        let names = match self.0.get("auth_methods") {
            Some(OptionValue::List(names)) => names.clone(),
            Some(OptionValue::Text(names)) => names.expose().split(',').map(|name| name.trim().to_owned()).collect(),
            _ => Vec::new(),
        };
        let names: Vec<_> = names.iter().filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            return Err(missing("auth_methods", "the methods to sign in with, such as v3password and v3totp"));
        }
        let method = |name: &&String| match name.strip_prefix("v3").unwrap_or(name) {
            "password" => self.password(),
            "token" => self.token(),
            "applicationcredential" => self.application_credential(),
            "totp" => self.totp(),
            _ => Err(wrong(format!(
                "`auth_methods` names `{name}`; it may hold v3password, v3token, v3applicationcredential and v3totp"
            ))),
        };
        names.iter().map(method).collect()
    }

    /// The rule of version 3 that established clients hold to, also where an id makes the name needless.
    fn check_domains(&self, flavour: Flavour) -> Result<()> {
        let default = self.named(&["default_domain_id"], &["default_domain_name"]).is_some();
        let has_domain = |kind: &str| {
            let (id, name) = (format!("{kind}_domain_id"), format!("{kind}_domain_name"));
            default || self.first(&[&id, &name]).is_some()
        };
        if self.first(&["username", "user_name"]).is_some() && !has_domain("user") {
            return Err(missing(
                "user_domain_name",
                "the domain within which the user's name means something, often `Default` (`user_domain_id` does as well, or `user_id` without a name)",
            ));
        }
        let names_project = self.first(&["project_name", "tenant_name"]).is_some();
        if names_project && !has_domain("project") && flavour != Flavour::Huawei {
            return Err(missing(
                "project_domain_name",
                "the domain within which the project's name means something, often `Default` (`project_domain_id` does as well, or `project_id` without a name)",
            ));
        }
        Ok(())
    }

    fn scope(&self) -> Result<Scope> {
        let project = self.first(&["project_id", "tenant_id"]).map(Scope::ProjectId).or_else(|| {
            let name = self.first(&["project_name", "tenant_name"])?;
            let domain = self.project_domain();
            Some(Scope::Project { name, domain })
        });
        let domain = self.named(&["domain_id"], &["domain_name"]).map(Scope::Domain);
        let system = match self.text("system_scope") {
            Some(all) if all == "all" => Some(Scope::System),
            Some(other) => return Err(wrong(format!("`system_scope` is `{other}`; the one value that it may have is `all`"))),
            None => None,
        };
        let trust = self.text("trust_id").map(Scope::Trust);
        let unscoped = self.flag("unscoped").filter(|unscoped| *unscoped).map(|_| Scope::Unscoped);
        let mut wanted = [project, domain, system, trust, unscoped].into_iter().flatten();
        match (wanted.next(), wanted.next()) {
            (Some(first), Some(second)) => {
                let (first, second) = (option_of(&first), option_of(&second));
                Err(wrong(format!("`{first}` and `{second}` ask for two scopes; a token has one: leave one of them out")))
            }
            (scope, _) => Ok(scope.unwrap_or_default()),
        }
    }

    fn project_domain(&self) -> Option<Domain> {
        self.named(&["project_domain_id", "default_domain_id"], &["project_domain_name", "default_domain_name"])
    }
}

/// The option that most likely asked for a scope.
fn option_of(scope: &Scope) -> &'static str {
    match scope {
        Scope::ProjectId(_) => "project_id",
        Scope::Project { .. } => "project_name",
        Scope::Domain(Named::Id(_)) => "domain_id",
        Scope::Domain(Named::Name(_)) => "domain_name",
        Scope::System => "system_scope",
        Scope::Trust(_) => "trust_id",
        Scope::Unscoped | Scope::Default => "unscoped",
    }
}

fn missing(name: &str, what: &str) -> Error {
    wrong(format!("`{name}` is missing: it holds {what}"))
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
