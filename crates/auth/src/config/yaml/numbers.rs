//! Numbers of YAML 1.1.

fn unsigned(text: &str) -> (&str, bool) {
    match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    }
}

/// Digits or underscores, at least one of them a digit that leads.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && all_digits(text, 10)
}

fn all_digits(text: &str, base: u32) -> bool {
    text.chars().all(|c| c.is_digit(base) || c == '_')
}

fn without_underscores(text: &str) -> String {
    text.chars().filter(|c| *c != '_').collect()
}

/// A number of sixtieths: `1:30`, of which every part but the first is below 60.
fn is_sixtieth(part: &str) -> bool {
    matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
}

/// A number with a point, if it is one.
pub(crate) fn real(text: &str) -> Option<f64> {
    let (rest, negative) = unsigned(text);
    let number = match rest {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if rest == text => f64::NAN,
        _ if rest.contains(':') => sixtieths(rest)?,
        _ => decimal(rest, rest == text)?,
    };
    Some(if negative { -number } else { number })
}

/// `1.5`, `1.`, `1_0.5e+3`; without a sign in front also `.5`.
fn decimal(text: &str, bare: bool) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let fits = if whole.is_empty() { bare && is_number(fraction) } else { is_number(whole) && all_digits(fraction, 10) };
    let signed = |text: &str| {
        let digits = text.strip_prefix(['-', '+']);
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    if !fits || !exponent.is_none_or(signed) {
        return None;
    }
    without_underscores(text).parse().ok()
}

fn sixtieths(text: &str) -> Option<f64> {
    let (front, fraction) = text.split_once('.')?;
    let mut parts = front.split(':');
    let first = parts.next().filter(|first| is_number(first))?;
    if !all_digits(fraction, 10) {
        return None;
    }
    let mut number: f64 = without_underscores(first).parse().ok()?;
    let parts: Vec<&str> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        is_sixtieth(part).then_some(())?;
        let part = if last { format!("{part}.{}", without_underscores(fraction)) } else { (*part).to_owned() };
        number = number * 60.0 + part.parse::<f64>().ok()?;
    }
    Some(number)
}

/// The decimal digits of a whole number, if it is one.
///
/// # Errors
/// A number without digits, or of too many.
pub(crate) fn integer(text: &str) -> Result<Option<String>, String> {
    let (rest, negative) = unsigned(text);
    let digits = if rest == "0" {
        Some("0".to_owned())
    } else if let Some(digits) = rest.strip_prefix("0b").filter(|digits| !digits.is_empty() && all_digits(digits, 2)) {
        Some(in_decimal(text, digits, 2)?)
    } else if let Some(digits) = rest.strip_prefix("0x").filter(|digits| !digits.is_empty() && all_digits(digits, 16)) {
        Some(in_decimal(text, digits, 16)?)
    } else if let Some(digits) = rest.strip_prefix('0').filter(|digits| !digits.is_empty() && all_digits(digits, 8)) {
        // `0_` is nothing but the nought in front.
        Some(in_decimal(text, &format!("0{digits}"), 8)?)
    } else if rest.starts_with('0') || !rest.starts_with(|c: char| c.is_ascii_digit()) {
        None
    } else if all_digits(rest, 10) {
        Some(in_decimal(text, rest, 10)?)
    } else {
        of_sixtieths(text, rest)?
    };
    Ok(digits.map(|digits| if negative && digits != "0" { format!("-{digits}") } else { digits }))
}

fn of_sixtieths(text: &str, rest: &str) -> Result<Option<String>, String> {
    let mut parts = rest.split(':');
    let Some(first) = parts.next().filter(|first| is_number(first)) else { return Ok(None) };
    let mut number = Decimal::default();
    number.take_digits(text, first, 10)?;
    let mut any = false;
    for part in parts {
        match part.parse::<u32>() {
            Ok(value) if is_sixtieth(part) => number.push(60, value),
            _ => return Ok(None),
        }
        any = true;
    }
    Ok(any.then(|| number.in_digits()))
}

fn in_decimal(text: &str, digits: &str, base: u32) -> Result<String, String> {
    let mut number = Decimal::default();
    number.take_digits(text, digits, base)?;
    Ok(number.in_digits())
}

/// A number of any size, by nine decimal digits each, the lowest first.
#[derive(Default)]
struct Decimal(Vec<u32>);

impl Decimal {
    /// Numbers that are longer are no numbers to Python either.
    const LONGEST: usize = 4300;
    const LIMB: u64 = 1_000_000_000;

    fn take_digits(&mut self, text: &str, digits: &str, base: u32) -> Result<(), String> {
        let mut any = false;
        if digits.len() > Self::LONGEST {
            return Err("a number of more than 4300 digits".to_owned());
        }
        for digit in digits.chars().filter_map(|c| c.to_digit(base)) {
            self.push(base, digit);
            any = true;
        }
        if any { Ok(()) } else { Err(format!("`{text}` is a number without digits; quote it if it is text")) }
    }

    /// Times `base`, plus `digit`.
    fn push(&mut self, base: u32, digit: u32) {
        let mut carry = u64::from(digit);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(base);
            *limb = u32::try_from(carry % Self::LIMB).unwrap_or_default();
            carry /= Self::LIMB;
        }
        if carry > 0 {
            self.0.push(u32::try_from(carry).unwrap_or_default());
        }
    }

    fn in_digits(&self) -> String {
        let mut limbs = self.0.iter().rev();
        let first = limbs.next().map_or_else(|| "0".to_owned(), ToString::to_string);
        limbs.fold(first, |text, limb| format!("{text}{limb:09}"))
    }
}
