//! Where a file has data and where it has holes.

use std::fs::File;
use std::io;

/// What is known of the place that is read.
#[derive(Debug)]
pub(super) struct Extents {
    /// Whether the file may have holes.
    is_sparse: bool,
    /// The next data from the place that was asked for last: where they begin and end.
    data: (u64, u64),
}

impl Extents {
    /// Of a file that takes as much room as it is long nothing needs to be asked.
    pub(super) fn new(file: &File, is_regular: bool) -> Self {
        Self { is_sparse: is_regular && system::may_have_holes(file), data: (0, 0) }
    }

    /// Where the run of data, or of a hole, ends that `at` is in, and whether it is a hole.
    pub(super) fn run(&mut self, file: &File, at: u64, length: u64) -> io::Result<(u64, bool)> {
        if !self.is_sparse {
            return Ok((length, false));
        }
        if at >= self.data.1 {
            match system::data_after(file, at, length)? {
                Some(data) => self.data = data,
                None => self.is_sparse = false,
            }
        }
        let (start, end) = self.data;
        Ok(if !self.is_sparse {
            (length, false)
        } else if at < start {
            (start.min(length), true)
        } else {
            (end.min(length), false)
        })
    }
}

#[cfg(unix)]
pub(super) use system::read_at;

#[cfg(not(unix))]
pub(super) fn read_at(file: &mut File, at: u64, wanted: usize) -> io::Result<bytes::Bytes> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut block = Vec::with_capacity(wanted);
    file.seek(SeekFrom::Start(at))?;
    file.take(wanted as u64).read_to_end(&mut block)?;
    Ok(block.into())
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::MetadataExt as _;

    use bytes::Bytes;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::{Errno, pread};

    /// What stands in `st_blocks` counts by this, whatever the file system's blocks are.
    const UNIT: u64 = 512;

    pub(super) fn may_have_holes(file: &File) -> bool {
        file.metadata().is_ok_and(|metadata| metadata.blocks().saturating_mul(UNIT) < metadata.len())
    }

    /// At most `wanted` bytes, read into memory that nobody cleared before.
    pub(in super::super) fn read_at(file: &mut File, at: u64, wanted: usize) -> io::Result<Bytes> {
        let mut block = Vec::with_capacity(wanted);
        loop {
            match pread(&*file, rustix::buffer::spare_capacity(&mut block), at) {
                Ok(_) => return Ok(block.into()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The first data from `at` on; beyond the end where only a hole is left, nothing where the file system does not tell.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn data_after(file: &File, at: u64, length: u64) -> io::Result<Option<(u64, u64)>> {
        let start = match seek(file, SeekFrom::Data(at)) {
            Ok(start) => start,
            Err(Errno::NXIO) => return Ok(Some((length, length))),
            Err(_) => return Ok(None),
        };
        Ok(seek(file, SeekFrom::Hole(start)).ok().map(|end| (start, end)))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn data_after(_: &File, _: u64, _: u64) -> io::Result<Option<(u64, u64)>> {
        Ok(None)
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::File;
    use std::io;

    pub(super) fn may_have_holes(_: &File) -> bool {
        false
    }

    pub(super) fn data_after(_: &File, _: u64, _: u64) -> io::Result<Option<(u64, u64)>> {
        Ok(None)
    }
}
