//! The types that are core's, or that its macros make: open enums and open objects.
//!
//! Written as text, because the formatter leaves the inside of a macro as it finds it.

use std::fmt::Write;

use super::print::doc;
use crate::names;
use crate::normalise::model::{Field, Model, OpenEnum, OpenObject};

/// All of them, a text each.
pub fn items(model: &Model) -> Vec<String> {
    let foreign =
        model.foreign.iter().map(|(name, foreign)| format!("\n{}pub type {name} = {};\n", doc(foreign.doc, ""), foreign.path));
    let objects = model.objects.iter().map(object);
    foreign.chain(objects).chain(model.enums.iter().map(choice)).collect()
}

fn choice(open: &OpenEnum) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "\n::cloudimg_core::open_enum! {{\n{}    pub enum {} {{\n",
        doc(or_name(&open.doc, &format!("`{}`", open.name)), "    "),
        open.name
    );
    for value in &open.values {
        let _ = writeln!(text, "        {} = {value:?},", names::pascal(value));
    }
    text.push_str("    }\n}\n");
    text
}

fn object(object: &OpenObject) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "\n::cloudimg_core::open_object! {{\n{}    pub struct {} {{\n",
        doc(or_name(&object.doc, &format!("`{}`", object.name)), "    "),
        object.name
    );
    for Field { name, wire, doc: about, required, rust_type, deprecated } in &object.fields {
        text.push_str(&doc(or_name(about, &format!("The member `{wire}`.")), "        "));
        if *deprecated {
            text.push_str("        #[deprecated]\n");
        }
        let _ = writeln!(text, "        {} {name}: {rust_type} = {wire:?},", if *required { "required" } else { "optional" });
    }
    text.push_str("    }\n}\n");
    text
}

fn or_name<'a>(doc: &'a str, name: &'a str) -> &'a str {
    if doc.is_empty() { name } else { doc }
}
