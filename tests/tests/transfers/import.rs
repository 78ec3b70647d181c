//! Imports held at each of their steps, let go, taken over, and through a network that fails.

#[allow(dead_code)] // Of the times of these tests none jumps.
#[path = "../chaos/clock.rs"]
mod clock;

use std::time::{Duration, SystemTime};

use cloudimg::config::Access;
use cloudimg::glance::types::TaskStatus;
use cloudimg::glance::{
    ImageCreate, ImageStatus, Images, ImportFailure, ImportLeft, ImportMethod, ImportState, Importing, Unfinished,
};
use cloudimg::poller::Rhythm;
use cloudimg::retry::Standard;
use cloudimg::transfer::{Algorithm, Verdict};
use cloudimg::{Cloud, ErrorKind, Named, Scope, Secret, Settings, Timeouts, User};
use cloudimg_core::clock::ManualClock;
use cloudimg_sandbox::Sandbox;
use cloudimg_tests::proxy::{FaultKind, Proxy, Seeded};
use cloudimg_tests::sha512;
use futures::StreamExt as _;

use clock::QuickClock;

const BYTES: &[u8] = b"forty-four bytes that are no disk whatsoever";
/// So long a task stays at each of its steps.
const STEP: Duration = Duration::from_secs(1000 * 3600);
const LIMIT: Duration = Duration::from_secs(60);

/// A sandbox whose time stands still, and a client with a time of its own.
struct Held {
    sandbox: Sandbox,
    time: cloudimg_sandbox::Clock,
    clock: ManualClock,
    token: String,
}

impl Held {
    async fn start() -> Self {
        let time = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
        let builder = Sandbox::builder().clock(time.clone()).task_step(STEP).token_lifetime(STEP * 100);
        let sandbox = builder.start().await.unwrap();
        let token = token(&sandbox).await;
        Self { sandbox, time, clock: ManualClock::new(SystemTime::UNIX_EPOCH), token }
    }

    fn images(&self) -> Images {
        let endpoint = format!("{}/v2", self.sandbox.image_url().trim_end_matches('/'));
        let access = Access::AdminToken { endpoint, token: Secret::new(self.token.clone()) };
        Cloud::builder(access).clock(self.clock.clone()).build().unwrap().images()
    }

    async fn staged(&self) -> String {
        staged(&self.sandbox, &self.token).await
    }

    /// Lets the tasks take a step.
    fn step(&self) {
        self.time.advance(STEP);
    }

    /// Runs `job` while the client's waits are over at once.
    async fn driven<T>(&self, job: impl Future<Output = T>) -> T {
        let mut job = std::pin::pin!(job);
        loop {
            tokio::select! {
                biased;
                done = &mut job => return done,
                _ = self.clock.end_next_sleep(|wait| wait <= Duration::from_secs(15)) => {}
            }
        }
    }

    /// The first state of `importing` that is `wanted`.
    async fn state(&self, importing: &mut Importing, wanted: impl Fn(&ImportState) -> bool) -> ImportState {
        self.driven(async {
            loop {
                let state = importing.next().await.expect("the import has not ended").unwrap();
                if wanted(&state) {
                    return state;
                }
            }
        })
        .await
    }
}

async fn token(sandbox: &Sandbox) -> String {
    let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
    let scope = Scope::ProjectId(sandbox.project_id("demo").unwrap().to_owned());
    let cloud = Cloud::builder(Settings::new(sandbox.auth_url(), user, sandbox.password(), scope)).build().unwrap();
    cloud.keystone().unwrap().token().await.unwrap().secret().expose().to_owned()
}

/// A queued image with staged bytes.
async fn staged(sandbox: &Sandbox, token: &str) -> String {
    let access = Access::AdminToken { endpoint: sandbox.image_url(), token: Secret::new(token) };
    let cloud = Cloud::builder(access).build().unwrap();
    let new = ImageCreate::new().name("held").disk_format("raw").container_format("bare");
    let id = cloud.images().create(new).await.unwrap().id;
    let client = cloud.glance().raw().await.unwrap();
    client.stage_image_data().image_id(&id).body(BYTES).send().await.unwrap();
    id
}

