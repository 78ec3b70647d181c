//! A sandbox whose time moves only while somebody waits, and those who call it.

use std::fmt;
use std::time::{Duration, SystemTime};

use cloudimg_cdnetworks_vmp::types::{Image, ImageFromInstance};
use cloudimg_cdnetworks_vmp::{Client, Error, Session, credentials::CncAkSk};
use cloudimg_core::clock::{Clock, Sleep};
use cloudimg_sandbox::{Sandbox, SandboxBuilder, Vmp, VmpPreheatingShape};

/// An image that is not there.
pub(crate) const UNKNOWN: &str = "5b6f6a39-0f4e-4b7a-a2a5-6e6d8a2d9a3c";
/// How long making an image takes.
pub(crate) const BUILD: Duration = Duration::from_secs(30);
/// How long each node of a preheating takes.
pub(crate) const NODE: Duration = Duration::from_secs(10);
/// How long an answer that is an error may take to arrive: the shortest of the limits on a call.
const SHORTEST_LIMIT: Duration = Duration::from_secs(5);
/// Nobody waits as long as this, and all other limits are longer.
const LONGEST_WAIT: Duration = Duration::from_secs(50);

/// The sandbox's time for a client. Who waits moves it on; limits of a call wait for that.
#[derive(Clone, Debug)]
pub(crate) struct Time(pub(crate) cloudimg_sandbox::Clock);

impl Clock for Time {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }

    fn monotonic(&self) -> Duration {
        self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.0.clone();
        Box::pin(async move {
            if duration < LONGEST_WAIT && duration != SHORTEST_LIMIT {
                clock.advance(duration);
                tokio::task::yield_now().await;
            } else {
                clock.sleep(duration).await;
            }
        })
    }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) shape: VmpPreheatingShape,
    /// The account.
    pub(crate) client: Client,
    /// Somebody with a wrong secret.
    pub(crate) stranger: Client,
}

impl World {
    pub(crate) async fn enveloped() -> Self {
        Self::with(VmpPreheatingShape::Envelope, |builder| builder).await
    }

    pub(crate) async fn plain() -> Self {
        Self::with(VmpPreheatingShape::Plain, |builder| builder).await
    }

    pub(crate) async fn with(shape: VmpPreheatingShape, settings: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let clock = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
        let builder = Sandbox::builder().clock(clock).vmp_build_time(BUILD).vmp_node_time(NODE).vmp_preheating_shape(shape);
        let sandbox = settings(builder).start().await.unwrap();
        let (access, secret) = sandbox.vmp_access_key();
        let client = of(&sandbox, CncAkSk::new(access, secret).unwrap());
        let stranger = of(&sandbox, CncAkSk::new(access, "wrong").unwrap());
        Self { sandbox, shape, client, stranger }
    }

    pub(crate) fn vmp(&self) -> &Vmp {
        self.sandbox.vmp()
    }

    /// Another client of the account, which knows nothing of what the first one has signed.
    pub(crate) fn another(&self) -> Client {
        let (access, secret) = self.sandbox.vmp_access_key();
        of(&self.sandbox, CncAkSk::new(access, secret).unwrap())
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.sandbox.clock().advance(time);
    }

    /// An image of the instance that is there, still `BUILDING`.
    pub(crate) async fn begun(&self, name: &str) -> String {
        let body = ImageFromInstance::new(name, Vmp::INSTANCE);
        self.client.create_image_from_instance().body(body).send().await.unwrap().into_inner().id
    }

    /// What the list tells of an image.
    pub(crate) async fn told(&self, id: &str) -> Option<Image> {
        let list = self.client.list_images().ids(id).send().await.unwrap().into_inner();
        assert!(list.images.len() < 2);
        list.images.into_iter().next()
    }

    /// The statuses of all answers since the last time.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let statuses = self.vmp().calls().iter().map(|call| call.status).collect();
        self.vmp().clear_calls();
        statuses
    }

    /// A stranger's call is refused.
    #[track_caller]
    pub(crate) fn is_unknown_caller<T: fmt::Debug>(&self, result: Result<T, progenitor_client::Error<()>>) {
        refused(result, 403, "SignatureDoesNotMatch");
    }
}

fn of(sandbox: &Sandbox, keys: CncAkSk) -> Client {
    let session = Session::builder().clock(Time(sandbox.clock().clone())).credentials(keys).build().unwrap();
    Client::new(&sandbox.vmp_url(), session)
}

/// The refusal with that status and code; the service knows the call by its id.
#[track_caller]
pub(crate) fn refused<T: fmt::Debug, E: Into<Error>>(result: Result<T, E>, status: u16, code: &str) -> Error {
    let error = result.map_err(Into::into).expect_err(code);
    assert_eq!((error.status(), error.code()), (Some(status), Some(code)), "{error:?}");
    assert!(!error.message().is_empty() && error.request_id().is_some_and(|id| id.len() == 36), "{error:?}");
    error
}
