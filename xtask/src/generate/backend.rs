//! The generator underneath: progenitor, with what we want of it, and without its panics.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

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
    match quietly(|| Generator::new(&settings).generate_tokens(&document)) {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(error.to_string()),
        Err(cause) => {
            let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
            Err(format!("it panicked ({})", text.unwrap_or("without a word")))
        }
    }
}

/// The linter refuses what is known to panic. What it misses must not reach the user as a backtrace.
fn quietly<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    // The hook is one for the process, and services are generated side by side.
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    result
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn a_panic_underneath_is_a_message() {
        let spec = Spec::parse(include_str!("../../tests/bad/base.yaml"), "base.yaml").unwrap();
        let mut model = crate::normalise::normalise(&spec, "base").unwrap();
        let listed = model.document.get_mut("components").and_then(|node| node.get_mut("schemas")).unwrap();
        listed.remove("Thing");
        let message = tokens(&model).unwrap_err();
        assert!(message.starts_with("it panicked (") && message.contains("Thing"), "{message}");
    }
}
