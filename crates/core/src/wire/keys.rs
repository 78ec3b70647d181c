/// Finds the place of a key among the listed ones of an object, by a hash table made at compile time.
///
/// A chain of comparisons, which is what `match` makes of texts, takes a quarter of the time of reading an image.
#[doc(hidden)]
#[derive(Debug)]
pub struct Keys<const N: usize> {
    keys: [&'static str; N],
    /// One more than the place of the key; 0 is a free slot.
    slots: [u8; SLOTS],
}

/// Far more than there are keys, so that most are found at once.
const SLOTS: usize = 256;

const fn slot(text: &[u8]) -> usize {
    let length = text.len();
    if length == 0 {
        return 0;
    }
    let (first, middle, last) = (text[0] as usize, text[length / 2] as usize, text[length - 1] as usize);
    (length * 7 + first * 31 + middle * 59 + last * 13) % SLOTS
}

impl<const N: usize> Keys<N> {
    /// The table of `keys`.
    #[must_use]
    pub const fn new(keys: [&'static str; N]) -> Self {
        assert!(N < SLOTS / 2, "an object with that many listed members needs a larger table");
        let mut slots = [0; SLOTS];
        let mut place = 0;
        while place < N {
            let mut at = slot(keys[place].as_bytes());
            while slots[at] != 0 {
                at = (at + 1) % SLOTS;
            }
            slots[at] = place as u8 + 1;
            place += 1;
        }
        Self { keys, slots }
    }

    /// The place of `text`.
    #[inline]
    #[must_use]
    pub fn find(&self, text: &str) -> Option<usize> {
        let mut at = slot(text.as_bytes());
        loop {
            let place = usize::from(self.slots[at]).checked_sub(1)?;
            if self.keys[place] == text {
                return Some(place);
            }
            at = (at + 1) % SLOTS;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_found_and_no_other() {
        static KEYS: Keys<6> = Keys::new(["id", "di", "name", "nbme", "", "os_hash_value"]);
        for (place, key) in KEYS.keys.iter().enumerate() {
            assert_eq!(KEYS.find(key), Some(place));
        }
        for key in ["i", "namE", "os_hash_valu", "x", "中"] {
            assert_eq!(KEYS.find(key), None);
        }
    }
}
