//! The `Authorization` header of a signed request.

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authorization {
    pub(super) access: String,
    /// `YYYYMMDD/region/service`, where the key is derived.
    pub(super) scope: Option<String>,
    /// In lower case, in the order given.
    pub(super) signed: Vec<String>,
    pub(super) signature: String,
}

pub(super) fn parse(header: &str) -> Result<Authorization, String> {
    let (algorithm, rest) = header.trim().split_once(' ').ok_or("the authorization header has no fields")?;
    let field = |name: &str| {
        let fields = rest.split(',').filter_map(|part| part.trim().split_once('='));
        let mut found = fields.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
        // Two of a kind leave open which of them counts.
        found.next().filter(|value| !value.is_empty() && found.next().is_none())
    };
    let need = |name: &str| field(name).ok_or_else(|| format!("{name} not found in the authorization header"));
    let (access, scope) = match algorithm {
        "SDK-HMAC-SHA256" => (need("Access")?, None),
        "V11-HMAC-SHA256" => {
            let credential = need("Credential")?;
            let (access, scope) = credential.split_once('/').ok_or("Credential has no scope")?;
            if scope.split('/').count() != 3 || scope.split('/').any(str::is_empty) {
                return Err("Credential has a scope that is not date/region/service".to_owned());
            }
            (access.to_owned(), Some(scope.to_owned()))
        }
        "SDK-HMAC-SM3" | "SDK-ECDSA-P256-SHA256" | "SDK-SM2-SM3" => return Err(format!("{algorithm} is not supported")),
        other => return Err(format!("{other} is no algorithm")),
    };
    let signed: Vec<String> = need("SignedHeaders")?.split(';').map(str::to_ascii_lowercase).collect();
    if signed.iter().any(String::is_empty) || !signed.is_sorted() {
        return Err("SignedHeaders are not in order".to_owned());
    }
    Ok(Authorization { access, scope, signed, signature: need("Signature")? })
}

/// The bytes that hex stands for.
pub(super) fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_algorithms() {
        let plain = parse("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=0a").unwrap();
        assert_eq!((plain.access.as_str(), plain.scope, plain.signed.len()), ("AK", None, 2));
        let derived = parse("V11-HMAC-SHA256 Credential=AK/20240115/r/ims, SignedHeaders=x-sdk-date, Signature=0a").unwrap();
        assert_eq!((derived.access.as_str(), derived.scope.as_deref()), ("AK", Some("20240115/r/ims")));
        assert_eq!(bytes_of("0aFf"), Some(vec![10, 255]));
        assert_eq!(bytes_of("0"), None);
    }

    #[test]
    fn refused() {
        for bad in [
            "SDK-HMAC-SHA256",
            "SDK-HMAC-SHA256 Access=AK, Signature=0a",
            "SDK-HMAC-SHA256 Access=AK, Access=BK, SignedHeaders=host, Signature=0a",
            "SDK-HMAC-SHA256 Access=AK, SignedHeaders=x;host, Signature=0a",
            "V11-HMAC-SHA256 Credential=AK/20240115/r, SignedHeaders=host, Signature=0a",
            "SDK-HMAC-SM3 Access=AK, SignedHeaders=host, Signature=0a",
            "Bearer x",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
