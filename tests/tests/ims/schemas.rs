//! The bodies of what is published, held against the schemas of the specs.

use cloudimg_tests::fixtures;
use serde_json::{Value, json};
use xtask::lint::{Media, media};
use xtask::spec::{Node, Spec};

use crate::coverage::{read, specs};
use crate::sample::{FIXTURE, Request, Response, Sample, changed};
use crate::schema::{Direction, Schemas};

/// A spec, and what holds values against its schemas.
struct Held {
    spec: Spec,
    schemas: Schemas,
}

/// The service's own specs, and that of the Image API, of which it has some calls unchanged.
struct All {
    own: Vec<Held>,
    upstream: Held,
}

impl All {
    fn read() -> Self {
        let held = |spec: Spec| Held { schemas: Schemas::new(&spec), spec };
        Self { own: specs().map(held).into(), upstream: held(read("glance-v2")) }
    }

    /// The first thing in which a sample is not what the specs say.
    fn judge(&self, value: &Value) -> Result<(), String> {
        let sample = Sample::read(value)?;
        let Some(request) = &sample.request else {
            // An error of no operation.
            let schema = Node::schema_ref(0, "ErrorResponse");
            let fits = |one: &Held| one.schemas.check(&schema, Direction::Answered, &sample.response.body);
            return self.own.iter().try_for_each(fits).map_err(|error| format!("the error {error}"));
        };
        let id = xtask::names::snake(&sample.operation);
        let mut found: Vec<(&Held, &Node)> = self.own.iter().filter_map(|one| Some((one, one.by_id(&id, request)?))).collect();
        if found.is_empty() {
            found.extend(self.upstream.by_path(request).map(|node| (&self.upstream, node)));
        }
        if found.is_empty() {
            return Err(format!("no spec has the operation {id}"));
        }
        found.into_iter().try_for_each(|(one, node)| one.judge(node, request, &sample.response))
    }
}

impl Held {
    fn judge(&self, operation: &Node, request: &Request, response: &Response) -> Result<(), String> {
        let wanted = operation.get("requestBody");
        self.check(wanted, Direction::Sent, &request.body).map_err(|error| format!("the request body {error}"))?;
        let answer = operation.get("responses").and_then(|all| all.get(&response.status.to_string()));
        let answer = answer.ok_or_else(|| format!("the status {} is not documented", response.status))?;
        self.check(Some(answer), Direction::Answered, &response.body).map_err(|error| format!("the answer {error}"))
    }

    /// The operation of that name, if it takes the media type: a patch of another one is the Image API's.
    fn by_id(&self, id: &str, request: &Request) -> Option<&Node> {
        let (.., node) = self.spec.operations().find(|(.., node)| node.text("operationId") == Some(id))?;
        let takes = |sent: &str| self.content(node.get("requestBody")).iter().any(|(name, _)| name == sent);
        request.header("content-type").is_none_or(takes).then_some(node)
    }

    fn by_path(&self, request: &Request) -> Option<&Node> {
        let fits = |template: &str| {
            let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), request.path().split('/').collect());
            template.len() == path.len() && template.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
        };
        let mut all = self.spec.operations();
        all.find(|(path, method, ..)| request.method.eq_ignore_ascii_case(method) && fits(path)).map(|(.., node)| node)
    }

    fn content<'a>(&'a self, holder: Option<&'a Node>) -> &'a [(String, Node)] {
        holder.and_then(|holder| self.spec.resolve(holder)?.get("content")).map_or(&[][..], Node::entries)
    }

    /// A body, if there is one, against the JSON that is documented.
    fn check(&self, holder: Option<&Node>, direction: Direction, body: &Value) -> Result<(), String> {
        if body.is_null() {
            return Ok(());
        }
        let schema =
            self.content(holder).iter().find(|(name, _)| media(name) == Media::Json).and_then(|(_, entry)| entry.get("schema"));
        let schema = schema.ok_or("is not described")?;
        self.schemas.check(schema, direction, body)
    }
}

/// What is published otherwise: the sample, words of the difference, why the specs stay.
const OTHERWISE: [(&str, &str, &str); 1] = [(
    "s054",
    "the answer at /disk_format: \"zvhd2\"",
    "a call of the Image API, whose spec lists the formats of Glance; clients keep others",
)];

#[test]
fn every_sample_is_as_the_schemas_say() {
    let all = All::read();
    let samples = fixtures::own(FIXTURE);
    let (mut wrong, mut met) = (Vec::new(), 0);
    for sample in &samples {
        let Err(difference) = all.judge(sample) else { continue };
        if OTHERWISE.iter().any(|(id, words, _)| sample["id"] == *id && difference.starts_with(words)) {
            met += 1;
        } else {
            wrong.push(format!("{}: {difference}", sample["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), samples.len(), wrong.join("\n"));
    assert_eq!(met, OTHERWISE.len(), "listed, and as the schemas say");
}

#[test]
fn samples_that_no_schema_fits_are_found() {
    let all = All::read();
    let samples = fixtures::own(FIXTURE);
    for (id, place, value, expected) in [
        ("s001", "/operation", json!("ListPictures"), "no spec has the operation list_pictures"),
        ("s001", "/request/body", json!({}), "the request body is not described"),
        ("s001", "/response/status", json!(418), "the status 418 is not documented"),
        ("s001", "/response/body", json!({"pages": 2}), "the answer at /: "),
        ("s001", "/response/body/images/0/min_disk", json!("much"), "the answer at /images/0/min_disk"),
        ("s007", "/request/body/0/op", json!(1), "the request body at /0/op"),
        ("s080", "/response/body", json!("no"), "the error at /: "),
    ] {
        let sample = changed(&samples, id, place, value);
        let found = all.judge(&sample).expect_err(place);
        assert!(found.contains(expected), "{id} {place}: {found}");
    }
}
