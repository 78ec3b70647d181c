//! The regions of a cloud, and the one that is meant.

use cloudimg_core::Result;

use super::files::Notes;
use super::place::{Origin, choices};
use super::value::{Map, Value, normalised};

/// A region, and what is different there.
#[derive(Clone, Default)]
pub(crate) struct Region {
    pub(crate) name: String,
    pub(crate) values: Map,
}

/// The region that is asked for, else the cloud's first; any name goes for a cloud that lists none.
pub(crate) fn choose(
    entry: &Map,
    profile: &Map,
    asked: Option<&str>,
    origin: &Origin,
    notes: &mut Notes,
    strict: bool,
) -> Result<Region> {
    let regions = known(entry, profile, origin, notes, strict)?;
    let asked = asked.filter(|asked| !asked.is_empty());
    let found = match asked {
        None => regions.first().cloned().unwrap_or_default(),
        Some(asked) if regions.is_empty() => Region { name: asked.to_owned(), values: Map::new() },
        Some(asked) => match regions.iter().find(|region| region.name == asked) {
            Some(region) => region.clone(),
            None => {
                let listed = choices(asked, regions.iter().map(|region| region.name.as_str()));
                return Err(
                    origin.error(&format!("there is no region \"{asked}\"; it has {listed}, and upper and lower case count"))
                );
            }
        },
    };
    Ok(found)
}

fn known(entry: &Map, profile: &Map, origin: &Origin, notes: &mut Notes, strict: bool) -> Result<Vec<Region>> {
    let entry = normalised(entry);
    if let Some(regions) = entry.get("regions") {
        return expanded(regions, origin, strict);
    }
    match entry.get("region_name") {
        None => {}
        Some(Value::Text(text)) => {
            let names: Vec<&str> = text.split(',').collect();
            if names.len() > 1 {
                notes.warn(format!(
                    "{}: `region_name` holds several, which is deprecated; list them under `regions`",
                    origin.name()
                ));
            }
            return Ok(names.into_iter().map(|name| Region { name: name.to_owned(), values: Map::new() }).collect());
        }
        Some(list @ Value::List(_)) => return expanded(list, origin, strict),
        Some(other) => return Err(origin.error(&format!("`region_name` is {}; it must be text", other.kind()))),
    }
    match (profile.get("regions"), profile.get("region_name")) {
        (Some(regions), _) if regions.is_something() => expanded(regions, origin, strict),
        (_, Some(name)) if name.is_something() => expanded(&Value::List(vec![name.clone()]), origin, strict),
        _ => Ok(Vec::new()),
    }
}

fn expanded(regions: &Value, origin: &Origin, strict: bool) -> Result<Vec<Region>> {
    match regions {
        Value::List(items) => items.iter().map(|item| one(item, origin)).collect(),
        // To Python a text is a list of its letters.
        Value::Text(text) if strict => text.chars().map(|letter| one(&Value::text(letter), origin)).collect(),
        single @ Value::Text(_) => Ok(vec![one(single, origin)?]),
        other => {
            Err(origin.error(&format!("`regions` is {}; it must be a list of names, or of `name` and `values`", other.kind())))
        }
    }
}

fn one(item: &Value, origin: &Origin) -> Result<Region> {
    let wrong = |problem: &str| {
        origin.error(&format!("`regions` has an entry {problem}; one is a name, or a mapping of `name` and `values`"))
    };
    let Some(map) = item.as_map() else {
        let name = item.to_text().filter(|_| !item.is_null()).ok_or_else(|| wrong(&format!("that is {}", item.kind())))?;
        return Ok(Region { name: name.to_string(), values: Map::new() });
    };
    if let Some(key) = map.keys().find(|key| *key != "name" && *key != "values") {
        return Err(wrong(&format!("with the key \"{key}\"")));
    }
    let name = map.get("name").filter(|name| !name.is_null()).and_then(Value::to_text).ok_or_else(|| wrong("without a name"))?;
    let values = match map.get("values") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Map(values)) => values.clone(),
        Some(other) => return Err(wrong(&format!("whose `values` are {}", other.kind()))),
    };
    Ok(Region { name: name.to_string(), values })
}
