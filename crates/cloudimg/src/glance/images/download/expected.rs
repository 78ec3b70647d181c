//! What the bytes of an image are compared with.

use cloudimg_core::{Error, ErrorKind, Result};

use super::answer::OPERATION;
use crate::glance::Image;
use crate::transfer::{Algorithm, Hasher, Verdict};

/// The hash that the bytes of an image must have: the best one that its record tells and that can be made here.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    image: String,
    hash: Option<(Algorithm, String)>,
    /// Why the record's own hash is of no use.
    lacking: String,
}

impl Expected {
    pub(super) fn of(image: &Image) -> Self {
        let told = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (algorithm, value, md5) = (told(&image.os_hash_algo), told(&image.os_hash_value), told(&image.checksum));
        let known = algorithm.as_deref().and_then(Algorithm::named).zip(value.clone());
        let lacking = match (algorithm, value) {
            (Some(unknown), Some(_)) if known.is_none() => {
                format!("the service hashed the image by `{unknown}`, which is not known here")
            }
            _ => "the service knows no hash of the image".to_owned(),
        };
        let hash = known.or_else(|| md5.map(|md5| (Algorithm::Md5, md5)));
        Self { image: image.id.clone(), hash, lacking }
    }

    /// How to hash. Without a hash in the record, an answer may still tell the MD5.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.hash.as_ref().map_or(Algorithm::Md5, |(algorithm, _)| *algorithm)
    }

    /// What to say of the whole image, hashed by `hasher`, whose answers told `md5`.
    ///
    /// # Errors
    /// `Corrupt` if the bytes are not those of the image.
    pub(super) fn judge(&self, hasher: Hasher, md5: Option<&str>) -> Result<Verdict> {
        let algorithm = hasher.algorithm();
        let answered = md5.map(|md5| (Algorithm::Md5, md5.to_owned()));
        let Some((_, wanted)) = self.hash.clone().or(answered).filter(|(wanted, _)| *wanted == algorithm) else {
            return Ok(Verdict::Unverifiable(self.lacking.clone()));
        };
        let got = hasher.finish();
        if got.eq_ignore_ascii_case(wanted.trim()) {
            return Ok(Verdict::Verified(algorithm));
        }
        let what = format!(
            "the data that came are not those of the image {}: their {algorithm} is {got}, the image's is {wanted}",
            self.image
        );
        Err(Error::new(ErrorKind::Corrupt, what).with_operation(OPERATION))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(record: serde_json::Value, md5: Option<&str>) -> Result<Verdict> {
        let mut image = json!({
            "id": "7", "status": "active", "visibility": "private", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
            "created_at": "", "updated_at": ""
        });
        image.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
        let expected = Expected::of(&serde_json::from_value(image).unwrap());
        let mut hasher = Hasher::new(expected.algorithm());
        hasher.update(b"abc");
        expected.judge(hasher, md5)
    }

    fn hash(algorithm: Algorithm) -> String {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(b"abc");
        hasher.finish()
    }

    #[test]
    fn the_best_hash_that_is_told_and_known_decides() {
        let (sha, md5) = (hash(Algorithm::Sha256), hash(Algorithm::Md5));
        let verified = |algorithm| Ok(Verdict::Verified(algorithm));
        let verdict = |record, answered| judged(record, answered).map_err(|e| e.to_string());
        let record = json!({"os_hash_algo": "sha256", "os_hash_value": sha.to_uppercase(), "checksum": "wrong"});
        assert_eq!(verdict(record, Some("wrong")), verified(Algorithm::Sha256));
        let record = json!({"os_hash_algo": "blake2b", "os_hash_value": "00", "checksum": md5});
        assert_eq!(verdict(record, Some("wrong")), verified(Algorithm::Md5));
        assert_eq!(verdict(json!({"checksum": null}), Some(&md5)), verified(Algorithm::Md5));
    }

    #[test]
    fn without_a_hash_to_compare_with_it_is_said_why() {
        match judged(json!({}), None).unwrap() {
            Verdict::Unverifiable(why) => assert_eq!(why, "the service knows no hash of the image"),
            other => panic!("{other:?}"),
        }
        match judged(json!({"os_hash_algo": "blake2b", "os_hash_value": "00"}), None).unwrap() {
            Verdict::Unverifiable(why) => assert!(why.contains("`blake2b`"), "{why}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn another_hash_names_image_algorithm_and_both_hashes() {
        let error = judged(json!({"os_hash_algo": "sha512", "os_hash_value": "00"}), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        for part in ["image 7", "sha512 is", &hash(Algorithm::Sha512), "is 00"] {
            assert!(error.message().contains(part), "{error}");
        }
    }
}
