//! What data are, told by their bytes and not by their name.

#[cfg(any(feature = "glance", test))]
mod expect;
mod magic;
#[cfg(test)]
mod tests;

use std::fmt;

#[cfg(any(feature = "glance", test))]
pub(crate) use expect::{Declared, expect};
pub use magic::{sniff, sniff_end};

/// So many bytes from the beginning are enough for [`sniff`]: an ISO image tells what it is at 32 KiB.
pub const HEAD: usize = 36 * 1024;
/// So many bytes of the end are enough for [`sniff_end`].
pub const TAIL: usize = 512;

/// What data are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A disk of QEMU, `QFI\xfb`, of any version.
    Qcow2,
    /// The older disk of QEMU, `QED`.
    Qed,
    /// A disk of VMware: sparse, of ESX (`COWD`), or only the text that describes one.
    Vmdk(Vmdk),
    /// A disk of Virtual PC and Hyper-V, the older kind, of fixed or growing size.
    Vhd,
    /// A disk of Hyper-V, the newer kind.
    Vhdx,
    /// A disk of VirtualBox.
    Vdi,
    /// A disk of Parallels and Virtuozzo.
    Ploop,
    /// The contents of a CD or DVD: ISO 9660 or UDF.
    Iso,
    /// An encrypted disk, LUKS.
    Luks,
    /// A bare disk whose first sector has a partition table of the older kind, or a boot sector.
    Mbr,
    /// A bare disk with a GUID partition table.
    Gpt,
    /// An archive, as OVA files and saved Docker images are.
    Tar,
    /// Packed by gzip.
    Gzip,
    /// Packed by xz.
    Xz,
    /// Packed by Zstandard.
    Zstd,
    /// Packed by bzip2.
    Bzip2,
    /// Packed by LZ4.
    Lz4,
    /// Packed by zip.
    Zip,
}

/// Kinds of [`Format::Vmdk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vmdk {
    /// `KDMV`: grows as it is written.
    Sparse,
    /// `KDMV`, packed so that it can be read from beginning to end: what OVA files have and Glance takes.
    StreamOptimized,
    /// `COWD`, of ESX.
    Cowd,
    /// Text without any data of the disk: those are in other files.
    Descriptor,
}

impl Format {
    /// The `disk_format` that Glance has for it.
    #[must_use]
    pub fn disk_format(self) -> Option<&'static str> {
        Some(match self {
            Self::Qcow2 => "qcow2",
            Self::Vmdk(_) => "vmdk",
            Self::Vhd => "vhd",
            Self::Vhdx => "vhdx",
            Self::Vdi => "vdi",
            Self::Ploop => "ploop",
            Self::Iso => "iso",
            Self::Luks | Self::Mbr | Self::Gpt => "raw",
            Self::Qed | Self::Tar | Self::Gzip | Self::Xz | Self::Zstd | Self::Bzip2 | Self::Lz4 | Self::Zip => return None,
        })
    }

    /// Whether it is something else, packed.
    #[must_use]
    pub fn is_packed(self) -> bool {
        matches!(self, Self::Gzip | Self::Xz | Self::Zstd | Self::Bzip2 | Self::Lz4 | Self::Zip)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Qcow2 => "qcow2",
            Self::Qed => "QED",
            Self::Vmdk(Vmdk::Descriptor) => "vmdk (a descriptor without data)",
            Self::Vmdk(Vmdk::StreamOptimized) => "vmdk (stream optimised)",
            Self::Vmdk(_) => "vmdk",
            Self::Vhd => "vhd",
            Self::Vhdx => "vhdx",
            Self::Vdi => "vdi",
            Self::Ploop => "ploop",
            Self::Iso => "iso",
            Self::Luks => "an encrypted disk (LUKS)",
            Self::Mbr => "raw (a boot sector)",
            Self::Gpt => "raw (a GUID partition table)",
            Self::Tar => "a tar archive",
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
            Self::Zip => "zip",
        })
    }
}
