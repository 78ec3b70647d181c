//! Paths and queries that nobody types, from a generator that gives the same ones each time.

const ODD: [&str; 26] = [
    " ", "+", "%", "&", "=", "?", "#", "/", "'", "\"", "~", "*", "é", "镜像", "🦀", "a", "Z", "0", ":", ";", ",", "[", "|", "%41",
    "-", "_",
];

pub(crate) struct Odd(u64);

impl Odd {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn text(&mut self, longest: usize) -> String {
        (0..self.below(longest + 1)).map(|_| ODD[self.below(ODD.len())]).collect()
    }

    /// Some pairs; keys repeat, values may be empty.
    pub(crate) fn pairs(&mut self) -> Vec<(String, String)> {
        let keys: Vec<String> = (0..3).map(|_| format!("k{}", self.text(3))).collect();
        (0..self.below(7)).map(|_| (keys[self.below(3)].clone(), self.text(6))).collect()
    }

    /// A value for one segment of a path.
    pub(crate) fn segment(&mut self) -> String {
        format!("s{}", self.text(6))
    }
}
