//! What an image service does, seen through the clients: the same cases run on the sandbox and on real servers.
//!
//! Without more they run on the sandbox. `cargo xtask live` runs them on a real Keystone and Glance; so does any run with
//! `CLOUDIMG_LIVE_CONFIG` naming a folder with their openrc files.

mod auth;
mod cache;
mod capabilities;
mod credentials;
mod data;
mod data_refusals;
mod download;
mod images;
mod import;
mod import_refusals;
mod import_wait;
mod info;
mod lifecycle;
mod list;
mod list_filters;
mod list_gone;
mod list_pages;
mod list_traps;
mod locations;
mod members;
mod metadef_lists;
mod metadef_objects;
mod metadef_properties;
mod metadef_tags;
mod metadef_types;
mod metadefs;
mod patch;
mod patch_between;
mod patch_refusals;
mod policy;
mod ranges;
mod schemas;
mod stores;
mod support;
mod tags;
mod tasks;
mod tokens;
mod uploads;
