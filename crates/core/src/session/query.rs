//! Queries whose order means something.

use url::Url;

use super::Call;
use crate::error::{Error, ErrorKind, Result};

/// Puts parameters that go in pairs into the order of the pairs, behind the others: the generator writes all values of one, then all of the
/// other.
pub(super) fn pair(url: &mut Url, call: &Call) -> Result<()> {
    for (first, second) in call.query_pairs() {
        let Some(query) = url.query() else { return Ok(()) };
        let is = |part: &&str, name: &str| part.split('=').next() == Some(name);
        let (firsts, rest): (Vec<_>, Vec<_>) = query.split('&').partition(|part| is(part, first));
        let (seconds, mut parts): (Vec<_>, Vec<_>) = rest.into_iter().partition(|part| is(part, second));
        if seconds.len() > firsts.len() {
            let what = format!("{second} is given {} times and {first} {}: each follows one", seconds.len(), firsts.len());
            return Err(Error::new(ErrorKind::InvalidRequest, what));
        }
        let mut seconds = seconds.into_iter();
        for part in firsts {
            parts.push(part);
            parts.extend(seconds.next());
        }
        let paired = parts.join("&");
        url.set_query(Some(&paired));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::OperationFacts;

    static LIST: OperationFacts = OperationFacts { query_pairs: &[("key", "dir")], ..OperationFacts::PLAIN };

    fn paired(query: &str) -> Result<String> {
        let mut url = Url::parse(&format!("http://h/things{query}")).unwrap();
        pair(&mut url, &Call::new(LIST.id, Some(&LIST)))?;
        Ok(url.query().unwrap_or_default().to_owned())
    }

    #[test]
    fn each_value_is_followed_by_its_own() {
        for (query, expected) in [
            ("", ""),
            ("?limit=2", "limit=2"),
            ("?dir=asc&dir=desc&key=b&key=a&limit=2", "limit=2&key=b&dir=asc&key=a&dir=desc"),
            ("?dir=asc&key=a%20b&key=c&name=key", "name=key&key=a%20b&dir=asc&key=c"),
            ("?key=a", "key=a"),
        ] {
            assert_eq!(paired(query).unwrap(), expected, "{query}");
        }
        assert_eq!(paired("?dir=asc&limit=1").unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
}
