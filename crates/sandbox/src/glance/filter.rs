//! The filters of image lists, with the traps of a real server.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::error::{ApiError, Result};
use super::model::Image;

/// One condition on an image.
#[derive(Debug, PartialEq)]
pub(super) enum Filter {
    /// A column among these texts.
    Among(Column, Vec<String>),
    Time(TimeColumn, Op, Timestamp),
    /// A number at least or at most this.
    AtLeast(NumberColumn, i64),
    AtMost(NumberColumn, i64),
    Equal(NumberColumn, i64),
    Protected(bool),
    Hidden(bool),
    Tag(String),
    Extra(String, String),
    /// What can be asked for and is never so.
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Column {
    Name,
    Id,
    Status,
    ContainerFormat,
    DiskFormat,
    Checksum,
    HashAlgo,
    HashValue,
    Owner,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TimeColumn {
    Created,
    Updated,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NumberColumn {
    Size,
    VirtualSize,
    MinRam,
    MinDisk,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Filter {
    pub(super) fn matches(&self, image: &Image) -> bool {
        match self {
            Filter::Among(column, values) => {
                let value = match column {
                    Column::Name => image.name.as_deref(),
                    Column::Id => Some(image.id.as_str()),
                    Column::Status => Some(image.status.as_str()),
                    Column::ContainerFormat => image.container_format.as_deref(),
                    Column::DiskFormat => image.disk_format.as_deref(),
                    Column::Checksum => image.checksum.as_deref(),
                    Column::HashAlgo => image.hash_algo(),
                    Column::HashValue => image.os_hash_value.as_deref(),
                    Column::Owner => image.owner.as_deref(),
                };
                value.is_some_and(|value| values.iter().any(|v| v == value))
            }
            Filter::Time(column, op, threshold) => {
                let time = match column {
                    TimeColumn::Created => image.created_at,
                    TimeColumn::Updated => image.updated_at,
                };
                match op {
                    Op::Eq => time == *threshold,
                    Op::Neq => time != *threshold,
                    Op::Gt => time > *threshold,
                    Op::Gte => time >= *threshold,
                    Op::Lt => time < *threshold,
                    Op::Lte => time <= *threshold,
                }
            }
            Filter::AtLeast(column, n) => column.of(image).is_some_and(|v| v >= *n),
            Filter::AtMost(column, n) => column.of(image).is_some_and(|v| v <= *n),
            Filter::Equal(column, n) => column.of(image) == Some(*n),
            Filter::Protected(flag) => image.protected == *flag,
            Filter::Hidden(flag) => image.os_hidden == *flag,
            Filter::Tag(tag) => image.tags.contains(tag),
            Filter::Extra(key, value) => image.extra(key) == Some(value),
            Filter::Never => false,
        }
    }
}

impl NumberColumn {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "size" => Self::Size,
            "virtual_size" => Self::VirtualSize,
            "min_ram" => Self::MinRam,
            "min_disk" => Self::MinDisk,
            _ => return None,
        })
    }

    fn of(self, image: &Image) -> Option<i64> {
        let large = |n: Option<u64>| n.and_then(|n| i64::try_from(n).ok());
        match self {
            Self::Size => large(image.size),
            Self::VirtualSize => large(image.virtual_size),
            Self::MinRam => Some(image.min_ram),
            Self::MinDisk => Some(image.min_disk),
        }
    }
}

/// The condition that a query parameter asks for.
pub(super) fn parse(name: &str, value: &str) -> Result<Filter> {
    if let Some(column) = name.strip_suffix("_min").or_else(|| name.strip_suffix("_max")) {
        let number =
            value.trim().parse().map_err(|_| ApiError::bad_request("Unable to filter on a range with a non-numeric value."))?;
        // A property of that name cannot be asked for: the server looks for a column and fails.
        let column = NumberColumn::named(column).ok_or_else(ApiError::internal)?;
        return Ok(if name.ends_with("_min") { Filter::AtLeast(column, number) } else { Filter::AtMost(column, number) });
    }
    if let Some(column) = NumberColumn::named(name) {
        return Ok(value.parse().map_or(Filter::Never, |n| Filter::Equal(column, n)));
    }
    let text = |column| Ok(Filter::Among(column, vec![value.to_owned()]));
    match name {
        "created_at" => time(name, TimeColumn::Created, value),
        "updated_at" => time(name, TimeColumn::Updated, value),
        "name" => among(Column::Name, value),
        "id" => among(Column::Id, value),
        "status" => among(Column::Status, value),
        "container_format" => among(Column::ContainerFormat, value),
        "disk_format" => among(Column::DiskFormat, value),
        "checksum" => text(Column::Checksum),
        "os_hash_algo" => text(Column::HashAlgo),
        "os_hash_value" => text(Column::HashValue),
        "owner" => text(Column::Owner),
        // Relations of the record, not columns: comparing them fails.
        "properties" | "members" | "locations" => Err(ApiError::internal()),
        _ => Ok(Filter::Extra(name.to_owned(), value.to_owned())),
    }
}

/// `true` or `false`, and nothing else.
pub(super) fn flag(name: &str, value: &str) -> Result<bool> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            Err(ApiError::bad_request(format!("Invalid value '{value}' for '{name}' filter. Valid values are 'true' or 'false'.")))
        }
    }
}

