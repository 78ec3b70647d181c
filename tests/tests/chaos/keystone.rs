//! The identity service.

use cloudimg_keystone_v3::types;

use crate::story::{Seen, stories};
use crate::world::from;

stories! { STORIES =
    list_versions(s) => s.keystone("demo").list_versions().send();
    show_version(s) => s.keystone("demo").show_version().send();
    show_token(s; token = s.world.token("demo")) => s.keystone("demo").show_token().x_subject_token(token).send();
    issue_token(s) => s.keystone("demo").issue_token().body(from::<types::AuthRequest>(s.world.sign_in("demo"))).send();
    revoke_token(s; token = s.world.token("demo")) => s.keystone("demo").revoke_token().x_subject_token(token).send();
    check_token(s; token = s.world.token("demo")) => s.keystone("demo").check_token().x_subject_token(token).send();
    list_auth_catalog(s) => s.keystone("demo").list_auth_catalog().send();
    list_auth_projects(s) => async {
        let projects = s.keystone("demo").list_auth_projects().send().await?.into_inner().projects;
        Seen::rows(projects.into_iter().map(|project| project.id), vec![s.world.project("demo")])
    };
    list_auth_domains(s) => s.keystone("demo").list_auth_domains().send();
}
