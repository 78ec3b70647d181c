//! Modules of types that would be too large for one file.

use syn::visit_mut::{self, VisitMut};
use syn::{Item, Path};

use super::files::{Files, LIMIT};
use super::print;
use crate::normalise::model::Model;

/// Room for the header and the imports of a part.
const PART: usize = LIMIT - 20_000;

/// A module: one file if that is small enough, else one that gathers parts. `chunks` are texts that must not be torn apart,
/// `imports` is what a part needs to see.
pub fn insert(files: &mut Files, model: &Model, name: &str, head: &str, imports: &str, chunks: Vec<String>) {
    let header = print::header(model);
    if head.len() + chunks.iter().map(String::len).sum::<usize>() <= PART {
        files.insert(format!("{name}.rs"), header + head + &chunks.concat());
        return;
    }
    let mut parts: Vec<String> = Vec::new();
    for chunk in chunks {
        match parts.last_mut() {
            Some(part) if part.len() + chunk.len() <= PART => part.push_str(&chunk),
            _ => parts.push(chunk),
        }
    }
    let mut root = format!("{header}{head}\n");
    for (index, part) in parts.iter().enumerate() {
        let part_name = format!("part_{}", index + 1);
        root.push_str(&format!("mod {part_name};\npub use {part_name}::*;\n"));
        files.insert(format!("{name}/{part_name}.rs"), format!("{header}{imports}{part}"));
    }
    files.insert(format!("{name}.rs"), root);
}

/// Whether items need parts.
pub fn are_many(chunks: &[String]) -> bool {
    chunks.iter().map(String::len).sum::<usize>() > PART
}

/// Texts of a type each: a struct or enum and the impls behind it, which may use its private fields.
pub fn chunks(items: &[Item]) -> Vec<String> {
    let starts = |item: &Item| matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Mod(_));
    let mut chunks: Vec<String> = Vec::new();
    for group in items.chunk_by(|_, next| !starts(next)) {
        chunks.push(print::items(group));
    }
    chunks
}

/// `super::X` seen from one module deeper.
pub struct Deeper;

impl VisitMut for Deeper {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_none() && path.segments.first().is_some_and(|first| first.ident == "super") {
            path.segments.insert(0, syn::Ident::new("super", proc_macro2::Span::call_site()).into());
        }
    }
}
