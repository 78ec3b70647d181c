//! What data is, by its first bytes, and whether it may be what the image says.

use super::model::Digest;

/// How much of the beginning an inspection looks at.
pub(super) const HEAD: usize = 0x9000;
/// A header shorter than this is not recognised.
const MIN_HEADER: usize = 512;

/// The formats that are recognised; data of any other looks raw.
const INSPECTED: [&str; 9] = ["raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso", "qed", "luks"];

fn starts(head: &[u8], at: usize, magic: &[u8]) -> bool {
    head.get(at..at + magic.len()) == Some(magic)
}

fn be64(head: &[u8], at: usize) -> u64 {
    let bytes = head.get(at..at + 8).and_then(|b| b.try_into().ok());
    bytes.map_or(0, u64::from_be_bytes)
}

fn le64(head: &[u8], at: usize) -> u64 {
    let bytes = head.get(at..at + 8).and_then(|b| b.try_into().ok());
    bytes.map_or(0, u64::from_le_bytes)
}

/// What the data looks like.
pub(super) fn format(head: &[u8]) -> &'static str {
    if head.len() < MIN_HEADER {
        return "raw";
    }
    let iso = ["CD001", "NSR02", "NSR03", "BEA01"];
    if starts(head, 0, b"QFI\xfb") {
        "qcow2"
    } else if starts(head, 0, b"QED\0") {
        "qed"
    } else if starts(head, 0, b"conectix") {
        "vhd"
    } else if starts(head, 0, b"vhdxfile") {
        "vhdx"
    } else if starts(head, 0, b"KDMV") || starts(head, 0, b"# Disk DescriptorFile") {
        "vmdk"
    } else if starts(head, 0x40, &[0x7f, 0x10, 0xda, 0xbe]) {
        "vdi"
    } else if starts(head, 0, b"LUKS\xba\xbe") {
        "luks"
    } else if iso.iter().any(|magic| starts(head, 0x8001, magic.as_bytes())) {
        "iso"
    } else if starts(head, 510, &[0x55, 0xaa]) {
        "gpt"
    } else {
        "raw"
    }
}

/// The size of the disk inside, where the header tells it; 0 otherwise.
fn virtual_size(head: &[u8], format: &str) -> u64 {
    match format {
        "qcow2" => be64(head, 24),
        "vhd" => be64(head, 40),
        "vdi" => le64(head, 0x170),
        "qed" => le64(head, 48),
        "iso" => {
            let at = 0x8000;
            let blocks = head.get(at + 80..at + 84).and_then(|b| b.try_into().ok());
            let size = head.get(at + 128..at + 130).and_then(|b| b.try_into().ok());
            let blocks = u64::from(blocks.map_or(0, u32::from_le_bytes));
            blocks * u64::from(size.map_or(0, u16::from_le_bytes))
        }
        _ => 0,
    }
}

/// Images that would make a host read other files are refused, whatever they claim to be.
fn is_safe(head: &[u8], format: &str) -> bool {
    match format {
        "qcow2" => {
            let backing = be64(head, 8) != 0;
            // Bit 2 of the incompatible features: data in another file.
            let outside = head.get(7).is_some_and(|v| *v >= 3) && be64(head, 72) & 4 != 0;
            !backing && !outside
        }
        // A descriptor must be there and name only what is inside.
        "vmdk" => {
            let text = String::from_utf8_lossy(head);
            let kind = text.split("createType=").nth(1).unwrap_or_default();
            kind.starts_with("\"monolithicSparse\"") || kind.starts_with("\"streamOptimized\"")
        }
        "qed" => false,
        // A boot record needs partitions that make sense: at least one, with known flags.
        "gpt" => {
            let entries = (0..4).map(|i| head.get(446 + i * 16..462 + i * 16).unwrap_or_default());
            let mut used = entries.filter(|e| e.iter().any(|b| *b != 0)).peekable();
            used.peek().is_some() && used.all(|e| e[0] == 0 || e[0] == 0x80)
        }
        _ => true,
    }
}

/// Judges data that is to become an image of that format: the virtual size, if there is one to
/// tell, or why it is refused. Only bare images are looked into.
pub(crate) fn judge(digest: &Digest, disk_format: &str, container_format: &str) -> Result<Option<u64>, String> {
    if container_format != "bare" {
        return Ok(None);
    }
    let found = format(&digest.head);
    let virtual_size = if found == disk_format && found != "raw" {
        virtual_size(&digest.head, found)
    } else if disk_format == "raw" {
        // Whatever is inside, a raw image is as large as its file.
        digest.size
    } else if found == "raw" && !INSPECTED.contains(&disk_format) {
        0
    } else {
        return Err(format!("Image disk_format {disk_format} does not match stream data {found}"));
    };
    if found == "vhdx" && digest.head.len() < HEAD {
        return Err("Incomplete file cannot be safety checked".to_owned());
    }
    // Kernels and ramdisks may begin like a broken boot record.
    let lenient = found == "gpt" && matches!(disk_format, "aki" | "ari");
    if !lenient && !is_safe(&digest.head, found) {
        return Err("Image failed safety checks".to_owned());
    }
    Ok((virtual_size > 0).then_some(virtual_size))
}

#[cfg(test)]
mod tests {
    use super::super::hashing::Algorithm;
    use super::*;

    fn digest(head: &[u8]) -> Digest {
        Digest {
            size: head.len() as u64,
            md5: String::new(),
            algorithm: Algorithm::default(),
            hash: String::new(),
            head: head.to_vec(),
        }
    }

    fn qcow(backing: u64, length: usize) -> Vec<u8> {
        let mut data = b"QFI\xfb\0\0\0\x02".to_vec();
        data.extend(backing.to_be_bytes());
        data.extend([0; 8]);
        data.extend((1_u64 << 20).to_be_bytes());
        data.resize(length, 0);
        data
    }

    #[test]
    fn as_seen_on_a_real_server() {
        let judged = |data: &[u8], format| judge(&digest(data), format, "bare");
        assert_eq!(judged(&qcow(0, 1000), "qcow2"), Ok(Some(1 << 20)));
        assert_eq!(judged(&qcow(0, 1000), "raw"), Ok(Some(1000)));
        assert_eq!(judged(&[b'x'; 1000], "ami"), Ok(None));
        assert_eq!(judged(b"", "raw"), Ok(None));
        let refused = |data: &[u8], format| judged(data, format).unwrap_err();
        assert_eq!(refused(&qcow(100, 1000), "raw"), "Image failed safety checks");
        assert_eq!(refused(&qcow(0, 100), "qcow2"), "Image disk_format qcow2 does not match stream data raw");
        assert_eq!(refused(&qcow(0, 1000), "ami"), "Image disk_format ami does not match stream data qcow2");
        assert_eq!(judge(&digest(b"xx"), "qcow2", "ovf"), Ok(None));
    }
}
