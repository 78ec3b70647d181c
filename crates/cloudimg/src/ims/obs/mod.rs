//! Files of this machine and images, by way of a bucket: the object storage takes the bytes, the image service reads or writes them there.

mod bucket;
mod export;
mod file;
mod format;
mod import;
#[cfg(feature = "glance")]
mod pipe;
mod place;
mod receive;
mod send;
mod temporary;

pub use export::{Fetched, FileExport};
pub use import::{FileImport, FileImportBody, Imported};
#[cfg(feature = "glance")]
pub(crate) use pipe::StreamImport;
pub use temporary::LeftObject;

pub(super) use place::Storage;
