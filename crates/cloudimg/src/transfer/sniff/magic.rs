use super::{Format, TAIL, Vmdk};

/// `flags` of a sparse vmdk: bit 16, "the grains are compressed".
const VMDK_COMPRESSED: u32 = 1 << 16;
/// Where an ISO image has its first descriptor.
const ISO_DESCRIPTOR: usize = 0x8001;
/// The names that the standards give to volume descriptors, of ISO 9660 and of UDF (ECMA-167).
const ISO_NAMES: [&[u8]; 4] = [b"CD001", b"BEA01", b"NSR02", b"NSR03"];

/// What data are that begin with `head`, of which [`HEAD`](super::HEAD) bytes are enough; `None` where nothing tells, as with many bare disks.
///
/// An ISO image that also boots from a stick is an ISO image. What is told by the end alone is for [`sniff_end`].
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Format> {
    let has = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
    let found = [
        (0, &b"QFI\xfb"[..], Format::Qcow2),
        (0, b"QED\0", Format::Qed),
        (0, b"COWD", Format::Vmdk(Vmdk::Cowd)),
        (0, b"conectix", Format::Vhd),
        (0, b"vhdxfile", Format::Vhdx),
        (0x40, b"\x7f\x10\xda\xbe", Format::Vdi),
        (0, b"WithoutFreeSpace", Format::Ploop),
        (0, b"WithouFreSpacExt", Format::Ploop),
        (0, b"LUKS\xba\xbe", Format::Luks),
        // gzip knows no method but deflate; two bytes alone would be little.
        (0, b"\x1f\x8b\x08", Format::Gzip),
        (0, b"\xfd7zXZ\0", Format::Xz),
        (0, b"\x28\xb5\x2f\xfd", Format::Zstd),
        (0, b"\x04\x22\x4d\x18", Format::Lz4),
        (0, b"PK\x03\x04", Format::Zip),
        (257, b"ustar", Format::Tar),
    ];
    if let Some((.., format)) = found.into_iter().find(|(at, magic, _)| has(*at, magic)) {
        return Some(format);
    }
    if has(0, b"KDMV") {
        let is_packed = le32(head, 8).is_some_and(|flags| flags & VMDK_COMPRESSED != 0);
        return Some(Format::Vmdk(if is_packed { Vmdk::StreamOptimized } else { Vmdk::Sparse }));
    }
    if is_descriptor(head) {
        return Some(Format::Vmdk(Vmdk::Descriptor));
    }
    if is_bzip2(head) {
        return Some(Format::Bzip2);
    }
    if is_zstd_skippable(head) {
        return Some(Format::Zstd);
    }
    if ISO_NAMES.iter().any(|name| has(ISO_DESCRIPTOR, name)) {
        return Some(Format::Iso);
    }
    // With sectors of 512 and of 4096 bytes.
    if has(512, b"EFI PART") || has(4096, b"EFI PART") {
        return Some(Format::Gpt);
    }
    has(510, b"\x55\xaa").then_some(Format::Mbr)
}

/// What data are that end with `tail`, the last [`TAIL`] bytes: a vhd of fixed size has nothing but a footer.
#[must_use]
pub fn sniff_end(tail: &[u8]) -> Option<Format> {
    let footer = tail.len().checked_sub(TAIL).and_then(|at| tail.get(at..))?;
    // Older ones are a byte short, so that the cookie may come a byte later.
    let is_footer = footer.starts_with(b"conectix") || footer.get(1..).is_some_and(|rest| rest.starts_with(b"conectix"));
    is_footer.then_some(Format::Vhd)
}

/// The text that describes a vmdk may begin with a byte order mark, spaces or lines.
fn is_descriptor(head: &[u8]) -> bool {
    let start = head.get(..512.min(head.len())).unwrap_or_default();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let name = b"# disk descriptorfile";
    start.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// `BZh`, a level, and the magic of a first block or, where there is nothing packed, of the end.
fn is_bzip2(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"BZh") else { return false };
    let Some((level, block)) = rest.split_first() else { return false };
    (b'1'..=b'9').contains(level) && (block.starts_with(b"1AY&SY") || block.starts_with(b"\x17\x72\x45\x38\x50\x90"))
}

/// Files of parallel packers begin with a frame to be skipped.
fn is_zstd_skippable(head: &[u8]) -> bool {
    let Some(magic @ 0x184d_2a50..=0x184d_2a5f) = le32(head, 0) else { return false };
    let after = le32(head, 4).and_then(|length| usize::try_from(length).ok()?.checked_add(8));
    // LZ4 has the same frames: what follows must tell.
    let next = after.and_then(|at| le32(head, at));
    next == Some(0xfd2f_b528) || (next.is_none() && magic == 0x184d_2a50)
}

fn le32(head: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(head.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
