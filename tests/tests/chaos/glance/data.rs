//! The bytes of images, and how they get there.

use std::time::Duration;

use cloudimg_core::{Error, ErrorKind};
use cloudimg_glance_v2::types;
use futures::TryStreamExt as _;
use serde_json::json;

use crate::story::{Seen, stories};
use crate::world::{BYTES, World, from};

/// An image with copies in two stores.
async fn copied(world: &World) -> String {
    let id = world.active().await;
    let path = format!("/v2/images/{id}");
    world.glance("admin", "POST", &format!("{path}/import"), json!({"method": {"name": "copy-image"}, "stores": ["slow"]})).await;
    loop {
        let image = world.glance("admin", "GET", &path, serde_json::Value::Null).await;
        if image["stores"].as_str().is_some_and(|stores| stores.contains("slow")) && image.get("os_glance_import_task").is_none() {
            return id;
        }
        world.clock.advance(Duration::from_millis(1));
        tokio::task::yield_now().await;
    }
}

/// What a client of the wire alone has to do: data that are framed as they should be and are not whole show by their hash.
pub(crate) fn whole(data: &[u8], md5: Option<&str>) -> Result<Seen, Error> {
    match md5 {
        Some(md5) if md5 != cloudimg_tests::md5(data) => {
            Err(Error::new(ErrorKind::Interrupted, "the data have another hash").with_operation("download_image_data"))
        }
        _ => Seen::same(data, BYTES),
    }
}

/// A body that can be sent only once.
fn once() -> reqwest::Body {
    reqwest::Body::wrap_stream(futures::stream::iter(BYTES.chunks(10).map(Ok::<_, std::io::Error>)))
}

stories! { STORIES =
    download_image_data(s; id = s.world.active()) => async {
        let answer = s.glance("demo").download_image_data().image_id(&id).send().await?;
        let md5 = answer.headers().get("content-md5").map(|md5| md5.to_str().unwrap().to_owned());
        let blocks: Vec<bytes::Bytes> = answer.into_inner_stream().try_collect().await.map_err(Error::from)?;
        whole(&blocks.concat(), md5.as_deref())
    };
    upload_image_data(s; id = s.world.queued()) => s.glance("demo").upload_image_data().image_id(&id).body(BYTES.to_vec()).send();
    #[once] upload_image_data(s; id = s.world.queued()) =>
        s.glance("demo").upload_image_data().image_id(&id).body(once()).send();
    stage_image_data(s; id = s.world.queued()) => s.glance("demo").stage_image_data().image_id(&id).body(BYTES.to_vec()).send();
    import_image(s; id = s.world.staged()) => s.glance("demo").import_image().image_id(&id).body(
        json!({"method": {"name": "glance-direct"}}).as_object().unwrap().clone()
    ).send();
    import_image_glance_direct(s; id = s.world.staged()) => s.glance("demo").import_image_glance_direct().image_id(&id).body(
        from::<types::GlanceDirectImport>(json!({"method": {"name": "glance-direct"}}))
    ).send();
    import_image_web_download(s; id = s.world.queued()) => s.glance("demo").import_image_web_download().image_id(&id).body(
        from::<types::WebDownloadImport>(json!({"method": {"name": "web-download", "uri": "http://127.0.0.1:9/disk.img"}}))
    ).send();
    import_image_copy_image(s; id = s.world.active()) => s.glance("admin").import_image_copy_image().image_id(&id).body(
        from::<types::CopyImageImport>(json!({"method": {"name": "copy-image"}, "stores": ["slow"]}))
    ).send();
    #[refused] import_image_glance_download(s; id = s.world.queued()) => s.glance("demo").import_image_glance_download().image_id(&id).body(
        from::<types::GlanceDownloadImport>(json!({"method": {
            "name": "glance-download", "glance_image_id": id, "glance_region": "r"
        }}))
    ).send();
    delete_image_from_store(s; id = copied(&s.world)) =>
        s.glance("admin").delete_image_from_store().store_id("fast").image_id(&id).send();
    add_image_location(s; id = s.world.queued()) => s.glance("demo").add_image_location().image_id(&id).body(
        from::<types::LocationCreate>(json!({"url": format!("{}/healthcheck", s.world.sandbox.image_url())}))
    ).send();
    list_image_locations(s; id = s.world.active()) => s.glance("admin").list_image_locations().image_id(&id).send();
}
