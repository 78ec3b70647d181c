//! What the specs say of each operation, read from the tables that are generated for the clients.

use std::path::Path;

/// An operation of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// As in the spec.
    pub id: String,
    /// `GET`
    pub method: String,
    /// The template of the path.
    pub path: String,
    /// The statuses of success.
    pub success: Vec<u16>,
    /// Whether sending it twice does no more than sending it once.
    pub idempotent: bool,
}

impl Operation {
    /// Whether this is a call of the operation.
    #[must_use]
    pub fn is(&self, method: &str, path: &str) -> bool {
        let (mut template, mut path) = (self.path.split('/'), path.split('/'));
        method == self.method
            && loop {
                match (template.next(), path.next()) {
                    (None, None) => break true,
                    (Some(t), Some(p)) if t.starts_with('{') || t == p => {}
                    _ => break false,
                }
            }
    }
}

/// The operations of a client, by the folder of its crate below `crates`.
///
/// # Panics
///
/// If there is no such crate, or its table is not as the generator writes it.
#[must_use]
pub fn operations(package: &str) -> Vec<Operation> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(package).join("src/generated/facts.rs");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let operation = |entry: &str| {
        let between = |from: &str, to: &str| Some(entry.split_once(from)?.1.split_once(to)?.0.to_owned());
        Some(Operation {
            id: between("\n            id: \"", "\"")?,
            method: between("\n            method: \"", "\"")?,
            path: between("\n            path: \"", "\"")?,
            success: between("\n            success: &[", "]")?
                .split(',')
                .map(|status| status.trim().parse().ok())
                .collect::<Option<_>>()?,
            idempotent: between("\n            idempotent: ", ",")? == "true",
        })
    };
    let entries = text.split("=> &OperationFacts {").skip(1);
    entries.map(|entry| operation(entry).unwrap_or_else(|| panic!("{}: {entry}", path.display()))).collect()
}
