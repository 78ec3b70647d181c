use cloudimg_core::{Error, ErrorKind, Result};
use cloudimg_ims_v2::jobs::JobState;

use super::JobKind;
use crate::ims::MemberResult;

/// What a job leaves behind: the id of an image ([`String`]), the ids of several (`Vec<String>`), an export's answer ([`Exported`]), or what came
/// of each image of a job of members (`Vec<MemberResult>`).
pub trait JobOutcome: sealed::Outcome {}

/// An export's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// The image that was exported, where the service names it.
    pub image_id: Option<String>,
}

pub(super) mod sealed {
    use super::{JobKind, JobState, Result};

    pub trait Outcome: Sized + Unpin + Send + 'static {
        /// The jobs that leave it behind.
        const KINDS: &'static [JobKind];

        fn read(state: &JobState) -> Result<Self>;
    }
}

impl JobOutcome for String {}

impl sealed::Outcome for String {
    const KINDS: &'static [JobKind] = &[JobKind::CreateImage, JobKind::CopyImage, JobKind::CopyImageCrossRegion];

    fn read(state: &JobState) -> Result<Self> {
        match state.image_ids()[..] {
            [id] => Ok(id.to_owned()),
            [] => Err(unnamed(state)),
            // An OVA file with several disks: the system comes first.
            [first, ..] => Ok(first.to_owned()),
        }
    }
}

impl JobOutcome for Vec<String> {}

impl sealed::Outcome for Vec<String> {
    const KINDS: &'static [JobKind] = &[JobKind::CreateImages];

    fn read(state: &JobState) -> Result<Self> {
        let ids: Self = state.image_ids().into_iter().map(str::to_owned).collect();
        if ids.is_empty() { Err(unnamed(state)) } else { Ok(ids) }
    }
}

impl JobOutcome for Exported {}

impl sealed::Outcome for Exported {
    const KINDS: &'static [JobKind] = &[JobKind::ExportImage];

    fn read(state: &JobState) -> Result<Self> {
        Ok(Self { image_id: state.image_ids().first().map(|id| (*id).to_owned()) })
    }
}

impl JobOutcome for Vec<MemberResult> {}

impl sealed::Outcome for Vec<MemberResult> {
    const KINDS: &'static [JobKind] = &[JobKind::ChangeMembers];

    /// Removals have no results.
    fn read(state: &JobState) -> Result<Self> {
        Ok(state.results().unwrap_or_default().to_vec())
    }
}

fn unnamed(state: &JobState) -> Error {
    Error::new(ErrorKind::Decode, format!("job {} ended well, but names no image", state.job().job_id)).with_operation("show_job")
}
