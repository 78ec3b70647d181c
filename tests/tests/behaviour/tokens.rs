//! The identity service, call by call.

use anyhow::{Context as _, Result};
use cloudimg_core::Session;
use cloudimg_core::credentials::StaticToken;
use cloudimg_keystone_v3::{Client, types};
use cloudimg_tests::Case;

use crate::support::{refused, says};

/// A token of `user` that nothing else uses, so that it may be revoked.
async fn fresh(case: &Case, user: &str) -> Result<String> {
    Ok(case.target().sign_in(user)?.token().await?.secret().expose().to_owned())
}

/// The identity service for the holder of `token`.
fn holder(case: &Case, token: &str) -> Result<Client> {
    case.target().keystone_with(Session::builder().credentials(StaticToken::new(token)).build()?)
}

/// A request for another token, made from `token`.
fn from_token(token: &str) -> types::Auth {
    types::Auth::new(types::Identity::new([types::AuthMethod::Token]).token(types::TokenMethod::new(token)))
}

#[tokio::test]
async fn versions_of_the_identity_service_are_told_to_anybody() -> Result<()> {
    Case::run(async |case| {
        let client = case.target().keystone_with(Session::builder().build()?)?;
        let versions = client.list_versions().send().await?;
        assert_eq!(versions.status(), 300);
        let listed = versions.into_inner().versions.values;
        let shown = client.show_version().send().await?.into_inner().version;
        assert!(shown.id.starts_with("v3.") && listed.iter().any(|version| version.id == shown.id), "{listed:?}");
        assert_eq!(shown.status, Some(types::VersionStatus::Stable));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_token_tells_what_it_is_good_for() -> Result<()> {
    Case::run(async |case| {
        let client = case.keystone("demo")?;
        let own = fresh(case, "demo").await?;
        let token = client.show_token().x_subject_token(&own).send().await?.into_inner().token;
        assert_eq!(token.user.and_then(|user| user.name).as_deref(), Some("demo"));
        let project = token.project.context("a project")?;
        assert_eq!((project.name.as_deref(), project.id), (Some("demo"), Some(case.project("demo").await?)));
        assert_eq!(token.methods.unwrap_or_default(), [types::AuthMethod::Password]);
        let roles: Vec<_> = token.roles.unwrap_or_default().into_iter().filter_map(|role| role.name).collect();
        assert!(roles.contains(&"member".to_owned()), "{roles:?}");
        let (issued, expires) = (token.issued_at.and_then(|t| t.time()), token.expires_at.and_then(|t| t.time()));
        assert!(issued.is_some() && expires > issued, "{issued:?} {expires:?}");
        assert!(token.catalog.is_some_and(|catalog| catalog.iter().any(|service| service.type_ == "image")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_token_is_told_without_its_catalog_on_request() -> Result<()> {
    Case::run(async |case| {
        let own = fresh(case, "demo").await?;
        let client = holder(case, &own)?;
        let shown = client.show_token().x_subject_token(&own).nocatalog("").send().await?.into_inner().token;
        assert!(shown.catalog.is_none(), "{:?}", shown.catalog);
        let issued = client.issue_token().nocatalog("").body(types::AuthRequest::new(from_token(&own))).send().await?;
        assert!(issued.into_inner().token.catalog.is_none());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tokens_of_others_are_for_administrators() -> Result<()> {
    Case::run(async |case| {
        let theirs = fresh(case, "other").await?;
        let demo = case.keystone("demo")?;
        refused(demo.show_token().x_subject_token(&theirs).send().await, 403);
        refused(demo.check_token().x_subject_token(&theirs).send().await, 403);
        refused(demo.revoke_token().x_subject_token(&theirs).send().await, 403);
        let admin = case.keystone("admin")?;
        let token = admin.show_token().x_subject_token(&theirs).send().await?.into_inner().token;
        assert_eq!(token.user.and_then(|user| user.name).as_deref(), Some("other"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_token_is_checked() -> Result<()> {
    Case::run(async |case| {
        let client = case.keystone("demo")?;
        let own = fresh(case, "demo").await?;
        let checked = client.check_token().x_subject_token(&own).send().await?;
        assert!(checked.status().is_success());
        refused(client.check_token().x_subject_token("unknown").send().await, 404);
        refused(client.show_token().x_subject_token("unknown").send().await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_revoked_token_is_good_for_nothing() -> Result<()> {
    Case::run(async |case| {
        let client = case.keystone("demo")?;
        let token = fresh(case, "demo").await?;
        client.revoke_token().x_subject_token(&token).send().await?;
        refused(client.show_token().x_subject_token(&token).send().await, 404);
        refused(client.revoke_token().x_subject_token(&token).send().await, 404);
        refused(holder(case, &token)?.list_auth_projects().send().await, 401);
        let endpoint = case.sign_in("demo")?.image_endpoint().await?;
        let session = Session::builder().credentials(StaticToken::new(token.as_str())).build()?;
        refused(cloudimg_glance_v2::Client::new(&endpoint, session).list_images().send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_catalog_names_the_services() -> Result<()> {
    Case::run(async |case| {
        let catalog = case.keystone("demo")?.list_auth_catalog().send().await?.into_inner().catalog;
        let image = catalog.iter().find(|service| service.type_ == "image").context("an image service")?;
        let endpoints = image.endpoints.as_deref().unwrap_or_default();
        for interface in types::EndpointInterface::LISTED {
            let endpoint = endpoints.iter().find(|endpoint| endpoint.interface == *interface);
            assert!(endpoint.is_some_and(|e| e.region.as_deref() == Some("RegionOne") && e.url.starts_with("http")), "{interface}");
        }
        assert!(catalog.iter().any(|service| service.type_ == "identity"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn projects_and_domains_of_a_user_are_told() -> Result<()> {
    Case::run(async |case| {
        let client = case.keystone("demo")?;
        let projects = client.list_auth_projects().send().await?.into_inner().projects;
        let demo = projects.iter().find(|project| project.name.as_deref() == Some("demo")).context("the project demo")?;
        assert_eq!((demo.id.clone(), demo.enabled), (case.project("demo").await?, Some(true)));
        // A role in a project is none in its domain.
        client.list_auth_domains().send().await?;
        let nobody = holder(case, "unknown")?;
        refused(nobody.list_auth_projects().send().await, 401);
        refused(nobody.list_auth_domains().send().await, 401);
        refused(nobody.list_auth_catalog().send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_token_without_a_scope_has_no_catalog() -> Result<()> {
    Case::run(async |case| {
        let own = fresh(case, "demo").await?;
        let client = holder(case, &own)?;
        let body = types::AuthRequest::new(from_token(&own).scope(types::ScopeWord::Unscoped));
        let answer = client.issue_token().body(body).send().await?;
        let unscoped = answer.headers().get("x-subject-token").and_then(|value| value.to_str().ok()).context("a token")?.to_owned();
        let token = answer.into_inner().token;
        assert!(token.project.is_none() && token.catalog.is_none(), "{token:?}");
        refused(holder(case, &unscoped)?.list_auth_catalog().send().await, 403);
        assert!(!holder(case, &unscoped)?.list_auth_projects().send().await?.into_inner().projects.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_token_buys_another_one_of_its_own_age() -> Result<()> {
    Case::run(async |case| {
        let own = fresh(case, "demo").await?;
        let client = holder(case, &own)?;
        let first = client.show_token().x_subject_token(&own).send().await?.into_inner().token;
        let project = types::ProjectReference::new().id(case.project("demo").await?);
        let scoped = from_token(&own).scope(types::ScopeTarget::new().project(project));
        let second = client.issue_token().body(types::AuthRequest::new(scoped)).send().await?.into_inner().token;
        assert_eq!(second.expires_at.and_then(|t| t.time()), first.expires_at.and_then(|t| t.time()));
        let methods = second.methods.unwrap_or_default();
        assert!(methods.contains(&types::AuthMethod::Token) && methods.contains(&types::AuthMethod::Password), "{methods:?}");
        let theirs = types::ProjectReference::new().id(case.project("other").await?);
        let foreign = from_token(&own).scope(types::ScopeTarget::new().project(theirs));
        refused(client.issue_token().body(types::AuthRequest::new(foreign)).send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_sign_in_that_says_nothing_is_refused() -> Result<()> {
    Case::run(async |case| {
        let url = case.target().settings("demo")?.auth_url;
        let request = reqwest::Client::new().post(format!("{url}/auth/tokens")).json(&serde_json::json!({"auth": {}}));
        says(crate::support::answer(request).await?, 400, "'identity' is a required property");
        Ok(())
    })
    .await
}
