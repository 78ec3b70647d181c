//! A sandbox whose time moves only while somebody waits for a job, and those who use it.

use std::fmt;
use std::time::{Duration, SystemTime};

use cloudimg::clock::{Clock, Sleep};
use cloudimg::credentials::AkSk;
use cloudimg::ims::{CreateImageFromServer, CreateWholeImageFromServer, Ims, ImsBuilder};
use cloudimg::poller::Rhythm;
use cloudimg::retry::Never;
use cloudimg::{Error, Result};
use cloudimg_ims_v2::jobs::JobState;
use cloudimg_sandbox::{Sandbox, SandboxBuilder};
use cloudimg_tests::until;
use reqwest::Client;
use serde_json::{Value, json};

/// A UUID that is a server, a volume, a backup, a vault or a key.
pub(crate) const SOMETHING: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";
/// The UUID that nothing has.
pub(crate) const NOTHING: &str = "00000000-0000-0000-0000-000000000000";
/// An image that is not there.
pub(crate) const UNKNOWN: &str = "5b6f6a39-0f4e-4b7a-a2a5-6e6d8a2d9a3c";
pub(crate) const REGION: &str = "RegionOne";
const STEP: Duration = Duration::from_secs(10);
/// How long is waited between two looks at a job; no limit of a session is as long.
const LOOK: Duration = Duration::from_secs(11);

/// One look after another, each a step of the time apart.
pub(crate) fn rhythm() -> Rhythm {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest, rhythm.tolerance) = (LOOK, LOOK, 0);
    rhythm
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    Token,
    Keys,
}

/// The sandbox's time for a client. Who waits for a job moves it on; limits of a call wait for that.
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
            if duration == LOOK {
                clock.advance(LOOK);
                tokio::task::yield_now().await;
            } else {
                clock.sleep(duration).await;
            }
        })
    }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) sign_in: SignIn,
    pub(crate) demo: User,
    pub(crate) other: User,
    /// Somebody with a token or a secret that is wrong.
    pub(crate) stranger: User,
}

/// One who uses the service, by the facade and by the clients below it.
pub(crate) struct User {
    pub(crate) ims: Ims,
    pub(crate) v1: cloudimg_ims_v1::Client,
    pub(crate) v2: cloudimg_ims_v2::Client,
    pub(crate) project: String,
    pub(crate) token: String,
}

impl World {
    pub(crate) async fn start(sign_in: SignIn) -> Self {
        Self::with(sign_in, |builder| builder).await
    }

    pub(crate) async fn with(sign_in: SignIn, settings: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let clock = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
        let sandbox = settings(Sandbox::builder().clock(clock).task_step(STEP)).start().await.unwrap();
        let demo = User::new(&sandbox, sign_in, "demo").await;
        let other = User::new(&sandbox, sign_in, "other").await;
        let (access, _) = sandbox.access_key("demo").unwrap();
        let project = demo.project.clone();
        let builder = builder(&sandbox, &project);
        let builder = match sign_in {
            SignIn::Token => builder.token("wrong"),
            SignIn::Keys => builder.keys(AkSk::builder(access, "wrong").project_id(&project).build().unwrap()),
        };
        let stranger = User::of(builder, project, "wrong".to_owned()).await;
        Self { sandbox, sign_in, demo, other, stranger }
    }

    /// Waits for what needs no time of the sandbox but its attention.
    pub(crate) async fn until(&self, what: &str, mut probe: impl AsyncFnMut() -> bool) {
        until(what, async || Ok(probe().await.then_some(()))).await.unwrap();
    }

    /// Moves the time by one step of a job.
    pub(crate) fn step(&self) {
        self.sandbox.clock().advance(STEP);
    }

    /// The code of `error` is that of a caller who is not known.
    pub(crate) fn is_unknown_caller(&self, error: &Error) {
        assert_eq!((error.status(), error.code()), (Some(401), Some("APIGW.0301")), "{error:?}");
    }
}

/// The service, still without credentials.
pub(crate) fn builder(sandbox: &Sandbox, project: &str) -> ImsBuilder {
    let time = Time(sandbox.clock().clone());
    // Repetitions are the session's, and would wait for a time that nobody moves.
    Ims::builder().endpoint(sandbox.ims_url()).region(REGION).project_id(project).clock(time).retry(Never)
}

/// The access key of a user.
pub(crate) fn keys(sandbox: &Sandbox, user: &str) -> AkSk {
    let (access, secret) = sandbox.access_key(user).unwrap();
    AkSk::builder(access, secret).project_id(sandbox.project_id(user).unwrap()).build().unwrap()
}

impl User {
    async fn new(sandbox: &Sandbox, sign_in: SignIn, name: &str) -> Self {
        let project = sandbox.project_id(name).unwrap().to_owned();
        let token = token(sandbox, name).await;
        let builder = builder(sandbox, &project);
        let builder = match sign_in {
            SignIn::Token => builder.token(token.clone()),
            SignIn::Keys => builder.keys(keys(sandbox, name)),
        };
        Self::of(builder, project, token).await
    }

    async fn of(builder: ImsBuilder, project: String, token: String) -> Self {
        let ims = builder.build().unwrap().with_rhythm(rhythm());
        let (v1, v2) = ims.raw().await.unwrap();
        Self { ims, v1, v2, project, token }
    }

    /// Waits for a job that a generated client started.
    pub(crate) async fn finish(&self, job: &str) -> Result<JobState> {
        self.v2.jobs(self.project.clone()).wait(job).with_rhythm(rhythm()).await
    }

    /// The image that such a job makes.
    pub(crate) async fn made(&self, job: &str) -> String {
        self.finish(job).await.unwrap().image_ids()[0].to_owned()
    }

    /// An image of a server.
    pub(crate) async fn server_image(&self, name: &str) -> String {
        let job = self.ims.images().create_from_server(CreateImageFromServer::new(name, SOMETHING)).await.unwrap();
        job.await.unwrap()
    }

    /// An image of all disks of a server.
    pub(crate) async fn whole_image(&self, name: &str) -> String {
        let body = CreateWholeImageFromServer::new(name, SOMETHING).vault_id(SOMETHING);
        self.ims.images().create_whole_from_server(body).await.unwrap().await.unwrap()
    }

    /// The record of an image, made by the native call, which this service has from Glance.
    pub(crate) async fn queued_image(&self, sandbox: &Sandbox, name: &str) -> String {
        let body = json!({"name": name, "disk_format": "zvhd2", "container_format": "bare", "__os_version": "CentOS 7.9 64bit"});
        let call = http().post(format!("{}/v2/images", sandbox.ims_url())).header("X-Auth-Token", &self.token).json(&body);
        let answer: Value = call.send().await.unwrap().json().await.unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }
}

/// A client that notes nothing and signs nothing.
pub(crate) fn http() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// A token for the project of the user's name.
pub(crate) async fn token(sandbox: &Sandbox, name: &str) -> String {
    let domain = json!({"id": "default"});
    let user = json!({"name": name, "domain": domain, "password": sandbox.password()});
    let body = json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"name": name, "domain": domain}},
    }});
    let answer = http().post(format!("{}/auth/tokens", sandbox.auth_url())).json(&body).send().await.unwrap();
    answer.headers()["x-subject-token"].to_str().unwrap().to_owned()
}

/// The refusal with that code.
#[track_caller]
pub(crate) fn refused<T: fmt::Debug, E: Into<Error>>(result: std::result::Result<T, E>, code: &str) -> Error {
    let error = result.map_err(Into::into).expect_err(code);
    assert_eq!(error.code(), Some(code), "{error:?}");
    assert!(!error.message().is_empty());
    error
}
