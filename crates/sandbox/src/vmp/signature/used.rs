//! Signatures that have been used, for as long as they could be used again.

use std::collections::{HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{Proof, WINDOW};

#[derive(Debug, Default)]
pub(in super::super) struct Used {
    known: HashSet<Proof>,
    /// In the order in which they came.
    order: VecDeque<(Timestamp, Proof)>,
}

impl Used {
    /// Takes note of a signature; `false` if it was there within five minutes.
    pub(in super::super) fn first_use(&mut self, proof: Proof, now: Timestamp) -> bool {
        while let Some((seen, old)) = self.order.front() {
            if now.duration_since(*seen) <= SignedDuration::from_secs(WINDOW) {
                break;
            }
            self.known.remove(old);
            self.order.pop_front();
        }
        let is_new = self.known.insert(proof.clone());
        if is_new {
            self.order.push_back((now, proof));
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_in_five_minutes() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let proof = |timestamp| Proof { timestamp, signature: "0a".to_owned() };
        let mut used = Used::default();
        assert!(used.first_use(proof(1), at(0)));
        assert!(used.first_use(proof(2), at(10)));
        assert!(!used.first_use(proof(1), at(300)));
        assert!(used.first_use(proof(1), at(301)));
        assert!(!used.first_use(proof(2), at(310)));
        assert_eq!(used.order.len(), used.known.len());
    }
}
