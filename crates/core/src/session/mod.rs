//! The way of a call from a generated client to the network.

mod attempt;
mod body;
mod call;
mod envelope;
mod execute;
mod guard;
mod query;
mod redirect;
mod resumption;
mod sent;
pub(crate) use sent::Sent;
mod timeouts;
mod tls;
mod whole;
pub(crate) use whole::read_bounded;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH};
use http::{HeaderValue, Method};

pub use call::Call;
pub use resumption::Resumption;
pub use timeouts::Timeouts;
pub use tls::TlsOptions;

use crate::clock::{Clock, SystemClock};
use crate::credentials::{Anonymous, Credentials};
use crate::endpoint;
use crate::error::{self, Error, ErrorKind, Result};
use crate::operation::OperationFacts;
use crate::pace::{Pace, Pacer};
use crate::retry::{self, RetryBudget, RetryPolicy};
use crate::secret::Secret;

/// The longest JSON answer that is read; a page of 1,000 images has about 1 MiB. One without end must not take a program's memory.
pub(crate) const LONGEST_JSON: usize = 8 << 20;

/// What calls have in common: connections, credentials, policies and a clock.
///
/// A clone shares all of it. [`with_credentials`](Self::with_credentials) and its siblings give a session that differs in one thing and
/// shares the rest, the connections above all.
#[derive(Clone)]
pub struct Session {
    http: reqwest::Client,
    credentials: Arc<dyn Credentials>,
    retry: Arc<dyn RetryPolicy>,
    budget: RetryBudget,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    pace: Option<Arc<Pacer>>,
    connections: Arc<Connections>,
    /// Whether the logs may be told what a service says to refuse a call.
    tells_refusals: bool,
    /// What calls carry beyond their credentials and no error may tell.
    secrets: Arc<[Secret]>,
}

impl Session {
    /// A session to be configured.
    #[must_use]
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// The same session with other credentials.
    #[must_use]
    pub fn with_credentials(&self, credentials: impl Credentials) -> Self {
        Self { credentials: Arc::new(credentials), ..self.clone() }
    }

    /// The same session with other limits on time; `connect` stays as it was when the session was built.
    #[must_use]
    pub fn with_timeouts(&self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self.clone() }
    }

    /// The same session with another retry policy.
    #[must_use]
    pub fn with_retry(&self, policy: impl RetryPolicy) -> Self {
        Self { retry: Arc::new(policy), ..self.clone() }
    }

    /// The same session with a pace limit of its own, which begins with no call counted; `None` is no limit.
    #[must_use]
    pub fn with_pace(&self, pace: impl Into<Option<Pace>>) -> Self {
        Self { pace: pace.into().map(|pace| Pacer::new(pace, self.clock())), ..self.clone() }
    }

    /// The same session over connections of its own that go through no proxy, whatever the environment says: for services of the machine itself.
    ///
    /// # Errors
    /// `Configuration` if the TLS library cannot be set up.
    pub fn without_proxy(&self) -> Result<Self> {
        let http = self.connections.client(self.timeouts, |http| http.no_proxy())?;
        Ok(Self { http, ..self.clone() })
    }

    /// The same session, for calls that send secrets in their bodies: services repeat in a refusal what they were sent, so none is told to
    /// the logs.
    #[must_use]
    pub fn discreet(&self) -> Self {
        Self { tells_refusals: false, ..self.clone() }
    }

    /// The same session for calls that carry `secrets` in their bodies or headers: errors and logs leave them out where a service repeats
    /// them, as they do with credentials.
    #[must_use]
    pub fn with_secrets<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self { secrets: self.secrets.iter().cloned().chain(secrets.into_iter().cloned()).collect(), ..self.clone() }
    }

    /// The session's clock.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The session's limits on time.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Begins work that takes several calls and goes on after failures as this session's retry policy says.
    #[must_use]
    pub fn resumption(&self) -> Resumption {
        Resumption::new(self.clone())
    }

    /// Fetches a document that belongs to no generated client, such as a list of versions, and returns its bytes (at most 8 MiB).
    ///
    /// Nothing is sent along but what the credentials add; `facts` tells the method, and which statuses are successes.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn fetch(&self, url: &str, facts: &'static OperationFacts) -> Result<Bytes> {
        self.fetch_at_most(LONGEST_JSON, url, facts).await
    }

    /// The same for a document of at most `limit` bytes; a longer one is a `Decode` error.
    ///
    /// # Errors
    /// See [`fetch`](Self::fetch).
    pub async fn fetch_at_most(&self, limit: usize, url: &str, facts: &'static OperationFacts) -> Result<Bytes> {
        let call = Call::new(facts.id, Some(facts)).with_longest(limit);
        let method = Method::from_bytes(facts.method.as_bytes())
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, format!("`{}` is no method", facts.method)))?;
        let takes_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let mut request = reqwest::Request::new(method, endpoint::parse("the URL", url)?);
        if takes_body {
            // Some gateways answer 411 otherwise.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        request.headers_mut().insert(ACCEPT, execute::ACCEPT_JSON);
        let mut response = self.execute(request, &call).await?;
        match response.extensions().get::<Error>() {
            Some(error) => Err(error.clone()),
            None => read_bounded(&mut response, limit).await.map_err(|e| e.with_operation(facts.id)),
        }
    }

    /// The connections, for generated clients; a request sent through them directly has neither credentials nor retries.
    #[doc(hidden)]
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("credentials", &self.credentials)
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// Configures a [`Session`].
#[derive(Debug)]
pub struct SessionBuilder {
    credentials: Arc<dyn Credentials>,
    retry: Arc<dyn RetryPolicy>,
    budget: RetryBudget,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    tls: TlsOptions,
    pace: Option<Pace>,
    user_agent: String,
}

