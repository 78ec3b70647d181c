//! Hashes of image data, by the names that services give them.

mod engine;
#[cfg(feature = "glance")]
mod thread;

use std::fmt;
use std::fmt::Write as _;

use engine::Engine;
#[cfg(feature = "glance")]
pub(crate) use thread::HashThread;

/// A way to hash image data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5: finds accidents only.
    Md5,
    /// SHA-1: finds accidents only.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512, the default of Glance.
    Sha512,
}

impl Algorithm {
    /// All of them, the strongest first.
    pub const ALL: [Self; 6] = [Self::Sha512, Self::Sha384, Self::Sha256, Self::Sha224, Self::Sha1, Self::Md5];

    /// The algorithm that Glance names so in `os_hash_algo`, as Python's `hashlib` does; in any case, with or without a hyphen.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.trim().replace(['-', '_'], "");
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(&bare))
    }

    /// Its name: `sha512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A hash that is being made.
#[derive(Clone, Debug)]
pub struct Hasher {
    engine: Engine,
    algorithm: Algorithm,
}

impl Hasher {
    /// A hash of no bytes yet.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self { engine: Engine::new(algorithm), algorithm }
    }

    /// How it hashes.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Hashes these bytes after those before.
    pub fn update(&mut self, bytes: &[u8]) {
        self.engine.update(bytes);
    }

    /// The hash of all bytes, in lower-case hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        let hash = self.engine.finish();
        hash.iter().fold(String::with_capacity(2 * hash.len()), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_services_write_them() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::named("SHA-512"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::named("blake2b"), None);
        assert_eq!(Algorithm::named(""), None);
    }

    #[test]
    fn hashes_are_those_of_the_standards() {
        // FIPS 180-4 and RFC 1321, "abc".
        let wanted = [
            (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Algorithm::Sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            (Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Algorithm::Sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
            (
                Algorithm::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ];
        for (algorithm, hash) in wanted {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(b"a");
            hasher.update(b"bc");
            assert_eq!(hasher.clone().finish(), hash);
            assert_eq!(hasher.finish(), hash, "a copy is independent");
        }
    }
}
