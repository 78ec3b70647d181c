//! What goes on after an answer, waited for.

use std::fmt;
use std::time::Duration;

use cloudimg_core::poller::{Observation, Poller, Rhythm};
use cloudimg_core::{Error, ErrorKind, Result};
use progenitor_client::ClientInfo as _;

use crate::Client;
use crate::types::{Image, ImageState, NodeState, PreheatingInfo, PreheatingState};

/// One call in this time is what the service wants for one operation: 30 in 5 minutes.
const PACE: Duration = Duration::from_secs(10);

/// How often to look: every 10 s, for two hours. The service wants no more than 30 calls of one operation in 5 minutes.
#[must_use]
pub fn pace_of_polls() -> Rhythm {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (PACE, PACE);
    rhythm
}

impl Client {
    /// Waits until the image `id` is made: a stream of its states and, awaited, the image.
    ///
    /// # Errors
    /// The wait ends with `JobFailed` if the image becomes `INACTIVE`, with `NotFound` if it vanishes, with `Timeout` after two hours, and with the
    /// errors of `list_images` that come too often.
    #[must_use]
    pub fn made(&self, id: impl Into<String>) -> Poller<'static, ImageState, Image> {
        let (client, id) = (self.clone(), id.into());
        let mut seen = false;
        Poller::new(self.inner().clock(), move || {
            let (client, id) = (client.clone(), id.clone());
            let was_seen = std::mem::replace(&mut seen, true);
            async move {
                let page = client.list_images().ids(&id).send().await?.into_inner();
                judge_image(page.images, &id, was_seen)
            }
        })
        .with_rhythm(pace_of_polls())
    }

    /// Waits until the image `id` has come to `nodes`, each of which ends in `SUCCESS` or `FAIL`: a stream of what is told of them and, awaited, which
    /// succeeded and which failed.
    ///
    /// # Errors
    /// The wait ends with `InvalidRequest` if `nodes` is empty, with `Timeout` after two hours, and with the errors of `show_preheating` that come too
    /// often. Nodes that fail are no error here.
    #[must_use]
    pub fn preheated(
        &self,
        id: impl Into<String>,
        nodes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Poller<'static, Vec<NodeState>, Preheated> {
        let (client, id) = (self.clone(), id.into());
        let mut asked: Vec<String> = Vec::new();
        for node in nodes.into_iter().map(Into::into) {
            if !asked.contains(&node) {
                asked.push(node);
            }
        }
        Poller::new(self.inner().clock(), move || {
            let (client, id, asked) = (client.clone(), id.clone(), asked.clone());
            async move {
                if asked.is_empty() {
                    let what = "there are no nodes to wait for";
                    return Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("show_preheating"));
                }
                let states = client.show_preheating().id(&id).send().await?.into_inner().into_nodes();
                Ok(judge_nodes(states, &asked))
            }
        })
        .with_rhythm(pace_of_polls())
    }
}

fn judge_image(images: Vec<Image>, id: &str, looked_before: bool) -> Result<Observation<ImageState, Image>> {
    let Some(image) = images.into_iter().find(|image| image.id == id) else {
        // A list may lag behind the answer that made the image, but not for 10 s.
        return if looked_before {
            Err(Error::new(ErrorKind::NotFound, format!("the image `{id}` is not in the list")).with_operation("list_images"))
        } else {
            Ok(Observation::Running(ImageState::Building))
        };
    };
    match &image.state {
        Some(ImageState::Active) => Ok(Observation::Done(image)),
        Some(ImageState::Inactive) => {
            let what = format!("the image `{id}` could not be made: it is INACTIVE; remove it, and make it anew");
            Err(Error::new(ErrorKind::JobFailed, what).with_operation("create_image"))
        }
        state => Ok(Observation::Running(state.clone().unwrap_or(ImageState::Building))),
    }
}

fn judge_nodes(states: Vec<NodeState>, asked: &[String]) -> Observation<Vec<NodeState>, Preheated> {
    let ended = |node: &String, end: &PreheatingState| {
        // Of a node that is told of twice, the last word counts.
        states.iter().rev().find(|state| state.node_name == *node).is_some_and(|state| state.state.as_ref() == Some(end))
    };
    let all = |end| asked.iter().filter(|node| ended(node, &end)).cloned().collect::<Vec<_>>();
    let (succeeded, failed) = (all(PreheatingState::Success), all(PreheatingState::Fail));
    if succeeded.len() + failed.len() < asked.len() {
        return Observation::Running(states);
    }
    Observation::Done(Preheated { succeeded, failed })
}

impl PreheatingInfo {
    /// The nodes, in whichever of the two places the answer has them.
    #[must_use]
    pub fn into_nodes(self) -> Vec<NodeState> {
        self.data.and_then(|data| data.pre_heating_info).or(self.pre_heating_info).unwrap_or_default()
    }
}

