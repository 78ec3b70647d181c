//! The method `pager` of the calls that are lists.

use syn::{Expr, ImplItem};

use super::paths::docs;
use crate::names;
use crate::normalise::model::{NextMarker, Paging};

/// Every page of a list, by asking again from where the page before ended.
pub(super) fn method(paging: &Paging, operation: &str) -> ImplItem {
    let ident = |name: &str| syn::Ident::new(&names::field(name), proc_macro2::Span::call_site());
    let items = ident(&paging.items);
    let marker = syn::Ident::new(&names::snake(&paging.marker), proc_macro2::Span::call_site());
    let parameter = &paging.marker;
    // The linter has seen the schema, so this is a path; the fallback only keeps the types honest.
    let row: syn::Type = syn::parse_str(&paging.row).unwrap_or_else(|_| syn::parse_quote!(::serde_json::Value));
    let rows: Expr =
        if paging.items_optional { syn::parse_quote!(page.#items.unwrap_or_default()) } else { syn::parse_quote!(page.#items) };
    let (doc, page): (&str, Expr) = match &paging.next {
        NextMarker::Link { member, optional } => {
            let next = ident(member);
            let link: Expr =
                if *optional { syn::parse_quote!(page.#next.as_deref()) } else { syn::parse_quote!(Some(page.#next.as_str())) };
            (
                "All pages, one after the other. Every argument is sent with each: only the marker is taken from the link to the next page.",
                syn::parse_quote!(::cloudimg_core::Page::linked(#rows, #link, #parameter, #operation)),
            )
        }
        NextMarker::LastRow(member) => {
            let member = ident(member);
            (
                "All pages, one after the other, to the first that is empty. Every argument is sent with each; the last row is the marker of the next.",
                syn::parse_quote!(Ok(::cloudimg_core::Page::after_last(#rows, |row| row.#member.clone()))),
            )
        }
        NextMarker::Member { outer, outer_optional, inner, inner_optional, last } => {
            let (outer, inner) = (ident(outer), ident(inner));
            let within = |holder: Expr| -> Expr {
                if *inner_optional {
                    syn::parse_quote!(#holder.#inner.as_deref())
                } else {
                    syn::parse_quote!(Some(#holder.#inner.as_str()))
                }
            };
            let given = within(syn::parse_quote!(given));
            match last.as_ref().filter(|_| *outer_optional) {
                Some(last) => {
                    let last = ident(last);
                    (
                        "All pages, one after the other. Every argument is sent with each; the next one begins after the marker that the answer names or, where it has no such member, after the last row, to the first page that is empty.",
                        syn::parse_quote!(Ok(match page.#outer {
                            Some(given) => ::cloudimg_core::Page::marked(#rows, #given),
                            None => ::cloudimg_core::Page::after_last(#rows, |row| row.#last.clone()),
                        })),
                    )
                }
                None => {
                    let marker: Expr = if *outer_optional {
                        syn::parse_quote!(page.#outer.as_ref().and_then(|given| #given))
                    } else {
                        within(syn::parse_quote!(page.#outer))
                    };
                    (
                        "All pages, one after the other. Every argument is sent with each; the next one begins after the marker that the answer names.",
                        syn::parse_quote!(Ok(::cloudimg_core::Page::marked(#rows, #marker))),
                    )
                }
            }
        }
    };
    let mut doc = doc.to_owned();
    let mut distinct: Option<proc_macro2::TokenStream> = None;
    if let (true, NextMarker::LastRow(member)) = (paging.distinct, &paging.next) {
        let member = ident(member);
        distinct = Some(quote::quote!(.distinct(|row| row.#member.clone())));
        doc.push_str(" Rows that come twice are dropped, and a page without new ones is the last.");
    }
    let refusals = paging.not_with.iter().map(|name| {
        let field = syn::Ident::new(&names::snake(name), proc_macro2::Span::call_site());
        let why = format!("a list with `{name}` cannot be read page by page: leave it out, or take a single page by `send()`");
        quote::quote! {
            if matches!(call.#field, Ok(Some(_))) {
                return Err(::cloudimg_core::Error::new(::cloudimg_core::ErrorKind::InvalidRequest, #why).with_operation(#operation));
            }
        }
    });
    let refusals: Vec<_> = refusals.collect();
    for name in &paging.not_with {
        doc.push_str(&format!(" Not to be had with `{name}`, which the service does not take beside a marker."));
    }
    let doc = docs(&doc);
    syn::parse_quote! {
        #(#doc)*
        pub fn pager(self) -> ::cloudimg_core::Pager<'a, #row> {
            ::cloudimg_core::Pager::new(move |marker: Option<String>| {
                let call = match marker {
                    Some(marker) => self.clone().#marker(marker),
                    None => self.clone(),
                };
                async move {
                    #(#refusals)*
                    let page = call.send().await?.into_inner();
                    #page
                }
            }) #distinct
        }
    }
}
