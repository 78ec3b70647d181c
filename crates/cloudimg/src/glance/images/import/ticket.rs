use std::fmt;
use std::str::FromStr;

use cloudimg_core::{Error, ErrorKind, Result};
use url::form_urlencoded::{Serializer, byte_serialize, parse};

use crate::glance::types::{Image, ImportMethodName};
use crate::transfer::Algorithm;

/// An import in words: `glance/REGION/PROJECT/image-import/IMAGE?method=...`, each part as in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) region: String,
    pub(super) project: String,
    pub(super) image_id: String,
    pub(super) method: ImportMethodName,
    pub(super) targets: Targets,
    pub(super) partial: bool,
    /// The task of the import, once it is known.
    pub(super) task: Option<String>,
    /// The id of the request that began it, which its task keeps.
    pub(super) request: Option<String>,
    /// The newest task before.
    pub(super) after: Option<String>,
    pub(super) before: Before,
    pub(super) expected: Option<Expected>,
}

/// Which stores the data shall go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Targets {
    Default,
    All,
    Named(Vec<String>),
}

/// A hash that the data must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) algorithm: Algorithm,
    pub(super) hash: String,
}

/// What of an image conversions change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    disk_format: Option<String>,
    container_format: Option<String>,
    /// Of what was staged.
    size: Option<String>,
}

impl Before {
    pub(super) fn of(image: &Image) -> Self {
        Self {
            disk_format: image.disk_format.as_ref().map(ToString::to_string),
            container_format: image.container_format.as_ref().map(ToString::to_string),
            size: image.size.map(|size| size.to_string()),
        }
    }

    /// The first thing that is other than it was.
    pub(super) fn change(&self, image: &Image) -> Option<String> {
        let now = Self::of(image);
        let both = [
            ("disk_format", &self.disk_format, &now.disk_format),
            ("container_format", &self.container_format, &now.container_format),
            ("size", &self.size, &now.size),
        ];
        both.into_iter().find_map(|(what, then, now)| match (then, now) {
            (Some(then), Some(now)) if then != now => Some(format!("{what} was {then} and is {now}")),
            _ => None,
        })
    }
}

const SERVICE: &str = "glance";
const KIND: &str = "image-import";

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        write!(f, "{SERVICE}/{}/{}/{KIND}/{}", part(&self.region), part(&self.project), part(&self.image_id))?;
        let mut query = Serializer::new(String::new());
        query.append_pair("method", self.method.as_str());
        match &self.targets {
            Targets::Default => {}
            Targets::All => {
                query.append_pair("all_stores", "true");
            }
            Targets::Named(stores) => {
                query.extend_pairs(stores.iter().map(|store| ("store", store)));
            }
        }
        if self.partial {
            query.append_pair("partial", "true");
        }
        let known = [
            ("task", &self.task),
            ("request", &self.request),
            ("after", &self.after),
            ("disk_format", &self.before.disk_format),
            ("container_format", &self.before.container_format),
            ("size", &self.before.size),
        ];
        query.extend_pairs(known.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?))));
        if let Some(Expected { algorithm, hash }) = &self.expected {
            query.append_pair(algorithm.name(), hash);
        }
        write!(f, "?{}", query.finish())
    }
}

impl FromStr for Ticket {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            let what = format!("`{text}` tells of no import: {why}");
            Error::new(ErrorKind::InvalidRequest, what).with_operation("import_image")
        };
        let (path, query) = text.trim().split_once('?').ok_or_else(|| wrong("the part after `?` is missing"))?;
        let parts: Vec<String> = path.split('/').map(decoded).collect();
        let [service, region, project, kind, image_id] = &parts[..] else {
            return Err(wrong("it is glance/REGION/PROJECT/image-import/IMAGE?..."));
        };
        if (service.as_str(), kind.as_str()) != (SERVICE, KIND) {
            return Err(wrong("it is of another service or kind"));
        }
        if image_id.is_empty() {
            return Err(wrong("a part of it is empty"));
        }
        let pairs: Vec<(String, String)> = parse(query.as_bytes()).into_owned().collect();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let stores: Vec<String> = pairs.iter().filter(|(key, _)| key == "store").map(|(_, store)| store.clone()).collect();
        let targets = match (value("all_stores").is_some(), stores) {
            (true, _) => Targets::All,
            (false, stores) if stores.is_empty() => Targets::Default,
            (false, stores) => Targets::Named(stores),
        };
        let before = Before { disk_format: value("disk_format"), container_format: value("container_format"), size: value("size") };
        Ok(Self {
            region: region.clone(),
            project: project.clone(),
            image_id: image_id.clone(),
            method: value("method").ok_or_else(|| wrong("`method` is missing"))?.into(),
            targets,
            partial: value("partial").is_some(),
            task: value("task"),
            request: value("request"),
            after: value("after"),
            before,
            expected: Algorithm::ALL.into_iter().find_map(|algorithm| Some(Expected { algorithm, hash: value(algorithm.name())? })),
        })
    }
}

fn decoded(part: &str) -> String {
    let pair = format!("={part}");
    parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(targets: Targets) -> Ticket {
        Ticket {
            region: "Region One".into(),
            project: "p/1".into(),
            image_id: "i&?".into(),
            method: ImportMethodName::GlanceDirect,
            targets,
            partial: true,
            task: Some("t".into()),
            request: None,
            after: Some("a=b&c".into()),
            before: Before { disk_format: Some("raw".into()), container_format: None, size: Some("7".into()) },
            expected: Some(Expected { algorithm: Algorithm::Sha512, hash: "abc".into() }),
        }
    }

    #[test]
    fn an_import_survives_being_written_down() {
        for targets in [Targets::Default, Targets::All, Targets::Named(vec!["fast".into(), "a,b".into()])] {
            let ticket = ticket(targets);
            let text = ticket.to_string();
            assert!(text.starts_with("glance/Region+One/p%2F1/image-import/i%26%3F?method=glance-direct&"), "{text}");
            assert_eq!(text.parse::<Ticket>().unwrap(), ticket);
        }
    }

    #[test]
    fn what_tells_of_no_import_is_refused() {
        for text in [
            "",
            "glance/r/p/image-import/i",
            "glance/r/p/image-import/i?task=t",
            "ims/r/p/image-import/i?method=copy-image",
            "glance/r/p/create-image/i?method=copy-image",
            "glance/r/p/image-import/?method=copy-image",
        ] {
            assert_eq!(text.parse::<Ticket>().unwrap_err().kind(), ErrorKind::InvalidRequest, "{text}");
        }
    }
}