fn imports(sandbox: &Sandbox) -> usize {
    sandbox.effects().take().iter().filter(|effect| effect.method == "POST" && effect.path.ends_with("/import")).count()
}

#[tokio::test]
async fn each_step_of_a_task_is_seen() {
    let held = Held::start().await;
    let id = held.staged().await;
    let import = held.images().import(&id, ImportMethod::GlanceDirect).with_stores(["fast", "slow"]);
    let mut importing = import.with_expected_hash(Algorithm::Sha512, sha512(BYTES)).await.unwrap();

    // The status right after the call is still that from before.
    let state = held.state(&mut importing, |_| true).await;
    assert_eq!((state.status, state.task), (ImageStatus::Uploading, Some(TaskStatus::Pending)));
    assert!(importing.task().is_some() && state.stores_left.is_empty());
    held.step();
    // A look is two calls, between which the task goes on: the image of the first can be older.
    let is_at_work = |state: &ImportState| state.task == Some(TaskStatus::Processing) && state.status == ImageStatus::Importing;
    let state = held.state(&mut importing, is_at_work).await;
    assert_eq!(state.stores_left.join(","), "fast,slow");
    assert_eq!(state.to_string(), "image importing, task processing, stores left: fast, slow");
    held.step();
    let state = held.state(&mut importing, |state| state.copied.is_some()).await;
    assert_eq!((state.copied, state.size), (Some(0), Some(44)));
    held.step();
    let imported = held.driven(importing).await.unwrap();
    assert_eq!((imported.stores.join(","), imported.verdict), ("fast,slow".to_owned(), Verdict::Verified(Algorithm::Sha512)));
}

#[tokio::test]
async fn an_import_goes_on_without_its_handle_and_is_found_again() {
    let held = Held::start().await;
    let id = held.staged().await;
    let importing = held.images().import(&id, ImportMethod::GlanceDirect).await.unwrap();
    let ticket = importing.detach();
    assert!(ticket.starts_with(&format!("glance///image-import/{id}?method=glance-direct")), "{ticket}");
    let is_told: [fn(&ImportState) -> bool; 2] =
        [|state| state.task == Some(TaskStatus::Processing), |state| state.copied.is_some()];
    for is_told in is_told {
        held.step();
        let mut again = held.images().attach_import(&ticket).await.unwrap();
        held.state(&mut again, is_told).await;
        // Dropped in the middle of a wait.
        drop(again);
    }
    held.step();
    let again = held.images().attach_import(&ticket).await.unwrap();
    let imported = held.driven(again).await.unwrap();
    assert_eq!(imported.image.status, ImageStatus::Active);
    // And long after its end.
    let late = held.images().attach_import(&ticket).await.unwrap();
    assert_eq!(held.driven(late).await.unwrap().task, imported.task);
    assert_eq!(imports(&held.sandbox), 1);
}

#[tokio::test]
async fn a_wait_that_is_given_up_says_how_to_go_on() {
    let held = Held::start().await;
    let id = held.staged().await;
    let importing = held.images().import(&id, ImportMethod::GlanceDirect).with_limit(Duration::from_secs(10)).await.unwrap();
    let error = held.driven(importing).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("import_image")));
    assert!(error.message().contains("image uploading, task pending"), "{error}");
    let unfinished = Unfinished::of(&error).expect("the error tells of the import");
    assert_eq!(unfinished.state.as_ref().and_then(|state| state.task.clone()), Some(TaskStatus::Pending));
    assert!(error.message().contains(&unfinished.ticket), "{error}");
    let mut again = held.images().attach_import(&unfinished.ticket).await.unwrap();
    held.step();
    held.state(&mut again, |state| state.task == Some(TaskStatus::Processing)).await;
}

