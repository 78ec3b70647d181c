//! One run: a story under a trial, and what must hold of it.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::clock::Clock as _;
use cloudimg_core::{Error, ErrorKind};
use cloudimg_sandbox::Effect;
use cloudimg_tests::facts::Operation;
use cloudimg_tests::proxy::{Exchange, Fault, Proxy};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::scene::Scene;
use crate::services::Known;
use crate::story::{Act, Seen, Special};
use crate::trial::Trial;
use crate::world::{LIMIT, World};

/// By real time; no run takes a tenth of it.
const WATCHDOG: Duration = Duration::from_secs(20);

/// What became of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Survived,
    Refused,
    /// The call was dropped, and nothing was left of it.
    Dropped,
    /// Something is not there or not right: a hang, wrong rows, an error that does not tell.
    Lost(String),
    /// Something was done or sent more often than it may be.
    Duplicated(String),
}

/// How the call ended.
enum End {
    Outcome(Result<Seen, Error>),
    Dropped,
    Hung,
}

pub(crate) async fn run(known: &Known, trial: Trial, seed: u64, world: &Rc<World>) -> Verdict {
    let (plan, count) = trial.plan(seed, world.clock.now());
    let (clock, silent) = (world.clock.clone(), Arc::new(Notify::new()));
    let tell = Arc::clone(&silent);
    let drops = matches!(trial, Trial::Dropped(_));
    let on_silence = move || if drops { tell.notify_one() } else { clock.advance(LIMIT + Duration::from_secs(1)) };
    let proxy = Proxy::builder(known.server.address(&world.sandbox)).plan(plan).on_silence(on_silence).start().await.unwrap();
    let scene = Scene::new(Rc::clone(world), proxy.url());
    let Act(act) = (known.story.play)(scene).await;
    world.sandbox.effects().take();
    let tasks = Handle::current().metrics().num_alive_tasks();

    if let Trial::Jump(seconds) = trial {
        world.clock.jump(seconds, seed.is_multiple_of(2));
    }
    let end = tokio::select! {
        outcome = timeout(WATCHDOG, act) => outcome.map_or(End::Hung, End::Outcome),
        () = silent.notified() => End::Dropped,
    };

    world.clock.jump(0, true);
    let settled = timeout(WATCHDOG, settle(|| proxy.under_way() == 0)).await;
    let (exchanges, effects) = (proxy.exchanges(), world.sandbox.effects().take());
    drop(proxy);
    // The proxy itself was one of the tasks.
    let gone = timeout(WATCHDOG, settle(|| Handle::current().metrics().num_alive_tasks() < tasks)).await;

    let reads = matches!(known.operation.method.as_str(), "GET" | "HEAD");
    if let Err(more) = once(known, &exchanges, &effects) {
        return Verdict::Duplicated(more);
    }
    let lost = |what: String| Verdict::Lost(format!("{what}\n{}", told(&exchanges)));
    if settled.is_err() || gone.is_err() {
        return lost("a connection or a task was left behind".to_owned());
    }
    match end {
        End::Hung => lost("hung".to_owned()),
        End::Dropped => Verdict::Dropped,
        End::Outcome(Ok(_)) if known.story.special == Special::Refused => lost("succeeded where services refuse".to_owned()),
        End::Outcome(Ok(Seen::Rows { got, right })) if got != right => lost(format!("got {got:?} instead of {right:?}")),
        End::Outcome(Ok(_)) if !reads && !searches(&known.operation) && done(&known.operation, &effects) == 0 => {
            lost("succeeded without an effect".to_owned())
        }
        End::Outcome(Ok(_)) => Verdict::Survived,
        End::Outcome(Err(error)) => match typed(&error) {
            Err(what) => lost(format!("{what}: {error:?}")),
            Ok(()) if trial.must_survive(known.story.special, reads, count) => lost(format!("not survived: {error:?}")),
            Ok(()) => Verdict::Refused,
        },
    }
}

/// Waits until `is` holds; there is nothing to wait for but other tasks and the kernel.
async fn settle(is: impl Fn() -> bool) {
    while !is() {
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}

/// A search whose conditions are a body changes nothing.
fn searches(operation: &Operation) -> bool {
    operation.path.ends_with("/resource_instances/action")
}

fn done(operation: &Operation, effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| operation.is(&effect.method, &effect.path)).count()
}

/// What may be done only once was done no more often, and was not sent again after it may have arrived.
fn once(known: &Known, exchanges: &[Exchange], effects: &[Effect]) -> Result<(), String> {
    let operation = &known.operation;
    if operation.idempotent {
        return Ok(());
    }
    let done = done(operation, effects);
    if done > 1 {
        return Err(format!("done {done} times\n{}", told(exchanges)));
    }
    let sent: Vec<_> =
        exchanges.iter().filter(|exchange| operation.is(&exchange.request.method, exchange.request.path())).collect();
    let (_, earlier) = match sent.split_last() {
        Some(split) => split,
        // The facade looks at the image before a body goes that can be read but once, and that may fail.
        None if known.story.special == Special::Once && !exchanges.is_empty() => return Ok(()),
        None => return Err("never sent".to_owned()),
    };
    // Who is told to come again later has not been served, nor who is refused a signature; that nothing was done is counted above.
    let unserved = |exchange: &&&Exchange| {
        matches!(exchange.fault, Some(Fault::Status(429, _)))
            || (exchange.fault.is_none() && matches!(exchange.status, Some(401 | 403)))
    };
    match earlier.iter().find(|exchange| !unserved(exchange)) {
        Some(exchange) => Err(format!("sent again after {exchange:?}")),
        None => Ok(()),
    }
}

/// The error says of what call it is, and what is wrong in one line.
fn typed(error: &Error) -> Result<(), &'static str> {
    if error.operation().is_none() {
        return Err("an error without an operation");
    }
    if error.message().trim().is_empty() || error.to_string().contains('\n') {
        return Err("an error without a line");
    }
    let tells = ["does not decode at ", "is empty", "has no `marker`", "does not end"];
    if error.kind() == ErrorKind::Decode && !tells.iter().any(|tell| error.message().contains(tell)) {
        return Err("an error of decoding without a place");
    }
    Ok(())
}

fn told(exchanges: &[Exchange]) -> String {
    let line = |exchange: &Exchange| {
        let Exchange { request, fault, forwarded, status, answered, .. } = exchange;
        format!("  {} {}: {fault:?}, forwarded {forwarded}, status {status:?}, {answered} bytes", request.method, request.target)
    };
    exchanges.iter().map(line).collect::<Vec<_>>().join("\n")
}
