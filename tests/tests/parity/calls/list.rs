use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::{Context as _, Result, bail, ensure};
use cloudimg::Cloud;
use cloudimg::glance::{Filter, Hidden, ImageList, SortDirection, TimeFilter};
use cloudimg_core::wire::Timestamp;
use cloudimg_glance_v2::builder::ListImages;

use crate::entry::Entry;

/// The values of each parameter, in their order.
type Query = BTreeMap<String, Vec<String>>;

/// The list to its end, with the conditions of the first request.
pub(crate) async fn list(cloud: &Cloud, entry: &Entry) -> Result<()> {
    let request = entry.call()?;
    let [] = request.values("/v2/images")?;
    let mut query = Query::new();
    for (name, value) in &request.query {
        query.entry(name.clone()).or_default().push(value.clone());
    }
    match with_conditions(cloud.images().list(), &query) {
        Some(list) => list.collect().await?,
        None => {
            let client = cloud.glance().raw().await?;
            with_parameters(client.list_images(), query)?.pager().collect().await?
        }
    };
    Ok(())
}

/// The facade's list with these conditions, if it has them all in this spelling.
fn with_conditions(mut list: ImageList, query: &Query) -> Option<ImageList> {
    for (name, values) in query {
        list = match (name.as_str(), values.as_slice()) {
            ("tag", tags) => tags.iter().fold(list, |list, tag| list.tag(tag)),
            (name, [value]) => with_condition(list, name, value)?,
            _ => return None,
        };
    }
    Some(list)
}

fn with_condition(list: ImageList, name: &str, value: &str) -> Option<ImageList> {
    Some(match name {
        "limit" => list.with_page_size(number(value)?),
        "marker" => list.starting_after(value),
        "name" => list.name(filter(value)?),
        "id" => list.id(filter(value)?),
        "status" => list.status(filter(value)?),
        "disk_format" => list.disk_format(filter(value)?),
        "container_format" => list.container_format(filter(value)?),
        "owner" => list.owner(value),
        "visibility" => list.visibility(value),
        "member_status" => list.member_status(value),
        "protected" => list.protected(flag(value)?),
        "os_hidden" => list.hidden(if flag(value)? { Hidden::Only } else { Hidden::Excluded }),
        "size_min" => list.size_min(number(value)?),
        "size_max" => list.size_max(number(value)?),
        "min_disk" => list.min_disk(number(value)?),
        "min_ram" => list.min_ram(number(value)?),
        "checksum" => list.checksum(value),
        "os_hash_value" => list.hash(value),
        "created_at" => list.created_at(time(value)?),
        "updated_at" => list.updated_at(time(value)?),
        "sort" => sort(list, value)?,
        name if PARAMETERS.contains(&name) => return None,
        property => list.property(property, value),
    })
}

/// Parameters of the service that are no properties; those without a condition of the facade are other spellings of one that has.
const PARAMETERS: [&str; 11] = [
    "sort_key",
    "sort_dir",
    "size",
    "virtual_size",
    "virtual_size_min",
    "virtual_size_max",
    "min_disk_min",
    "min_disk_max",
    "min_ram_min",
    "min_ram_max",
    "os_hash_algo",
];

/// Numbers that are spelled as we would.
fn number<T: FromStr + ToString>(value: &str) -> Option<T> {
    value.parse().ok().filter(|number: &T| number.to_string() == value)
}

/// The SDKs' flags: one of them spells `True`.
fn flag(value: &str) -> Option<bool> {
    value.to_ascii_lowercase().parse().ok()
}

fn filter(value: &str) -> Option<Filter> {
    let filter = match value.split_once(':') {
        Some(("in", values)) => Filter::any_of(values.split(',')),
        Some(("eq", value)) => value.into(),
        _ => value.into(),
    };
    (filter.as_str() == value).then_some(filter)
}

fn time(value: &str) -> Option<TimeFilter> {
    let (operator, time) = value.split_once(':')?;
    let time = Timestamp::from(time).time()?;
    let filter = match operator {
        "lt" => TimeFilter::before(time),
        "lte" => TimeFilter::until(time),
        "gt" => TimeFilter::after(time),
        "gte" => TimeFilter::since(time),
        "eq" => TimeFilter::at(time),
        "neq" => TimeFilter::not_at(time),
        _ => return None,
    };
    (filter.as_str() == value).then_some(filter)
}

fn sort(list: ImageList, value: &str) -> Option<ImageList> {
    value.split(',').try_fold(list, |list, part| {
        let (key, direction) = part.split_once(':')?;
        Some(list.sort(key.into(), SortDirection::from(direction)))
    })
}

/// The generated call with these parameters.
fn with_parameters<'a>(mut call: ListImages<'a>, query: Query) -> Result<ListImages<'a>> {
    let mut properties = BTreeMap::new();
    for (name, mut values) in query {
        call = match name.as_str() {
            "tag" => call.tag(values),
            "sort_key" => call.sort_key(values.iter().map(|value| value.as_str().into()).collect::<Vec<_>>()),
            "sort_dir" => call.sort_dir(values.iter().map(|value| value.as_str().into()).collect::<Vec<_>>()),
            name => {
                let value = values.pop().unwrap_or_default();
                ensure!(values.is_empty(), "`{name}` cannot be said twice");
                if !is_parameter(name) {
                    properties.insert(name.to_owned(), value);
                    continue;
                }
                with_parameter(call, name, value)?
            }
        };
    }
    Ok(if properties.is_empty() { call } else { call.properties(properties) })
}

/// The texts and numbers of the generated call.
macro_rules! parameters {
    (texts: $($text:ident),*; numbers: $($number:ident),*; flags: $($flag:ident),*) => {
        fn is_parameter(name: &str) -> bool {
            [$(stringify!($text),)* $(stringify!($number),)* $(stringify!($flag)),*].contains(&name)
        }

        fn with_parameter<'a>(call: ListImages<'a>, name: &str, value: String) -> Result<ListImages<'a>> {
            let strange = || format!("`{name}` cannot be {value:?}");
            Ok(match name {
                $( stringify!($text) => call.$text(value), )*
                $( stringify!($number) => call.$number(number::<i64>(&value).with_context(strange)?), )*
                $( stringify!($flag) => call.$flag(flag(&value).with_context(strange)?), )*
                _ => bail!("no parameter is called `{name}`"),
            })
        }
    };
}

parameters! {
    texts: marker, name, id, status, disk_format, container_format, owner, visibility, member_status, checksum, os_hash_value, os_hash_algo,
        created_at, updated_at, sort;
    numbers: limit, size, size_min, size_max, virtual_size, virtual_size_min, virtual_size_max, min_disk, min_disk_min, min_disk_max, min_ram,
        min_ram_min, min_ram_max;
    flags: protected, os_hidden
}
