use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use cloudimg_core::{Error, ErrorKind, Result};
use futures::future::{Either, select};
use futures::{Stream, stream};
use tokio::sync::mpsc;

use super::{Gate, Item};

/// One of the streams that a fan makes.
pub(in super::super) struct Branch {
    gate: Arc<Gate>,
    items: mpsc::UnboundedReceiver<Item>,
    /// Who waits for bytes asks again this often: a call whose body stands still for longer than its limit ends, and this one waits
    /// for others.
    sign_of_life: Duration,
}

impl Branch {
    pub(super) fn new(gate: Arc<Gate>, items: mpsc::UnboundedReceiver<Item>, sign_of_life: Duration) -> Self {
        Self { gate, items, sign_of_life }
    }

    /// The bytes of the source, and the error that it ended with, if it did.
    pub(in super::super) fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        stream::unfold(Some(self), |branch| async move {
            let mut branch = branch?;
            match branch.next().await {
                Some(Ok(piece)) => Some((Ok(piece), Some(branch))),
                Some(Err(error)) => Some((Err(error), None)),
                None => None,
            }
        })
    }

    async fn next(&mut self) -> Option<Result<Bytes>> {
        let item = loop {
            let item = std::pin::pin!(self.items.recv());
            match select(item, self.gate.clock.sleep(self.sign_of_life)).await {
                Either::Left((item, _)) => break item,
                Either::Right(_) => {}
            }
        };
        match item {
            Some(Item::Block(piece, cost)) => {
                self.gate.room.add_permits(cost as usize);
                let mut waiting = self.gate.waiting();
                waiting.pieces = waiting.pieces.saturating_sub(1);
                waiting.since = self.gate.clock.monotonic();
                Some(Ok(piece))
            }
            Some(Item::Failed(error)) => Some(Err(error)),
            Some(Item::End) => None,
            None => Some(Err(Error::new(ErrorKind::Interrupted, "the copy was given up"))),
        }
    }
}

impl Drop for Branch {
    /// Nobody takes bytes any more: what is said of that is for others to wait for.
    fn drop(&mut self) {
        self.gate.room.close();
        self.gate.waiting().pieces = 0;
    }
}

/// Watches that the bytes of a branch are taken. Once it is dropped nothing goes into the branch any more.
pub(in super::super) struct Watch {
    gate: Arc<Gate>,
}

impl Watch {
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Who is told of movement that is not seen here.
    #[cfg(feature = "obs")]
    pub(in super::super) fn pulse(&self) -> Pulse {
        Pulse(Arc::clone(&self.gate))
    }

    /// Whether the source failed while this branch took its bytes.
    pub(in super::super) fn source_failed(&self) -> bool {
        self.gate.failed.load(Ordering::Relaxed)
    }

    /// Ends when there were bytes to be taken for so long, and none was.
    pub(in super::super) async fn stalled(&self, limit: Duration) {
        loop {
            let left = {
                let waiting = self.gate.waiting();
                let passed = self.gate.clock.monotonic().saturating_sub(waiting.since);
                if waiting.pieces == 0 { limit } else { limit.saturating_sub(passed) }
            };
            if left.is_zero() {
                return;
            }
            self.gate.clock.sleep(left).await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.gate.room.close();
    }
}

/// Is told that bytes move, though none is taken.
#[cfg(feature = "obs")]
pub(in super::super) struct Pulse(Arc<Gate>);

#[cfg(feature = "obs")]
impl Pulse {
    pub(in super::super) fn moved(&self) {
        self.0.waiting().since = self.0.clock.monotonic();
    }
}
