//! What the identity service has besides tokens: application credentials, and the calls of an IAM.

use cloudimg_keystone_v3::types;
use serde_json::{Value, json};

use crate::story::{Seen, stories};
use crate::world::{World, from};

/// An application credential of `demo`: the ids of the user and of the credential.
async fn made(world: &World) -> (String, String) {
    let user = world.user("demo");
    let body = json!({"application_credential": {"name": world.name("credential")}});
    let path = format!("/users/{user}/application_credentials");
    let made = world.keystone("demo", "POST", &path, body).await;
    (user, made["application_credential"]["id"].as_str().unwrap().to_owned())
}

async fn all(world: &World) -> (String, Vec<String>) {
    let (user, _) = made(world).await;
    let list = world.keystone("demo", "GET", &format!("/users/{user}/application_credentials"), Value::Null).await;
    (user, crate::world::column(&list, "application_credentials", "id"))
}

stories! { STORIES =
    list_projects(s) => async {
        let projects = s.keystone("demo").list_projects().send().await?.into_inner().projects;
        Seen::rows(projects.into_iter().map(|project| project.id), vec![s.world.project("demo")])
    };
    list_application_credentials(s; (user, ids) = all(&s.world)) => async {
        let list = s.keystone("demo").list_application_credentials().user_id(&user).send().await?.into_inner();
        Seen::rows(list.application_credentials.into_iter().map(|credential| credential.id), ids)
    };
    create_application_credential(s) => s.keystone("demo").create_application_credential().user_id(s.world.user("demo")).body(
        from::<types::ApplicationCredentialCreateRequest>(json!({"application_credential": {"name": s.world.name("new")}}))
    ).send();
    delete_application_credential(s; (user, id) = made(&s.world)) =>
        s.keystone("demo").delete_application_credential().user_id(&user).application_credential_id(&id).send();
    create_temporary_access_key(s; token = s.world.token("demo")) => s.keystone("demo").create_temporary_access_key().body(
        from::<types::TemporaryKeyRequest>(json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}}))
    ).send();
    issue_token_by_id_token(s) => s.keystone("demo").issue_token_by_id_token().x_idp_id("idp").body(
        from::<types::IdTokenRequest>(json!({"auth": {"id_token": {"id": "jwt"}}}))
    ).send();
    assume_agency_with_oidc(s) => s.keystone("demo").assume_agency_with_oidc().body(
        from::<types::OidcAgencyRequest>(json!({
            "provider_urn": "iam::d:oidcProvider:idp", "agency_urn": "iam::d:agency:images", "id_token": "jwt",
            "agency_session_name": "s"
        }))
    ).send();
}
