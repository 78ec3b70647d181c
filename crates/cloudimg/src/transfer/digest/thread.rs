use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::{Algorithm, Hasher};
use crate::{Error, ErrorKind, Result};

/// How many blocks may wait to be hashed. Blocks are at most some 512 KiB, so this bounds memory.
const QUEUE: usize = 4;

/// Hashes blocks in their order on a thread of its own: hashing costs about a processor, and whoever reads the network shall not wait for it.
#[derive(Debug)]
pub(crate) struct HashThread {
    blocks: mpsc::Sender<Bytes>,
    hashers: oneshot::Receiver<Vec<Hasher>>,
}

impl HashThread {
    /// Hashes what comes in each of these ways.
    pub(crate) fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        Self::going_on(algorithms.into_iter().map(Hasher::new).collect())
    }

    /// Hashes what comes after what these have hashed.
    pub(crate) fn going_on(mut hashers: Vec<Hasher>) -> Self {
        let (blocks, mut queue) = mpsc::channel::<Bytes>(QUEUE);
        let (done, result) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            while let Some(block) = queue.blocking_recv() {
                for hasher in &mut hashers {
                    hasher.update(&block);
                }
            }
            // Nobody waits for the hash of a transfer that was given up.
            let _ = done.send(hashers);
        });
        Self { blocks, hashers: result }
    }

    /// Hashes this block after those before; waits while too many wait.
    ///
    /// # Errors
    /// `Io` if the thread is gone, which only the runtime's end does.
    pub(crate) async fn update(&self, block: Bytes) -> Result<()> {
        self.blocks.send(block).await.map_err(|_| gone())
    }

    /// The hashes of all blocks, in the order of the algorithms; to be finished or gone on with.
    ///
    /// # Errors
    /// `Io` if the thread is gone.
    pub(crate) async fn hashers(self) -> Result<Vec<Hasher>> {
        drop(self.blocks);
        self.hashers.await.map_err(|_| gone())
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Io, "the thread that hashes is gone: the runtime is being shut down")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn blocks_are_hashed_in_their_order() {
        let block = |n: usize| Bytes::from(n.to_string().repeat(n));
        let thread = HashThread::new([Algorithm::Sha512, Algorithm::Md5]);
        let mut wanted = [Hasher::new(Algorithm::Sha512), Hasher::new(Algorithm::Md5)];
        for n in 0..100 {
            thread.update(block(n)).await.unwrap();
        }
        let so_far = thread.hashers().await.unwrap();
        let thread = HashThread::going_on(so_far);
        for n in 100..200 {
            thread.update(block(n)).await.unwrap();
        }
        for n in 0..200 {
            wanted.iter_mut().for_each(|hasher| hasher.update(&block(n)));
        }
        let hashes: Vec<_> = thread.hashers().await.unwrap().into_iter().map(Hasher::finish).collect();
        assert_eq!(hashes, wanted.map(Hasher::finish));
    }
}
