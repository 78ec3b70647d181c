//! Signing in through the facade, and what it does when a sign-in fails or ends.

use anyhow::Result;
use cloudimg::config::Loader;
use cloudimg::{Cloud, ErrorKind, Interface, Method, Named, Scope, Settings, User};
use cloudimg_auth::Keystone;
use cloudimg_core::Session;
use cloudimg_tests::Case;

use crate::support::{failed_here, refused};

/// What `user` signs in with, by the same password as `settings`.
fn as_user(settings: &mut Settings, user: User) {
    for method in &mut settings.methods {
        if let Method::Password { user: whom, .. } = method {
            *whom = user.clone();
        }
    }
}

/// What `demo` signs in with, changed.
fn demo(case: &Case, change: impl FnOnce(&mut Settings)) -> Result<Cloud> {
    let mut settings = case.target().settings("demo")?;
    change(&mut settings);
    Ok(Cloud::builder(settings).build()?)
}

#[tokio::test]
async fn an_openrc_file_is_enough() -> Result<()> {
    Case::run(async |case| {
        for user in ["demo", "other", "viewer", "admin"] {
            let project = case.project(user).await?;
            assert_eq!(project.len(), 32, "{user} works in {project}");
        }
        assert_eq!(case.project("viewer").await?, case.project("demo").await?);
        assert_ne!(case.project("other").await?, case.project("demo").await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_wrong_password_is_refused() -> Result<()> {
    Case::run(async |case| {
        let cloud = demo(case, |settings| {
            if let Some(Method::Password { password, .. }) = settings.methods.first_mut() {
                *password = "wrong".into();
            }
        })?;
        let error = refused(cloud.images().list().collect().await, 401);
        assert_eq!(error.message(), "The request you have made requires authentication.");
        assert_eq!(error.operation(), Some("issue_token"));
        assert!(error.request_id().is_some_and(|id| id.starts_with("req-")), "{error:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn unknown_users_projects_and_domains_look_like_a_wrong_password() -> Result<()> {
    Case::run(async |case| {
        let domain = || Some(Named::Name("Default".into()));
        let nobody = demo(case, |settings| as_user(settings, User::Name { name: "nobody".into(), domain: domain() }))?;
        refused(nobody.project_id().await, 401);
        let nowhere = demo(case, |settings| settings.scope = Scope::Project { name: "nowhere".into(), domain: domain() })?;
        refused(nowhere.project_id().await, 401);
        let foreign = demo(case, |settings| settings.scope = Scope::Project { name: "other".into(), domain: domain() })?;
        refused(foreign.project_id().await, 401);
        let no_domain = demo(case, |settings| {
            as_user(settings, User::Name { name: "demo".into(), domain: Some(Named::Name("No such".into())) });
        })?;
        refused(no_domain.project_id().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_region_without_the_service_is_a_wrong_setting() -> Result<()> {
    Case::run(async |case| {
        let cloud = demo(case, |settings| settings.region = Some("Atlantis".into()))?;
        let error = failed_here(cloud.images().list().collect().await, ErrorKind::Configuration);
        assert!(error.message().contains("Atlantis"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_interface_reaches_the_service() -> Result<()> {
    Case::run(async |case| {
        for interface in [Interface::Public, Interface::Internal, Interface::Admin] {
            let cloud = demo(case, |settings| settings.interfaces = vec![interface])?;
            cloud.images().list().id(crate::support::NOBODY).collect().await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_endpoint_may_be_given_with_its_version() -> Result<()> {
    Case::run(async |case| {
        let endpoint = case.sign_in("demo")?.image_endpoint().await?;
        for url in [format!("{endpoint}/v2"), format!("{endpoint}/v2/"), format!("{endpoint}/")] {
            let cloud = demo(case, |settings| {
                settings.services.entry("image".into()).or_default().endpoint_override = Some(url.clone());
            })?;
            assert!(cloud.images().list().id(crate::support::NOBODY).collect().await?.is_empty(), "{url}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_sign_in_without_a_project_sees_no_service() -> Result<()> {
    Case::run(async |case| {
        let cloud = demo(case, |settings| settings.scope = Scope::Unscoped)?;
        assert_eq!(cloud.project_id().await?, None);
        let error = failed_here(cloud.images().list().collect().await, ErrorKind::Configuration);
        assert!(error.message().contains("catalog"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn ids_of_user_and_project_do_as_well_as_names() -> Result<()> {
    Case::run(async |case| {
        let token = case.sign_in("demo")?.token().await?;
        let (user, project) = (token.user_id().unwrap_or_default(), token.project_id().unwrap_or_default());
        let cloud = demo(case, |settings| {
            as_user(settings, User::Id(user.into()));
            settings.scope = Scope::ProjectId(project.into());
        })?;
        assert_eq!(cloud.project_id().await?.as_deref(), Some(project));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_revoked_token_is_renewed_unseen() -> Result<()> {
    Case::run(async |case| {
        let keystone = case.target().sign_in("demo")?;
        let client = case.target().keystone_with(keystone.session())?;
        let before = keystone.token().await?.secret().expose().to_owned();
        client.revoke_token().x_subject_token(&before).send().await?;
        // Not asked of the image service, which goes on for minutes to take a token that it has seen before.
        client.list_auth_projects().send().await?;
        assert_ne!(keystone.token().await?.secret().expose(), before);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_service_that_is_away_is_no_connection() -> Result<()> {
    Case::run(async |case| {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut settings = case.target().settings("demo")?;
        settings.auth_url = format!("http://127.0.0.1:{port}/v3");
        let cloud = Cloud::builder(settings).retry(cloudimg::retry::Never).build()?;
        let error = failed_here(cloud.project_id().await, ErrorKind::Connect);
        assert!(error.is_retryable() && error.message().contains(&port.to_string()), "{error}");
        Ok(())
    })
    .await
}

/// A cloud that `user` signs in to by a token, for a scope.
async fn by_token(case: &Case, user: &str, scope: Scope) -> Result<Cloud> {
    // One that nothing else uses: it is one of the token's own age that comes of it.
    let token = case.target().sign_in(user)?.token().await?.secret().clone();
    let auth_url = case.target().settings(user)?.auth_url;
    Ok(Cloud::builder(Settings::with_methods(auth_url, [Method::Token(token)], scope)).build()?)
}

#[tokio::test]
async fn a_token_signs_in_for_another_scope() -> Result<()> {
    Case::run(async |case| {
        let project = case.project("demo").await?;
        let cloud = by_token(case, "demo", Scope::ProjectId(project.clone())).await?;
        assert_eq!(cloud.project_id().await?, Some(project));
        cloud.images().list().id(crate::support::NOBODY).collect().await?;
        assert_eq!(by_token(case, "demo", Scope::Unscoped).await?.project_id().await?, None);
        let foreign = by_token(case, "demo", Scope::ProjectId(case.project("other").await?)).await?;
        refused(foreign.project_id().await, 401);
        let auth_url = case.target().settings("demo")?.auth_url;
        let unknown = Settings::with_methods(auth_url, [Method::Token("gAAAAABunknown".into())], Scope::Default);
        refused(Cloud::builder(unknown).build()?.project_id().await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_administrator_signs_in_for_the_system_and_nobody_for_a_domain() -> Result<()> {
    Case::run(async |case| {
        let sign_in = |user: &str, scope: Scope| -> Result<Keystone> {
            let mut settings = case.target().settings(user)?;
            settings.scope = scope;
            Ok(Keystone::new(&Session::builder().build()?, settings)?)
        };
        let token = sign_in("admin", Scope::System)?.token().await?;
        assert!(token.project_id().is_none() && !token.catalog().services().is_empty(), "{token:?}");
        refused(sign_in("demo", Scope::System)?.token().await, 401);
        for domain in [Named::Id("default".into()), Named::Name("Default".into()), Named::Name("No such".into())] {
            refused(sign_in("admin", Scope::Domain(domain))?.token().await, 401);
        }
        refused(sign_in("other", Scope::Trust("no-such-trust".into()))?.token().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_service_tells_where_its_version_3_is() -> Result<()> {
    Case::run(async |case| {
        let root = case.target().settings("demo")?.auth_url;
        let root = root.trim_end_matches('/').trim_end_matches("/v3");
        for url in [root.to_owned(), format!("{root}/"), format!("{root}/v3"), format!("{root}/v3/")] {
            let cloud = demo(case, |settings| {
                settings.discover = true;
                settings.auth_url = url.clone();
            })?;
            assert_eq!(cloud.project_id().await?, Some(case.project("demo").await?), "{url}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_token_without_a_catalog_does_where_the_endpoint_is_known() -> Result<()> {
    Case::run(async |case| {
        let endpoint = case.sign_in("demo")?.image_endpoint().await?;
        let cloud = demo(case, |settings| {
            settings.without_catalog = true;
            settings.services.entry("image".into()).or_default().endpoint_override = Some(endpoint.clone());
        })?;
        cloud.images().list().id(crate::support::NOBODY).collect().await?;
        let lost = demo(case, |settings| settings.without_catalog = true)?;
        failed_here(lost.images().list().collect().await, ErrorKind::Configuration);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_methods_prove_the_same_user_twice() -> Result<()> {
    Case::run(async |case| {
        let own = case.target().sign_in("demo")?.token().await?.secret().clone();
        let theirs = case.target().sign_in("other")?.token().await?.secret().clone();
        let cloud = demo(case, |settings| settings.methods.push(Method::Token(own)))?;
        assert_eq!(cloud.project_id().await?, Some(case.project("demo").await?));
        refused(demo(case, |settings| settings.methods.push(Method::Token(theirs)))?.project_id().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_clouds_yaml_is_enough() -> Result<()> {
    Case::run(async |case| {
        let file = case.target().folder().join("clouds.yaml").display().to_string();
        let loader = Loader::new().environment([("OS_CLIENT_CONFIG_FILE", file)]);
        let known = loader.clouds()?;
        for name in ["admin", "demo", "other", "viewer", "demo-appcred"] {
            assert!(known.iter().any(|known| known == name), "{name} is not among {known:?}");
            let cloud = Cloud::configured(&loader.cloud(Some(name), None)?)?.build()?;
            let user = name.trim_end_matches("-appcred");
            assert_eq!(cloud.project_id().await?, Some(case.project(user).await?), "{name}");
            cloud.images().list().id(crate::support::NOBODY).collect().await?;
        }
        Ok(())
    })
    .await
}
