//! Names of the spec as the generator turns them into Rust.
//!
//! These follow the rules of progenitor and typify to the letter: the linter compares what they would make of two names, and
//! the code that we emit ourselves names what they emit.

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// The name of a method, field, argument or module.
pub fn snake(name: &str) -> String {
    rust_name(name, str::to_snake_case, "_")
}

/// The name of an operation's method and builder arguments is made like [`snake`]; its builder struct like this.
pub fn pascal(name: &str) -> String {
    rust_name(name, str::to_pascal_case, "X")
}

/// The name of a field of a struct: typify prefixes a leading digit with `x`, progenitor's arguments with `_`.
pub fn field(name: &str) -> String {
    rust_name(name, str::to_snake_case, "x")
}

fn rust_name(name: &str, case: fn(&str) -> String, prefix: &str) -> String {
    let cased = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c| !is_xid_continue(c), "-")),
    };
    let name = match cased.chars().next() {
        None => case("x"),
        Some(first) if is_xid_start(first) => cased,
        Some(_) => format!("{prefix}{cased}"),
    };
    if is_keyword(&name) { format!("{name}_") } else { name }
}

/// Whether Rust keeps the word for itself.
fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
        "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
        "mut", "override", "priv", "pub", "ref", "return", "Self", "self", "static", "struct", "super", "trait", "true", "try",
        "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    KEYWORDS.contains(&name)
}

/// Whether the name is words of small letters and digits joined by `separator`, beginning with a letter.
pub fn is_joined_words(name: &str, separator: char) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split(separator).all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_as_the_generator_makes_them() {
        assert_eq!(snake("__os_type"), "os_type");
        assert_eq!(snake("os:distro"), "os_distro");
        assert_eq!(snake("self"), "self_");
        assert_eq!(snake("X-Auth-Token"), "x_auth_token");
        assert_eq!(pascal("x86_64"), "X8664");
        assert_eq!(pascal("64"), "X64");
        assert_eq!(pascal(""), "X");
        assert_eq!(pascal("2012 R2 Standard"), "X2012R2Standard");
        assert_eq!(field("1st"), "x1st");
        assert_eq!(snake("1st"), "_1st");
    }

    #[test]
    fn joined_words() {
        assert!(is_joined_words("list_images", '_'));
        assert!(is_joined_words("glance-direct", '-'));
        for bad in ["List", "a__b", "_a", "a_", "1a", "a-b", ""] {
            assert!(!is_joined_words(bad, '_'), "{bad}");
        }
    }
}
