//! The filters of lists.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::access::Principal;
use super::attributes::{self, visibility};
use super::error::{Result, img};
use crate::glance::model::Image;
use crate::http::query::Query;
use crate::json::Json;

/// What says how a list is told, and not what is in it.
const OTHERS: [&str; 8] = ["limit", "marker", "page", "sort_key", "sort_dir", "member_status", "visibility", "x-sdk-date"];
/// Attributes that can be asked for by their names, besides those that begin with `__`.
const NAMED: [&str; 13] = [
    "id",
    "name",
    "status",
    "owner",
    "min_disk",
    "min_ram",
    "max_ram",
    "container_format",
    "disk_format",
    "protected",
    "virtual_env_type",
    "architecture",
    "hw_firmware_type",
];
const ALL_PROJECTS: &str = "all_granted_eps";

/// One condition on an image.
#[derive(Debug)]
enum Filter {
    Tag(String),
    Attribute(String, String),
    Created(Compare, Timestamp),
    Updated(Compare, Timestamp),
    AtLeast(u64),
    AtMost(u64),
    /// Those that a flavor can start.
    Public,
}

#[derive(Debug, Clone, Copy)]
enum Compare {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Neq,
}

/// All conditions of a query.
#[derive(Debug)]
pub(super) struct Filters {
    visibility: Option<String>,
    member_status: String,
    filters: Vec<Filter>,
}

impl Filters {
    pub(super) fn parse(query: &Query) -> Result<Self> {
        let invalid = |name: &str, value: &str| img("IMG.0001", format!("The parameter {name} is invalid: {value}."));
        let one_of = |name: &str, words: &[&str]| match query.get(name) {
            Some(value) if !words.contains(&value) => Err(invalid(name, value)),
            other => Ok(other.map(str::to_owned)),
        };
        let visibility = one_of("visibility", &["public", "private", "shared"])?;
        one_of("__imagetype", &["gold", "private", "shared", "market"])
            .map_err(|_| img("IMG.0024", "The imagetype is invalid."))?;
        let member_status = one_of("member_status", &["accepted", "rejected", "pending"])?;
        let member_status = member_status.filter(|_| visibility.as_deref() == Some("shared"));
        let mut filters = Vec::new();
        for (name, value) in query.pairs() {
            let lower = name.to_ascii_lowercase();
            if OTHERS.contains(&lower.as_str()) {
                continue;
            }
            let bytes = || value.parse().map_err(|_| invalid(name, value));
            filters.push(match name.as_str() {
                "tag" => Filter::Tag(value.clone()),
                "created_at" => {
                    time(value).map(|(compare, at)| Filter::Created(compare, at)).ok_or_else(|| invalid(name, value))?
                }
                "updated_at" => {
                    time(value).map(|(compare, at)| Filter::Updated(compare, at)).ok_or_else(|| invalid(name, value))?
                }
                "size_min" => Filter::AtLeast(bytes()?),
                "size_max" => Filter::AtMost(bytes()?),
                "flavor_id" if value.trim().is_empty() => return Err(img("IMG.0192", "The flavor_id is invalid.")),
                "flavor_id" => Filter::Public,
                "enterprise_project_id" if value == ALL_PROJECTS => continue,
                "enterprise_project_id" => Filter::Attribute(name.clone(), value.clone()),
                _ if name.starts_with("__") || NAMED.contains(&name.as_str()) => Filter::Attribute(name.clone(), value.clone()),
                _ => continue,
            });
        }
        Ok(Self { visibility, member_status: member_status.unwrap_or_else(|| "accepted".to_owned()), filters })
    }

    /// Whether the caller's list shows an image, whatever else it asks for.
    pub(super) fn reaches(&self, caller: &Principal, image: &Image) -> bool {
        let own = image.owner.as_deref() == Some(caller.project.as_str());
        let offered = || image.members.iter().any(|m| m.id == caller.project && m.status == self.member_status);
        own || match image.visibility.as_str() {
            "public" | "community" => true,
            "shared" => offered(),
            _ => false,
        }
    }

    pub(super) fn matches(&self, image: &Image) -> bool {
        self.visibility.as_deref().is_none_or(|wanted| visibility(image) == wanted)
            && self.filters.iter().all(|filter| filter.matches(image))
    }
}

impl Filter {
    fn matches(&self, image: &Image) -> bool {
        match self {
            Self::Tag(tag) => image.tags.contains(tag),
            Self::Created(compare, at) => compare.holds(image.created_at, *at),
            Self::Updated(compare, at) => compare.holds(image.updated_at, *at),
            Self::AtLeast(bytes) => image.size.unwrap_or(0) >= *bytes,
            Self::AtMost(bytes) => image.size.unwrap_or(0) <= *bytes,
            Self::Public => visibility(image) == "public",
            Self::Attribute(name, wanted) => match attributes::view(image).get(name) {
                Some(Json::Str(value)) if name == "name" => value == wanted,
                Some(Json::Str(value)) => value.eq_ignore_ascii_case(wanted),
                Some(Json::Bool(value)) => value.to_string().eq_ignore_ascii_case(wanted),
                Some(Json::Number(value)) => value.to_string() == *wanted,
                // Only whole images say what they are.
                None => name == attributes::WHOLE && wanted.eq_ignore_ascii_case("false"),
                _ => false,
            },
        }
    }
}

impl Compare {
    /// Times are told in whole seconds, and so they are compared.
    fn holds(self, time: Timestamp, with: Timestamp) -> bool {
        let (time, with) = (time.as_second(), with.as_second());
        match self {
            Self::Gt => time > with,
            Self::Gte => time >= with,
            Self::Lt => time < with,
            Self::Lte => time <= with,
            Self::Eq => time == with,
            Self::Neq => time != with,
        }
    }
}

/// `operator:time`, in either of two forms of a time.
fn time(text: &str) -> Option<(Compare, Timestamp)> {
    let (operator, time) = text.split_once(':')?;
    let compare = match operator {
        "gt" => Compare::Gt,
        "gte" => Compare::Gte,
        "lt" => Compare::Lt,
        "lte" => Compare::Lte,
        "eq" => Compare::Eq,
        "neq" => Compare::Neq,
        _ => return None,
    };
    let plain = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"].iter().find_map(|form| DateTime::strptime(form, time).ok())?;
    Some((compare, plain.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        for good in ["gt:2026-01-02T03:04:05Z", "neq:2026-01-02 03:04:05"] {
            assert_eq!(time(good).unwrap().1, at, "{good}");
        }
        for bad in ["2026-01-02T03:04:05Z", "in:2026-01-02T03:04:05Z", "gt:yesterday", "gt:"] {
            assert!(time(bad).is_none(), "{bad}");
        }
        assert!(Compare::Lte.holds(at, at) && !Compare::Lt.holds(at, at) && !Compare::Neq.holds(at, at));
    }
}
