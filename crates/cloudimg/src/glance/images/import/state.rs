use std::fmt;

use super::names;
use crate::glance::types::{Image, ImageStatus, ImageTask, TaskStatus};

const MIB: u64 = 1 << 20;

/// An import at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportState {
    /// The state of the image, which by itself says nothing of the import's end.
    pub status: ImageStatus,
    /// The state of the import's task; `None` before there is one, and where the service does not show it (before 2.12).
    pub task: Option<TaskStatus>,
    /// How many bytes are in the store that is written now, in whole MiB, where the service tells.
    pub copied: Option<u64>,
    /// The size of the image in bytes, where it is known yet.
    pub size: Option<u64>,
    /// The stores that have not got the image yet, where the service tells.
    pub stores_left: Vec<String>,
}

impl ImportState {
    pub(super) fn of(image: &Image, task: Option<&ImageTask>, targets: &[String]) -> Self {
        let mut stores_left = names(image.os_glance_importing_to_stores.as_deref());
        // Imports that were cut off leave their entries.
        stores_left.retain(|store| targets.is_empty() || targets.contains(store));
        Self {
            status: image.status.clone(),
            task: task.map(|task| task.status.clone()),
            copied: task.and_then(|task| copied(task.message.as_deref()?)),
            size: image.size.and_then(|size| u64::try_from(size).ok()),
            stores_left,
        }
    }
}

/// The number in "Copied 12 MiB", in whichever language.
pub(super) fn copied(message: &str) -> Option<u64> {
    let mut words = message.split_whitespace().rev();
    let number = words.by_ref().find(|word| word.bytes().all(|b| b.is_ascii_digit()))?;
    message.contains("MiB").then(|| number.parse::<u64>().ok()?.checked_mul(MIB))?
}

impl fmt::Display for ImportState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "image {}", self.status)?;
        if let Some(task) = &self.task {
            write!(f, ", task {task}")?;
        }
        if let Some(copied) = self.copied {
            write!(f, ", {} MiB copied", copied / MIB)?;
        }
        if !self.stores_left.is_empty() {
            write!(f, ", stores left: {}", self.stores_left.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_progress_is_read_out_of_the_message() {
        assert_eq!(copied("Copied 12 MiB"), Some(12 * MIB));
        assert_eq!(copied("12 MiB wurden kopiert"), Some(12 * MIB));
        for other in ["", "Task failed due to Internal Error", "Copied x MiB", "12", "Copied 99999999999999999999 MiB"] {
            assert_eq!(copied(other), None, "{other}");
        }
    }
}
