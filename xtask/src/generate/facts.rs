//! The table of what core must know of each operation.

use std::fmt::Write;

use super::print::header;
use crate::normalise::model::{Envelope, Model, NextMarker, Operation};

/// `facts.rs`.
pub fn file(model: &Model) -> String {
    let paged = model.operations.iter().any(|operation| operation.paging.is_some());
    let mut text = header(model);
    let _ = write!(
        text,
        "\nuse ::cloudimg_core::{{{}LongBody{}, OperationFacts{}}};\n\n\
         /// What the spec says of an operation.\n\
         pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {{\n    Some(match operation_id {{\n",
        if model.operations.iter().any(|operation| operation.envelope.is_some()) { "Envelope, " } else { "" },
        if paged { ", NextMarker" } else { "" },
        if paged { ", Paging" } else { "" }
    );
    for operation in &model.operations {
        write_operation(operation, &mut text);
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text
}

fn write_operation(operation: &Operation, text: &mut String) {
    let Operation { id, method, path, success, idempotent, .. } = operation;
    let long_body = match operation.long_body.as_str() {
        "request" => "Request",
        "response" => "Response",
        _ => "None",
    };
    let paging = operation.paging.as_ref().map_or_else(
        || "None".to_owned(),
        |paging| {
            let next = match &paging.next {
                NextMarker::Link { member, .. } => format!("Link({member:?})"),
                NextMarker::LastRow(member) => format!("LastRow({member:?})"),
                NextMarker::Member { outer, inner, last: None, .. } => format!("Member({:?})", format!("{outer}.{inner}")),
                NextMarker::Member { outer, inner, last: Some(last), .. } => {
                    format!("MemberOrLastRow({:?}, {last:?})", format!("{outer}.{inner}"))
                }
            };
            format!("Some(Paging {{ items: {:?}, next: NextMarker::{next}, marker: {:?} }})", paging.items, paging.marker)
        },
    );
    let media_type = operation.media_type.as_ref().map_or_else(|| "None".to_owned(), |name| format!("Some({name:?})"));
    let job = operation.job.as_ref().map_or_else(|| "None".to_owned(), |job| format!("Some({job:?})"));
    let mut special = String::new();
    if !operation.reserved.is_empty() {
        let _ = writeln!(special, "            reserved: &{:?},", operation.reserved);
    }
    if !operation.query_pairs.is_empty() {
        let _ = writeln!(special, "            query_pairs: &{:?},", operation.query_pairs);
    }
    if let Some(Envelope { code, message, success }) = &operation.envelope {
        let _ = writeln!(
            special,
            "            envelope: Some(Envelope {{ code: {code:?}, message: {message:?}, success: {success:?} }}),"
        );
    }
    let _ = write!(
        text,
        "        {id:?} => &OperationFacts {{\n\
         \x20           id: {id:?},\n\
         \x20           method: {method:?},\n\
         \x20           path: {path:?},\n\
         \x20           media_type: {media_type},\n\
         \x20           success: &{success:?},\n\
         \x20           idempotent: {idempotent},\n\
         \x20           long_body: LongBody::{long_body},\n\
         \x20           paging: {paging},\n\
         \x20           job: {job},\n\
         {special}\
         \x20           ..OperationFacts::PLAIN\n\
         \x20       }},\n"
    );
}
