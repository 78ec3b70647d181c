//! Known values are variants, of the generated types as of the specs.

use std::collections::BTreeMap;

use xtask::normalise::normalise;
use xtask::services::SERVICES;
use xtask::spec::Node;

use super::spec;

/// A generated enum: the values it knows, and whether it takes a text for one that it does not know.
struct Enum {
    values: Vec<String>,
    is_unlisted: fn(&str) -> bool,
}

macro_rules! enums {
    ($client:ident: $( $name:ident ),* $(,)?) => {
        BTreeMap::from([ $( (stringify!($name), Enum {
            values: $client::types::$name::LISTED.iter().map(|value| value.as_str().to_owned()).collect(),
            is_unlisted: |text| {
                let value: $client::types::$name = serde_json::from_value(text.into()).unwrap();
                assert_eq!(serde_json::to_value(&value).unwrap(), text);
                matches!(value, $client::types::$name::Unlisted(_))
            },
        }) ),* ])
    };
}

/// The enums of a client; what is not in the spec does not compile, and what is missing here fails.
fn enums(service: &str) -> BTreeMap<&'static str, Enum> {
    match service {
        "glance-v2" => enums! { cloudimg_glance_v2:
            CacheClearTarget, ContainerFormat, CopyImageName, DiskFormat, GlanceDirectName, GlanceDownloadName, ImageSortKey,
            ImageStatus, ImageVisibility, ImageVisibilityFilter, ImportMethodName, LocationHashAlgorithm, MemberStatus,
            MemberStatusFilter, MetadefNamespaceSortKey, MetadefPropertyType, MetadefSortKey, MetadefVisibility, PatchVerb,
            SortDirection, TaskSortKey, TaskStatus, TaskType, TaskTypeFilter, VersionStatus, WebDownloadName,
        },
        "keystone-v3" => enums! { cloudimg_keystone_v3: AuthMethod, EndpointInterface, ScopeWord, VersionStatus },
        other => panic!("the enums of {other} are not listed here"),
    }
}

#[test]
fn known_values_are_variants_and_others_are_kept() {
    for service in SERVICES {
        let model = normalise(&spec(service.name), service.name).unwrap_or_else(|problems| panic!("{problems}"));
        let generated = enums(service.name);
        let there: BTreeMap<_, _> = model.enums.iter().map(|one| (one.name.as_str(), &one.values)).collect();
        assert_eq!(generated.iter().map(|(name, one)| (*name, &one.values)).collect::<BTreeMap<_, _>>(), there);
        for (name, one) in generated {
            let unknown: Vec<_> = one.values.iter().filter(|value| (one.is_unlisted)(value)).collect();
            assert!(unknown.is_empty(), "{name}: {unknown:?}");
            assert!((one.is_unlisted)("a value of next year"), "{name}");
        }
    }
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
