//! Metadata definitions: namespaces, and the objects, properties, tags and resource types in them.

mod body;
mod catalog;
mod model;
mod namespaces;
mod objects;
mod paging;
mod properties;
mod resource_types;
mod routes;
mod store;
mod tags;
mod typed;

pub(super) use routes::{allowed, dispatch, rejects_body};
pub(super) use store::Store;
