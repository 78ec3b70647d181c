//! The calls of CDNetworks: all that is known of them is in the spec, and nothing else.

mod document;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::spec;
use document::{Document, Field, keys, known, names, texts};

/// Members of answers that the sources do not have there.
const ADDED: [(&str, [&str; 2], &str); 1] =
    [("remove_image", ["code", "message"], "a removal may be refused with a code in a success, as other calls are")];

#[test]
fn servers_and_operations_are_those_known() {
    let (known, document) = (known(), Document::read());
    let servers: Vec<_> = document.0["servers"].as_array().unwrap().iter().map(|server| server["url"].as_str().unwrap()).collect();
    assert_eq!(servers, known.servers, "that of the vendor first, that of the sibling brand second");
    let spec = spec("cdnetworks-vmp");
    let mut there: Vec<_> = spec
        .operations()
        .map(|(path, method, _, node)| (path.to_owned(), method.to_uppercase(), node.text("operationId").unwrap().to_owned()))
        .collect();
    let mut wanted: Vec<_> = known.operations.into_iter().map(|one| (one.path, one.method, one.operation)).collect();
    wanted.sort();
    there.sort();
    assert_eq!(there, wanted);
    assert_eq!(there.len(), 5);
}

#[test]
fn paths_and_queries_are_those_known() {
    let (known, document) = (known(), Document::read());
    let schemas = BTreeMap::new();
    for one in &known.operations {
        let node = document.operation(one);
        let parameters = node["parameters"].as_array().cloned().unwrap_or_default();
        let of = |place: &str| -> Vec<&Value> { parameters.iter().filter(|parameter| parameter["in"] == place).collect() };
        let paths: Vec<_> = of("path").into_iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(paths, one.path_params, "{}", one.operation);
        let in_template: Vec<_> = one.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(paths, in_template, "{}", one.operation);
        let queries: BTreeSet<_> = of("query").into_iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(queries, names(&one.query), "{}", one.operation);
        assert_eq!(of("path").len() + of("query").len(), parameters.len(), "{}: the rest is the signature's", one.operation);
        for field in &one.query {
            let parameter = of("query").into_iter().find(|parameter| parameter["name"] == *field.name).unwrap();
            assert_eq!(parameter["required"].as_bool().unwrap_or_default(), field.required, "{}", field.name);
            // What follows a parameter that repeats does so, too.
            let follows = |key: &String| node["x-cloudimg"]["query-pairs"][key] == *field.name;
            let repeats = field.repeatable || one.query.iter().any(|first| first.repeatable && follows(&first.name));
            let schema = document.meant(&parameter["schema"]);
            assert_eq!(schema["type"] == "array", repeats, "{}", field.name);
            let schema = if repeats { &schema["items"] } else { schema };
            document.holds(schema, field, &schemas).unwrap();
            match &field.default {
                // A list that the service completes has no default of its own.
                Some(default) if repeats => {
                    let told = document.meant(schema)["description"].as_str().unwrap();
                    assert!(told.contains(&format!("`{}`", default.as_str().unwrap())), "{told}");
                }
                default => assert_eq!(schema.get("default"), default.as_ref(), "{}", field.name),
            }
        }
    }
}

#[test]
fn bodies_are_those_known() {
    let (known, document) = (known(), Document::read());
    let schemas = BTreeMap::new();
    for one in &known.operations {
        let node = document.operation(one).get("requestBody");
        let (Some(body), Some(node)) = (&one.body, node) else {
            assert!(one.body.is_none() && node.is_none(), "{}", one.operation);
            continue;
        };
        assert_eq!(node["required"].as_bool(), Some(body.required), "{}", one.operation);
        let forms = document.forms(document.body(node));
        let there: BTreeSet<_> = forms.iter().flat_map(|form| keys(&form["properties"])).collect();
        assert_eq!(there, names(&body.fields), "{}", one.operation);
        for field in &body.fields {
            for form in forms.iter().filter(|form| form["properties"].get(&field.name).is_some()) {
                document.holds(&form["properties"][&field.name], field, &schemas).unwrap();
                assert_eq!(form["properties"][&field.name].get("nullable"), None, "{}: null is sent to nobody", field.name);
            }
            assert!(!field.required || forms.iter().all(|form| texts(&form["required"]).contains(&*field.name)), "{}", field.name);
        }
    }
}

#[test]
fn an_image_is_made_of_one_thing_of_two() {
    let (known, document) = (known(), Document::read());
    let create = known.operations.iter().find(|one| one.operation == "create_image").unwrap();
    let forms = document.forms(document.body(&document.operation(create)["requestBody"]));
    let sources = ["instanceUuid", "imageSrcUrl"];
    let of =
        |form: &Value| sources.map(|source| (form["properties"].get(source).is_some(), texts(&form["required"]).contains(source)));
    let [instance, url] = forms.as_slice() else { panic!("{} forms", forms.len()) };
    assert_eq!((of(instance), of(url)), ([(true, true), (false, false)], [(false, false), (true, true)]));
    // What goes with a file: its system, which an instance knows of itself, and its checksum.
    assert!(texts(&url["required"]).contains("ostype") && !texts(&instance["required"]).contains("ostype"));
    assert!(url["properties"].get("md5").is_some() && instance["properties"].get("md5").is_none());
}

