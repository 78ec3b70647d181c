//! What a test says about users, beside what goes over the wire.

use super::directory::new_id;
use super::lent::Trust;
use crate::server::Sandbox;

/// The users of a sandbox, as somebody sees them who runs its identity service.
#[derive(Debug, Clone, Copy)]
pub struct Users<'s> {
    sandbox: &'s Sandbox,
}

impl<'s> Users<'s> {
    pub(crate) fn new(sandbox: &'s Sandbox) -> Self {
        Self { sandbox }
    }

    /// From now on one of these sets of methods is wanted of `user`, such as `password` with `totp`; whoever comes with less gets a
    /// receipt. None at all means that any method will do again. An unknown user is passed over.
    pub fn require_methods(&self, user: &str, sets: &[&[&str]]) {
        let sets = sets.iter().map(|set| set.iter().map(|method| (*method).to_owned()).collect()).collect();
        if let Some(id) = self.sandbox.user_id(user) {
            self.sandbox.cloud.keystone.factors.require(id, sets);
        }
    }

    /// The passcode of the moment of a user. Before somebody has asked for one, the service does not know the method `totp`, as Keystone does
    /// not unless it is configured. A passcode lasts for half a minute to a minute, and works once.
    #[must_use]
    pub fn passcode(&self, user: &str) -> Option<String> {
        let now = self.sandbox.clock().now();
        Some(self.sandbox.cloud.keystone.factors.passcode(self.sandbox.user_id(user)?, now))
    }

    /// Lets `trustee` act with the roles that `trustor` has in the project of that name, and gives the trust's id.
    #[must_use]
    pub fn lend(&self, trustor: &str, trustee: &str) -> Option<String> {
        let (trustor_id, trustee_id) = (self.sandbox.user_id(trustor)?.to_owned(), self.sandbox.user_id(trustee)?.to_owned());
        let project_id = self.sandbox.project_id(trustor)?.to_owned();
        let id = new_id();
        self.sandbox.cloud.keystone.directory.lent.lend(Trust { id: id.clone(), trustor_id, trustee_id, project_id });
        Some(id)
    }

    /// Makes `user` an administrator of the domain `Default`; nobody is at first.
    pub fn administers_domain(&self, user: &str) {
        if let Some(id) = self.sandbox.user_id(user) {
            self.sandbox.cloud.keystone.directory.administers_domain(id);
        }
    }
}
