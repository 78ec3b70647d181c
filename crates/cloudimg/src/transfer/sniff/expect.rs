use std::fmt;

use super::{Format, Vmdk, sniff, sniff_end};

/// What the record of an image says that its data are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) disk_format: &'a str,
    pub(crate) container_format: &'a str,
}

/// Why data are surely not what was declared, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) found: Option<Format>,
    what: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// Compares data that begin with `head`, and end with `tail` where that is known, with what was declared. What may be right is let pass.
pub(crate) fn expect(declared: Declared<'_>, head: &[u8], tail: Option<&[u8]>) -> Result<Option<Format>, Misfit> {
    let Declared { disk_format, container_format } = declared;
    let first = sniff(head);
    let found = match first {
        Some(first) if first.disk_format() == Some(disk_format) && disk_format != "raw" => Some(first),
        // A vhd of fixed size begins with the disk itself.
        first if may_be_bare(first) => tail.and_then(sniff_end).or(first),
        first => first,
    };
    let misfit = |what: String| Err(Misfit { found, what });
    match container_format {
        "bare" => {}
        "ova" if first != Some(Format::Tar) => {
            let is = found.map_or("no archive".to_owned(), |found| found.to_string());
            return misfit(format!("the container_format is ova, which is a tar archive, but the data are {is}"));
        }
        // Kernels and ramdisks, archives and what is packed: the disk, if there is one, lies within.
        _ => return Ok(found),
    }
    if !["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso", "ploop"].contains(&disk_format) {
        return Ok(found);
    }
    match found {
        Some(packed) if packed.is_packed() => misfit(format!(
            "the data are packed ({packed}), which no server boots from: {}, or, where they shall stay packed, make the image with \
             container_format compressed",
            if matches!(packed, Format::Lz4 | Format::Zip) { "unpack them first" } else { "take `ImageData::unpacked()`" }
        )),
        Some(Format::Tar) => misfit("the data are a tar archive: an OVA file needs container_format ova".to_owned()),
        Some(Format::Qed) => misfit("the data are a QED disk, which the service does not know: convert it to qcow2 first".to_owned()),
        Some(Format::Vmdk(Vmdk::Descriptor)) => misfit(
            "the data are the description of a vmdk and not the disk itself, which is in other files: convert it to a single file first"
                .to_owned(),
        ),
        // What boots from a stick as well is a raw disk too.
        Some(Format::Iso) if disk_format == "raw" => Ok(found),
        // One of fixed size tells only at its end, which nobody sees of a stream; the other may be one bare file.
        found if may_be_bare(found) && (disk_format == "ploop" || (disk_format == "vhd" && tail.is_none())) => Ok(found),
        Some(other) if other.disk_format() != Some(disk_format) => others(disk_format, Some(other), head),
        None if disk_format != "raw" => others(disk_format, None, head),
        _ => Ok(found),
    }
    .map_err(|misfit| Misfit { found, ..misfit })
}

/// Whether data that begin so may be a disk without a header of its own.
fn may_be_bare(first: Option<Format>) -> bool {
    matches!(first, None | Some(Format::Mbr | Format::Gpt | Format::Luks | Format::Iso))
}

fn others(declared: &str, found: Option<Format>, head: &[u8]) -> Result<Option<Format>, Misfit> {
    let is = match found {
        Some(found) => format!("the data are {found}"),
        None if head.iter().all(|byte| *byte == 0) => format!("the data begin with nothing but zeros and are no {declared}"),
        None => format!("the data have no header of {declared}"),
    };
    let take = found.and_then(Format::disk_format).unwrap_or("raw");
    Err(Misfit { found, what: format!("the disk_format is {declared}, but {is}: make the image with disk_format {take}") })
}
