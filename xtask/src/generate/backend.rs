//! The generator underneath: progenitor, with what we want of it, and without its panics.

use std::panic::{self, AssertUnwindSafe};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;

use super::paths::TYPES;
use crate::normalise::model::Model;

/// What progenitor makes of the document, or its complaint.
pub fn tokens(model: &Model) -> Result<TokenStream, String> {
    let document = document(model)?;
    let settings = settings(model);
    // The linter refuses what is known to panic. What it misses must not reach the user as a backtrace.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(|| Generator::new(&settings).generate_tokens(&document)));
    panic::set_hook(hook);
    match result {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(error.to_string()),
        Err(cause) => {
            let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
            Err(format!("it panicked ({})", text.unwrap_or("without a word")))
        }
    }
}

/// Through JSON text, because that alone keeps the order of keys.
fn document(model: &Model) -> Result<OpenAPI, String> {
    let text = serde_json::to_string(&model.document).map_err(|error| error.to_string())?;
    let mut json = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| format!("at `{}`: {}", error.path(), error.inner()))
}

fn settings(model: &Model) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(::cloudimg_core::Session))
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap");
    for open in &model.enums {
        // Every text is a value, so conversion from text cannot fail; typify must know, or it writes `if let` that always match.
        let abilities = [TypeImpl::Display, TypeImpl::FromStr, TypeImpl::FromStringIrrefutable];
        settings.with_replacement(&open.name, format!("{TYPES}::{}", open.name), abilities.into_iter());
    }
    for object in &model.objects {
        settings.with_replacement(&object.name, format!("{TYPES}::{}", object.name), std::iter::empty());
    }
    for (name, _) in &model.foreign {
        settings.with_replacement(name, format!("{TYPES}::{name}"), std::iter::empty());
    }
    settings
}
