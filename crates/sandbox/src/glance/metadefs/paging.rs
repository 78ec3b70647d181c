//! Order and pages as the database makes them: values that are missing come first and compare with nothing.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::super::error::{ApiError, Result};
use crate::http::query::Query;

/// A value to sort by.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum Value {
    Number(u64),
    Text(String),
    Time(Timestamp),
}

/// Values of a record, or `None` for one that it lacks.
type Row = Vec<Option<Value>>;

/// What can be listed by pages.
pub(super) trait Record {
    /// What a list can be sorted by.
    const COLUMNS: &'static [&'static str];

    /// The value of a column, if the record has one.
    fn column(&self, name: &str) -> Option<Value>;
}

/// The order and the place of a page.
#[derive(Debug)]
pub(super) struct Order {
    key: String,
    descending: bool,
}

impl Order {
    /// Takes the order out of a query.
    pub(super) fn take(query: &mut Query) -> Result<Self> {
        let direction = query.take("sort_dir").unwrap_or_else(|| "desc".to_owned());
        let key = query.take("sort_key").unwrap_or_else(|| "created_at".to_owned());
        let descending = match direction.as_str() {
            "asc" => false,
            "desc" => true,
            other => return Err(ApiError::bad_request(format!("Invalid sort direction: {other}"))),
        };
        Ok(Self { key, descending })
    }

    fn row(&self, record: &impl Record) -> Row {
        let own = (!matches!(self.key.as_str(), "created_at" | "id")).then_some(self.key.as_str());
        own.into_iter().chain(["created_at", "id"]).map(|name| record.column(name)).collect()
    }

    /// A page of the records, from behind the marker.
    pub(super) fn page<'r, R: Record>(
        &self,
        records: impl Iterator<Item = &'r R>,
        marker: Option<&R>,
        limit: Option<usize>,
    ) -> Result<Vec<&'r R>> {
        if !R::COLUMNS.contains(&self.key.as_str()) {
            return Err(ApiError::internal());
        }
        let marker = marker.map(|marker| self.row(marker));
        let mut rows: Vec<(Row, &R)> = records
            .map(|record| (self.row(record), record))
            .filter(|(row, _)| marker.as_ref().is_none_or(|marker| self.is_behind(marker, row)))
            .collect();
        rows.sort_by(|(a, _), (b, _)| {
            let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
            if self.descending { order.reverse() } else { order }
        });
        rows.truncate(limit.unwrap_or(usize::MAX));
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }

    /// Columns that the marker lacks do not count; a row that lacks a column the marker has comes out only if
    /// an earlier column decides.
    fn is_behind(&self, marker: &Row, row: &Row) -> bool {
        for (mine, theirs) in marker.iter().zip(row) {
            let Some(mine) = mine else { continue };
            let Some(theirs) = theirs else { return false };
            match theirs.partial_cmp(mine) {
                Some(Ordering::Equal) => {}
                Some(Ordering::Less) => return self.descending,
                _ => return !self.descending,
            }
        }
        false
    }
}

/// `int()`: blanks around, a sign, underscores between digits.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let size = digits.replace('_', "").parse().unwrap_or(i64::MAX);
    Some(if negative { -size } else { size })
}

/// A limit that must not be below `least`.
pub(super) fn limit(text: &str, least: i64) -> Result<usize> {
    let number = integer(text).ok_or_else(|| ApiError::bad_request("limit param must be an integer"))?;
    let positive = usize::try_from(number).ok().filter(|_| number >= least);
    positive.ok_or_else(|| ApiError::bad_request("limit param must be positive"))
}

/// Refuses visibilities that there are not; the last one given counts.
pub(super) fn check_visibility(query: &Query, known: &[&str]) -> Result<()> {
    match query.get("visibility") {
        Some(value) if !value.is_empty() && !known.contains(&value) => {
            Err(ApiError::bad_request(format!("Invalid visibility value: {value}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line(u64, Option<&'static str>);

    impl Record for Line {
        const COLUMNS: &'static [&'static str] = &["id", "created_at", "text"];

        fn column(&self, name: &str) -> Option<Value> {
            match name {
                "id" => Some(Value::Number(self.0)),
                "created_at" => Some(Value::Number(0)),
                _ => self.1.map(|t| Value::Text(t.to_owned())),
            }
        }
    }

    fn ids(query: &str, marker: Option<usize>) -> Vec<u64> {
        let lines = [Line(1, Some("b")), Line(2, None), Line(3, Some("a")), Line(4, None)];
        let order = Order::take(&mut Query::parse(query)).unwrap();
        let page = order.page(lines.iter(), marker.map(|i| &lines[i]), None).unwrap();
        page.iter().map(|line| line.0).collect()
    }

    #[test]
    fn missing_values_come_first_and_follow_no_marker() {
        assert_eq!(ids("sort_key=text&sort_dir=asc", None), [2, 4, 3, 1]);
        assert_eq!(ids("sort_key=text&sort_dir=desc", None), [1, 3, 4, 2]);
        assert_eq!(ids("sort_key=text&sort_dir=desc", Some(0)), [3]);
        assert_eq!(ids("sort_key=text&sort_dir=asc", Some(1)), [4, 3]);
        assert_eq!(ids("sort_key=id", Some(2)), [2, 1]);
    }

    #[test]
    fn integers() {
        assert_eq!(integer(" +1_000 "), Some(1000));
        assert_eq!(integer("-1"), Some(-1));
        assert_eq!(integer("99999999999999999999"), Some(i64::MAX));
        for bad in ["", "1.5", "_1", "1__0", "--1"] {
            assert_eq!(integer(bad), None, "{bad}");
        }
        assert!(limit("0", 1).is_err());
        assert_eq!(limit("0", 0).unwrap(), 0);
    }
}
