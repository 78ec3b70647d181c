//! The code that hashes. Where rustls is built its cryptography is at hand, in assembly and 1.1 to 1.3 times as fast as the pure one for
//! SHA-2; MD5 is not among what it offers.

use std::fmt;

use md5::Digest as _;

use super::Algorithm;

#[derive(Clone)]
pub(super) enum Engine {
    Md5(md5::Md5),
    #[cfg(feature = "rustls")]
    Sha(aws_lc_rs::digest::Context),
    #[cfg(not(feature = "rustls"))]
    Sha(Pure),
}

impl Engine {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(md5::Md5::new()),
            sha => Self::Sha(new(sha)),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(engine) => engine.update(bytes),
            Self::Sha(engine) => engine.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        match self {
            Self::Md5(engine) => engine.finalize().to_vec(),
            #[cfg(feature = "rustls")]
            Self::Sha(engine) => engine.finish().as_ref().to_vec(),
            #[cfg(not(feature = "rustls"))]
            Self::Sha(engine) => engine.finish(),
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

#[cfg(feature = "rustls")]
fn new(algorithm: Algorithm) -> aws_lc_rs::digest::Context {
    use aws_lc_rs::digest;
    digest::Context::new(match algorithm {
        Algorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha224 => &digest::SHA224,
        Algorithm::Sha256 => &digest::SHA256,
        Algorithm::Sha384 => &digest::SHA384,
        // MD5 has an engine of its own.
        Algorithm::Sha512 | Algorithm::Md5 => &digest::SHA512,
    })
}

#[cfg(not(feature = "rustls"))]
use pure::{Pure, new};

#[cfg(not(feature = "rustls"))]
mod pure {
    use sha2::Digest as _;

    use super::Algorithm;

    #[derive(Clone)]
    pub(in super::super) enum Pure {
        Sha1(sha1::Sha1),
        Sha224(sha2::Sha224),
        Sha256(sha2::Sha256),
        Sha384(sha2::Sha384),
        Sha512(sha2::Sha512),
    }

    pub(super) fn new(algorithm: Algorithm) -> Pure {
        match algorithm {
            Algorithm::Sha1 => Pure::Sha1(sha1::Sha1::new()),
            Algorithm::Sha224 => Pure::Sha224(sha2::Sha224::new()),
            Algorithm::Sha256 => Pure::Sha256(sha2::Sha256::new()),
            Algorithm::Sha384 => Pure::Sha384(sha2::Sha384::new()),
            // MD5 has an engine of its own.
            Algorithm::Sha512 | Algorithm::Md5 => Pure::Sha512(sha2::Sha512::new()),
        }
    }

    impl Pure {
        pub(super) fn update(&mut self, bytes: &[u8]) {
            match self {
                Self::Sha1(engine) => engine.update(bytes),
                Self::Sha224(engine) => engine.update(bytes),
                Self::Sha256(engine) => engine.update(bytes),
                Self::Sha384(engine) => engine.update(bytes),
                Self::Sha512(engine) => engine.update(bytes),
            }
        }

        pub(super) fn finish(self) -> Vec<u8> {
            match self {
                Self::Sha1(engine) => engine.finalize().to_vec(),
                Self::Sha224(engine) => engine.finalize().to_vec(),
                Self::Sha256(engine) => engine.finalize().to_vec(),
                Self::Sha384(engine) => engine.finalize().to_vec(),
                Self::Sha512(engine) => engine.finalize().to_vec(),
            }
        }
    }
}
