//! The calls: progenitor's code taken apart, corrected, and put into a file for each tag.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::TokenStream;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItem, ImplItemFn, Item, LitInt, LitStr, Macro, Path};

use super::paths::{Tidy, docs, map_literals};
use super::{pager, print};
use crate::names;
use crate::normalise::model::{Model, Operation};

/// progenitor's file, in its parts.
pub struct Source {
    /// The module of types.
    pub types: Vec<Item>,
    /// The client without its constructors and calls.
    pub client: Vec<Item>,
    /// The calls of the client, by name.
    methods: BTreeMap<String, ImplItemFn>,
    /// Struct and impl of each builder, by the name of the struct.
    builders: BTreeMap<String, Vec<Item>>,
}

/// Takes the file apart. Every part that we replace must be there: a generator that says things otherwise must be looked at.
pub fn split(tokens: TokenStream, model: &Model) -> Result<Source> {
    let file: syn::File = syn::parse2(tokens).context("progenitor's code does not parse")?;
    let mut source = Source { types: Vec::new(), client: Vec::new(), methods: BTreeMap::new(), builders: BTreeMap::new() };
    let mut seen_constructors = false;
    let mut seen_encode_path = false;
    for item in file.items {
        match item {
            Item::Use(import) => seen_encode_path |= mentions(&import, "encode_path"),
            Item::Mod(module) => {
                let items = module.content.map(|(_, items)| items).unwrap_or_default();
                match module.ident.to_string().as_str() {
                    "types" => source.types = items,
                    "builder" => source.take_builders(items),
                    "prelude" => {}
                    other => bail!("progenitor made the module `{other}`, which is not known here"),
                }
            }
            Item::Impl(block) if block.trait_.is_none() => {
                for item in block.items {
                    let ImplItem::Fn(function) = item else { continue };
                    let name = function.sig.ident.to_string();
                    // Its constructors make a client of their own, with a timeout that kills long transfers.
                    if matches!(name.as_str(), "new" | "new_with_client") {
                        seen_constructors = true;
                    } else {
                        source.methods.insert(name, function);
                    }
                }
            }
            other => source.client.push(other),
        }
    }
    ensure!(seen_constructors, "progenitor's constructors of the client were not found");
    ensure!(seen_encode_path, "progenitor's import of `encode_path` was not found");
    ensure!(
        source.client.len() == 3,
        "progenitor's client has {} parts, not struct, ClientInfo and assertion",
        source.client.len()
    );
    ensure!(
        source.methods.len() == model.operations.len() && source.builders.len() == model.operations.len(),
        "{} operations became {} calls and {} builders",
        model.operations.len(),
        source.methods.len(),
        source.builders.len()
    );
    Ok(source)
}

impl Source {
    fn take_builders(&mut self, items: Vec<Item>) {
        for item in items {
            let name = match &item {
                Item::Struct(item) => item.ident.to_string(),
                Item::Impl(item) => match &*item.self_ty {
                    syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
                    _ => continue,
                },
                _ => continue,
            };
            self.builders.entry(name).or_default().push(item);
        }
    }
}

/// The name of an operation's builder.
pub fn builder_name(operation: &Operation) -> String {
    names::pascal(&operation.id)
}

/// The modules of operations, in the order of the spec.
pub fn modules(model: &Model) -> Vec<&str> {
    let mut modules: Vec<&str> = Vec::new();
    for operation in &model.operations {
        if !modules.contains(&operation.module.as_str()) {
            modules.push(&operation.module);
        }
    }
    modules
}

/// A file for each tag.
pub fn files(source: &Source, model: &Model) -> Result<Vec<(String, String)>> {
    modules(model).into_iter().map(|module| Ok((module.to_owned(), file(source, model, module)?))).collect()
}

