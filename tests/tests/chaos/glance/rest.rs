//! Tasks, the cache, and what a service tells of itself.

use cloudimg_glance_v2::types;
use serde_json::{Value, json};

use crate::story::{Seen, stories};
use crate::world::{World, column, from};

fn task() -> Value {
    json!({"type": "import", "input": {
        "import_from": "http://127.0.0.1:9/disk.img", "import_from_format": "raw",
        "image_properties": {"name": "task", "disk_format": "raw", "container_format": "bare"}
    }})
}

async fn made(world: &World) -> String {
    world.glance("admin", "POST", "/v2/tasks", task()).await["id"].as_str().unwrap().to_owned()
}

/// The ids of all tasks, of which there are five at least.
async fn tasks(world: &World) -> Vec<String> {
    let list = async || {
        column(&world.glance("admin", "GET", "/v2/tasks?limit=1000&sort_key=id&sort_dir=asc", Value::Null).await, "tasks", "id")
    };
    while list().await.len() < 5 {
        made(world).await;
    }
    list().await
}

async fn cached(world: &World) -> String {
    let id = world.active().await;
    world.glance("admin", "PUT", &format!("/v2/cache/{id}"), Value::Null).await;
    id
}

stories! { STORIES =
    create_task(s) => s.glance("admin").create_task().body(from::<types::TaskCreate>(task())).send();
    list_tasks(s; ids = tasks(&s.world)) => async {
        let client = s.glance("admin");
        let call = client.list_tasks().limit(2_u64).sort_key(types::TaskSortKey::Id).sort_dir(types::SortDirection::Asc);
        Seen::rows(call.pager().collect().await?.into_iter().map(|task| task.id), ids)
    };
    show_task(s; id = made(&s.world)) => async {
        let task = s.glance("admin").show_task().task_id(&id).send().await?.into_inner();
        Seen::same(task.id, id)
    };
    #[refused] delete_task(s; id = made(&s.world)) => s.glance("admin").delete_task().task_id(&id).send();
    list_cache(s; _id = cached(&s.world)) => s.glance("admin").list_cache().send();
    clear_cache(s; _id = cached(&s.world)) => s.glance("admin").clear_cache().send();
    queue_cache_image(s; id = s.world.active()) => s.glance("admin").queue_cache_image().image_id(&id).send();
    delete_cache_image(s; id = cached(&s.world)) => s.glance("admin").delete_cache_image().image_id(&id).send();
    list_cache_nodes(s; id = cached(&s.world)) => s.glance("admin").list_cache_nodes().image_id(&id).send();
    clean_cache(s) => s.glance("admin").clean_cache().send();
    prune_cache(s) => s.glance("admin").prune_cache().send();
    get_import_info(s) => s.glance("demo").get_import_info().send();
    list_stores(s) => async {
        let stores = s.glance("demo").list_stores().send().await?.into_inner().stores;
        Seen::rows(stores.into_iter().map(|store| store.id), ["fast", "slow", "web"].map(str::to_owned).to_vec())
    };
    list_stores_detail(s) => s.glance("admin").list_stores_detail().send();
    get_usage(s) => s.glance("demo").get_usage().send();
}