impl Default for SessionBuilder {
    fn default() -> Self {
        Self {
            credentials: Arc::new(Anonymous),
            retry: Arc::new(retry::Standard::default()),
            budget: RetryBudget::default(),
            clock: Arc::new(SystemClock::default()),
            timeouts: Timeouts::default(),
            tls: TlsOptions::default(),
            pace: None,
            user_agent: concat!("cloudimg/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl SessionBuilder {
    /// Who calls; nobody by default.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.credentials = Arc::new(credentials);
        self
    }

    /// When failed attempts are repeated; [`retry::Standard`] by default.
    #[must_use]
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// How many repetitions all calls have together; [`RetryBudget::default`] if not said.
    #[must_use]
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// The limits on time.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How many calls may go in a time; any number by default. Clones of the session keep to it together.
    #[must_use]
    pub fn pace(mut self, pace: impl Into<Option<Pace>>) -> Self {
        self.pace = pace.into();
        self
    }

    /// The clock; the machine's by default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Whom to trust over https, and a certificate of one's own; what the system trusts by default.
    #[must_use]
    pub fn tls(mut self, options: TlsOptions) -> Self {
        self.tls = options;
        self
    }

    /// What stands before `cloudimg/VERSION` in the `User-Agent` header: the name and version of the program that uses it.
    #[must_use]
    pub fn user_agent(mut self, product: &str) -> Self {
        self.user_agent = format!("{product} {}", self.user_agent);
        self
    }

    /// The session.
    ///
    /// # Errors
    /// `Configuration` if a file of the TLS options is not what it should be, which the message says by its name, the TLS library cannot be
    /// set up, or the user agent does not fit a header.
    pub fn build(self) -> Result<Session> {
        let Self { credentials, retry, budget, clock, timeouts, pace, tls, user_agent } = self;
        let connections = Arc::new(Connections { user_agent, tls });
        let http = connections.client(timeouts, |http| http)?;
        connections.tls.warn(&connections.user_agent);
        let pace = pace.map(|pace| Pacer::new(pace, Arc::clone(&clock)));
        Ok(Session {
            http,
            credentials,
            retry,
            budget,
            clock,
            timeouts,
            pace,
            connections,
            tells_refusals: true,
            secrets: Arc::default(),
        })
    }
}

/// What connections are made with.
struct Connections {
    user_agent: String,
    tls: TlsOptions,
}

impl Connections {
    /// A client of these connections, which may be `changed`.
    fn client(
        &self,
        timeouts: Timeouts,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::Client> {
        // A machine that trusts nobody may still use plain http, and is told what to do when it comes to https.
        let trusting = self.builder(timeouts, true)?;
        match change(trusting).build() {
            Ok(client) => Ok(client),
            Err(e) => change(self.builder(timeouts, false)?).build().map_err(|_| no_client(e)),
        }
    }

    /// It trusts whom the system trusts, where the options leave it to that, or only whom the options name.
    fn builder(&self, timeouts: Timeouts, system: bool) -> Result<reqwest::ClientBuilder> {
        let mut http = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            // Redirects are followed by `execute`, which knows whom to trust with credentials.
            .redirect(reqwest::redirect::Policy::none())
            // Repeating is the retry policy's business alone.
            .retry(reqwest::retry::never());
        if let Some(limit) = timeouts.connect {
            http = http.connect_timeout(limit);
        }
        self.tls.apply(http, system)
    }
}

fn no_client(error: reqwest::Error) -> Error {
    let cause = error::innermost(&error);
    Error::new(ErrorKind::Configuration, format!("no HTTP client can be made: {cause}")).with_source(error)
}
