//! Small rewrites that hold for all generated code: documentation as `///` lines, and our types by their short names.

use proc_macro2::{Literal, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Lit, LitStr, Macro, Meta, Path};

/// Where the generator is told that our types are: a path that holds in each of its nested modules.
pub const TYPES: &str = "crate::generated::types";

/// Types that everyone knows by their short names, and that no schema may be called by.
const PRELUDE: [&str; 5] =
    ["std::option::Option", "std::string::String", "std::vec::Vec", "std::result::Result", "std::boxed::Box"];

/// `crate::generated::types::Image` becomes `<prefix>Image`, and `//comments` become as a person would write them.
pub struct Tidy {
    prefix: Vec<&'static str>,
}

impl Tidy {
    /// For code in a module that reaches the types by `prefix`.
    pub fn new(prefix: &[&'static str]) -> Self {
        Self { prefix: prefix.to_vec() }
    }
}

impl VisitMut for Tidy {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let depth = TYPES.split("::").count();
        let ours =
            path.segments.len() > depth && path.segments.iter().zip(TYPES.split("::")).all(|(segment, name)| segment.ident == name);
        if ours {
            let prefix = self.prefix.iter().map(|name| syn::Ident::new(name, proc_macro2::Span::call_site()).into());
            path.segments = prefix.chain(path.segments.iter().skip(depth).cloned()).collect();
        } else if path.leading_colon.is_some()
            && path.segments.len() == 3
            && PRELUDE.iter().any(|name| name.split("::").zip(&path.segments).all(|(name, segment)| segment.ident == name))
        {
            path.leading_colon = None;
            path.segments = path.segments.iter().skip(2).cloned().collect();
        }
    }

    fn visit_lit_str_mut(&mut self, literal: &mut LitStr) {
        if let Some(text) = short_type(&literal.value()) {
            *literal = LitStr::new(&text, literal.span());
        }
    }

    /// Macros are plain tokens to the parser: their paths stay long, but no path of ours stands in one but as a text.
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        mac.tokens = map_literals(mac.tokens.clone(), &short_type);
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        let mut tidied = Vec::new();
        for attribute in attributes.drain(..) {
            match doc_text(&attribute) {
                Some(text) => tidied.extend(docs(&text)),
                None => tidied.push(attribute),
            }
        }
        // Documentation first, as a person would write it.
        tidied.sort_by_key(|attribute| doc_text(attribute).is_none());
        *attributes = tidied;
        attributes.iter_mut().for_each(|attribute| self.visit_attribute_mut(attribute));
    }
}

/// "conversion to `:: std :: string :: String` for id failed", in the words of who called.
fn short_type(text: &str) -> Option<String> {
    let (name, rest) = text.strip_prefix("conversion to `")?.split_once('`')?;
    let mut name = name.replace(' ', "").replace(&format!("{TYPES}::"), "");
    for long in PRELUDE {
        name = name.replace(&format!("::{long}"), long.rsplit("::").next().unwrap_or(long));
    }
    Some(format!("conversion to `{name}`{rest}"))
}

/// The text of a documentation attribute.
pub fn doc_text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// One attribute for each line, which prints as `/// line`.
pub fn docs(text: &str) -> Vec<Attribute> {
    let line = |line: &str| -> Attribute {
        let line = if line.is_empty() { String::new() } else { format!(" {}", line.trim_end()) };
        syn::parse_quote!(#[doc = #line])
    };
    text.trim_matches('\n').trim_end().lines().map(|text| line(text.strip_prefix(' ').unwrap_or(text))).collect()
}

/// Rewrites the string literals in plain tokens.
pub fn map_literals(tokens: TokenStream, change: &dyn Fn(&str) -> Option<String>) -> TokenStream {
    tokens
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Group(group) => {
                let mut mapped = proc_macro2::Group::new(group.delimiter(), map_literals(group.stream(), change));
                mapped.set_span(group.span());
                TokenTree::Group(mapped)
            }
            TokenTree::Literal(literal) => {
                let changed = syn::parse_str::<LitStr>(&literal.to_string()).ok().and_then(|text| change(&text.value()));
                TokenTree::Literal(changed.map_or(literal, |text| Literal::string(&text)))
            }
            other => other,
        })
        .collect()
}
