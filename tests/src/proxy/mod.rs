//! A proxy on loopback that stands between a client and a server, and does to their exchanges what a network may do.
//!
//! What goes wrong with which exchange is for a [`Plan`] to say: the same plan does the same to the same exchanges, whatever the time.
//!
//! ```no_run
//! # async fn example(upstream: std::net::SocketAddr) -> std::io::Result<()> {
//! use cloudimg_tests::proxy::{Fault, Proxy, Script};
//!
//! let proxy = Proxy::builder(upstream).plan(Script::first([Fault::ResetUnanswered])).start().await?;
//! println!("send to {}", proxy.url());
//! # Ok(())
//! # }
//! ```

mod answer;
mod connection;
mod fault;
mod http1;
mod kind;
mod link;
mod plan;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use fault::{Fault, LengthLie, RetryAfter};
pub use http1::Request;
pub use kind::FaultKind;
pub use link::Link;
pub use plan::{Plan, Script, Seeded};

/// An exchange that a [`Proxy`] has seen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// What the client asked for.
    pub request: Request,
    /// What was done to it.
    pub fault: Option<Fault>,
    /// Whether the whole request went on to the server.
    pub forwarded: bool,
    /// The status of the server's answer, whatever the client got of it.
    pub status: Option<u16>,
    /// How many bytes of an answer went to the client.
    pub answered: u64,
}

/// Told whenever an exchange has fallen silent, and again as long as it lasts.
type OnSilence = dyn Fn() + Send + Sync;

struct Shared {
    upstream: SocketAddr,
    plan: Box<dyn Plan>,
    link: Link,
    on_silence: Box<OnSilence>,
    exchanges: Mutex<Vec<Exchange>>,
    /// Those that have not come to their end.
    under_way: AtomicUsize,
    connections: watch::Sender<usize>,
}

impl Shared {
    fn exchanges(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an exchange begins, and gives its number and what is to be done to it.
    fn begin(&self, request: &Request) -> (usize, Option<Fault>) {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let mut exchanges = self.exchanges();
        let number = exchanges.len();
        let fault = self.plan.fault(number, request);
        let request = request.clone();
        exchanges.push(Exchange { request, fault: fault.clone(), forwarded: false, status: None, answered: 0 });
        (number, fault)
    }

    fn end(&self) {
        self.under_way.fetch_sub(1, Ordering::SeqCst);
    }

    fn note(&self, number: usize, change: impl FnOnce(&mut Exchange)) {
        if let Some(exchange) = self.exchanges().get_mut(number) {
            change(exchange);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("upstream", &self.upstream).field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// A proxy about to start.
#[must_use]
pub struct ProxyBuilder {
    upstream: SocketAddr,
    plan: Box<dyn Plan>,
    link: Link,
    on_silence: Box<OnSilence>,
}

impl fmt::Debug for ProxyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyBuilder").field("upstream", &self.upstream).field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl ProxyBuilder {
    /// What goes wrong; nothing if not said.
    pub fn plan(mut self, plan: impl Plan) -> Self {
        self.plan = Box::new(plan);
        self
    }

    /// How fast each connection is; as fast as can be if not said.
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// Is called when an exchange falls silent, and every few milliseconds as long as the client waits: whoever injects time moves it
    /// here, so that limits pass.
    pub fn on_silence(mut self, tell: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_silence = Box::new(tell);
        self
    }

    /// Starts it on a free port of the loopback interface, on the runtime of the caller.
    ///
    /// # Errors
    /// That there is no port.
    pub async fn start(self) -> std::io::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let Self { upstream, plan, link, on_silence } = self;
        let shared = Arc::new(Shared {
            upstream,
            plan,
            link,
            on_silence,
            exchanges: Mutex::default(),
            under_way: AtomicUsize::new(0),
            connections: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(connection::accept(listener, Arc::clone(&shared)));
        Ok(Proxy { address, shared, accepting })
    }
}

/// A running proxy; it ends with all its connections when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// One that stands before `upstream`, still to be started.
    pub fn builder(upstream: SocketAddr) -> ProxyBuilder {
        ProxyBuilder { upstream, plan: Box::new(Script::default()), link: Link::default(), on_silence: Box::new(|| {}) }
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The exchanges so far, in the order in which they began.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.exchanges().clone()
    }

    /// How many connections clients have open.
    #[must_use]
    pub fn connections(&self) -> usize {
        *self.shared.connections.borrow()
    }

    /// How many exchanges have not come to an end.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.shared.under_way.load(Ordering::SeqCst)
    }

    /// Waits until clients have closed all connections but `left`.
    pub async fn closed(&self, left: usize) {
        // The sender is ours, so that the channel does not close.
        let _ = self.shared.connections.subscribe().wait_for(|open| *open <= left).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The connections are tasks of the one that accepts, and end with it.
        self.accepting.abort();
    }
}
