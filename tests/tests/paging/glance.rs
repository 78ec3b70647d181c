//! Images of Glance, by the facade.

use std::cell::Cell;

use cloudimg::glance::{Filter, ImageList, ImageSortKey, SortDirection};
use cloudimg::{Cloud, Named, Scope, Settings, User};
use cloudimg_glance_v2::Client;
use cloudimg_sandbox::Sandbox;
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, text};
use crate::{name, runner};

const PIECES: &[&str] = &[
    "a", "b", "B", ",", ":", ", ", "\"", "é", "中", "ß", "%", "&", "+", "=", "in:", "eq:", "\\", "'", "x y", "#", "?", "/", "1",
    "%2C", ";",
];
const FORMATS: [&str; 3] = ["raw", "qcow2", "iso"];
const KEYS: [ImageSortKey; 6] = [
    ImageSortKey::Name,
    ImageSortKey::Status,
    ImageSortKey::DiskFormat,
    ImageSortKey::ContainerFormat,
    ImageSortKey::Id,
    ImageSortKey::CreatedAt,
];

#[derive(Clone, Debug)]
struct Row {
    name: String,
    format: &'static str,
    tags: [bool; 3],
}

/// What is asked for.
#[derive(Clone, Debug)]
struct Question {
    tags: [bool; 3],
    /// By their places among the rows: names that are wanted.
    names: Option<Vec<prop::sample::Index>>,
    formats: Option<Vec<&'static str>>,
    sort: Vec<(ImageSortKey, SortDirection)>,
    page: u64,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    // Most tags are there: a condition on two of them must leave something.
    let tags = prop::array::uniform3(prop::bool::weighted(0.8));
    let row = (name(PIECES), prop::sample::select(&FORMATS[..]), tags);
    prop::collection::vec(row.prop_map(|(name, format, tags)| Row { name, format, tags }), 0..14)
}

fn question() -> impl Strategy<Value = Question> {
    let direction = prop::sample::select(vec![SortDirection::Asc, SortDirection::Desc]);
    let sort = prop::collection::vec((prop::sample::select(&KEYS[..]), direction), 0..4).prop_map(|mut sort| {
        // A key that is said twice means nothing.
        let mut seen = Vec::new();
        sort.retain(|(key, _)| {
            !seen.contains(key) && {
                seen.push(key.clone());
                true
            }
        });
        sort
    });
    let names = prop::option::weighted(0.4, prop::collection::vec(any::<prop::sample::Index>(), 1..4));
    let formats = prop::option::weighted(0.3, prop::sample::subsequence(&FORMATS[..], 1..3));
    let page = prop_oneof![3 => 1..5_u64, 1 => 5..20_u64];
    (prop::array::uniform3(prop::bool::weighted(0.5)), names, formats, sort, page)
        .prop_map(|(tags, names, formats, sort, page)| Question { tags, names, formats, sort, page })
}

fn cloud(sandbox: &Sandbox) -> Cloud {
    let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
    let scope = Scope::ProjectId(sandbox.project_id("demo").unwrap().to_owned());
    Cloud::builder(Settings::new(sandbox.auth_url(), user, sandbox.password(), scope)).build().unwrap()
}

/// The names that are asked for. A list of several cannot hold quotation marks, as the service has no way to say them.
fn wanted(rows: &[Row], question: &Question) -> Option<Vec<String>> {
    let names = question.names.as_ref().filter(|_| !rows.is_empty())?;
    let mut names: Vec<String> = names.iter().map(|index| index.get(rows).name.clone()).collect();
    if names.len() > 1 {
        names.retain(|name| !name.contains('"'));
    }
    Some(names).filter(|names| !names.is_empty())
}

async fn check(world: &World, cloud: &Cloud, mark: &str, rows: &[Row], question: &Question) -> Result<(), TestCaseError> {
    let tag = |n: usize| format!("{mark},{n}");
    let chosen = |tags: &[bool; 3]| (0..3).filter(|n| tags[*n]).map(tag).collect::<Vec<_>>();
    let url = format!("{}/v2/images", world.sandbox.image_url());
    for row in rows {
        let mut tags = chosen(&row.tags);
        tags.push(mark.to_owned());
        let body = json!({"name": row.name, "disk_format": row.format, "container_format": "bare", "tags": tags});
        world.call(Method::POST, &url, body).await;
    }

    // The truth: all rows of this case in one page, in the order asked for; what is left out is for the test to say.
    let keys: Vec<_> = question.sort.iter().map(|(key, direction)| format!("{key}:{direction}")).collect();
    let sort = if keys.is_empty() { String::new() } else { format!("&sort={}", keys.join(",")) };
    let page = world.call(Method::GET, &format!("{url}?limit=1000&tag={mark}{sort}"), Value::Null).await;
    let names = wanted(rows, question);
    let fits = |row: &&Value| {
        let tags: Vec<_> = row["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        chosen(&question.tags).iter().all(|tag| tags.contains(&tag.as_str()))
            && names.as_ref().is_none_or(|names| names.contains(&text(row, "name")))
            && question.formats.as_ref().is_none_or(|formats| formats.contains(&text(row, "disk_format").as_str()))
    };
    let truth: Vec<String> = page["images"].as_array().unwrap().iter().filter(fits).map(|row| text(row, "id")).collect();

    let mut list: ImageList = cloud.images().list().tag(mark).with_page_size(question.page);
    for tag in chosen(&question.tags) {
        list = list.tag(tag);
    }
    if let Some(names) = names {
        list = list.name(Filter::any_of(names));
    }
    if let Some(formats) = &question.formats {
        list = list.disk_format(Filter::any_of(formats));
    }
    for (key, direction) in &question.sort {
        list = list.sort(key.clone(), direction.clone());
    }
    let found = list.collect().await.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    prop_assert_eq!(found.into_iter().map(|image| image.id).collect::<Vec<_>>(), truth);
    Ok(())
}

/// The same without names and formats, by the client of the wire alone, whose sort keys come in pairs.
async fn check_wire(world: &World, client: &Client, mark: &str, question: &Question) -> Result<(), TestCaseError> {
    let url = format!("{}/v2/images", world.sandbox.image_url());
    let (keys, directions): (Vec<_>, Vec<_>) = question.sort.iter().cloned().unzip();
    let pairs = keys.iter().zip(&directions).map(|(key, direction)| format!("&sort_key={key}&sort_dir={direction}"));
    let page = world.call(Method::GET, &format!("{url}?limit=1000&tag={mark}{}", pairs.collect::<String>()), Value::Null).await;
    let truth: Vec<String> = page["images"].as_array().unwrap().iter().map(|row| text(row, "id")).collect();
    let mut call = client.list_images().limit(question.page).tag(vec![mark.to_owned()]);
    if !keys.is_empty() {
        call = call.sort_key(keys).sort_dir(directions);
    }
    let found = call.pager().collect().await.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    prop_assert_eq!(found.into_iter().map(|image| image.id).collect::<Vec<_>>(), truth);
    Ok(())
}

#[test]
fn images_in_pages_are_the_images_of_the_service() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::start(Sandbox::builder()));
    let cloud = cloud(&world.sandbox);
    let client = runtime.block_on(cloud.glance().raw()).unwrap();
    let cases = Cell::new(0);
    let outcome = runner(150).run(&(rows(), question()), |(rows, question)| {
        cases.set(cases.get() + 1);
        let mark = format!("mark{}", cases.get());
        runtime.block_on(async {
            check(&world, &cloud, &mark, &rows, &question).await?;
            check_wire(&world, &client, &mark, &question).await
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
