//! Users of whom more than one method is wanted: which ones, how far they have come, and passcodes of the moment.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

use super::tokens::random_text;
use crate::clock::later;

/// How long a receipt is good for.
const RECEIPT_LIFE: Duration = Duration::from_secs(300);
/// How long a passcode is the one of the moment.
const STEP: i64 = 30;

/// What somebody has proved so far.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    pub(crate) user_id: String,
    pub(crate) methods: Vec<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// The key of a user's passcodes, and the last step whose passcode was used.
#[derive(Debug)]
struct Totp {
    key: String,
    used: Option<i64>,
}

/// By the id of the user, or the text of the receipt.
#[derive(Debug, Default)]
pub(crate) struct Factors {
    rules: Mutex<HashMap<String, Vec<Vec<String>>>>,
    passcodes: Mutex<HashMap<String, Totp>>,
    receipts: Mutex<HashMap<String, Receipt>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Factors {
    /// From now on one of these sets of methods is wanted of a user; nothing in particular if there is none.
    pub(crate) fn require(&self, user_id: &str, rules: Vec<Vec<String>>) {
        locked(&self.rules).insert(user_id.to_owned(), rules);
    }

    /// The sets of methods that are wanted still; `None` if these will do.
    pub(crate) fn wanted(&self, user_id: &str, methods: &[String]) -> Option<Vec<Vec<String>>> {
        let rules = locked(&self.rules).get(user_id).filter(|rules| !rules.is_empty()).cloned()?;
        let suffices = rules.iter().any(|rule| rule.iter().all(|method| methods.contains(method)));
        (!suffices).then_some(rules)
    }

    pub(crate) fn issue(&self, user_id: &str, methods: &[String], now: Timestamp) -> (String, Receipt) {
        let receipt = Receipt {
            user_id: user_id.to_owned(),
            methods: methods.to_vec(),
            issued_at: now,
            expires_at: later(now, RECEIPT_LIFE),
        };
        let text = format!("gAAAAA{}", random_text(114));
        locked(&self.receipts).insert(text.clone(), receipt.clone());
        (text, receipt)
    }

    pub(crate) fn receipt(&self, text: &str, now: Timestamp) -> Option<Receipt> {
        locked(&self.receipts).get(text).filter(|receipt| receipt.expires_at > now).cloned()
    }

    /// Whether anybody signs in by passcodes; a fresh Keystone does not know the method.
    pub(crate) fn has_passcodes(&self) -> bool {
        !locked(&self.passcodes).is_empty()
    }

    /// The passcode of the moment; the first one makes the key.
    pub(crate) fn passcode(&self, user_id: &str, now: Timestamp) -> String {
        let mut passcodes = locked(&self.passcodes);
        let totp = passcodes.entry(user_id.to_owned()).or_insert_with(|| Totp { key: random_text(20), used: None });
        code(totp.key.as_bytes(), now.as_second().div_euclid(STEP))
    }

    /// Takes a passcode of this moment or the one before; each works once.
    pub(crate) fn accepts(&self, user_id: &str, passcode: &str, now: Timestamp) -> bool {
        let mut passcodes = locked(&self.passcodes);
        let Some(totp) = passcodes.get_mut(user_id) else { return false };
        let present = now.as_second().div_euclid(STEP);
        let mut fresh = [present - 1, present].into_iter().filter(|step| totp.used.is_none_or(|used| *step > used));
        let found = fresh.find(|step| code(totp.key.as_bytes(), *step) == passcode);
        totp.used = found.or(totp.used);
        found.is_some()
    }
}

/// RFC 6238 with SHA-1 and six digits.
fn code(key: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = digest.last().map_or(0, |last| usize::from(last & 15));
    let word = digest.iter().skip(offset).take(4).fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passcodes_are_those_of_the_rfc() {
        // Appendix B has eight digits; these are the last six.
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(b"12345678901234567890", seconds / STEP), expected);
        }
    }

    #[test]
    fn a_passcode_works_once_and_not_for_long() {
        let factors = Factors::default();
        let at = |seconds: i64| Timestamp::from_second(1_700_000_000 + seconds).unwrap();
        let passcode = factors.passcode("u", at(0));
        assert!(!factors.accepts("u", "000", at(0)) && !factors.accepts("v", &passcode, at(0)));
        assert!(!factors.accepts("u", &passcode, at(90)));
        assert!(factors.accepts("u", &passcode, at(30)) && !factors.accepts("u", &passcode, at(30)));
    }
}