/// What came of pulling an image onto nodes; each node that was asked for is in one of the two lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preheated {
    /// Nodes that have the image.
    pub succeeded: Vec<String>,
    /// Nodes that do not, for the service gives no reason.
    pub failed: Vec<String>,
}

impl Preheated {
    /// Whether every node has the image.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }

    /// Itself, if every node has the image.
    ///
    /// # Errors
    /// `JobFailed` that names the nodes which do not; [`of`](Self::of) tells of them without reading the message.
    pub fn into_complete(self) -> Result<Self> {
        if self.is_complete() {
            return Ok(self);
        }
        let incomplete = Incomplete(self);
        Err(Error::new(ErrorKind::JobFailed, incomplete.to_string()).with_operation("preheat_image").with_source(incomplete))
    }

    /// The nodes, if every one has the image.
    ///
    /// # Errors
    /// As [`into_complete`](Self::into_complete).
    pub fn into_result(self) -> Result<Vec<String>> {
        self.into_complete().map(|complete| complete.succeeded)
    }

    /// What came of a preheating whose failure `error` is, if it is one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref().map(|Incomplete(preheated)| preheated)
    }
}

/// A preheating that failed on some nodes, as an error.
#[derive(Debug)]
struct Incomplete(Preheated);

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Preheated { succeeded, failed } = &self.0;
        let all = succeeded.len() + failed.len();
        write!(f, "the image did not come to {} of {all} nodes: {}", failed.len(), failed.join(", "))
    }
}

impl std::error::Error for Incomplete {}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(pairs: &[(&str, &str)]) -> Vec<NodeState> {
        let state =
            |(name, state): &(&str, &str)| serde_json::from_value(serde_json::json!({"nodeName": name, "state": state})).unwrap();
        pairs.iter().map(state).collect()
    }

    fn judged(pairs: &[(&str, &str)]) -> Option<Preheated> {
        match judge_nodes(states(pairs), &["a".into(), "b".into()]) {
            Observation::Done(preheated) => Some(preheated),
            Observation::Running(_) => None,
        }
    }

    #[test]
    fn preheating_ends_when_each_asked_node_has_ended() {
        for running in
            [&[("a", "SUCCESS")][..], &[("a", "SUCCESS"), ("b", "SENDING")], &[("a", "FAIL"), ("b", "QUEUED")], &[("c", "SUCCESS")]]
        {
            assert_eq!(judged(running), None, "{running:?}");
        }
        let partly = judged(&[("b", "FAIL"), ("c", "SENDING"), ("a", "SUCCESS")]).unwrap();
        assert_eq!((&partly.succeeded[..], &partly.failed[..]), (&["a".to_owned()][..], &["b".to_owned()][..]));
        let error = partly.into_result().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::JobFailed);
        assert_eq!(error.message(), "the image did not come to 1 of 2 nodes: b");
        assert_eq!(
            Preheated::of(&error).map(|told| (&told.succeeded[..], &told.failed[..])),
            Some((&["a".into()][..], &["b".into()][..]))
        );
        assert_eq!(Preheated::of(&Error::new(ErrorKind::JobFailed, "another")), None);
        assert!(judged(&[("a", "FAIL"), ("b", "SUCCESS"), ("a", "SUCCESS")]).unwrap().is_complete());
    }

    #[test]
    fn both_shapes_tell_of_nodes() {
        for shape in [
            r#"{"preHeatingInfo": [{"nodeName": "a", "state": "FAIL"}]}"#,
            r#"{"code": "0", "message": "", "data": {"preHeatingInfo": [{"nodeName": "a", "state": "FAIL"}]}}"#,
        ] {
            let info: PreheatingInfo = serde_json::from_str(shape).unwrap();
            assert_eq!(info.into_nodes(), states(&[("a", "FAIL")]));
        }
        assert!(serde_json::from_str::<PreheatingInfo>(r#"{"code": 0, "data": null}"#).unwrap().into_nodes().is_empty());
    }

    #[test]
    fn an_image_is_made_when_it_is_active() {
        let list = |state: &str| vec![serde_json::from_value(serde_json::json!({"id": "i", "state": state})).unwrap()];
        assert!(matches!(judge_image(list("ACTIVE"), "i", false), Ok(Observation::Done(_))));
        assert!(matches!(judge_image(list("BUILDING"), "i", true), Ok(Observation::Running(ImageState::Building))));
        assert!(matches!(judge_image(list("QUEUED"), "i", true), Ok(Observation::Running(ImageState::Unlisted(_)))));
        assert_eq!(judge_image(list("INACTIVE"), "i", true).unwrap_err().kind(), ErrorKind::JobFailed);
        assert!(matches!(judge_image(list("ACTIVE"), "other", false), Ok(Observation::Running(_))));
        assert_eq!(judge_image(Vec::new(), "i", true).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
