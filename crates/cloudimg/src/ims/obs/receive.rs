//! An object on its way to this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cloudimg_core::private::reqwest::Response;
use cloudimg_core::{Clock, Error, ErrorKind, Result};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::bucket::Hash;
use super::temporary::Temporary;
use crate::transfer::{Algorithm, Hasher, Limits, Meter, Verdict};

/// How often in a row the object is asked for without a byte of it coming.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What fetches bytes, and counts them.
pub(super) struct Receiver {
    pub(super) meter: Meter,
    pub(super) limits: Limits,
    pub(super) clock: Arc<dyn Clock>,
}

impl Receiver {
    /// Writes the object, and compares its length and hash with what the storage tells. What breaks off is gone on with.
    pub(super) async fn receive(
        &self,
        object: &Temporary,
        size: u64,
        told: &Hash,
        to: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<Verdict> {
        let (mut hasher, mut have, mut tries, mut wait) = (Hasher::new(Algorithm::Md5), 0, 1, FIRST_WAIT);
        let _permit = self.limits.connection().await;
        while have < size {
            let before = have;
            let outcome = match object.bucket().get(object.key(), have).await {
                Ok(answer) => self.copy(answer, &mut have, size, &mut hasher, to).await,
                Err(error) => Err(error),
            };
            let Err(error) = outcome else { continue };
            if have > before {
                (tries, wait) = (1, FIRST_WAIT);
            }
            if !error.is_retryable() || tries == TRIES {
                return Err(error);
            }
            tracing::info!(have, cause = %error, "asking for the rest");
            self.clock.sleep(wait.max(error.retry_after().unwrap_or_default())).await;
            (tries, wait) = (tries + 1, wait * 2);
        }
        to.flush().await.map_err(unwritten)?;
        let own = hasher.finish();
        match told {
            Hash::Md5(theirs) if *theirs != own => {
                let what = format!("what came of `{}` has the MD5 {own}, and the object {theirs}", object.address());
                Err(Error::new(ErrorKind::Corrupt, what))
            }
            Hash::Md5(_) => Ok(Verdict::Verified(Algorithm::Md5)),
            Hash::Untold => {
                Ok(Verdict::Unverifiable("the object storage tells no hash of what the service wrote in parts".to_owned()))
            }
        }
    }

    async fn copy(
        &self,
        mut answer: Response,
        have: &mut u64,
        size: u64,
        hasher: &mut Hasher,
        to: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<()> {
        if *have > 0 && answer.status().as_u16() != 206 {
            return Err(Error::new(ErrorKind::Decode, "the object storage sent the whole object in the place of its rest"));
        }
        let broke = |error| Error::new(ErrorKind::Interrupted, "the object broke off on its way").with_source(error);
        while let Some(block) = answer.chunk().await.map_err(broke)? {
            self.take(&block, have, size, hasher, to).await?;
        }
        match *have == size {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Interrupted, format!("the object ended after {have} of its {size} bytes"))),
        }
    }

    async fn take(
        &self,
        block: &Bytes,
        have: &mut u64,
        size: u64,
        hasher: &mut Hasher,
        to: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<()> {
        let count = block.len() as u64;
        if *have + count > size {
            return Err(Error::new(ErrorKind::Corrupt, format!("more came than the {size} bytes that the object has")));
        }
        self.limits.pass(count, &*self.clock).await;
        hasher.update(block);
        to.write_all(block).await.map_err(unwritten)?;
        *have += count;
        self.meter.add(count);
        Ok(())
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("what came cannot be written: {error}")).with_source(error)
}

/// A file that takes its name once it is whole; removed before.
pub(super) struct NewFile {
    beside: PathBuf,
    path: PathBuf,
    kept: bool,
}

impl NewFile {
    /// Refuses a name that is taken.
    pub(super) async fn create(path: &Path) -> Result<(Self, tokio::fs::File)> {
        let failed = |e: std::io::Error| Error::new(ErrorKind::Io, format!("{}: {e}", path.display())).with_source(e);
        if tokio::fs::try_exists(path).await.map_err(failed)? {
            let what = format!("{}: there is such a file already; nothing was fetched", path.display());
            return Err(Error::new(ErrorKind::Conflict, what));
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", uuid::Uuid::new_v4().simple()));
        let beside = path.with_file_name(name);
        let file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&beside).await.map_err(failed)?;
        Ok((Self { beside, path: path.to_owned(), kept: false }, file))
    }

    /// Gives it its name, unless that has been taken since.
    pub(super) async fn keep(mut self, file: tokio::fs::File) -> Result<()> {
        let failed = |e: std::io::Error| Error::new(ErrorKind::Io, format!("{}: {e}", self.path.display())).with_source(e);
        file.sync_all().await.map_err(failed)?;
        drop(file);
        match tokio::fs::hard_link(&self.beside, &self.path).await {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
            Ok(()) => return Ok(()),
            // Not every file system has links; what remains is the moment between looking and renaming.
            Err(_) if tokio::fs::try_exists(&self.path).await.map_err(failed)? => {
                return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
            }
            Err(_) => tokio::fs::rename(&self.beside, &self.path).await.map_err(failed)?,
        }
        self.kept = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            // Linked under its name it stays there; what is removed is this name of it.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}
