//! What only one run at a time may do.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::process;

/// Longer than anything that is done under a lock takes.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Takes the lock that this file stands for; a second run waits for the first.
/// The lock is given back with the file, also when we are killed.
pub(crate) fn take(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut told = false;
    let got = process::wait_until(PATIENCE, || match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => {
            if !told {
                println!("waiting for another run that holds {}", path.display());
                told = true;
            }
            Ok(false)
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    })?;
    if !got {
        bail!("another run has held {} for 30 minutes", path.display());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = take(&path).unwrap();
        let other = path.clone();
        let second = std::thread::spawn(move || take(&other).map(drop));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    }
}
