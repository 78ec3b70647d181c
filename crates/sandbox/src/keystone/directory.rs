//! Who exists: users, projects, roles, application credentials, the catalog.

use std::sync::{Mutex, PoisonError};

use super::lent::{AppCredential, Lent};
use crate::json::{Json, object};

/// The one domain.
pub(crate) const DOMAIN_ID: &str = "default";
pub(crate) const DOMAIN_NAME: &str = "Default";
pub(crate) const REGION: &str = "RegionOne";

/// Roles and, through `IMPLIED`, what each brings with it.
const ROLES: [&str; 5] = ["admin", "manager", "member", "reader", "service"];
const IMPLIED: [(&str, &str); 3] = [("admin", "manager"), ("manager", "member"), ("member", "reader")];

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) password: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Debug)]
struct Service {
    id: String,
    kind: &'static str,
    name: &'static str,
    url: String,
    endpoint_ids: [String; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    Project(&'a str),
    System,
    /// The one domain.
    Domain,
}

#[derive(Debug)]
struct Grant {
    user_id: String,
    /// `None` is the whole system.
    project_id: Option<String>,
    role: &'static str,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) users: Vec<User>,
    pub(crate) projects: Vec<Project>,
    pub(crate) roles: Vec<Role>,
    /// What every sandbox has from the beginning.
    pub(crate) app_credential: AppCredential,
    pub(crate) lent: Lent,
    /// The ids of those who administer the domain.
    domain_admins: Mutex<Vec<String>>,
    grants: Vec<Grant>,
    services: Vec<Service>,
}

pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

impl Directory {
    /// The users and projects of every sandbox; all users have the same password.
    pub(crate) fn new(password: &str, identity_url: &str, image_url: &str, object_url: Option<&str>) -> Self {
        let user = |name: &str| User { id: new_id(), name: name.to_owned(), password: password.to_owned() };
        let project = |name: &str, description| Project { id: new_id(), name: name.to_owned(), description };
        let users = vec![user("admin"), user("demo"), user("other"), user("viewer")];
        let projects =
            vec![project("admin", "Bootstrap project for initializing the cloud."), project("demo", ""), project("other", "")];
        let roles = ROLES.map(|name| Role { id: new_id(), name: name.to_owned() }).to_vec();
        let grant = |u: usize, p: Option<usize>, role| Grant {
            user_id: users[u].id.clone(),
            project_id: p.map(|p| projects[p].id.clone()),
            role,
        };
        let grants = vec![
            grant(0, Some(0), "admin"),
            grant(0, None, "admin"),
            grant(1, Some(1), "member"),
            grant(2, Some(2), "member"),
            grant(3, Some(1), "reader"),
        ];
        let app_credential = AppCredential {
            id: new_id(),
            name: "test".to_owned(),
            secret: format!("appcred-{password}"),
            description: None,
            user_id: users[1].id.clone(),
            project_id: Some(projects[1].id.clone()),
            expires_at: None,
            unrestricted: None,
        };
        let service = |kind, name, url: &str| Service {
            id: new_id(),
            kind,
            name,
            url: url.to_owned(),
            endpoint_ids: [new_id(), new_id(), new_id()],
        };
        let mut services = vec![service("identity", "keystone", identity_url), service("image", "glance", image_url)];
        // As Huawei Cloud and Open Telekom Cloud list it.
        services.extend(object_url.map(|url| service("object", "obs", url)));
        let lent = Lent::new(app_credential.clone());
        Self { users, projects, roles, app_credential, lent, domain_admins: Mutex::default(), grants, services }
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|u| u.id == id)
    }

    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|u| u.name == name)
    }

    pub(crate) fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|p| p.id == id)
    }

    pub(crate) fn project_named(&self, name: &str) -> Option<&Project> {
        self.projects.iter().find(|p| p.name == name)
    }

    /// The roles that an application credential lends: those of its user in its project, all of them.
    pub(crate) fn roles_lent(&self, credential: &AppCredential) -> Vec<&Role> {
        credential.project_id.as_deref().map(|id| self.roles(&credential.user_id, Target::Project(id))).unwrap_or_default()
    }

    pub(crate) fn administers_domain(&self, user_id: &str) {
        self.domain_admins.lock().unwrap_or_else(PoisonError::into_inner).push(user_id.to_owned());
    }

    fn is_domain_admin(&self, user_id: &str) -> bool {
        self.domain_admins.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|id| id == user_id)
    }

    /// The roles of a user there, with those they imply.
    pub(crate) fn roles(&self, user_id: &str, target: Target<'_>) -> Vec<&Role> {
        let mut names: Vec<&str> = self
            .grants
            .iter()
            .filter(|g| g.user_id == user_id)
            .filter(|g| match target {
                Target::Project(id) => g.project_id.as_deref() == Some(id),
                Target::System => g.project_id.is_none(),
                Target::Domain => false,
            })
            .map(|g| g.role)
            .collect();
        if target == Target::Domain && self.is_domain_admin(user_id) {
            names.push("admin");
        }
        for (role, implied) in IMPLIED {
            if names.contains(&role) && !names.contains(&implied) {
                names.push(implied);
            }
        }
        self.roles.iter().filter(|r| names.contains(&r.name.as_str())).collect()
    }

    /// The projects in which a user has a role.
    pub(crate) fn projects_of(&self, user_id: &str) -> Vec<&Project> {
        self.projects.iter().filter(|p| !self.roles(user_id, Target::Project(&p.id)).is_empty()).collect()
    }

    /// The service catalog.
    pub(crate) fn catalog(&self) -> Json {
        let services = self.services.iter().map(|service| {
            let endpoints = ["public", "internal", "admin"].iter().zip(&service.endpoint_ids).map(|(interface, id)| {
                object([
                    ("id", id.as_str().into()),
                    ("interface", (*interface).into()),
                    ("region_id", REGION.into()),
                    ("url", service.url.as_str().into()),
                    ("region", REGION.into()),
                ])
            });
            object([
                ("endpoints", Json::List(endpoints.collect())),
                ("id", service.id.as_str().into()),
                ("type", service.kind.into()),
                ("name", service.name.into()),
            ])
        });
        Json::List(services.collect())
    }
}

/// `{"id": "default", "name": "Default"}`
pub(crate) fn domain() -> Json {
    object([("id", DOMAIN_ID.into()), ("name", DOMAIN_NAME.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_bring_others_with_them() {
        let directory = Directory::new("pw", "http://i/v3", "http://g", None);
        let names = |user: &str, target| -> Vec<String> {
            let user = directory.user_named(user).unwrap();
            directory.roles(&user.id, target).iter().map(|r| r.name.clone()).collect()
        };
        let demo = Target::Project(&directory.project_named("demo").unwrap().id);
        assert_eq!(names("demo", demo), ["member", "reader"]);
        assert_eq!(names("viewer", demo), ["reader"]);
        assert_eq!(names("admin", Target::System), ["admin", "manager", "member", "reader"]);
        assert!(names("other", demo).is_empty());
    }
}
