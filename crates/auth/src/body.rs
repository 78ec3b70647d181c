//! What is sent to sign in.

use cloudimg_keystone_v3::types;

use crate::methods::{ApplicationCredential, Domain, Method, Named, Scope, User};
use crate::settings::Settings;

/// The request for a token of the scope that `settings` want, by `methods`.
pub(crate) fn auth_request(settings: &Settings, methods: &[Method]) -> types::AuthRequest {
    let identity = types::Identity::new(methods.iter().map(name).collect::<Vec<_>>());
    let auth = types::Auth::new(methods.iter().fold(identity, with));
    types::AuthRequest::new(match scope(&settings.scope).filter(|_| !brings_scope(settings, methods)) {
        Some(scope) => auth.scope(scope),
        None => auth,
    })
}

/// Whether the scope comes with what is signed in with: asking for one is refused then.
fn brings_scope(settings: &Settings, methods: &[Method]) -> bool {
    let brings = settings.methods.iter().chain(methods).any(|method| matches!(method, Method::ApplicationCredential { .. }));
    if brings && settings.scope != Scope::Default {
        tracing::debug!(scope = ?settings.scope, "an application credential has a scope of its own: the one of the settings is not asked for");
    }
    brings
}

fn name(method: &Method) -> types::AuthMethod {
    match method {
        Method::Password { .. } => types::AuthMethod::Password,
        Method::Token(_) => types::AuthMethod::Token,
        Method::ApplicationCredential { .. } => types::AuthMethod::ApplicationCredential,
        Method::Totp { .. } => types::AuthMethod::Totp,
        Method::AssumeRole { .. } => types::AuthMethod::AssumeRole,
    }
}

fn with(identity: types::Identity, method: &Method) -> types::Identity {
    match method {
        Method::Password { user, password } => {
            let proof = types::PasswordUser::new(password.clone());
            identity.password(types::PasswordMethod::new(match user {
                User::Id(id) => proof.id(id),
                User::Name { name, domain: Some(domain) } => proof.name(name).domain(domain_reference(domain)),
                User::Name { name, domain: None } => proof.name(name),
            }))
        }
        Method::Token(token) => identity.token(types::TokenMethod::new(token.clone())),
        Method::ApplicationCredential { credential, secret } => {
            let proof = types::ApplicationCredentialMethod::new(secret.clone());
            identity.application_credential(match credential {
                ApplicationCredential::Id(id) => proof.id(id),
                ApplicationCredential::Name { name, user } => proof.name(name).user(user_reference(user)),
            })
        }
        Method::Totp { user, passcode } => {
            let proof = types::TotpUser::new(passcode.clone());
            identity.totp(types::TotpMethod::new(match user {
                User::Id(id) => proof.id(id),
                User::Name { name, domain: Some(domain) } => proof.name(name).domain(domain_reference(domain)),
                User::Name { name, domain: None } => proof.name(name),
            }))
        }
        Method::AssumeRole { domain, agency } => {
            let lent = types::AssumeRoleMethod::new(agency);
            identity.assume_role(match domain {
                Named::Id(id) => lent.domain_id(id),
                Named::Name(name) => lent.domain_name(name),
            })
        }
    }
}

fn scope(scope: &Scope) -> Option<types::Scope> {
    let (project, target) = (types::ProjectReference::default(), types::ScopeTarget::default());
    Some(types::Scope::Target(match scope {
        Scope::Default => return None,
        Scope::Unscoped => return Some(types::ScopeWord::Unscoped.into()),
        Scope::ProjectId(id) => target.project(project.id(id)),
        Scope::Project { name, domain: Some(domain) } => target.project(project.name(name).domain(domain_reference(domain))),
        Scope::Project { name, domain: None } => target.project(project.name(name)),
        Scope::Domain(domain) => target.domain(domain_reference(domain)),
        Scope::System => target.system(types::SystemScope::default().all(true)),
        Scope::Trust(id) => target.os_trust_trust(types::TrustReference::default().id(id)),
    }))
}

fn user_reference(user: &User) -> types::UserReference {
    let reference = types::UserReference::default();
    match user {
        User::Id(id) => reference.id(id),
        User::Name { name, domain: Some(domain) } => reference.name(name).domain(domain_reference(domain)),
        User::Name { name, domain: None } => reference.name(name),
    }
}

fn domain_reference(domain: &Domain) -> types::DomainReference {
    let reference = types::DomainReference::default();
    match domain {
        Named::Id(id) => reference.id(id),
        Named::Name(name) => reference.name(name),
    }
}
