//! Known values are variants, of the generated types as of the specs.

use std::collections::BTreeMap;
use std::path::Path;

use cloudimg_glance_v2::types::ImageStatus;
use syn::{Expr, ExprLit, Item, ItemEnum, Lit};
use xtask::normalise::normalise;
use xtask::services::{SERVICES, Service};
use xtask::spec::Node;

use super::spec;

/// The values of each enum that keeps what it does not know, by the source of a service's types.
fn generated(service: &Service) -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(service.folder()).join("src/generated/types.rs");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    values(&text)
}

fn values(source: &str) -> BTreeMap<String, Vec<String>> {
    let items = syn::parse_file(source).unwrap().items.into_iter();
    let macros = items.filter_map(|item| if let Item::Macro(item) = item { Some(item.mac) } else { None });
    let ours = macros.filter(|one| one.path.segments.last().is_some_and(|name| name.ident == "open_enum"));
    ours.map(|one| {
        let one: ItemEnum = one.parse_body().unwrap();
        let values = one.variants.into_iter().map(|variant| match variant.discriminant {
            Some((_, Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))) => text.value(),
            _ => panic!("{}::{} has no text of the wire", one.ident, variant.ident),
        });
        (one.ident.to_string(), values.collect())
    })
    .collect()
}

#[test]
fn known_values_are_variants() {
    for service in SERVICES {
        let model = normalise(&spec(service.name), service.name).unwrap_or_else(|problems| panic!("{problems}"));
        let there: BTreeMap<_, _> = model.enums.into_iter().map(|one| (one.name, one.values)).collect();
        assert_eq!(generated(service), there, "{}", service.name);
    }
}

#[test]
fn enums_are_read_off_the_source() {
    let source = r#"
        pub enum Other { A }
        ::cloudimg_core::open_object! { pub struct B {} }
        ::cloudimg_core::open_enum! {
            /// Of the wire.
            pub enum Verb { Add = "add", /** And another. */ Quoted = "a \"b\"" }
        }
    "#;
    assert_eq!(values(source), BTreeMap::from([("Verb".to_owned(), vec!["add".to_owned(), "a \"b\"".to_owned()])]));
}

/// All come from one macro, so one stands for them.
#[test]
fn unknown_values_are_kept() {
    let read = |text: &str| -> ImageStatus { serde_json::from_value(text.into()).unwrap() };
    for listed in ImageStatus::LISTED {
        assert_eq!(&read(listed.as_str()), listed);
        assert_eq!(serde_json::to_value(listed).unwrap(), listed.as_str());
    }
    let unknown = read("a value of next year");
    assert_eq!(unknown, ImageStatus::Unlisted("a value of next year".to_owned()));
    assert_eq!(serde_json::to_value(&unknown).unwrap(), "a value of next year");
}

#[test]
fn statuses_stand_singly() {
    for service in SERVICES {
        let spec = spec(service.name);
        for (path, method, _, operation) in spec.operations() {
            let statuses: Vec<&str> =
                operation.get("responses").map_or(&[][..], Node::entries).iter().map(|(s, _)| s.as_str()).collect();
            let single = |status: &&str| status.len() == 3 && status.parse::<u16>().is_ok_and(|code| (100..600).contains(&code));
            assert!(!statuses.is_empty() && statuses.iter().all(single), "{method} {path}: {statuses:?}");
        }
    }
}
