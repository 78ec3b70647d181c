use std::ops::Range;

/// Stretches of a file, in their order and with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretches(Vec<Range<u64>>);

impl Stretches {
    /// Adds one, which may touch or overlap others.
    pub(crate) fn insert(&mut self, new: Range<u64>) {
        if new.is_empty() {
            return;
        }
        let first = self.0.partition_point(|old| old.end < new.start);
        let last = self.0.partition_point(|old| old.start <= new.end);
        let joined = self.0[first..last].iter().fold(new, |all, old| all.start.min(old.start)..all.end.max(old.end));
        self.0.splice(first..last, [joined]);
    }

    /// Leaves out all from `end` on.
    pub(crate) fn truncate(&mut self, end: u64) {
        self.0.retain(|stretch| stretch.start < end);
        if let Some(last) = self.0.last_mut() {
            last.end = last.end.min(end);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Range<u64>> {
        self.0.iter()
    }

    /// Where the one at the beginning ends.
    pub(crate) fn prefix(&self) -> u64 {
        self.0.first().filter(|first| first.start == 0).map_or(0, |first| first.end)
    }

    /// How many bytes they have.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|stretch| stretch.end - stretch.start).sum()
    }

    /// Where the last one ends.
    pub(crate) fn end(&self) -> u64 {
        self.0.last().map_or(0, |last| last.end)
    }

    /// The gaps up to `end`.
    pub(crate) fn missing(&self, end: u64) -> Vec<Range<u64>> {
        let starts = std::iter::once(0).chain(self.0.iter().map(|stretch| stretch.end));
        let ends = self.0.iter().map(|stretch| stretch.start).chain([end]);
        starts.zip(ends).map(|(from, to)| from..to.min(end)).filter(|gap| !gap.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_those_of_a_plain_list_of_bytes() {
        let mut rng = 7u64;
        let mut next = move |most: u64| {
            rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (rng >> 33) % most
        };
        for _ in 0..200 {
            let (mut stretches, mut plain) = (Stretches::default(), [false; 40]);
            for _ in 0..6 {
                let start = next(40);
                let end = start + next(41 - start);
                stretches.insert(start..end);
                (start..end).for_each(|at| plain[at as usize] = true);
                let inside = |at: u64| stretches.iter().any(|stretch| stretch.contains(&at));
                assert!((0..40).all(|at| inside(at) == plain[at as usize]), "{stretches:?}");
                assert!(stretches.iter().zip(stretches.iter().skip(1)).all(|(one, next)| one.end < next.start), "{stretches:?}");
                let is_missing = |at: u64| stretches.missing(40).iter().any(|gap| gap.contains(&at));
                assert!((0..40).all(|at| is_missing(at) != plain[at as usize]), "{stretches:?}");
                assert_eq!(stretches.total(), plain.iter().filter(|is_there| **is_there).count() as u64);
                assert_eq!(stretches.prefix(), plain.iter().take_while(|is_there| **is_there).count() as u64);
            }
            let end = next(40);
            stretches.truncate(end);
            assert!(stretches.end() <= end);
            assert_eq!(stretches.total(), plain[..end as usize].iter().filter(|is_there| **is_there).count() as u64);
        }
    }
}