#[test]
fn answers_have_each_known_shape_and_no_more() {
    let (known, document) = (known(), Document::read());
    for one in &known.operations {
        let responses = &document.operation(one)["responses"];
        let answer = document.body(&responses["200"]);
        for field in one.answers.iter().flatten() {
            let there = &answer["properties"][&field.name];
            assert!(!there.is_null(), "{} lacks {}", one.operation, field.name);
            document.holds(there, field, &one.schemas).unwrap_or_else(|difference| panic!("{}: {difference}", one.operation));
        }
        // Demanded is only what every shape has.
        let in_all = |name: &&str| one.answers.iter().all(|shape| shape.iter().any(|field| field.required && field.name == *name));
        assert!(texts(&answer["required"]).iter().all(in_all), "{}: {:?}", one.operation, answer["required"]);
        let mut told: BTreeSet<_> = one.answers.iter().flat_map(|shape| names(shape)).collect();
        told.extend(ADDED.iter().filter(|(id, ..)| *id == one.operation).flat_map(|(_, members, _)| *members));
        assert_eq!(keys(&answer["properties"]), told, "{}", one.operation);
        for (status, response) in responses.as_object().unwrap() {
            let response = document.meant(response);
            let header = document.meant(&response["headers"][&known.request_id]);
            assert_eq!(header["schema"]["type"], "string", "{} {status}", one.operation);
            if status.as_str() >= "400" {
                let fault = document.body(response);
                assert_eq!(keys(&fault["properties"]), names(&known.error), "{} {status}", one.operation);
                known
                    .error
                    .iter()
                    .for_each(|field| document.holds(&fault["properties"][&field.name], field, &one.schemas).unwrap());
            }
        }
    }
    let removed = &document.0["paths"]["/vmp/images/{imageId}"]["delete"]["responses"];
    assert!(removed["204"].get("content").is_none() && removed["204"].is_object(), "a removal may be answered with nothing");
}

#[test]
fn codes_and_sizes_may_be_numbers_too() {
    let document = Document::read();
    let schemas = &document.0["components"]["schemas"];
    for (schema, member, number) in [
        ("Done", "code", "integer"),
        ("PreheatingInfo", "code", "integer"),
        ("Fault", "code", "integer"),
        ("Image", "size", "number"),
    ] {
        let forms = document.forms(&schemas[schema]["properties"][member]);
        let types: Vec<_> = forms.iter().map(|form| form["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["string", number], "{schema}.{member}");
    }
}

#[test]
fn the_special_rules_are_those_of_the_service() {
    let (known, document) = (known(), Document::read());
    let envelope = json!({"code": "code", "message": "message", "success": known.success_code[0]});
    for one in &known.operations {
        let facts = &document.operation(one)["x-cloudimg"];
        assert_eq!(facts["envelope"], envelope, "{}", one.operation);
        assert_eq!(facts["idempotent"], one.method != "POST", "{}: making an image twice makes two", one.operation);
    }
    let list = &document.0["paths"]["/vmp/images"]["get"]["x-cloudimg"];
    assert_eq!(list["query-pairs"], json!({"sortKey": "sortDir"}));
    let paging = json!({"items": "images", "last": "id", "marker": "marker", "distinct": true, "not-with": ["sortKey"]});
    assert_eq!(list["paging"], paging);
    // An id that is a fixed part of another path.
    let fixed: BTreeSet<_> = known.operations.iter().filter_map(|one| one.path.split('/').nth(3)).collect();
    let fixed: BTreeSet<_> = fixed.into_iter().filter(|part| !part.starts_with('{')).collect();
    let id = &document.0["paths"]["/vmp/images/{imageId}"]["delete"]["parameters"][0];
    assert_eq!(texts(&id["x-cloudimg-reserved"]), fixed);
    assert_eq!(fixed.len(), 2);
}

#[test]
fn a_difference_is_found() {
    let document = Document::read();
    let image = &document.0["components"]["schemas"]["Image"];
    let field = |kind: &str, values: &[&str]| Field {
        name: "x".to_owned(),
        kind: kind.to_owned(),
        required: false,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        repeatable: false,
        default: None,
    };
    let state = &image["properties"]["state"];
    let none = BTreeMap::new();
    let all = ["ACTIVE", "BUILDING", "INACTIVE"];
    assert!(document.holds(state, &field("string", &all), &none).is_ok());
    for wrong in [field("integer", &all), field("string", &all[1..]), field("array of string", &all)] {
        assert!(document.holds(state, &wrong, &none).is_err());
    }
    let members = BTreeMap::from([("Image".to_owned(), vec![field("string", &[])])]);
    assert!(document.holds(image, &field("Image", &[]), &members).unwrap_err().starts_with("Image has"));
}
