//! VMP of CDNetworks.

use cloudimg_cdnetworks_vmp::types;
use cloudimg_sandbox::Vmp;
use serde_json::json;

use crate::story::{Seen, stories};
use crate::world::{World, from};

/// Signatures run ahead of the clock by 5 s at most.
const EQUAL_CALLS: usize = 9;

impl World {
    /// An image of the account.
    pub(crate) async fn custom_image(&self) -> String {
        self.sandbox.vmp().put_image(self.name("image"), "CUSTOM")
    }

    /// Five images of one name among others, by their ids.
    pub(crate) async fn five_images(&self) -> (String, Vec<String>) {
        let name = self.name("listed");
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(self.sandbox.vmp().put_image(&name, "CUSTOM"));
            self.custom_image().await;
        }
        ids.sort();
        (name, ids)
    }
}

/// An image on its way to two nodes, and these.
async fn preheating(world: &World) -> (String, Vec<String>) {
    let (id, nodes) = (world.custom_image().await, Vmp::NODES[..2].iter().map(|node| (*node).to_owned()).collect::<Vec<_>>());
    world.vmp().preheat_image().body(types::Preheating::new(&id, nodes.clone())).send().await.unwrap();
    (id, nodes)
}

stories! { STORIES =
    list_images(s; (name, ids) = s.world.five_images()) => async {
        let client = s.vmp();
        let call = client.list_images().name(name).limit(2);
        Seen::rows(call.pager().collect().await?.into_iter().map(|image| image.id), ids)
    };
    create_image(s) => s.vmp().create_image().body(
        json!({"name": s.world.name("new"), "instanceUuid": Vmp::INSTANCE}).as_object().unwrap().clone()
    ).send();
    create_image_from_instance(s) => s.vmp().create_image_from_instance().body(
        types::ImageFromInstance::new(s.world.name("new"), Vmp::INSTANCE)
    ).send();
    create_image_from_url(s) => s.vmp().create_image_from_url().body(
        from::<types::ImageFromUrl>(json!({
            "name": s.world.name("new"), "imageSrcUrl": "http://127.0.0.1:9/disk.img", "ostype": "linux"
        }))
    ).send();
    remove_image(s; id = s.world.custom_image()) => s.vmp().remove_image().image_id(&id).send();
    remove_image_with_body(s; id = s.world.custom_image()) =>
        s.vmp().remove_image_with_body().image_id(&id).body(types::ImageRemove::new(&id)).send();
    preheat_image(s; id = s.world.custom_image()) => s.vmp().preheat_image().body(
        types::Preheating::new(&id, Vmp::NODES.map(str::to_owned).to_vec())
    ).send();
    show_preheating(s; (id, nodes) = preheating(&s.world)) => async {
        let found = s.vmp().show_preheating().id(&id).send().await?.into_inner().into_nodes();
        Seen::rows(found.into_iter().map(|node| node.node_name), nodes)
    };
    show_preheating(s; (id, nodes) = preheating(&s.world)) => async {
        // More equal calls than may be signed ahead: the last ones wait for seconds of their own, and none is taken for a replay.
        let (client, mut found) = (s.vmp(), Vec::new());
        for _ in 0..EQUAL_CALLS {
            found.extend(client.show_preheating().id(&id).send().await?.into_inner().into_nodes());
        }
        Seen::rows(found.into_iter().map(|node| node.node_name), vec![nodes; EQUAL_CALLS].concat())
    };
}
