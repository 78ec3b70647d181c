//! The versions, which come with 300.

use cloudimg::{Error, ErrorKind};

use crate::world::{SignIn, World};

cases!(versions_come_with_300, a_wrong_token_is_of_no_matter_to_the_versions);

async fn versions_come_with_300(world: &World) {
    let client = &world.demo.v2;
    let all = client.list_versions().send().await.unwrap();
    assert_eq!(all.status(), 300);
    let all = all.into_inner().versions;
    assert!(all.len() > 1, "{all:?}");
    for version in all {
        let one = client.show_version().version(version.id.clone().unwrap()).send().await.unwrap();
        assert_eq!(one.status(), 300);
        let one = one.into_inner().versions;
        assert_eq!(one.len(), 1);
        assert_eq!((&one[0].id, &one[0].status), (&version.id, &version.status));
    }
    let error: Error = client.show_version().version("v9").send().await.unwrap_err().into();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some("APIGW.0101")));
}

async fn a_wrong_token_is_of_no_matter_to_the_versions(world: &World) {
    match (world.sign_in, world.stranger.v2.list_versions().send().await) {
        (SignIn::Token, answer) => assert_eq!(answer.unwrap().status(), 300),
        // Who signs has to do it well.
        (SignIn::Keys, answer) => world.is_unknown_caller(&answer.unwrap_err().into()),
    }
}
