//! What was measured, and what follows from it.

use std::fmt;

use super::super::measure::show;
use super::contenders::Taken;

/// The runs of each contender, in the order in which they came first.
#[derive(Debug, Default)]
pub(super) struct Figures {
    of: Vec<(&'static str, Vec<Taken>)>,
}

/// A limit, and whether it is kept.
#[derive(Debug)]
pub(super) struct Limit {
    what: String,
    pub(super) kept: bool,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", if self.kept { "kept    " } else { "NOT KEPT" }, self.what)
    }
}

impl Figures {
    /// Notes a run; one that does not `count` only has warmed the machine up.
    pub(super) fn note(&mut self, counts: bool, name: &'static str, taken: Taken) {
        if !counts {
            return;
        }
        match self.of.iter_mut().find(|(known, _)| *known == name) {
            Some((_, runs)) => runs.push(taken),
            None => self.of.push((name, vec![taken])),
        }
    }

    /// A line for each contender: the median, all rounds in seconds, the peak memory.
    pub(super) fn print(&self) {
        println!("{:<26} {:>8}  {:<50} peak memory", "", "median", "rounds, in seconds");
        for (name, runs) in &self.of {
            let rounds: Vec<_> = runs.iter().map(|run| format!("{:.2}", run.seconds)).collect();
            let peak = peak(runs).map(show).unwrap_or_default();
            println!("{name:<26} {:>6.2} s  {:<50} {peak}", median(runs), rounds.join(" "));
        }
    }

    /// Ours against the slowest of the `others` that ran.
    pub(super) fn time(&self, ours: &str, others: &[&str], most: f64) -> Option<Limit> {
        let (other, bound) = others
            .iter()
            .filter_map(|name| Some((name, median(self.runs(name)?))))
            .max_by(|(_, one), (_, another)| one.total_cmp(another))?;
        let ratio = median(self.runs(ours)?) / bound;
        Some(Limit { what: format!("{ours}: {ratio:.2} x {other}, at most {most}"), kept: ratio <= most })
    }

    /// How much faster `many` is than `one`.
    pub(super) fn speed_up(&self, many: &str, one: &str, least: f64) -> Option<Limit> {
        let ratio = median(self.runs(one)?) / median(self.runs(many)?);
        Some(Limit { what: format!("{many}: {ratio:.2} times as fast as {one}, at least {least}"), kept: ratio >= least })
    }

    /// The most memory that any of ours has had.
    pub(super) fn memory(&self, most: u64) -> Option<Limit> {
        let (name, most_had) = self.of.iter().filter_map(|(name, runs)| Some((name, peak(runs)?))).max_by_key(|(_, peak)| *peak)?;
        Some(Limit { what: format!("memory: {} ({name}), under {}", show(most_had), show(most)), kept: most_had < most })
    }

    fn runs(&self, name: &str) -> Option<&[Taken]> {
        self.of.iter().find(|(known, _)| *known == name).map(|(_, runs)| runs.as_slice())
    }
}

/// The middle one, or the mean of the two in the middle.
fn median(runs: &[Taken]) -> f64 {
    let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let (low, high) = (seconds.len().saturating_sub(1) / 2, seconds.len() / 2);
    match (seconds.get(low), seconds.get(high)) {
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        _ => f64::NAN,
    }
}

fn peak(runs: &[Taken]) -> Option<u64> {
    runs.iter().filter_map(|run| run.peak).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(of: &[(&'static str, &[f64])]) -> Figures {
        let mut figures = Figures::default();
        for (name, runs) in of {
            for seconds in *runs {
                figures.note(true, name, Taken { seconds: *seconds, peak: name.starts_with("ours").then_some(20 << 20) });
            }
        }
        figures
    }

    #[test]
    fn the_slower_of_the_others_is_what_ours_is_measured_by() {
        let figures = figures(&[("hash", &[4.0, 9.0, 4.0]), ("curl", &[1.0, 1.0]), ("ours", &[4.2, 4.4, 4.3, 90.0])]);
        let limit = figures.time("ours", &["curl", "hash", "absent"], 1.15).unwrap();
        assert_eq!(limit.to_string(), "kept      ours: 1.09 x hash, at most 1.15");
        assert!(!figures.time("ours", &["hash"], 1.05).unwrap().kept);
        assert!(figures.time("ours", &["absent"], 1.15).is_none(), "nothing is proved by what did not run");
    }

    #[test]
    fn what_does_not_count_changes_nothing() {
        let mut figures = figures(&[("one", &[40.0]), ("ours", &[10.0])]);
        figures.note(false, "ours", Taken { seconds: 1000.0, peak: Some(1 << 40) });
        assert!(figures.speed_up("ours", "one", 4.0).unwrap().kept);
        assert!(!figures.speed_up("ours", "one", 4.1).unwrap().kept);
        assert!(figures.memory(21 << 20).unwrap().kept);
        assert!(!figures.memory(20 << 20).unwrap().kept);
    }
}
