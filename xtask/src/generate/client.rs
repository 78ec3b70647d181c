//! The client itself, and the module that joins the parts.

use std::fmt::Write;

use anyhow::Result;
use syn::Item;
use syn::visit_mut::VisitMut;

use super::operations::{Source, builder_name, modules};
use super::paths::Tidy;
use super::print;
use crate::normalise::model::Model;

/// `client.rs`.
pub fn file(source: &Source, model: &Model) -> Result<String> {
    let mut items = Vec::new();
    for item in &source.client {
        let mut item = item.clone();
        Tidy::new(&["super", "types"]).visit_item_mut(&mut item);
        let is_struct = matches!(item, Item::Struct(_));
        items.push(item);
        if is_struct {
            items.push(syn::parse_quote! {
                impl Client {
                    /// A client of the service at `baseurl`, which sends everything through `session`.
                    pub fn new(baseurl: &str, session: ::cloudimg_core::Session) -> Self {
                        Self {
                            baseurl: baseurl.trim_end_matches('/').to_owned(),
                            client: session.http().clone(),
                            inner: session,
                        }
                    }
                }
            });
        }
    }
    let mut text = print::header(model);
    text.push_str("\nuse ::progenitor_client::{ClientHooks, ClientInfo};\n");
    text.push_str(&print::items(&items));
    Ok(text)
}

/// `mod.rs`.
pub fn root(model: &Model) -> String {
    let mut text = print::header(model);
    let _ = write!(
        text,
        "\n#![allow(clippy::all, deprecated, irrefutable_let_patterns, missing_docs, unreachable_pub)]\n\nmod client;\nmod facts;\npub mod types;\n"
    );
    for module in modules(model) {
        let _ = writeln!(text, "mod {module};");
    }
    text.push_str("\n/// The builders of the calls.\npub mod builder {\n");
    for module in modules(model) {
        let mut names: Vec<_> = model.operations.iter().filter(|operation| operation.module == module).map(builder_name).collect();
        names.sort_unstable();
        let names = names.join(", ");
        let _ = match names.contains(',') {
            true => writeln!(text, "    pub use super::{module}::{{{names}}};"),
            false => writeln!(text, "    pub use super::{module}::{names};"),
        };
    }
    text.push_str("}\n\npub use client::Client;\npub(crate) use facts::facts;\n");
    text
}
