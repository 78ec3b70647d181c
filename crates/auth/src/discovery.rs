//! From a service's URL to the root below which its version lies.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloudimg_core::{Error, ErrorKind, OperationFacts, Result, Session, Timeouts, endpoint};
use futures::FutureExt as _;
use futures::future::{BoxFuture, WeakShared};
use url::Url;

use crate::document;

static DISCOVER: OperationFacts = OperationFacts {
    id: "discover_versions",
    method: "GET",
    path: "/",
    // Many services answer 300, and mean 200.
    success: &[200, 300],
    idempotent: true,
    ..OperationFacts::PLAIN
};

/// The longest list of versions that is read; those of today have some 5 KiB.
pub(crate) const LONGEST: usize = 1 << 20;
/// How long a service may be silent when asked for its versions, which it knows by heart.
const SILENCE: Duration = Duration::from_secs(10);
/// How long asking may take in all, repetitions included.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bases found so far, by the URL that was asked.
#[derive(Default)]
pub(crate) struct Bases(Mutex<BTreeMap<String, Known>>);

type Asking = BoxFuture<'static, Result<String>>;

enum Known {
    Base(String),
    /// Held weakly: a question that all have given up must end.
    Asked(WeakShared<Asking>),
}

impl Bases {
    /// The base URL for a client whose paths begin with `/v2`.
    ///
    /// A URL that ends in `/v2`, or in that and the project's id, is taken as it is. Else the service is asked, first without a token (most
    /// answer anybody), then with one. A service that gives no list of versions is taken to keep `/v2` right below its URL.
    pub(crate) async fn find(&self, url: &Url, project: Option<&str>, anonymous: &Session, signed_in: &Session) -> Result<String> {
        let url = without_project(url, project);
        if let Some(base) = without_version(&url) {
            return Ok(base);
        }
        let root = root_of(&url);
        let asking = {
            let mut known = self.lock();
            let asked = match known.get(root.as_str()) {
                Some(Known::Base(base)) => return Ok(base.clone()),
                Some(Known::Asked(asked)) => asked.upgrade(),
                None => None,
            };
            asked.unwrap_or_else(|| {
                let asking = ask(root.clone(), limited(anonymous), limited(signed_in)).boxed().shared();
                if let Some(weak) = asking.downgrade() {
                    known.insert(root.to_string(), Known::Asked(weak));
                }
                asking
            })
        };
        let found = asking.await;
        if let Ok(base) = &found {
            self.lock().insert(root.to_string(), Known::Base(base.clone()));
        }
        found
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same session, less patient.
pub(crate) fn limited(session: &Session) -> Session {
    let limits = session.timeouts();
    let shorter = |limit: Option<Duration>, other| Some(limit.map_or(other, |limit| limit.min(other)));
    let limits = Timeouts::default()
        .with_connect(limits.connect)
        .with_head(shorter(limits.head, SILENCE))
        .with_idle(shorter(limits.idle, SILENCE))
        .with_total(shorter(limits.total, PATIENCE));
    session.with_timeouts(limits)
}

async fn ask(root: Url, anonymous: Session, signed_in: Session) -> Result<String> {
    for session in [anonymous, signed_in] {
        match session.fetch_at_most(LONGEST, root.as_str(), &DISCOVER).await {
            Ok(body) => match document::base(&root, &body)? {
                Some(base) => return Ok(base),
                None => break,
            },
            // Not the service's refusal but that of the identity service.
            Err(error) if error.operation() != Some(DISCOVER.id) => return Err(error),
            Err(error) if error.kind() == ErrorKind::AuthFailed => {}
            Err(error) if is_final(&error) => break,
            Err(error) => return Err(explained(error, &root)),
        }
    }
    tracing::debug!(%root, "no list of versions; taking /v2 below the endpoint");
    Ok(trimmed(&root))
}

/// Whether the service has said that it has no list of versions, or something that is none.
fn is_final(error: &Error) -> bool {
    error.kind() == ErrorKind::Decode || (error.status().is_some() && !error.is_retryable())
}

fn explained(error: Error, root: &Url) -> Error {
    if !error.is_retryable() {
        return error;
    }
    let url = endpoint::shown(&trimmed(root));
    let message = format!(
        "the image service at {url} does not tell its versions: {}; if other calls reach it, set its `endpoint_override` to {url}/v2, which is not asked",
        error.message()
    );
    error.with_message(message)
}

/// Whether `url` may end in the id of a project, below a version.
pub(crate) fn may_end_in_project(url: &Url) -> bool {
    let mut segments = url.path().trim_end_matches('/').rsplit('/');
    segments.next().is_some_and(|last| !is_version(last)) && segments.next().is_some_and(is_version)
}

/// `url` without the id of `project`, or of any project where it is not known, below its version. Other services have it there, and some
/// operators have it in their image service's URL too, which has no use for it.
fn without_project(url: &Url, project: Option<&str>) -> Url {
    let mut url = url.clone();
    if may_end_in_project(&url)
        && let Some((parent, last)) = url.path().trim_end_matches('/').rsplit_once('/').map(|(p, l)| (p.to_owned(), l))
        && project.is_none_or(|project| project == last)
    {
        url.set_path(&parent);
    }
    url
}

/// `v1`, `v2`, `v2.0` and so on.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    !number.is_empty() && number.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `url` without its last segment if that is a version 2.
pub(crate) fn without_version(url: &Url) -> Option<String> {
    let path = url.path().trim_end_matches('/');
    let (parent, last) = path.rsplit_once('/')?;
    (is_version(last) && (last == "v2" || last.starts_with("v2."))).then(|| {
        let mut base = url.clone();
        base.set_path(parent);
        trimmed(&base)
    })
}

/// The place to ask for versions: the URL itself, or its parent where it names another version.
fn root_of(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_query(None);
    root.set_fragment(None);
    if let Some((parent, last)) = url.path().trim_end_matches('/').rsplit_once('/')
        && is_version(last)
    {
        root.set_path(&format!("{parent}/"));
    }
    root
}

/// `url` as a base: without a slash at its end, query and fragment.
pub(crate) fn trimmed(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Url {
        Url::parse(url).unwrap()
    }

    #[test]
    fn a_versioned_endpoint_needs_no_discovery() {
        for (url, base) in [
            ("http://h/v2", "http://h"),
            ("http://h/v2/", "http://h"),
            ("http://h:9292/image/v2", "http://h:9292/image"),
            ("http://h/v2.0", "http://h"),
            ("http://h/v2.17/?x=1#y", "http://h"),
        ] {
            assert_eq!(without_version(&parse(url)).as_deref(), Some(base), "{url}");
        }
        for url in [
            "http://h",
            "http://h/",
            "http://h/image",
            "http://h/v1",
            "http://h/v2/abc",
            "http://h/v20",
            "http://h/v2.",
            "http://h/v2.x",
        ] {
            assert_eq!(without_version(&parse(url)), None, "{url}");
        }
    }

    #[test]
    fn versions_are_asked_for_at_the_url_or_above_another_version() {
        for (url, root) in [
            ("http://h", "http://h/"),
            ("http://h/image", "http://h/image"),
            ("http://h/image/", "http://h/image/"),
            ("http://h/v1", "http://h/"),
            ("http://h/image/v1.1/?x=1", "http://h/image/"),
        ] {
            assert_eq!(root_of(&parse(url)).as_str(), root, "{url}");
        }
    }

    #[test]
    fn the_id_of_a_project_below_a_version_means_nothing() {
        let without = |url, project| without_project(&parse(url), project).to_string();
        assert_eq!(without("http://h/v2/p1", Some("p1")), "http://h/v2");
        assert_eq!(without("http://h/v2/p1/", None), "http://h/v2");
        assert_eq!(without("http://h/v2/other", Some("p1")), "http://h/v2/other");
        assert_eq!(without("http://h/p1", Some("p1")), "http://h/p1");
        assert!(may_end_in_project(&parse("http://h/a/v1/p1")) && !may_end_in_project(&parse("http://h/v2")));
    }
}
