//! Names that generated code keeps for itself, and how messages name an operation.

/// Modules of a generated client that no tag may take.
pub const MODULES: [&str; 6] = ["types", "client", "facts", "builder", "mod_", "prelude"];

/// Types that generated code uses by their bare names.
pub(super) const TYPES: [&str; 7] = ["String", "Vec", "Option", "Box", "Result", "Timestamp", "Secret"];

/// Methods of the client and of the traits that it has: an operation of that name would be called in their place.
pub(super) const METHODS_OF_CLIENT: [&str; 9] =
    ["new", "pre", "exec", "post", "baseurl", "client", "inner", "api_version", "clone"];

/// Methods of a builder, and variables inside `send` that would shadow an argument.
pub(super) const METHODS_OF_BUILDER: [&str; 7] = ["new", "send", "pager", "body_map", "header_map", "info", "clone"];

/// Methods of a generated struct.
pub(super) const METHODS_OF_STRUCT: [&str; 3] = ["new", "builder", "clone"];

/// Methods and fields of an open object.
pub(super) const MEMBERS_OF_OPEN_OBJECT: [&str; 4] = ["new", "set", "extra", "clone"];

/// The operation as a reader knows it.
pub(super) fn operation(id: Option<&str>, method: &str, path: &str) -> String {
    match id {
        Some(id) => format!("operation `{id}`"),
        None => format!("operation {} {path}", method.to_uppercase()),
    }
}
