//! Who signs in, how, and what for.

use cloudimg_core::Secret;

/// A thing that is meant by its id or by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id(String),
    /// By its name, which is unique within its domain only.
    Name(String),
}

/// A domain, by id or name. Huawei Cloud and its relatives call it an account.
pub type Domain = Named;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum User {
    /// The user with this id.
    Id(String),
    /// The user of this name.
    Name {
        /// The user's name.
        name: String,
        /// The user's domain. A service that speaks version 3 of the Identity API refuses a name without one, as a rule.
        domain: Option<Domain>,
    },
}

/// An application credential.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplicationCredential {
    /// The one with this id.
    Id(String),
    /// The one of this name, among those of its user.
    Name {
        /// The credential's name.
        name: String,
        /// The user who made it.
        user: User,
    },
}

/// A way to prove who one is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// A user with a password.
    Password {
        /// The user.
        user: User,
        /// The user's password.
        password: Secret,
    },
    /// A token that one has already: mostly to change its scope. The new token ends no later than the old one.
    Token(Secret),
    /// An application credential. It brings its scope with it, so that of the settings is not asked for.
    ApplicationCredential {
        /// Which one.
        credential: ApplicationCredential,
        /// Its secret.
        secret: Secret,
    },
    /// A passcode of the moment (RFC 6238). It works once: for a sign-in that renews itself, give it when it is asked for, by
    /// [`Settings::on_more_methods`](crate::Settings::on_more_methods).
    Totp {
        /// The user.
        user: User,
        /// The digits.
        passcode: Secret,
    },
    /// An agency of Huawei Cloud and its relatives: the rights that another account has lent.
    AssumeRole {
        /// The account that lends.
        domain: Domain,
        /// The agency's name.
        agency: String,
    },
}

impl Method {
    /// What nobody else may know of it.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Password { password: secret, .. }
            | Self::Token(secret)
            | Self::ApplicationCredential { secret, .. }
            | Self::Totp { passcode: secret, .. } => Some(secret),
            Self::AssumeRole { .. } => None,
        }
    }

    /// Its name in the Identity API.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Token(_) => "token",
            Self::ApplicationCredential { .. } => "application_credential",
            Self::Totp { .. } => "totp",
            Self::AssumeRole { .. } => "assume_role",
        }
    }
}

/// What the token is to be good for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The project with this id.
    ProjectId(String),
    /// The project of this name.
    Project {
        /// The project's name.
        name: String,
        /// The project's domain; Huawei Cloud and its relatives need none.
        domain: Option<Domain>,
    },
    /// A domain.
    Domain(Domain),
    /// The whole system.
    System,
    /// The trust with this id, by which another user lends roles.
    Trust(String),
    /// Nothing, even where the user has a default project.
    Unscoped,
    /// Whatever the service takes where nothing is asked for: the user's default project, if there is one.
    #[default]
    Default,
}

/// Whose Identity service it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flavour {
    /// Keystone, or what behaves as it does.
    #[default]
    OpenStack,
    /// The IAM of Huawei Cloud and its relatives, such as Open Telekom Cloud: a project's name is that of its region and needs no domain.
    Huawei,
}
