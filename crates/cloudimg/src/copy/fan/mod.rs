//! One stream becomes several, each with a bounded buffer: the slowest that still takes bytes sets the pace once its buffer is
//! full.

mod branch;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cloudimg_core::{Clock, Error};
use tokio::sync::{Semaphore, mpsc};

pub(super) use branch::{Branch, Watch};

/// How many bytes a branch may be behind. They are shared: several slow branches hold the same ones.
const BUFFER: u32 = 4 << 20;
/// Blocks go on in pieces of this size at most, so that a slow link is seen to move.
const PIECE: usize = 256 << 10;
/// What a small block costs of the buffer, for it is not free either.
const LEAST_COST: u32 = 4 << 10;

/// What goes into a branch.
enum Item {
    Block(Bytes, u32),
    Failed(Error),
    /// The source has ended well. Without it an end is a break.
    End,
}

/// What both ends of a branch share.
struct Gate {
    /// The bytes that may still go in; closed once nobody takes them any more.
    room: Semaphore,
    waiting: Mutex<Waiting>,
    /// Whether the source has failed while this branch took bytes.
    failed: AtomicBool,
    clock: Arc<dyn Clock>,
}

/// The pieces in a branch, and since when none of them was taken.
#[derive(Default)]
struct Waiting {
    pieces: usize,
    since: Duration,
}

impl Gate {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the fan into which a stream flows.
pub(super) struct Fan {
    clock: Arc<dyn Clock>,
    inlets: Vec<Inlet>,
}

struct Inlet {
    gate: Arc<Gate>,
    items: mpsc::UnboundedSender<Item>,
}

impl Fan {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, inlets: Vec::new() }
    }

    /// One branch more: the bytes that come from now on, and who watches that they are taken. They go into a call that must not
    /// stand still for longer than `idle`, though it waits for others.
    pub(super) fn branch(&mut self, idle: Option<Duration>) -> (Branch, Watch) {
        let gate = Gate {
            room: Semaphore::new(BUFFER as usize),
            waiting: Mutex::default(),
            failed: AtomicBool::new(false),
            clock: Arc::clone(&self.clock),
        };
        let gate = Arc::new(gate);
        let (items, outlet) = mpsc::unbounded_channel();
        self.inlets.push(Inlet { gate: Arc::clone(&gate), items });
        (Branch::new(Arc::clone(&gate), outlet, idle.unwrap_or(Duration::MAX) / 4), Watch::new(gate))
    }

    /// Gives a block to all branches that still take any, as soon as each has room; says whether there is one left.
    pub(super) async fn send(&mut self, mut block: Bytes) -> bool {
        while !block.is_empty() && !self.inlets.is_empty() {
            let piece = block.split_to(block.len().min(PIECE));
            let mut left = Vec::with_capacity(self.inlets.len());
            for inlet in std::mem::take(&mut self.inlets) {
                if inlet.send(piece.clone()).await {
                    left.push(inlet);
                }
            }
            self.inlets = left;
        }
        !self.inlets.is_empty()
    }

    /// Tells all branches that the source has ended well.
    pub(super) fn end(self) {
        for inlet in self.inlets {
            let _ = inlet.items.send(Item::End);
        }
    }

    /// Tells all branches what the source has ended with.
    pub(super) fn fail(self, error: &Error) {
        for inlet in self.inlets {
            inlet.gate.failed.store(true, Ordering::Relaxed);
            let _ = inlet.items.send(Item::Failed(error.clone()));
        }
    }
}

impl Inlet {
    async fn send(&self, piece: Bytes) -> bool {
        let cost = u32::try_from(piece.len()).unwrap_or(BUFFER).max(LEAST_COST);
        let Ok(room) = self.gate.room.acquire_many(cost).await else { return false };
        room.forget();
        {
            let mut waiting = self.gate.waiting();
            if waiting.pieces == 0 {
                waiting.since = self.gate.clock.monotonic();
            }
            waiting.pieces += 1;
        }
        let sent = self.items.send(Item::Block(piece, cost)).is_ok();
        if !sent {
            self.gate.waiting().pieces = 0;
        }
        sent
    }
}

impl fmt::Debug for Fan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fan").field("branches", &self.inlets.len()).finish_non_exhaustive()
    }
}
