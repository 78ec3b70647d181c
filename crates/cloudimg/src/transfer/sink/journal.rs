//! What is known to be in a file that is not whole yet, kept beside it.
//!
//! A text: what the file is to become, then a line for each stretch once it is there. `w 0 4096` says that it was written, which holds as long as the
//! machine runs; `s 0 4096` that it is on the disk, which holds always. `boot` names the run of the machine that the lines after it are from.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::stretches::Stretches;
use super::system;

const HEAD: &str = "cloudimg part 1";
/// How much may be written before it is noted.
const STEP: u64 = 256 << 10;
/// How long the text may become before it is written anew.
const LONGEST: u64 = 64 << 10;

/// What a journal knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// What is there, by all that is known.
    pub(super) there: Stretches,
    /// What will be there even if the machine loses power.
    pub(super) on_disk: Stretches,
}

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    /// What the file is to become.
    identity: String,
    known: Known,
    /// Written, and not noted yet.
    pending: Stretches,
}

impl Journal {
    /// What is noted at `path` of a file that is to become `identity`; none where it is of another one, or there is nothing.
    pub(super) fn read(path: &Path, identity: &str) -> Option<Known> {
        Self::parse(&fs::read_to_string(path).ok()?, identity, system::boot().as_deref())
    }

    fn parse(text: &str, identity: &str, boot: Option<&str>) -> Option<Known> {
        // A line without its end was cut off.
        let mut lines = text.split_inclusive('\n').map_while(|line| line.strip_suffix('\n'));
        if lines.next()? != HEAD || lines.next()? != identity {
            return None;
        }
        let (mut known, mut is_this_boot) = (Known::default(), false);
        for line in lines {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["boot", id] => is_this_boot = boot == Some(id),
                [kind @ ("w" | "s"), start, end] => {
                    let (Ok(start), Ok(end)) = (start.parse::<u64>(), end.parse()) else { break };
                    if kind == "s" {
                        known.on_disk.insert(start..end);
                    }
                    if kind == "s" || is_this_boot {
                        known.there.insert(start..end);
                    }
                }
                _ => break,
            }
        }
        Some(known)
    }

    /// Begins a journal with what is known, in the place of any other.
    pub(super) fn begin(path: &Path, identity: &str, known: Known) -> io::Result<Self> {
        let (file, length) = write_anew(path, identity, &known)?;
        Ok(Self { path: path.to_owned(), file, length, identity: identity.to_owned(), known, pending: Stretches::default() })
    }

    /// What is there.
    pub(super) fn there(&self) -> &Stretches {
        &self.known.there
    }

    /// Takes note that a stretch was written, and says whether that is to be [`flush`](Self::flush)ed.
    pub(super) fn written(&mut self, stretch: Range<u64>) -> bool {
        self.known.there.insert(stretch.clone());
        self.pending.insert(stretch);
        self.pending.total() >= STEP
    }

    /// Writes down what was noted.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.append("w", &pending)?;
        if self.length > LONGEST {
            (self.file, self.length) = write_anew(&self.path, &self.identity, &self.known)?;
        }
        Ok(())
    }

    /// Writes down what is on the disk. It never writes the text anew: who waited for the disk may come after another journal took this one's place.
    pub(super) fn synced(&mut self, stretches: &Stretches) -> io::Result<()> {
        stretches.iter().for_each(|stretch| self.known.on_disk.insert(stretch.clone()));
        let all = self.known.on_disk.clone();
        self.append("s", &all)
    }

    fn append(&mut self, kind: &str, stretches: &Stretches) -> io::Result<()> {
        let lines = lines(kind, stretches);
        // Whole lines at once, so that the end of the process does not cut one.
        self.file.write_all(lines.as_bytes())?;
        self.length += lines.len() as u64;
        Ok(())
    }
}

fn lines(kind: &str, stretches: &Stretches) -> String {
    stretches.iter().map(|stretch| format!("{kind} {} {}\n", stretch.start, stretch.end)).collect()
}

fn write_anew(path: &Path, identity: &str, known: &Known) -> io::Result<(File, u64)> {
    let boot = system::boot().map(|id| format!("boot {id}\n")).unwrap_or_default();
    let text = format!("{HEAD}\n{identity}\n{boot}{}{}", lines("s", &known.on_disk), lines("w", &known.there));
    let new = path.with_added_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&new)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&new, path)?;
    Ok((file, text.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(all: &[(u64, u64)]) -> Stretches {
        let mut stretches = Stretches::default();
        all.iter().for_each(|(start, end)| stretches.insert(*start..*end));
        stretches
    }

    #[test]
    fn what_was_noted_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        assert_eq!(Journal::read(&path, "one"), None);
        let mut journal = Journal::begin(&path, "one", Known::default()).unwrap();
        assert!(!journal.written(0..10));
        assert!(journal.written(100..100 + STEP));
        assert_eq!(Journal::read(&path, "one").unwrap().there, Stretches::default(), "nothing is written down yet");
        journal.flush().unwrap();
        journal.synced(&stretches(&[(0, 10)])).unwrap();
        let known = Journal::read(&path, "one").unwrap();
        assert_eq!(known.on_disk, stretches(&[(0, 10)]));
        if system::boot().is_some() {
            assert_eq!(known.there, stretches(&[(0, 10), (100, 100 + STEP)]));
        }
        assert_eq!(Journal::read(&path, "another"), None);
    }

    #[test]
    fn after_another_start_of_the_machine_only_what_is_on_the_disk_is_believed() {
        let text = format!("{HEAD}\nid\nboot a\nw 0 50\ns 0 20\nw 60 70\n");
        assert_eq!(Journal::parse(&text, "id", Some("a")).unwrap().there, stretches(&[(0, 50), (60, 70)]));
        for boot in [Some("b"), None] {
            assert_eq!(Journal::parse(&text, "id", boot).unwrap().there, stretches(&[(0, 20)]));
        }
    }

    #[test]
    fn a_line_that_was_cut_off_or_makes_no_sense_ends_the_journal() {
        let begun = format!("{HEAD}\nid\nboot a\nw 0 50\n");
        for rest in ["w 60 7", "w 60\nw 80 90\n", "w x 70\nw 80 90\n", "\0\0\0\nw 80 90\n"] {
            assert_eq!(
                Journal::parse(&format!("{begun}{rest}"), "id", Some("a")).unwrap().there,
                stretches(&[(0, 50)]),
                "{rest:?}"
            );
        }
        assert_eq!(Journal::parse("", "id", None), None);
        assert_eq!(Journal::parse(&format!("{HEAD}\nid"), "id", None), None);
    }

    #[test]
    fn a_long_journal_is_written_anew_and_knows_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::begin(&path, "id", Known::default()).unwrap();
        for n in 0..20_000 {
            journal.written(n * 10..n * 10 + 10);
            journal.flush().unwrap();
        }
        assert!(fs::metadata(&path).unwrap().len() < LONGEST + 100);
        if system::boot().is_some() {
            assert_eq!(Journal::read(&path, "id").unwrap().there, stretches(&[(0, 200_000)]));
        }
    }
}
