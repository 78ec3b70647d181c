//! A spec as it is read: the tree, its file, and how to follow references in it.

pub mod node;
pub mod place;
pub mod yaml;

use std::path::Path;

pub use node::{Node, Value};
pub use place::{Place, Problem, Problems};

/// The methods that a path item may hold, in the order in which they are generated.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One OpenAPI document.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The file, as shown to people: relative to the root where it can be.
    pub file: String,
    /// The hash of the file's text, in hex.
    pub hash: String,
    /// The document.
    pub root: Node,
}

impl Spec {
    /// Reads a file; `shown` is how messages name it.
    pub fn read(path: &Path, shown: &str) -> Result<Self, Problems> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, shown),
            Err(error) => Err(Problems::one(shown, Problem::of_file(format!("cannot be read: {error}")))),
        }
    }

    /// Reads a text.
    pub fn parse(text: &str, shown: &str) -> Result<Self, Problems> {
        // A checkout with other line ends is the same spec.
        let text = text.replace("\r\n", "\n");
        match yaml::parse(&text) {
            Ok(root) => Ok(Self { file: shown.to_owned(), hash: hash(&text), root }),
            Err(error) => Err(Problems::one(
                shown,
                Problem { line: Some(error.line), column: Some(error.column), ..Problem::of_file(error.message) },
            )),
        }
    }

    /// The mapping of components of one kind (`schemas`, `parameters`, ...).
    pub fn components(&self, kind: &str) -> &[(String, Node)] {
        self.root.get("components").and_then(|components| components.get(kind)).map_or(&[], Node::entries)
    }

    /// All operations: path, method, path item, operation.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &'static str, &Node, &Node)> {
        self.root.get("paths").map_or(&[][..], Node::entries).iter().flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| item.get(method).map(|operation| (path.as_str(), *method, item, operation)))
        })
    }

    /// What a node means: itself, or what its `$ref` (and so on) points to. `None` where that is missing or goes in circles.
    pub fn resolve<'a>(&'a self, node: &'a Node) -> Option<&'a Node> {
        let mut node = node;
        for _ in 0..32 {
            match node.text("$ref") {
                None => return Some(node),
                Some(reference) => node = self.target(reference)?,
            }
        }
        None
    }

    /// What a schema means: like [`resolve`](Self::resolve), and through an `allOf` of one, which only gives a reference words of its own.
    pub fn meant<'a>(&'a self, node: &'a Node) -> Option<&'a Node> {
        let node = self.resolve(node)?;
        match node.get("allOf").map(Node::items) {
            Some([only]) => self.resolve(only),
            _ => Some(node),
        }
    }

    /// What a reference points to.
    pub fn target(&self, reference: &str) -> Option<&Node> {
        let (kind, name) = component_of(reference)?;
        self.root.get("components")?.get(kind)?.get(name)
    }
}

/// The kind and the name in `#/components/KIND/NAME`.
pub fn component_of(reference: &str) -> Option<(&str, &str)> {
    reference.strip_prefix("#/components/")?.split_once('/').filter(|(_, name)| !name.contains('/'))
}

/// The name in `#/components/schemas/NAME`.
pub fn schema_name(node: &Node) -> Option<&str> {
    match component_of(node.text("$ref")?) {
        Some(("schemas", name)) => Some(name),
        _ => None,
    }
}

fn hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
