//! Lists with all their conditions, and with none.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::exchange::{Answers, Sends, ok};

const IMAGES: &str = "__imagetype=private&__isregistered=true&__os_bit=64&__os_type=Linux&__os_version=CentOS+7.0+64bit\
    &__platform=Ubuntu&__support_diskintensive=x.y&__support_highperformance=x.y&__support_kvm=x.y\
    &__support_kvm_gpu_type=x.y&__support_kvm_infiniband=x.y&__support_largememory=x.y&__support_xen=x.y\
    &__support_xen_gpu_type=x.y&__support_xen_hana=x.y&__system__cmkid=x.y&__whole_image=false&architecture=x.y\
    &container_format=x.y&created_at=gte%3A2020-01-01T00%3A00%3A00Z&disk_format=x.y&enterprise_project_id=x.y\
    &flavor_id=x.y&id=x.y&limit=3&marker=x.y&member_status=x.y&min_disk=40&min_ram=1024&name=web+base+%C3%A9\
    &owner=x.y&protected=true&size_max=9&size_min=1&sort_dir=asc&sort_key=name&status=active&tag=k.%26%3D%2B\
    &updated_at=lt%3A2030-01-01T00%3A00%3A00Z&virtual_env_type=x.y&visibility=private";

const NATIVE_IMAGES: &str = "__imagetype=private&__isregistered=true&__os_bit=64&__os_type=Linux&__platform=Ubuntu\
    &__support_diskintensive=x.y&__support_highperformance=x.y&__support_kvm=x.y&__support_kvm_gpu_type=x.y\
    &__support_kvm_infiniband=x.y&__support_largememory=x.y&__support_xen=x.y&__support_xen_gpu_type=x.y\
    &__support_xen_hana=x.y&container_format=x.y&created_at=gte%3A2020-01-01T00%3A00%3A00Z&disk_format=x.y&id=x.y\
    &limit=3&marker=x.y&member_status=x.y&min_disk=40&min_ram=1024&name=web+base+%C3%A9&owner=x.y&protected=true\
    &sort_dir=asc&sort_key=name&status=active&tag=k.%26%3D%2B&updated_at=lt%3A2030-01-01T00%3A00%3A00Z\
    &visibility=private";

const TAGS: &str = "__imagetype=private&__isregistered=true&__os_bit=64&__os_type=Linux&__platform=Ubuntu\
    &__support_diskintensive=x.y&__support_highperformance=x.y&__support_kvm=x.y&__support_kvm_gpu_type=x.y\
    &__support_kvm_infiniband=x.y&__support_largememory=x.y&__support_xen=x.y&__support_xen_gpu_type=x.y\
    &__support_xen_hana=x.y&__system__cmkid=x.y&__whole_image=false&architecture=x.y&container_format=x.y\
    &created_at=gte%3A2020-01-01T00%3A00%3A00Z&disk_format=x.y&enterprise_project_id=x.y&id=x.y&limit=3&marker=x.y\
    &member_status=x.y&min_disk=40&min_ram=1024&name=web+base+%C3%A9&owner=x.y&page=2&protected=true&sort_dir=asc\
    &sort_key=name&status=active&tag=k.%26%3D%2B&updated_at=lt%3A2030-01-01T00%3A00%3A00Z&virtual_env_type=x.y\
    &visibility=private";

fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn asks(path: &str, query: &str) -> Sends {
    Sends::new("GET", &format!("{path}?{query}"))
}

fn images() -> Answers {
    let image = json!({
        "id": "i1", "name": "n", "status": "active", "visibility": "private", "tags": ["k.v"], "min_ram": 0, "min_disk": 40,
        "__imagetype": "private", "__os_bit": "64", "__support_kvm": "true", "virtual_env_type": "FusionCompute",
        "protected": false, "created_at": "2018-09-06T14:03:27Z", "self": "/v2/images/i1", "size": 7,
        "unheard_of": {"deep": [null, 1.5]}
    });
    ok(json!({"images": [image]}))
}

#[test]
fn the_conditions_are_all_that_are_known() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ims-operations.json");
    let operations: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for (operation, query) in [("ListImages", IMAGES), ("GlanceListImages", NATIVE_IMAGES), ("ListTags", TAGS)] {
        let known = operations.iter().find(|known| known["operation"] == operation).unwrap()["query"].as_array().unwrap();
        let known: BTreeSet<_> = known.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert_eq!(pairs(query).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>(), known, "{operation}");
    }
}

pub(crate) mod version_1 {
    use cloudimg_ims_v1 as v1;
    use cloudimg_tests::ims;
    use serde_json::json;

    use super::{TAGS, asks, pairs};
    use crate::exchange::{Sends, ok, wires};

    wires! { client of v1;
        list_tags: asks("/v1/cloudimages/tags", TAGS),
            ims::list_tags(&client, pairs(TAGS)).unwrap() => ok(json!({"tags": ["k.v", "k="]}));
        list_tags as list_tags_without_conditions: Sends::new("GET", "/v1/cloudimages/tags"),
            client.list_tags() => ok(json!({"tags": []}));
    }
}

pub(crate) mod version_2 {
    use cloudimg_ims_v2 as v2;
    use cloudimg_tests::ims;

    use super::{IMAGES, NATIVE_IMAGES, asks, images, pairs};
    use crate::exchange::{Sends, wires};

    wires! { client of v2;
        list_images: asks("/v2/cloudimages", IMAGES), ims::list_images(&client, pairs(IMAGES)).unwrap() => images();
        list_images as list_images_without_conditions: Sends::new("GET", "/v2/cloudimages"), client.list_images() => images();
        glance_list_images: asks("/v2/images", NATIVE_IMAGES),
            ims::glance_list_images(&client, pairs(NATIVE_IMAGES)).unwrap() => images();
        glance_list_images as glance_list_images_without_conditions: Sends::new("GET", "/v2/images"),
            client.glance_list_images() => images();
        glance_list_images as glance_list_images_of_queens: Sends::new("GET", "/v2/images").with_header("x-api-version", "N"),
            client.glance_list_images().x_api_version("N") => images();
    }
}
