//! The types: typify's, corrected, and ours beside them.

use anyhow::{Context, Result};
use syn::visit_mut::VisitMut;
use syn::{Fields, Item, ItemStruct, Type};

use super::files::Files;
use super::operations::Source;
use super::paths::{Tidy, docs};
use super::{open_types, parts};
use crate::normalise::model::Model;

/// `types.rs`, or the parts of it.
pub fn file(source: &Source, model: &Model, files: &mut Files) {
    let mut items: Vec<Item> = Vec::new();
    let mut builders = false;
    for item in &source.types {
        match item {
            Item::Mod(module) if module.ident == "builder" => builders = true,
            Item::Mod(_) => {
                let mut item = item.clone();
                Tidy::new(&["super"]).visit_item_mut(&mut item);
                items.push(item);
            }
            item => {
                let mut item = item.clone();
                Tidy::new(&[]).visit_item_mut(&mut item);
                let constructor = match &mut item {
                    Item::Struct(structure) => correct(structure, model),
                    Item::Enum(choice) => {
                        choice.attrs.push(syn::parse_quote!(#[non_exhaustive]));
                        None
                    }
                    _ => None,
                };
                items.push(item);
                items.extend(constructor);
            }
        }
    }
    let head = if builders { "\n/// Builders of the plain types.\npub mod builder;\n" } else { "" };
    let mut chunks = open_types::items(model);
    chunks.extend(parts::chunks(&items));
    // A part need not name a type of another one.
    parts::insert(files, model, "types", head, "\n#[allow(unused_imports)]\nuse super::*;\n", chunks);
}

/// `types/builder.rs`, or the parts of it.
pub fn builders(source: &mut Source, model: &Model, files: &mut Files) -> Result<()> {
    let module = source.types.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "builder" => Some(module),
        _ => None,
    });
    let Some(module) = module else { return Ok(()) };
    let (_, items) = module.content.as_mut().context("typify's builders have no content")?;
    items.iter_mut().for_each(|item| Tidy::new(&["super"]).visit_item_mut(item));
    let mut chunks = parts::chunks(items);
    if parts::are_many(&chunks) {
        items.iter_mut().for_each(|item| parts::Deeper.visit_item_mut(item));
        chunks = parts::chunks(items);
    }
    parts::insert(files, model, "types/builder", "", "", chunks);
    Ok(())
}

/// A plain struct may get new members without breaking its users; who sends one gets a constructor instead.
fn correct(structure: &mut ItemStruct, model: &Model) -> Option<Item> {
    let Fields::Named(fields) = &mut structure.fields else { return None };
    let name = structure.ident.to_string();
    structure.attrs.push(syn::parse_quote!(#[non_exhaustive]));
    if let Some(order) = model.members.get(&name) {
        // typify sorts by name; the spec's order is what `new` and the wire should have.
        let mut sorted: Vec<_> = std::mem::take(&mut fields.named).into_iter().collect();
        sorted.sort_by_key(|field| order.iter().position(|member| field.ident.as_ref().is_some_and(|ident| ident == member)));
        fields.named = sorted.into_iter().collect();
    }
    for field in &mut fields.named {
        let field_name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        if !field.attrs.iter().any(|attribute| attribute.path().is_ident("doc")) {
            field.attrs.splice(0..0, docs(&format!("The member `{}`.", field_name.trim_end_matches('_'))));
        }
        if model.deprecated.iter().any(|(owner, member)| *owner == name && *member == field_name) {
            field.attrs.push(syn::parse_quote!(#[deprecated]));
        }
    }
    if !model.sent.contains(&name) {
        return None;
    }
    let mut arguments: Vec<syn::FnArg> = Vec::new();
    let mut values: Vec<syn::FieldValue> = Vec::new();
    let mut setters: Vec<syn::ImplItem> = Vec::new();
    for field in &fields.named {
        let (member, kind) = (field.ident.as_ref()?, &field.ty);
        let about: Vec<_> = field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).collect();
        if is_optional(field) {
            let inner = inner_of_option(kind)?;
            values.push(syn::parse_quote!(#member: None));
            setters.push(syn::parse_quote! {
                #(#about)*
                #[must_use]
                pub fn #member(mut self, #member: impl Into<#inner>) -> Self {
                    self.#member = Some(#member.into());
                    self
                }
            });
        } else {
            arguments.push(syn::parse_quote!(#member: impl Into<#kind>));
            values.push(syn::parse_quote!(#member: #member.into()));
        }
    }
    let ident = &structure.ident;
    Some(syn::parse_quote! {
        impl #ident {
            /// With what must be there; the rest is set by the methods below.
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
            #(#setters)*
        }
    })
}

/// typify writes `skip_serializing_if` on every member that may be left out; one that may only be null has an `Option` alone.
fn is_optional(field: &syn::Field) -> bool {
    inner_of_option(&field.ty).is_some()
        && field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")).any(|attribute| {
            let mut found = false;
            let _ = attribute.parse_nested_meta(|meta| {
                found |= meta.path.is_ident("skip_serializing_if");
                if meta.input.peek(syn::Token![=]) {
                    let _: syn::Expr = meta.value()?.parse()?;
                }
                Ok(())
            });
            found
        })
}

fn inner_of_option(kind: &Type) -> Option<&Type> {
    let Type::Path(path) = kind else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}
