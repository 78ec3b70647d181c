//! The order of lists: `sortKey` and `sortDir`, which may be there several times.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::error::{Result, invalid};
use super::image::Image;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    CreatedAt,
    Type,
    Size,
    State,
}

/// The keys in the order of their weight, and whether they go down.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order(Vec<(Key, bool)>);

impl Order {
    /// Reads the pairs of a query; each `sortDir` belongs to the `sortKey` right before it.
    pub(super) fn parse(pairs: &[(String, String)]) -> Result<Self> {
        let mut order = Vec::new();
        let mut is_open = false;
        for (name, value) in pairs {
            match name.as_str() {
                "sortKey" => {
                    let key = match value.as_str() {
                        "name" => Key::Name,
                        "createdAt" => Key::CreatedAt,
                        "type" => Key::Type,
                        "size" => Key::Size,
                        "state" => Key::State,
                        _ => return Err(invalid("sortKey", "it is one of name, createdAt, type, size, state")),
                    };
                    order.push((key, true));
                    is_open = true;
                }
                "sortDir" => {
                    let descending = match value.as_str() {
                        "desc" => true,
                        "asc" => false,
                        _ => return Err(invalid("sortDir", "it is asc or desc")),
                    };
                    match order.last_mut().filter(|_| is_open) {
                        Some(last) => last.1 = descending,
                        None => return Err(invalid("sortDir", "it does not follow a sortKey")),
                    }
                    is_open = false;
                }
                _ => {}
            }
        }
        Ok(Self(order))
    }

    pub(super) fn is_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// What is equal stays in the order of the ids.
    pub(super) fn compare(&self, one: &Image, other: &Image, now: Timestamp) -> Ordering {
        let size = |image: &Image| image.size(now).parse::<f64>().unwrap_or_default();
        let by = |key: Key| match key {
            Key::Name => one.name.cmp(&other.name),
            Key::CreatedAt => one.created_at.cmp(&other.created_at),
            Key::Type => one.kind.name().cmp(other.kind.name()),
            Key::Size => size(one).total_cmp(&size(other)),
            Key::State => one.state(now).name().cmp(other.state(now).name()),
        };
        let compared = self.0.iter().map(|(key, descending)| if *descending { by(*key).reverse() } else { by(*key) });
        compared.fold(Ordering::Equal, Ordering::then).then_with(|| one.id.cmp(&other.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Order> {
        Order::parse(crate::http::query::Query::parse(query).pairs())
    }

    #[test]
    fn directions_belong_to_the_key_before_them() {
        let order = parse("sortKey=name&limit=3&sortDir=asc&sortKey=size").unwrap();
        assert_eq!(order, Order(vec![(Key::Name, false), (Key::Size, true)]));
        assert!(!parse("limit=3").unwrap().is_given());
        for bad in [
            "sortDir=asc",
            "sortDir=asc&sortKey=name",
            "sortKey=name&sortDir=asc&sortDir=asc",
            "sortKey=id",
            "sortKey=name&sortDir=up",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
