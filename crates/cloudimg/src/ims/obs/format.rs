//! Which files the service makes images of, and whether one is what it is said to be.

use cloudimg_core::{Error, ErrorKind, Result};

use super::file::Source;
use crate::transfer::sniff::{Format, HEAD, TAIL, Vmdk, sniff, sniff_end};

/// The endings of files that the service makes images of. (Reference of Open Telekom Cloud, "Creating an Image"; the same with Huawei Cloud.)
const FORMATS: &[&str] = &["vhd", "vmdk", "vdi", "qcow", "qcow2", "qed", "vhdx", "raw", "img", "zvhd", "zvhd2", "iso", "ova"];

/// The ending that the object gets, by which the service knows the format: the one that is said, or the file's own.
pub(super) fn ending(source: &Source, said: Option<&str>) -> Result<String> {
    let own = source.path().extension().and_then(|ending| ending.to_str());
    known(said.or(own).unwrap_or_default()).map_err(|what| {
        let (path, known) = (source.path().display(), FORMATS.join(", "));
        refused(format!("{path}: the file {what}: name one by `with_format`, of {known}; nothing was sent"))
    })
}

/// The ending, if the service makes images of such files; else what is wrong with it.
pub(super) fn known(ending: &str) -> Result<String, String> {
    let ending = ending.trim_start_matches('.').to_ascii_lowercase();
    match ending.as_str() {
        known if FORMATS.contains(&known) => Ok(ending),
        "" => Err("has no ending that tells its format".to_owned()),
        other => Err(format!("has the format `{other}`, which the service makes no images of")),
    }
}

/// Refuses a file whose bytes are surely not of the format that its ending says.
pub(super) async fn check(source: &Source, ending: &str) -> Result<()> {
    let head = source.read(0, HEAD as u64).await?;
    let tail = source.read(source.size.saturating_sub(TAIL as u64), TAIL as u64).await?;
    let first = sniff(&head);
    let found = match first {
        // A vhd of fixed size begins with the disk itself.
        None | Some(Format::Mbr | Format::Gpt) => sniff_end(&tail).or(first),
        found => found,
    };
    if fits(ending, found) {
        return Ok(());
    }
    let is = found.map_or_else(|| format!("have no header of {ending}"), |found| format!("are {found}"));
    let remedy = match found.map_or(Some("raw"), named) {
        Some(format) => format!("name that by `with_format(\"{format}\")`"),
        None => "unpack or convert it first".to_owned(),
    };
    let path = source.path().display();
    Err(refused(format!(
        "{path}: the file is said to be {ending}, but its data {is}: {remedy}, or take `with_format_check(false)` to send it as it is; \
         nothing was sent"
    )))
}

fn refused(what: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, what)
}

/// The ending of data of this format; `None` where the service takes none such.
fn named(found: Format) -> Option<&'static str> {
    match found {
        Format::Qed => Some("qed"),
        Format::Tar => Some("ova"),
        Format::Vmdk(Vmdk::Descriptor) | Format::Ploop => None,
        other => other.disk_format(),
    }
}

fn fits(ending: &str, found: Option<Format>) -> bool {
    match (ending, found) {
        // What boots from a stick as well is a raw disk too, and an encrypted one is its owner's business.
        ("raw" | "img", None | Some(Format::Mbr | Format::Gpt | Format::Iso | Format::Luks)) => true,
        // The service's own formats, which nobody else can tell.
        ("zvhd" | "zvhd2", found) => found.is_none_or(Format::is_packed),
        ("qcow", Some(Format::Qcow2)) => true,
        (ending, Some(found)) => named(found) == Some(ending),
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_fit_their_ending_or_do_not() {
        for (ending, found) in [
            ("raw", None),
            ("img", Some(Format::Gpt)),
            ("raw", Some(Format::Iso)),
            ("qcow2", Some(Format::Qcow2)),
            ("qcow", Some(Format::Qcow2)),
            ("qed", Some(Format::Qed)),
            ("vmdk", Some(Format::Vmdk(Vmdk::Sparse))),
            ("vhd", Some(Format::Vhd)),
            ("ova", Some(Format::Tar)),
            ("zvhd2", None),
        ] {
            assert!(fits(ending, found), "{ending} {found:?}");
        }
        for (ending, found) in [
            ("raw", Some(Format::Qcow2)),
            ("raw", Some(Format::Gzip)),
            ("qcow2", None),
            ("qcow2", Some(Format::Mbr)),
            ("vmdk", Some(Format::Vmdk(Vmdk::Descriptor))),
            ("vhd", None),
            ("iso", Some(Format::Tar)),
            ("zvhd2", Some(Format::Qcow2)),
        ] {
            assert!(!fits(ending, found), "{ending} {found:?}");
        }
    }
}
