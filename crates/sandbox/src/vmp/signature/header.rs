//! The `Authorization` header of a signed request.

use super::ALGORITHM;

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authorization {
    pub(super) access: String,
    /// In lower case and in order.
    pub(super) signed: Vec<String>,
    pub(super) signature: String,
}

/// Reads the fields, however many spaces are between them.
pub(super) fn parse(header: &str) -> Result<Authorization, String> {
    let rest = header.trim().strip_prefix(ALGORITHM).unwrap_or_default();
    let field = |name: &str| {
        let fields = rest.split(',').filter_map(|part| part.trim().split_once('='));
        let mut found = fields.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
        // Two of a kind leave open which of them counts.
        let only = found.next().filter(|value| !value.is_empty() && found.next().is_none());
        only.ok_or_else(|| format!("Authorization has no {name}, or several."))
    };
    let signed: Vec<String> = field("SignedHeaders")?.split(';').map(str::to_owned).collect();
    if signed.iter().any(|name| name.is_empty() || name.to_lowercase() != *name) || !signed.is_sorted() {
        return Err("SignedHeaders are not in lower case and in order.".to_owned());
    }
    Ok(Authorization { access: field("Credential")?, signed, signature: field("Signature")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_do_not_matter() {
        let one = parse("CNC-HMAC-SHA256 Credential=AK, SignedHeaders=content-type;host, Signature=0a").unwrap();
        assert_eq!((one.access.as_str(), one.signed.len(), one.signature.as_str()), ("AK", 2, "0a"));
        assert_eq!(parse("CNC-HMAC-SHA256 Credential=AK,SignedHeaders=content-type;host,  Signature=0a").unwrap(), one);
    }

    #[test]
    fn refused() {
        for bad in [
            "CNC-HMAC-SHA256",
            "CNC-HMAC-SHA256 Credential=AK, Signature=0a",
            "CNC-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=0a",
            "CNC-HMAC-SHA256 Credential=AK, Credential=BK, SignedHeaders=host, Signature=0a",
            "CNC-HMAC-SHA256 Credential=AK, SignedHeaders=host;content-type, Signature=0a",
            "CNC-HMAC-SHA256 Credential=AK, SignedHeaders=Host, Signature=0a",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
