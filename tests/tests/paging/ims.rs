//! Images of the Image Management Service, by the facade: as Huawei Cloud lists them, and as Open Telekom Cloud.

use std::cell::Cell;
use std::time::Duration;

use cloudimg::ims::{Ims, v2};
use cloudimg_sandbox::{ImsProfile, Sandbox};
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, text};
use crate::{name, runner};

/// What names may hold.
const PIECES: &[&str] = &["a", "b", "A", "中文", "-", ".", "_", "x y", "1"];
const SOMETHING: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";

#[derive(Clone, Debug)]
struct Question {
    sort: Option<(v2::ImageSortKey, v2::SortDirection)>,
    /// Only those with the first tag of the case.
    tagged: bool,
    page: u16,
}

fn rows() -> impl Strategy<Value = Vec<(String, bool)>> {
    // Few names, so that many rows sort alike.
    prop::collection::vec((name(&PIECES[..4]).prop_union(name(PIECES)), any::<bool>()), 0..9)
}

fn question() -> impl Strategy<Value = Question> {
    use v2::ImageSortKey as Key;
    let keys = prop::sample::select(vec![Key::Name, Key::Id, Key::CreatedAt, Key::DiskFormat, Key::Status]);
    let direction = prop::sample::select(vec![v2::SortDirection::Asc, v2::SortDirection::Desc]);
    (prop::option::weighted(0.8, (keys, direction)), any::<bool>(), 1..6_u16).prop_map(|(sort, tagged, page)| Question {
        sort,
        tagged,
        page,
    })
}

impl World {
    async fn make(&self, name: &str, tags: &[String]) {
        let url = self.sandbox.ims_url();
        let body = json!({"name": name, "instance_id": SOMETHING, "tags": tags});
        let job = self.call(Method::POST, &format!("{url}/v2/cloudimages/action"), body).await;
        let path = format!("{url}/v1/{}/jobs/{}", self.sandbox.project_id("demo").unwrap(), text(&job, "job_id"));
        loop {
            let state = self.call(Method::GET, &path, Value::Null).await;
            match text(&state, "status").as_str() {
                "SUCCESS" => return,
                "FAIL" => panic!("{state}"),
                _ => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }
}

async fn check(world: &World, ims: &Ims, mark: &str, rows: &[(String, bool)], question: &Question) -> Result<(), TestCaseError> {
    let (all, some) = (format!("{mark}.all"), format!("{mark}some.x"));
    for (name, tagged) in rows {
        let tags = if *tagged { vec![all.clone(), some.clone()] } else { vec![all.clone()] };
        world.make(name, &tags).await;
    }
    let sort = match &question.sort {
        Some((key, direction)) => format!("&sort_key={key}&sort_dir={direction}"),
        None => String::new(),
    };
    let url = format!("{}/v2/cloudimages?limit=1000&tag={mark}%3Dall{sort}", world.sandbox.ims_url());
    let page = world.call(Method::GET, &url, Value::Null).await;
    let images = page["images"].as_array().unwrap();
    prop_assert_eq!(images.len(), rows.len());
    let tag = format!("{mark}some=x");
    let fits = |row: &&Value| !question.tagged || row["tags"].as_array().unwrap().iter().any(|other| other == &tag);
    let truth: Vec<String> = images.iter().filter(fits).map(|row| text(row, "id")).collect();

    let mut list = ims.images().list().tag(if question.tagged { tag } else { format!("{mark}=all") }).with_page_size(question.page);
    if let Some((key, direction)) = &question.sort {
        list = list.sort(key.clone(), direction.clone());
    }
    let found = list.collect().await.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    prop_assert_eq!(found.into_iter().map(|image| image.id).collect::<Vec<_>>(), truth);
    Ok(())
}

fn hold(profile: ImsProfile) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = Sandbox::builder().ims_profile(profile).ims_image_quota(100_000).task_step(Duration::from_millis(1));
    let world = runtime.block_on(World::start(builder));
    let ims = Ims::builder().endpoint(world.sandbox.ims_url()).region("RegionOne");
    let ims = ims.project_id(world.sandbox.project_id("demo").unwrap()).token(world.token.clone()).build().unwrap();
    let cases = Cell::new(0);
    let outcome = runner(40).run(&(rows(), question()), |(rows, question)| {
        cases.set(cases.get() + 1);
        runtime.block_on(check(&world, &ims, &format!("mark{}", cases.get()), &rows, &question))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn images_in_pages_are_those_of_huawei_cloud() {
    hold(ImsProfile::Huawei);
}

#[test]
fn images_in_pages_are_those_of_open_telekom_cloud() {
    hold(ImsProfile::OpenTelekom);
}
