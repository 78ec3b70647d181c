//! What differs between systems.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The name of this run of the machine, where the system tells one: what was written in it is there although it may not be on the disk.
pub(super) fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty() && !id.contains(char::is_whitespace))
}

/// Whether `file` is what `path` means now.
#[cfg(unix)]
pub(super) fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let here = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// Elsewhere a file that is open is not renamed.
#[cfg(not(unix))]
pub(super) fn is_same(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Takes room for `length` bytes where the file system can and has them, and says whether it did. The length stays as it is.
#[cfg(target_os = "linux")]
pub(super) fn preallocate(file: &File, length: u64) -> bool {
    use rustix::fs::{FallocateFlags, fallocate, fstatfs, fstatvfs};
    const TMPFS: i64 = 0x0102_1994;
    // Memory has no room to keep together.
    #[allow(clippy::unnecessary_cast, clippy::cast_lossless)] // Its type differs between architectures.
    let is_memory = fstatfs(file).is_ok_and(|fs| fs.f_type as i64 == TMPFS);
    let has_room = fstatvfs(file).is_ok_and(|fs| fs.f_bavail.saturating_mul(fs.f_frsize) > length);
    !is_memory && has_room && length > 0 && fallocate(file, FallocateFlags::KEEP_SIZE, 0, length).is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn preallocate(_: &File, _: u64) -> bool {
    false
}

/// Makes a hole, which reads as zeroes; an error where the file system has none.
#[cfg(target_os = "linux")]
pub(super) fn punch(file: &File, at: u64, length: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    Ok(fallocate(file, FallocateFlags::KEEP_SIZE | FallocateFlags::PUNCH_HOLE, at, length)?)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn punch(_: &File, _: u64, _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Renames a file to a name that nothing has.
pub(super) fn rename_anew(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Not every file system knows how to.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return Ok(done?),
        }
    }
    if to.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Makes the names in a folder safe from a loss of power.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
