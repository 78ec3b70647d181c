//! What the facade makes of the calls: signing in, lists with conditions, names, bytes up and down, jobs to their end.

use cloudimg::glance::{ImageData, ImageSortKey, SortDirection};
use cloudimg::ims::CreateImageFromServer;
use cloudimg::vmp::ImageState;
use cloudimg_sandbox::Vmp;
use serde_json::json;

use crate::glance::data::whole;
use crate::story::{Seen, stories};
use crate::world::{BYTES, SOMETHING, World};

/// Five images with two tags, among others, by name.
async fn five(world: &World) -> (String, Vec<String>) {
    let (tag, mut ids) = (world.name("tag:"), Vec::new());
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(world.image(json!({"name": name, "tags": [tag, "also"]})).await);
        world.image(json!({"name": name, "tags": [tag]})).await;
    }
    (tag, ids)
}

async fn named(world: &World) -> (String, String) {
    let name = world.name("named:");
    let id = world.image(json!({"name": name})).await;
    (name, id)
}

stories! { KEYSTONE =
    issue_token(s) => async {
        let project = s.signing_in().project_id().await?;
        Seen::same(project, Some(s.world.project("demo")))
    };
    issue_token(s; (name, id) = named(&s.world)) => async {
        let image = s.signing_in().images().find(&name).await?;
        Seen::same(image.id, id)
    };
}

stories! { GLANCE =
    list_images(s; (tag, ids) = five(&s.world)) => async {
        let list = s.cloud().images().list().tag(tag).tag("also").with_page_size(2);
        let list = list.sort(ImageSortKey::DiskFormat, SortDirection::Asc).sort(ImageSortKey::Name, SortDirection::Asc);
        Seen::rows(list.collect().await?.into_iter().map(|image| image.id), ids)
    };
    show_image(s; (name, id) = named(&s.world)) => async {
        let image = s.cloud().images().find(&name).await?;
        Seen::same(image.id, id)
    };
    #[once] upload_image_data(s; id = s.world.queued()) => async {
        let body = ImageData::stream(futures::stream::iter([Ok::<_, std::io::Error>(BYTES.into())]), BYTES.len() as u64);
        s.cloud().images().upload(&id, body).await.map(|_| Seen::Done)
    };
    download_image_data(s; id = s.world.active()) => async {
        let download = s.cloud().images().download(&id).await?;
        let md5 = download.checksum().map(str::to_owned);
        whole(&download.bytes(1 << 20).await?, md5.as_deref())
    };
}

stories! { IMS =
    list_images(s; (name, ids) = s.world.listed()) => async {
        let list = s.ims().images().list().name(name).with_page_size(2);
        Seen::rows(list.collect().await?.into_iter().map(|image| image.id), ids)
    };
    #[followed] create_image_from_server(s) => async {
        let body = CreateImageFromServer::new(s.world.name("job"), SOMETHING);
        s.ims().images().create_from_server(body).await?.await.map(|_| Seen::Done)
    };
}

stories! { VMP =
    list_images(s; (name, ids) = s.world.five_images()) => async {
        let list = s.vmp_facade().images().list().name(name).with_page_size(2);
        Seen::rows(list.collect().await?.into_iter().map(|image| image.id), ids)
    };
    #[followed] create_image_from_instance(s) => async {
        let images = s.vmp_facade().images();
        let image = images.create_from_instance(s.world.name("made"), Vmp::INSTANCE).await?.await?;
        Seen::same(image.state, Some(ImageState::Active))
    };
    #[followed] preheat_image(s; id = s.world.custom_image()) => async {
        let preheated = s.vmp_facade().images().preheat(id, Vmp::NODES).await?.await?;
        Seen::rows(preheated.succeeded, Vmp::NODES.map(str::to_owned).to_vec())
    };
    remove_image(s; id = s.world.custom_image()) => async {
        // A removal that is repeated may find that it was done, which here is no error.
        s.vmp_facade().images().remove_if_exists(id).await.map(|_| Seen::Done)
    };
}
