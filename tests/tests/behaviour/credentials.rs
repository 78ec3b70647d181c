//! Application credentials: made, used, listed, deleted.

use anyhow::{Context as _, Result};
use cloudimg::{ApplicationCredential, Cloud, ErrorKind, Method, Named, Scope, Settings, User};
use cloudimg_keystone_v3::types;
use cloudimg_tests::Case;

use crate::support::refused;

type Made = (String, types::ApplicationCredential);

/// Makes a credential as `demo`: the id of the user, and what the service says of it.
async fn make(case: &Case, what: &str, secret: Option<&str>) -> Result<Made> {
    let user = case.sign_in("demo")?.token().await?.user_id().context("a user")?.to_owned();
    let wanted = types::ApplicationCredentialCreate::new(case.name(what));
    let wanted = match secret {
        Some(secret) => wanted.secret(secret),
        None => wanted,
    };
    let body = types::ApplicationCredentialCreateRequest::new(wanted);
    let made = case.keystone("demo")?.create_application_credential().user_id(&user).body(body).send().await?;
    Ok((user, made.into_inner().application_credential))
}

async fn delete(case: &Case, (user, credential): &Made) -> Result<()> {
    let call = case.keystone("demo")?;
    call.delete_application_credential().user_id(user).application_credential_id(&credential.id).send().await?;
    Ok(())
}

/// A cloud that a credential signs in to, with a scope in its settings that it must not ask for.
fn cloud(case: &Case, credential: ApplicationCredential, secret: &str) -> Result<Cloud> {
    let auth_url = case.target().settings("demo")?.auth_url;
    let method = Method::ApplicationCredential { credential, secret: secret.into() };
    Ok(Cloud::builder(Settings::with_methods(auth_url, [method], Scope::ProjectId("ignored".into()))).build()?)
}

#[tokio::test]
async fn a_credential_signs_in_by_its_id_and_by_its_name() -> Result<()> {
    Case::run(async |case| {
        let made = make(case, "named", Some("a-secret-of-ours")).await?;
        let id = ApplicationCredential::Id(made.1.id.clone());
        let by_name = |user| ApplicationCredential::Name { name: case.name("named"), user };
        let demo = User::Name { name: "demo".into(), domain: Some(Named::Name("Default".into())) };
        for credential in [id.clone(), by_name(demo), by_name(User::Id(made.0.clone()))] {
            let cloud = cloud(case, credential, "a-secret-of-ours")?;
            assert_eq!(cloud.project_id().await?, Some(case.project("demo").await?));
            cloud.images().list().id(crate::support::NOBODY).collect().await?;
        }
        let wrong = cloud(case, id.clone(), "another-secret")?;
        refused(wrong.project_id().await, 401);
        delete(case, &made).await?;
        let gone = cloud(case, id, "a-secret-of-ours")?;
        let error = refused(gone.project_id().await, 404);
        assert!(error.message().contains(&made.1.id), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_credential_has_a_secret_once() -> Result<()> {
    Case::run(async |case| {
        let made = make(case, "listed", None).await?;
        let secret = made.1.secret.clone().context("the service makes up a secret")?;
        assert!(secret.expose().len() > 40 && !format!("{:?}", made.1).contains(secret.expose()));
        let roles: Vec<_> = made.1.roles.iter().flatten().filter_map(|role| role.name.as_deref()).collect();
        assert!(roles.contains(&"member"), "{roles:?}");
        assert_eq!(made.1.project_id, Some(case.project("demo").await?));
        let client = case.keystone("demo")?;
        let listed = client.list_application_credentials().user_id(&made.0).name(case.name("listed")).send().await?.into_inner();
        let [one] = listed.application_credentials.as_slice() else { panic!("{listed:?}") };
        assert_eq!((&one.id, &one.secret), (&made.1.id, &None));
        let all = client.list_application_credentials().user_id(&made.0).send().await?.into_inner().application_credentials;
        assert!(all.iter().any(|credential| credential.name.as_deref() == Some("test")), "{all:?}");
        delete(case, &made).await
    })
    .await
}

#[tokio::test]
async fn credentials_are_their_users_business() -> Result<()> {
    Case::run(async |case| {
        let made = make(case, "own", Some("a-secret-of-ours")).await?;
        let error = make(case, "own", None).await.unwrap_err().downcast::<progenitor_client::Error<()>>()?;
        refused::<(), _>(Err(error), 409);
        let other = case.keystone("other")?;
        let wanted = || types::ApplicationCredentialCreateRequest::new(types::ApplicationCredentialCreate::new("x"));
        refused(other.create_application_credential().user_id(&made.0).body(wanted()).send().await, 403);
        refused(other.list_application_credentials().user_id(&made.0).send().await, 403);
        let theirs = other.delete_application_credential().user_id(&made.0).application_credential_id(&made.1.id);
        refused(theirs.send().await, 403);
        // A program that signed in by one makes no others, and deletes none.
        let settings = cloud_settings(case, &made.1.id)?;
        let session = cloudimg_auth::Keystone::new(&cloudimg_core::Session::builder().build()?, settings)?.session();
        let program = case.target().keystone_with(session)?;
        refused(program.create_application_credential().user_id(&made.0).body(wanted()).send().await, 403);
        let own = program.delete_application_credential().user_id(&made.0).application_credential_id(&made.1.id);
        refused(own.send().await, 403);
        delete(case, &made).await?;
        let client = case.keystone("demo")?;
        let again = client.delete_application_credential().user_id(&made.0).application_credential_id(&made.1.id);
        refused(again.send().await, 404);
        Ok(())
    })
    .await
}

fn cloud_settings(case: &Case, id: &str) -> Result<Settings> {
    let auth_url = case.target().settings("demo")?.auth_url;
    let method =
        Method::ApplicationCredential { credential: ApplicationCredential::Id(id.into()), secret: "a-secret-of-ours".into() };
    Ok(Settings::with_methods(auth_url, [method], Scope::Default))
}

#[tokio::test]
async fn an_openrc_file_of_a_credential_is_enough() -> Result<()> {
    Case::run(async |case| {
        let cloud = case.target().cloud("demo-appcred")?;
        assert_eq!(cloud.project_id().await?, Some(case.project("demo").await?));
        let wrong = Cloud::builder(cloud_settings(case, "no-such-credential")?).build()?;
        assert_eq!(refused(wrong.project_id().await, 404).kind(), ErrorKind::NotFound);
        Ok(())
    })
    .await
}
