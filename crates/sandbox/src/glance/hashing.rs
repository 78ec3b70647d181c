//! The hashes that an image may carry.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Sha256, Sha512};

/// What an `os_hash_value` was made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    /// What a freshly installed Glance hashes with.
    #[default]
    Sha512,
}

impl Algorithm {
    const ALL: [Algorithm; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many bytes its hashes have.
    pub(crate) fn length(self) -> usize {
        self.hasher().output_size()
    }

    pub(super) fn hasher(self) -> Box<dyn DynDigest + Send> {
        match self {
            Self::Md5 => Box::new(Md5::default()),
            Self::Sha1 => Box::new(Sha1::default()),
            Self::Sha256 => Box::new(Sha256::default()),
            Self::Sha512 => Box::new(Sha512::default()),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_name_and_length() {
        for (algorithm, length, beginning) in [
            (Algorithm::Md5, 16, "900150983cd2"),
            (Algorithm::Sha1, 20, "a9993e364706"),
            (Algorithm::Sha256, 32, "ba7816bf8f01"),
            (Algorithm::Sha512, 64, "ddaf35a19361"),
        ] {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
            assert_eq!(algorithm.length(), length);
            let mut hasher = algorithm.hasher();
            hasher.update(b"abc");
            assert!(hex(&hasher.finalize()).starts_with(beginning));
        }
        assert_eq!(Algorithm::named("sha384"), None);
    }
}