fn file(source: &Source, model: &Model, module: &str) -> Result<String> {
    let mut methods = Vec::new();
    let mut builders = Vec::new();
    for operation in model.operations.iter().filter(|operation| operation.module == module) {
        methods.push(method(source, operation)?);
        builders.extend(builder(source, operation)?);
    }
    let client: Item = syn::parse_quote!(impl Client { #(#methods)* });
    let mut items = vec![client];
    items.extend(builders);

    let mut used = Used::default();
    items.iter().for_each(|item| used.visit_item(item));
    let mut text = print::header(model);
    text.push('\n');
    let encode = if used.names.contains("encode_path") { "use ::cloudimg_core::encode_path;\n" } else { "" };
    text.push_str(encode);
    let mut imports = Vec::from(["ClientHooks", "ClientInfo"]);
    imports.extend(["ByteStream", "Error", "OperationInfo", "ResponseValue"].into_iter().filter(|name| used.names.contains(*name)));
    if used.names.contains("form_urlencoded") {
        imports.push("RequestBuilderExt");
    }
    imports.sort_unstable();
    text.push_str(&format!("use ::progenitor_client::{{{}}};\n\n", imports.join(", ")));
    text.push_str(if used.names.contains("types") { "use super::{Client, types};\n" } else { "use super::Client;\n" });
    text.push_str(&print::items(&items));
    Ok(text)
}

/// The call of the client that starts an operation.
fn method(source: &Source, operation: &Operation) -> Result<ImplItemFn> {
    let mut method =
        source.methods.get(&operation.id).with_context(|| format!("progenitor made no call `{}`", operation.id))?.clone();
    Tidy::new(&["types"]).visit_impl_item_fn_mut(&mut method);
    WithoutFragment(operation.fragment.as_deref()).visit_impl_item_fn_mut(&mut method);
    SameModule.visit_impl_item_fn_mut(&mut method);
    if operation.deprecated {
        method.attrs.push(syn::parse_quote!(#[deprecated]));
    }
    Ok(method)
}

/// The builder of an operation.
fn builder(source: &Source, operation: &Operation) -> Result<Vec<Item>> {
    let name = builder_name(operation);
    let mut items = source.builders.get(&name).with_context(|| format!("progenitor made no builder `{name}`"))?.clone();
    let mut corrections = Corrections { operation, decoded: 0, moved: 0 };
    for item in &mut items {
        Tidy::new(&["types"]).visit_item_mut(item);
        WithoutFragment(operation.fragment.as_deref()).visit_item_mut(item);
        corrections.visit_item_mut(item);
        if let Item::Impl(block) = item {
            document(&mut block.items, operation);
            if let Some(paging) = &operation.paging {
                block.items.push(pager::method(paging, &operation.id));
            }
        }
    }
    let expected = if operation.decodes { operation.success.len() } else { 0 };
    ensure!(
        corrections.decoded == expected,
        "`{}` should decode {expected} answers by `ResponseValue::from_response`, found {}: progenitor says it otherwise now",
        operation.id,
        corrections.decoded
    );
    if operation.secret {
        let debug = without_debug(&mut items, &name)?;
        items.push(debug);
    }
    ensure!(
        corrections.moved == usize::from(operation.stands_for_300.is_some()),
        "`{}`: the status that stands for 300 was found {} times",
        operation.id,
        corrections.moved
    );
    Ok(items)
}

/// What the spec says of an argument belongs to its setter.
fn document(items: &mut [ImplItem], operation: &Operation) {
    for item in items {
        let ImplItem::Fn(function) = item else { continue };
        let name = function.sig.ident.to_string();
        let text = match name.as_str() {
            "new" => "An empty call; the method of the client does the same.".to_owned(),
            "send" => continue,
            "body_map" => "Changes the body in place.".to_owned(),
            "body" => "The body.".to_owned(),
            _ => match operation.arguments.iter().find(|(argument, _)| *argument == name) {
                Some((_, doc)) if !doc.is_empty() => doc.clone(),
                _ => format!("Sets `{name}`."),
            },
        };
        function.attrs.splice(0..0, docs(&text));
    }
}

/// Takes the derived `Debug` from a builder that holds a secret, and gives it one that says nothing of its arguments.
fn without_debug(items: &mut [Item], name: &str) -> Result<Item> {
    let derive = items.iter_mut().find_map(|item| match item {
        Item::Struct(item) => item.attrs.iter_mut().find(|attribute| attribute.path().is_ident("derive")),
        _ => None,
    });
    *derive.with_context(|| format!("the builder `{name}` derives nothing"))? = syn::parse_quote!(#[derive(Clone)]);
    let ident = syn::Ident::new(name, proc_macro2::Span::call_site());
    Ok(syn::parse_quote! {
        impl ::std::fmt::Debug for #ident<'_> {
            /// One of the arguments is a secret, so none is printed.
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name).finish_non_exhaustive()
            }
        }
    })
}

/// Core's decoder in place of progenitor's, and 300 in place of the status that stands for it.
struct Corrections<'a> {
    operation: &'a Operation,
    decoded: usize,
    moved: usize,
}

impl VisitMut for Corrections<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::Await(waited) = expression
            && let Expr::Call(call) = &*waited.base
            && let Expr::Path(function) = &*call.func
            && is_path(&function.path, &["ResponseValue", "from_response"])
        {
            let arguments = &call.args;
            let decoded: Expr = syn::parse_quote!(::cloudimg_core::decode(#arguments, info.operation_id).await);
            *expression = decoded;
            self.decoded += 1;
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        // progenitor silences `unused_mut` for clients without hooks; ours always change the request.
        local.attrs.retain(|attribute| !attribute.path().is_ident("allow"));
        visit_mut::visit_local_mut(self, local);
    }

    fn visit_lit_int_mut(&mut self, literal: &mut LitInt) {
        if let Some(status) = self.operation.stands_for_300
            && literal.suffix() == "u16"
            && literal.base10_parse::<u16>().is_ok_and(|value| value == status)
        {
            *literal = LitInt::new("300u16", literal.span());
            self.moved += 1;
        }
    }
}

/// Paths as they are on the wire: the fragment only told progenitor two calls apart.
struct WithoutFragment<'a>(Option<&'a str>);

impl VisitMut for WithoutFragment<'_> {
    fn visit_lit_str_mut(&mut self, literal: &mut LitStr) {
        if let Some(fragment) = self.0
            && literal.value().contains(fragment)
        {
            *literal = LitStr::new(&literal.value().replace(fragment, ""), literal.span());
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(fragment) = self.0 {
            mac.tokens = map_literals(mac.tokens.clone(), &|text| text.contains(fragment).then(|| text.replace(fragment, "")));
        }
    }
}

/// `builder::ListImages` is a neighbour now.
struct SameModule;

impl VisitMut for SameModule {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.segments.len() > 1 && path.segments.first().is_some_and(|first| first.ident == "builder") {
            path.segments = path.segments.iter().skip(1).cloned().collect();
        }
    }
}

/// The names that code mentions, in macros too.
#[derive(Default)]
struct Used {
    names: std::collections::BTreeSet<String>,
}

impl Used {
    fn tokens(&mut self, tokens: TokenStream) {
        for tree in tokens {
            match tree {
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                proc_macro2::TokenTree::Ident(name) => {
                    self.names.insert(name.to_string());
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Used {
    fn visit_ident(&mut self, name: &'ast proc_macro2::Ident) {
        self.names.insert(name.to_string());
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.tokens(mac.tokens.clone());
    }
}

fn mentions(import: &syn::ItemUse, name: &str) -> bool {
    let mut used = Used::default();
    used.visit_item_use(import);
    used.names.contains(name)
}

fn is_path(path: &Path, names: &[&str]) -> bool {
    path.segments.len() == names.len() && path.segments.iter().zip(names).all(|(segment, name)| segment.ident == name)
}
