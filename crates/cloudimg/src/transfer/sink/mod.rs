//! Files that bytes from a service go to: under another name until they are known to be right, and gone on with after a crash.

mod journal;
mod part;
mod read_back;
mod stretches;
mod system;
mod target;
mod writer;

use cloudimg_core::{Error, ErrorKind, Result};

pub(crate) use part::Part;
pub(crate) use read_back::ReadBack;
pub(crate) use stretches::Stretches;
pub(crate) use target::Target;
pub(crate) use writer::Writer;

/// Does what waits for the disk on a thread where it may.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let gone = |e| Error::new(ErrorKind::Io, "the thread for files is gone").with_source(e);
    tokio::task::spawn_blocking(work).await.map_err(gone)?
}
