use std::fmt;
use std::str::FromStr;

use cloudimg_core::{Error, ErrorKind, Result};

/// What a job does, by the names that the service's description gives its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobKind {
    /// Makes one image.
    CreateImage,
    /// Makes an image of each of several disks.
    CreateImages,
    /// Copies an image within its region.
    CopyImage,
    /// Copies an image to another region.
    CopyImageCrossRegion,
    /// Writes an image to a bucket.
    ExportImage,
    /// Shares images, or ends or answers that.
    ChangeMembers,
}

const NAMES: [(JobKind, &str); 6] = [
    (JobKind::CreateImage, "create-image"),
    (JobKind::CreateImages, "create-images"),
    (JobKind::CopyImage, "copy-image"),
    (JobKind::CopyImageCrossRegion, "copy-image-cross-region"),
    (JobKind::ExportImage, "export-image"),
    (JobKind::ChangeMembers, "change-members"),
];

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(kind, _)| kind == self).map_or("", |(_, name)| name))
    }
}

/// A job in words: `ims/REGION/PROJECT/KIND/ID`, and for a copy to another region `/TARGET`; each part as in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) region: String,
    pub(super) project_id: String,
    pub(super) kind: JobKind,
    pub(super) id: String,
    pub(super) target: Option<String>,
}

const SERVICE: &str = "ims";

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.to_string();
        f.write_str(SERVICE)?;
        for part in [&self.region, &self.project_id, &kind, &self.id].into_iter().chain(&self.target) {
            write!(f, "/{}", url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>())?;
        }
        Ok(())
    }
}

impl FromStr for Ticket {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| Error::new(ErrorKind::InvalidRequest, format!("`{text}` tells of no job: {why}"));
        let parts: Vec<String> = text.trim().split('/').map(decoded).collect();
        let (service, region, project_id, kind, id, target) = match &parts[..] {
            [service, region, project_id, kind, id] => (service, region, project_id, kind, id, None),
            [service, region, project_id, kind, id, target] => (service, region, project_id, kind, id, Some(target.clone())),
            _ => return Err(wrong("it is ims/REGION/PROJECT/KIND/ID")),
        };
        if service != SERVICE {
            return Err(wrong("it belongs to another service"));
        }
        let kind =
            NAMES.iter().find(|(_, name)| name == kind).map(|(kind, _)| *kind).ok_or_else(|| wrong("its kind is unknown"))?;
        if id.is_empty() || project_id.is_empty() {
            return Err(wrong("a part of it is empty"));
        }
        Ok(Self { region: region.clone(), project_id: project_id.clone(), kind, id: id.clone(), target })
    }
}

fn decoded(part: &str) -> String {
    let pair = format!("={part}");
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_survives_being_written_down() {
        for (kind, name) in NAMES {
            let target = (kind == JobKind::CopyImageCrossRegion).then(|| "eu-nl".to_owned());
            let ticket = Ticket { region: "eu-de".into(), project_id: "p".into(), kind, id: " odd/id%".into(), target };
            let text = ticket.to_string();
            assert!(text.starts_with(&format!("ims/eu-de/p/{name}/+odd%2Fid%25")), "{text}");
            assert_eq!(text.parse::<Ticket>().unwrap(), ticket);
        }
    }

    #[test]
    fn what_tells_of_no_job_is_refused() {
        for text in
            ["", "ims/eu-de/p/create-image", "glance/eu-de/p/create-image/id", "ims/eu-de/p/bake/id", "ims/eu-de/p/create-image/"]
        {
            let error = text.parse::<Ticket>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{text}");
        }
    }
}
