//! What is left of a spec when everything that the generator underneath cannot know has been taken out of it.

use std::collections::BTreeMap;

use super::schemas::Foreign;
use crate::spec::Node;

/// A spec, split into what progenitor makes and what we make.
pub struct Model {
    /// The name on the command line.
    pub service: String,
    /// The spec's file, as shown in headers.
    pub file: String,
    /// The hash of the spec.
    pub hash: String,
    /// The document for progenitor: JSON bodies only, successes only, no limits, everything inline lifted to a component.
    pub document: Node,
    /// The calls, in the order of the spec; the branches of a body follow their operation.
    pub operations: Vec<Operation>,
    /// The string enums.
    pub enums: Vec<OpenEnum>,
    /// The objects that keep members which the spec does not list.
    pub objects: Vec<OpenObject>,
    /// Components that are nothing but a type of core: the Rust name, and the type.
    pub foreign: Vec<(String, &'static Foreign)>,
    /// Types that a request body holds: they get constructors.
    pub sent: Vec<String>,
    /// The fields of the plain structs, in the order of the spec.
    pub members: BTreeMap<String, Vec<String>>,
    /// Properties of plain structs that warn whoever uses them: type and field.
    pub deprecated: Vec<(String, String)>,
}

/// One call.
pub struct Operation {
    /// The name of its method.
    pub id: String,
    /// The module it lives in.
    pub module: String,
    /// Upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// What marks the path of a further call on the same path and method; progenitor takes a path once only.
    pub fragment: Option<String>,
    /// The body's media type in truth.
    pub media_type: Option<String>,
    /// The statuses that mean success.
    pub success: Vec<u16>,
    /// The status that stands for 300 in the document.
    pub stands_for_300: Option<u16>,
    /// Whether the answer is decoded from JSON.
    pub decodes: bool,
    /// May be sent twice.
    pub idempotent: bool,
    /// `none`, `request` or `response`.
    pub long_body: String,
    /// How the answer is paged.
    pub paging: Option<Paging>,
    /// The kind of job that it starts.
    pub job: Option<String>,
    /// Values that a path parameter must not have: parameter and value.
    pub reserved: Vec<(String, String)>,
    /// Query parameters that go in pairs.
    pub query_pairs: Vec<(String, String)>,
    /// How a success says in its body that it is none.
    pub envelope: Option<Envelope>,
    /// Warns whoever calls it.
    pub deprecated: bool,
    /// The builder's arguments and what the spec says of them.
    pub arguments: Vec<(String, String)>,
    /// Whether an argument must not be printed.
    pub secret: bool,
}

/// A paging rule, with what is needed to write the pager.
pub struct Paging {
    /// The wire names.
    pub items: String,
    /// Where the marker of the next page stands.
    pub next: NextMarker,
    /// See `items`.
    pub marker: String,
    /// The type of one row, as seen from a module of operations.
    pub row: String,
    /// Whether the rows may be missing from an answer.
    pub items_optional: bool,
    /// Whether pages may overlap; the rows' own marker tells them apart.
    pub distinct: bool,
    /// Query parameters that the marker cannot be sent with.
    pub not_with: Vec<String>,
}

/// The members of a success's body that say whether it is one.
#[derive(Clone)]
pub struct Envelope {
    /// The member with the code.
    pub code: String,
    /// The member that says what is wrong.
    pub message: String,
    /// The code of success.
    pub success: String,
}

/// Where a page holds the marker of the next one.
pub enum NextMarker {
    /// In a link, this member of the answer.
    Link {
        /// The wire name.
        member: String,
        /// Whether an answer may lack it.
        optional: bool,
    },
    /// In this member of the last row.
    LastRow(String),
    /// In a member of a member of the answer, as it is to be sent.
    Member {
        /// The wire name of the outer member.
        outer: String,
        /// Whether an answer may lack it.
        outer_optional: bool,
        /// The wire name of the inner member.
        inner: String,
        /// Whether the outer member may lack it.
        inner_optional: bool,
        /// The member of the last row that holds the marker where the outer member is absent.
        last: Option<String>,
    },
}

/// A string enum.
pub struct OpenEnum {
    /// The Rust name.
    pub name: String,
    /// What the spec says of it.
    pub doc: String,
    /// The known values.
    pub values: Vec<String>,
}

/// An object that keeps what it does not list.
pub struct OpenObject {
    /// The Rust name.
    pub name: String,
    /// What the spec says of it.
    pub doc: String,
    /// The listed members.
    pub fields: Vec<Field>,
}

/// A listed member.
pub struct Field {
    /// The Rust name.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// What the spec says of it.
    pub doc: String,
    /// Whether it is always there.
    pub required: bool,
    /// Its type, without the `Option` of an optional member.
    pub rust_type: String,
    /// Warns whoever uses it.
    pub deprecated: bool,
}
