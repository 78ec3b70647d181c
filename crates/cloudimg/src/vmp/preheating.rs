use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cloudimg_core::Result;
use cloudimg_core::poller::Rhythm;
use futures::Stream;

use super::watched::Watched;
use super::{NodeState, Preheated, PreheatingState, Vmp, check_id, wrong};

/// An image on its way to nodes. It ends when each node that was asked for has the image or has failed to get it.
///
/// Awaited it gives the nodes, or an error of the kind `JobFailed` if some failed, of which [`Preheated::of`] tells both sides; whoever takes
/// that for no error awaits [`outcome`](Self::outcome). Read as a stream it gives each change of a node, after whose end the result can still be
/// awaited.
///
/// Nothing is asked before that. Dropping it stops the asking, not the way to the nodes;
/// [`Images::attach_preheating`](super::Images::attach_preheating) goes on from image and nodes.
#[must_use = "the image is on its way anyway, but only who awaits it learns where it arrives"]
pub struct Preheating {
    image: String,
    nodes: Vec<String>,
    watched: Watched<Vec<NodeState>, Preheated>,
    /// The last state that was told of each node.
    told: HashMap<String, PreheatingState>,
    news: VecDeque<NodeState>,
    ended: Option<Result<Preheated>>,
}

/// The nodes without those that are there twice.
pub(super) fn distinct(nodes: impl IntoIterator<Item = impl Into<String>>) -> Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for node in nodes.into_iter().map(Into::into) {
        if node.is_empty() {
            return Err(wrong("a node has an empty name".to_owned()));
        }
        if !all.contains(&node) {
            all.push(node);
        }
    }
    if all.is_empty() { Err(wrong("there are no nodes to bring the image to".to_owned())) } else { Ok(all) }
}

impl Preheating {
    /// Watches `nodes`, which are distinct.
    pub(super) fn new(vmp: &Vmp, image: String, nodes: Vec<String>) -> Result<Self> {
        check_id(&image)?;
        let watched = Watched::new(vmp.looking()?.preheated(&image, nodes.iter().cloned()), vmp.rhythm);
        Ok(Self { image, nodes, watched, told: HashMap::new(), news: VecDeque::new(), ended: None })
    }

    /// The image's id.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.image
    }

    /// The nodes that were asked for, each once.
    #[must_use]
    pub fn nodes(&self) -> &[String] {
        &self.nodes
    }

    /// Asked after in this rhythm.
    pub fn with_rhythm(self, rhythm: Rhythm) -> Self {
        Self { watched: self.watched.with_rhythm(rhythm), ..self }
    }

    /// Given up with a `Timeout` after this long; the image goes on its way.
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { watched: self.watched.with_limit(limit), ..self }
    }

    /// What came of it, node by node: some that failed are no error here.
    ///
    /// # Errors
    /// `Timeout` when patience is over, and those of looking.
    pub async fn outcome(mut self) -> Result<Preheated> {
        std::future::poll_fn(|cx| self.poll_outcome(cx)).await
    }

    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Result<Preheated>> {
        loop {
            if let Some(ended) = &self.ended {
                return Poll::Ready(ended.clone());
            }
            // What is told there is not lost: it stays in `told`, and nobody asked for it.
            let _ = ready!(self.poll_change(cx));
        }
    }

    fn poll_change(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<NodeState>>> {
        loop {
            if let Some(change) = self.news.pop_front() {
                return Poll::Ready(Some(Ok(change)));
            }
            if self.ended.is_some() {
                return Poll::Ready(None);
            }
            match ready!(self.watched.poll_state(cx)) {
                Some(Ok(states)) => self.note(&states),
                Some(Err(error)) => {
                    self.ended = Some(Err(error.clone()));
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let ended = self.watched.result();
                    if let Ok(preheated) = &ended {
                        self.note(&last_states(preheated));
                    }
                    self.ended = Some(ended);
                }
            }
        }
    }

    /// Keeps what is new of the nodes that were asked for. Of a node that is told of twice, the last word counts.
    fn note(&mut self, states: &[NodeState]) {
        for node in &self.nodes {
            let Some(now) = states.iter().rev().find(|state| state.node_name == *node) else { continue };
            let Some(state) = &now.state else { continue };
            if self.told.get(node) != Some(state) {
                self.told.insert(node.clone(), state.clone());
                self.news.push_back(now.clone());
            }
        }
    }
}

fn last_states(preheated: &Preheated) -> Vec<NodeState> {
    let all = |nodes: &[String], state: PreheatingState| -> Vec<NodeState> {
        nodes.iter().map(|node| NodeState::new(node).state(state.clone())).collect()
    };
    let mut states = all(&preheated.succeeded, PreheatingState::Success);
    states.extend(all(&preheated.failed, PreheatingState::Fail));
    states
}

impl Stream for Preheating {
    type Item = Result<NodeState>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_change(cx)
    }
}

impl Future for Preheating {
    type Output = Result<Preheated>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Preheated>> {
        self.poll_outcome(cx).map(|outcome| outcome.and_then(Preheated::into_complete))
    }
}

impl fmt::Debug for Preheating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preheating").field("image", &self.image).field("nodes", &self.nodes).finish_non_exhaustive()
    }
}