#[tokio::test]
async fn an_import_that_takes_too_long_may_be_taken_over() {
    let held = Held::start().await;
    let id = held.staged().await;
    let mut first = held.images().import(&id, ImportMethod::GlanceDirect).await.unwrap();
    held.state(&mut first, |_| true).await;
    let refused = held.images().import(&id, ImportMethod::GlanceDirect).await.unwrap_err();
    assert_eq!((refused.kind(), refused.message().contains("Image has active task")), (ErrorKind::Conflict, true), "{refused}");
    assert_eq!(ImportFailure::of(&refused).map(|failure| &failure.left), Some(&ImportLeft::Another(first.task().unwrap())));

    held.time.advance(Duration::from_secs(3 * 3600));
    let mut second = held.images().import(&id, ImportMethod::GlanceDirect).await.unwrap();
    held.state(&mut second, |_| true).await;
    let error = held.driven(first).await.unwrap_err();
    let failure = ImportFailure::of(&error).expect("the error has the failure");
    assert_eq!((error.kind(), &failure.left), (ErrorKind::JobFailed, &ImportLeft::Another(second.task().unwrap())));
    assert_eq!(failure.message.as_deref(), Some("Expired lock preempted"), "{error}");
}

#[tokio::test]
async fn no_fault_of_the_network_begins_an_import_twice_or_loses_its_end() {
    let time = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let builder = Sandbox::builder().clock(time.clone()).task_step(Duration::from_secs(2)).token_lifetime(STEP * 100);
    let sandbox = builder.start().await.unwrap();
    let token = token(&sandbox).await;
    let upstream = sandbox.image_url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_secs(1), Duration::from_secs(2));

    let (mut survived, mut told) = (0, 0);
    let storms = FaultKind::ALL.to_vec();
    let kinds = FaultKind::ALL.into_iter().map(|kind| (vec![kind], 100)).chain([(storms, 40)]);
    for (number, (kinds, odds)) in kinds.enumerate() {
        // The record, the tasks, the call itself, and the looks after it.
        for first in 0..6 {
            let id = staged(&sandbox, &token).await;
            sandbox.effects().take();
            let clock = QuickClock::new(time.clone());
            let among = if kinds.len() == 1 { first..first + 1 } else { 0..usize::MAX };
            let plan = Seeded::new((number * 10 + first) as u64, kinds.clone()).among(among).with_odds(odds);
            let silent = clock.clone();
            let proxy = Proxy::builder(upstream).plan(plan).on_silence(move || silent.advance(LIMIT + Duration::from_secs(1)));
            let proxy = proxy.start().await.unwrap();
            let access = Access::AdminToken { endpoint: format!("{}/v2", proxy.url()), token: Secret::new(token.clone()) };
            let retry =
                Standard::default().with_waits(Duration::from_millis(10), Duration::from_secs(1)).with_patience(LIMIT * 1000);
            let timeouts = Timeouts::default().with_head(LIMIT).with_idle(LIMIT).with_total(LIMIT * 1000);
            let cloud = Cloud::builder(access).clock(clock).retry(retry).timeouts(timeouts).build().unwrap();
            let import = cloud.images().import(&id, ImportMethod::GlanceDirect).with_stores(["fast", "slow"]).with_rhythm(rhythm);
            let import = import.with_expected_hash(Algorithm::Sha512, sha512(BYTES)).wait();
            let outcome = tokio::time::timeout(Duration::from_secs(60), import).await.expect("the wait ends");
            let begun = imports(&sandbox);
            match outcome {
                Ok(imported) => {
                    assert_eq!((begun, imported.stores.join(",").as_str()), (1, "fast,slow"), "{kinds:?} at {first}");
                    assert!(imported.verdict.is_verified());
                    survived += 1;
                }
                Err(error) => {
                    assert!(begun <= 1, "{kinds:?} at {first}: begun {begun} times");
                    assert!(error.operation().is_some() && !error.message().is_empty(), "{kinds:?} at {first}: {error:?}");
                    // Of one fault only what kept it from beginning is told; in a storm the way back to it is.
                    assert!(begun == 0 || kinds.len() > 1, "{kinds:?} at {first}: {error:?}");
                    told += 1;
                }
            }
        }
    }
    println!("{survived} imports came through, {told} were told to have failed");
    assert!(survived > 100, "{survived} survived, {told} told");
}
