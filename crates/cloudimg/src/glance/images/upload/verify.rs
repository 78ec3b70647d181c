//! What was sent against what the service holds.

use cloudimg_core::{Error, ErrorKind};
use futures::TryStreamExt as _;

use super::Uploaded;
use super::failure::{Failed, ImageLeft};
use super::send::{Line, Whole};
use crate::Result;
use crate::glance::types::Image;
use crate::transfer::source::{ImageData, Reading};
use crate::transfer::{Algorithm, HashThread, Phase, Verdict};

/// What comes of comparing bytes with the record of an image.
pub(super) enum Compared {
    Same(Algorithm),
    /// In what they differ, in words.
    Differs(String),
    /// Nothing to compare with; the algorithm that the service names, if it is known here.
    Unknown(Option<Algorithm>),
}

/// Compares the bytes of a source with those that `image` is said to have.
pub(super) fn compare(image: &Image, whole: &Whole) -> Compared {
    if let Some(size) = image.size.filter(|size| u64::try_from(*size).ok() != Some(whole.bytes)) {
        return Compared::Differs(format!("it has {size} bytes and {} were read here", whole.bytes));
    }
    let algorithm = image.os_hash_algo.as_deref().and_then(Algorithm::named);
    let multihash = algorithm.zip(image.os_hash_value.as_deref());
    let checksum = Some(Algorithm::Md5).zip(image.checksum.as_deref());
    for (algorithm, theirs) in [multihash, checksum].into_iter().flatten() {
        if let Some(ours) = whole.hash(algorithm) {
            return if ours.eq_ignore_ascii_case(theirs) {
                Compared::Same(algorithm)
            } else {
                Compared::Differs(format!("its {algorithm} is {theirs}, that of the bytes read here {ours}"))
            };
        }
    }
    Compared::Unknown(multihash.map(|(algorithm, _)| algorithm))
}

impl Line {
    /// The verdict on an image that took `whole`.
    pub(super) async fn judged(&self, image: Image, whole: &Whole, data: &mut ImageData) -> Result<Uploaded, Failed> {
        let verdict = match compare(&image, whole) {
            Compared::Same(algorithm) => Verdict::Verified(algorithm),
            Compared::Differs(what) => return Err(wrong(&image, &what)),
            Compared::Unknown(Some(algorithm)) if data.is_reopenable() => match self.read_again(data, algorithm, whole).await {
                Ok(again) => match compare(&image, &again) {
                    Compared::Same(algorithm) => Verdict::Verified(algorithm),
                    Compared::Differs(what) => return Err(wrong(&image, &what)),
                    Compared::Unknown(_) => unverifiable(&image),
                },
                Err(reason) => Verdict::Unverifiable(reason),
            },
            Compared::Unknown(_) => unverifiable(&image),
        };
        Ok(Uploaded { image, bytes: whole.bytes, verdict, skipped: false })
    }

    /// Reads the source once more, to hash it in another way; an error is the reason in words.
    async fn read_again(&self, data: &mut ImageData, algorithm: Algorithm, sent: &Whole) -> Result<Whole, String> {
        let failed =
            |error: Error| format!("the service hashes by {algorithm}, and the source could not be read again for it: {error}");
        let reading = data.open().await.map_err(failed)?;
        let before = sent.hashers.iter().map(|hasher| hasher.algorithm());
        let again = self.hashed(reading, before.chain([algorithm])).await.map_err(failed)?;
        let is_same = sent.hashers.iter().all(|hasher| again.hash(hasher.algorithm()) == sent.hash(hasher.algorithm()));
        if is_same {
            Ok(again)
        } else {
            Err(format!("the service hashes by {algorithm}, and the source is no longer what was sent"))
        }
    }

    /// Reads all of a source for its hashes.
    pub(super) async fn hashed(&self, reading: Reading, algorithms: impl IntoIterator<Item = Algorithm>) -> Result<Whole> {
        self.meter.phase(Phase::Hashing, reading.length());
        let declared = reading.length();
        let hashing = HashThread::new(algorithms);
        let mut blocks = reading.into_stream();
        let mut bytes = 0;
        while let Some(block) = blocks.try_next().await? {
            let length = block.len() as u64;
            hashing.update(block).await?;
            self.meter.add(length);
            bytes += length;
        }
        if let Some(declared) = declared.filter(|declared| *declared != bytes) {
            return Err(Error::new(ErrorKind::Io, format!("the source gave {bytes} bytes of the {declared} declared")));
        }
        Ok(Whole { bytes, hashers: hashing.hashers().await?, known: None })
    }
}

fn wrong(image: &Image, what: &str) -> Failed {
    let what = format!("the service holds other bytes than were sent to the image {}: {what}", image.id);
    Failed::new(Error::new(ErrorKind::Corrupt, what), ImageLeft::of(image)).ours()
}

fn unverifiable(image: &Image) -> Verdict {
    Verdict::Unverifiable(match &image.os_hash_algo {
        Some(name) => format!("the service hashes by {name}, by which the bytes were not hashed here"),
        None => "the service tells no hash of the image".to_owned(),
    })
}
