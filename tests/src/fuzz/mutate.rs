//! Inputs changed at random, the same ones each time.

/// The longest input made.
const LONGEST: usize = 16 * 1024;

/// What breaks readers: ends of lines and texts, odd UTF-8 and none, numbers beyond all types, markup, signs of the formats in use.
const TOKENS: [&[u8]; 64] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\x1b[2J",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    "\u{2028}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{85}".as_bytes(),
    "é".as_bytes(),
    "镜像".as_bytes(),
    "🦀".as_bytes(),
    b"\\ud800",
    b"\\u0000",
    b"\\n",
    b"\"",
    b"'",
    b"`",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b": ",
    b"- ",
    b"  ",
    b"&a",
    b"*a",
    b"<<: *a",
    b"|",
    b">",
    b"!!binary ",
    b"---\n",
    b"{}",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"1e999",
    b"-0.0",
    b"9223372036854775807",
    b"%",
    b"%00",
    b"%0A",
    b"%2e%2e",
    b"%FF",
    b"+",
    b"?",
    b"#",
    b"..",
    b"/",
    b"//",
    b"@",
    b"<br />",
    b"</h1>",
    b"&#x27;",
];

/// Makes inputs from others; what it makes depends on its seed alone.
#[derive(Clone, Debug)]
pub struct Mutator(u64);

impl Mutator {
    /// One that begins at `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The remainder fits whatever held the limit.
        usize::try_from((self.0 >> 16) % (limit.max(1) as u64)).unwrap_or_default()
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// A place in `data`, its end included.
    fn place(&mut self, data: &[u8]) -> usize {
        self.below(data.len() + 1)
    }

    /// A piece of `data`.
    fn range(&mut self, data: &[u8]) -> std::ops::Range<usize> {
        let start = self.place(data);
        start..(start + self.below(32)).min(data.len())
    }

    /// One of `inputs`, changed in a few places.
    pub fn next(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut data = self.pick(inputs).cloned().unwrap_or_default();
        for _ in 0..=self.below(4) {
            self.change(&mut data, inputs);
        }
        data.truncate(LONGEST);
        data
    }

    fn change(&mut self, data: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        match self.below(8) {
            0 => {
                let at = self.below(data.len());
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            1 => drop(data.drain(self.range(data))),
            2 => {
                let (piece, at) = (data[self.range(data)].to_vec(), self.place(data));
                data.splice(at..at, piece);
            }
            3 => {
                let other = self.pick(inputs).cloned().unwrap_or_default();
                data.truncate(self.place(data));
                data.extend_from_slice(&other[self.place(&other)..]);
            }
            4 => {
                // The same once more and again: depth, and lengths beyond limits.
                let piece = data[self.range(data)].to_vec();
                let (at, times) = (self.place(data), 1 << self.below(8));
                data.splice(at..at, piece.repeat(times));
            }
            5 => data.truncate(self.place(data)),
            _ => {
                let (token, at) = (self.pick(&TOKENS).copied().unwrap_or_default(), self.place(data));
                data.splice(at..at, token.iter().copied());
            }
        }
    }
}