/// The text before the first colon is an operator, unless the whole is a time.
fn split_operator(value: &str) -> (&str, &str) {
    match value.split_once(':') {
        Some((operator, rest)) if parse_time(value).is_none() => (operator, rest),
        _ => ("eq", value),
    }
}

fn among(column: Column, value: &str) -> Result<Filter> {
    match split_operator(value) {
        ("eq", value) => Ok(Filter::Among(column, vec![value.to_owned()])),
        ("in", list) => Ok(Filter::Among(column, split_list(list)?)),
        (operator, _) => Err(ApiError::bad_request(format!("Unable to filter by unknown operator '{operator}'."))),
    }
}

fn time(name: &str, column: TimeColumn, value: &str) -> Result<Filter> {
    let (operator, text) = split_operator(value);
    let threshold = parse_time(text)
        .ok_or_else(|| ApiError::bad_request(format!("Bad \"{name}\" query filter format. Use ISO 8601 DateTime notation.")))?;
    let op = match operator {
        "eq" => Op::Eq,
        "neq" => Op::Neq,
        "gt" => Op::Gt,
        "gte" => Op::Gte,
        "lt" => Op::Lt,
        "lte" => Op::Lte,
        _ => return Err(ApiError::bad_request("Unable to filter on a unknown operator.")),
    };
    Ok(Filter::Time(column, op, threshold))
}

/// ISO 8601 with whatever is left out taken as the beginning, and as UTC.
fn parse_time(text: &str) -> Option<Timestamp> {
    let utc = |civil: DateTime| civil.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp());
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = match text.len() {
        4 if digits => format!("{text}-01-01"),
        7 if digits && text.as_bytes()[4] == b'-' => format!("{text}-01"),
        _ => text.to_owned(),
    };
    if digits {
        return utc(date.parse::<Date>().ok()?.at(0, 0, 0, 0));
    }
    // A zone that is no zone makes this fail, which is right.
    utc(text.parse::<DateTime>().ok()?)
}

/// Splits at commas outside of double quotes.
fn split_list(list: &str) -> Result<Vec<String>> {
    let bad = |why: &str| ApiError::bad_request(format!("Invalid filter value {list}. {why}"));
    let chars: Vec<char> = list.chars().collect();
    let mut values = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    for (i, c) in chars.iter().enumerate() {
        let escaped = i > 0 && chars[i - 1] == '\\';
        match c {
            '"' if !escaped && !quoted => {
                if i > 0 && chars[i - 1] != ',' {
                    return Err(bad("There is no comma before opening quotation mark."));
                }
                quoted = true;
            }
            '"' if !escaped => {
                if chars.get(i + 1).is_some_and(|next| *next != ',') {
                    return Err(bad("There is no comma after closing quotation mark."));
                }
                quoted = false;
            }
            ',' if !quoted => values.push(std::mem::take(&mut current)),
            c => current.push(*c),
        }
    }
    if quoted {
        return Err(bad("The quote is not closed."));
    }
    values.push(current);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Vec<String> {
        match parse("name", value).unwrap() {
            Filter::Among(Column::Name, names) => names,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn operators_and_the_colon_trap() {
        assert_eq!(names("plain,comma"), ["plain,comma"]);
        assert_eq!(names("eq:a:b"), ["a:b"]);
        assert_eq!(names("in:a,\"b,c\",d"), ["a", "b,c", "d"]);
        assert_eq!(names("in:a,,b"), ["a", "", "b"]);
        for bad in ["foo:bar", "neq:a", "in:\"a", "in:a\"b\"", "in:\"a\"b"] {
            assert!(parse("name", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times() {
        for good in [
            "2020-01-01T00:00:00Z",
            "gt:2020-01-01T00:00:00Z",
            "gte:2020-01-01T00:00:00+02:00",
            "lt:2020-01-01T00:00:00",
            "lte:2020-01-01",
            "neq:2020",
            "eq:2020-01-01T00:00:00.5Z",
            "gt:20200101T000000Z",
        ] {
            assert!(parse("created_at", good).is_ok(), "{good}");
        }
        for bad in ["", "in:x", "gt:yesterday", "near:2020-01-01T00:00:00Z", "gt:2020-01-01T00:00:00 02:00"] {
            assert!(parse("created_at", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_and_others() {
        assert_eq!(parse("size_min", "3").unwrap(), Filter::AtLeast(NumberColumn::Size, 3));
        assert_eq!(parse("min_ram_max", "3").unwrap(), Filter::AtMost(NumberColumn::MinRam, 3));
        assert!(parse("size_min", "x").is_err());
        assert!(parse("mine_min", "3").is_err());
        assert_eq!(parse("size", "gt:5").unwrap(), Filter::Never);
        assert_eq!(parse("os", "x").unwrap(), Filter::Extra("os".into(), "x".into()));
        assert!(flag("protected", "True").is_err());
    }
}
