//! Who may call: by token, by access key, and what only one of the two can.

use cloudimg::credentials::AkSk;
use cloudimg::ims::Ims;
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};
use cloudimg_core::Session;
use cloudimg_core::credentials::StaticToken;

use crate::world::{SignIn, World, keys, refused, rhythm};

#[tokio::test]
async fn a_sign_in_at_the_identity_service_is_enough() {
    let world = World::start(SignIn::Token).await;
    let sandbox = &world.sandbox;
    let cloud = |password: &str| -> Ims {
        let settings = settings(sandbox, password).with_endpoint("ims", format!("{}/v2", sandbox.ims_url()));
        Cloud::builder(settings).build().unwrap().ims().with_rhythm(rhythm())
    };
    let ims = cloud(sandbox.password());
    assert_eq!(ims.project_id().await.unwrap(), world.demo.project);
    let id = world.demo.server_image("seen by both").await;
    assert!(ims.images().get(&id).await.is_ok());
    assert_eq!(cloud("wrong").images().get(&id).await.unwrap_err().kind(), ErrorKind::AuthFailed);
}

fn settings(sandbox: &cloudimg_sandbox::Sandbox, password: &str) -> Settings {
    let (name, domain) = ("demo".to_owned(), Some(Named::Id("default".to_owned())));
    let project = Scope::Project { name: name.clone(), domain: domain.clone() };
    Settings::new(sandbox.auth_url(), User::Name { name, domain }, password, project)
}

#[tokio::test]
async fn both_see_the_same() {
    let (by_token, by_keys) = (World::start(SignIn::Token).await, World::start(SignIn::Keys).await);
    for world in [&by_token, &by_keys] {
        let id = world.demo.server_image("one").await;
        let builder = crate::world::builder(&world.sandbox, &world.demo.project);
        let twin = match world.sign_in {
            SignIn::Token => builder.keys(keys(&world.sandbox, "demo")),
            SignIn::Keys => builder.token(world.demo.token.clone()),
        };
        let twin = twin.build().unwrap();
        assert_eq!(twin.images().get(&id).await.unwrap(), world.demo.ims.images().get(&id).await.unwrap());
        world.is_unknown_caller(&world.stranger.ims.images().get(&id).await.unwrap_err());
    }
}

#[tokio::test]
async fn keys_work_in_the_projects_of_their_user_only() {
    let world = World::start(SignIn::Keys).await;
    let (access, secret) = world.sandbox.access_key("demo").unwrap();
    let keys = AkSk::builder(access, secret).project_id(&world.other.project).build().unwrap();
    let ims = crate::world::builder(&world.sandbox, &world.other.project).keys(keys).build().unwrap();
    assert_eq!(refused(ims.quota().await, "APIGW.0302").kind(), ErrorKind::Forbidden);
}

#[tokio::test]
async fn data_goes_up_by_token_and_not_by_keys() {
    let world = World::start(SignIn::Token).await;
    let data = vec![7; (12 << 20) + 1];
    let url = world.sandbox.ims_url();
    let by = |session: Session| cloudimg_glance_v2::Client::new(&url, session);
    let time = || crate::world::Time(world.sandbox.clock().clone());
    let signed = by(Session::builder().credentials(keys(&world.sandbox, "demo")).clock(time()).build().unwrap());
    let token = by(Session::builder().credentials(StaticToken::new(world.demo.token.clone())).clock(time()).build().unwrap());
    let id = world.demo.queued_image(&world.sandbox, "large").await;
    let by_keys = signed.upload_image_data().image_id(&id).body(data.clone()).send().await;
    let error: cloudimg::Error = by_keys.unwrap_err().into();
    assert_eq!((error.kind(), error.status()), (ErrorKind::AuthFailed, Some(401)), "{error:?}");
    token.upload_image_data().image_id(&id).body(data).send().await.unwrap();
    assert_eq!(world.demo.ims.images().get(&id).await.unwrap().status, cloudimg::ims::ImageStatus::Active);
}
