//! How what is missing of an image is parted among connections.

use std::collections::VecDeque;
use std::ops::Range;

/// A request costs a round trip, and parts are not served from the service's cache of images.
const SHORTEST: u64 = 8 << 20;
/// The hash follows in order, and reads back what has come; that much is still in memory.
const LONGEST: u64 = 64 << 20;

/// What is missing of an image, handed out in its order.
///
/// Pieces get shorter towards the end, so that all connections come to theirs at nearly the same time.
#[derive(Debug)]
pub(super) struct Pieces {
    missing: VecDeque<Range<u64>>,
    connections: u64,
}

impl Pieces {
    pub(super) fn new(missing: Vec<Range<u64>>, connections: usize) -> Self {
        Self { missing: missing.into(), connections: connections.max(1) as u64 }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Option<Range<u64>> {
        let left: u64 = self.missing.iter().map(|range| range.end - range.start).sum();
        let first = self.missing.front_mut()?;
        let length = match self.connections {
            1 => u64::MAX,
            connections => (left / (2 * connections)).clamp(SHORTEST, LONGEST),
        };
        let end = first.start.saturating_add(length);
        if end >= first.end {
            return self.missing.pop_front();
        }
        let piece = first.start..end;
        first.start = end;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn all(missing: Vec<Range<u64>>, connections: usize) -> Vec<Range<u64>> {
        let mut pieces = Pieces::new(missing, connections);
        std::iter::from_fn(|| pieces.next()).collect()
    }

    #[test]
    fn one_connection_takes_what_is_missing_as_it_is() {
        assert_eq!(all(vec![0..10, 20..1 << 40], 1), [0..10, 20..1 << 40]);
        assert_eq!(all(vec![], 1), []);
    }

    #[test]
    fn several_take_big_pieces_in_order_and_shorter_ones_in_the_end() {
        let pieces = all(vec![0..1000 * MIB, 1100 * MIB..1300 * MIB], 4);
        assert_eq!(pieces.first(), Some(&(0..64 * MIB)));
        assert!(
            pieces
                .iter()
                .zip(&pieces[1..])
                .all(|(one, next)| one.end == next.start || (one.end, next.start) == (1000 * MIB, 1100 * MIB))
        );
        assert_eq!(pieces.last().unwrap().end, 1300 * MIB);
        let lengths: Vec<_> = pieces.iter().map(|piece| piece.end - piece.start).collect();
        assert!(lengths.iter().all(|length| *length <= LONGEST) && lengths.len() < 50, "{lengths:?}");
        assert!(lengths[lengths.len() - 4..].iter().all(|length| *length <= SHORTEST), "{lengths:?}");
    }
}
