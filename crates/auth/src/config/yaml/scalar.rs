//! What plain scalars of YAML 1.1 mean, as PyYAML's safe loader has it.
//!
//! More is a number or a boolean there than in YAML 1.2: `yes`, `off`, `010` (eight), `1:30` (ninety). Less is, too: `1e3` and `0o10` are text.

use super::numbers::{integer, real};
use crate::config::value::Value;

/// What an unquoted scalar means.
///
/// # Errors
/// One that looks like a number or a date and is none.
pub(crate) fn plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "=" => return Err("`=` alone means nothing; quote it if it is text".to_owned()),
        text => match real(text).map(Value::Real) {
            Some(value) => value,
            None => match integer(text)? {
                Some(digits) => Value::Integer(digits),
                None => {
                    date(text)?;
                    Value::text(text)
                }
            },
        },
    })
}

/// An unquoted date stays the text that it is, but must be one.
fn date(text: &str) -> Result<(), String> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return Ok(()) };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !digits.iter().all(|digit| digit.is_ascii_digit()) {
        return Ok(());
    }
    let number = |digits: &[&u8]| digits.iter().fold(0_u32, |number, digit| number * 10 + u32::from(**digit - b'0'));
    let (year, month, day) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..]));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if year > 0 && (1..=longest).contains(&day) { Ok(()) } else { Err(format!("`{text}` is no date; quote it if it is text")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match plain(text) {
            Err(_) => "error".to_owned(),
            Ok(Value::Text(_)) => "text".to_owned(),
            Ok(value) => value.to_text().unwrap().to_string(),
        }
    }

    #[test]
    fn as_pyyaml_reads_them() {
        for (text, wanted) in [
            ("yes", "True"),
            ("Off", "False"),
            ("oN", "text"),
            ("y", "text"),
            ("n", "text"),
            ("NULL", "None"),
            ("", "None"),
            ("0", "0"),
            ("-0", "0"),
            ("010", "8"),
            ("0_10", "8"),
            ("0_", "0"),
            ("-017", "-15"),
            ("08", "text"),
            ("0o10", "text"),
            ("007", "7"),
            ("0b101", "5"),
            ("0b_", "error"),
            ("0x_ff", "255"),
            ("0xfg", "text"),
            ("+12", "12"),
            ("1_000", "1000"),
            ("_1", "text"),
            ("1_", "1"),
            ("0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "87112285931760246646623899502532662132735"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1:30", "90"),
            ("-1:30:05", "-5405"),
            ("1:60", "text"),
            ("01:30", "text"),
            ("10:05:00", "36300"),
            ("12:", "text"),
            ("1:30.5", "90.5"),
            ("0:30.5", "30.5"),
            ("1.5", "1.5"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("-.5", "text"),
            ("+1.5", "1.5"),
            ("1e3", "text"),
            ("1.0e3", "text"),
            ("1.0e+3", "1000.0"),
            ("1.2.3", "text"),
            ("2.10", "2.1"),
            (".", "text"),
            ("..", "text"),
            ("-", "text"),
            ("+", "text"),
            (".inf", "inf"),
            ("-.INF", "-inf"),
            (".nan", "nan"),
            ("-.nan", "text"),
            ("inf", "text"),
            ("2024-01-31", "text"),
            ("2024-02-30", "error"),
            ("2023-02-29", "error"),
            ("0000-01-01", "error"),
            ("2024-1-1", "text"),
            ("=", "error"),
            ("==", "text"),
            ("RegionOne", "text"),
            ("https://h:5000/v3", "text"),
            ("127.0.0.1", "text"),
            ("1,000", "text"),
            ("１", "text"),
        ] {
            assert_eq!(read(text), wanted, "{text:?}");
        }
        assert_eq!(read(&"9".repeat(4301)), "error");
    }
}
