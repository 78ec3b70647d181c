//! Clients through the proxy.

use std::rc::Rc;
use std::time::Duration;

use cloudimg::ims::Ims;
use cloudimg::poller::Rhythm;
use cloudimg::vmp::Vmp;
use cloudimg::{Cloud, Named, Scope, Settings, User};
use cloudimg_core::Session;
use cloudimg_core::credentials::{AkSk, StaticToken};

use crate::world::{World, retry, timeouts};

/// Looks that do not wait for long.
fn rhythm() -> Rhythm {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_secs(1), Duration::from_secs(1));
    rhythm
}

/// The clients of one run, all of them through the proxy, each for the service that the run is about.
pub(crate) struct Scene {
    pub(crate) world: Rc<World>,
    url: String,
}

impl Scene {
    pub(crate) fn new(world: Rc<World>, url: String) -> Rc<Self> {
        Rc::new(Self { world, url })
    }

    fn session(&self, user: &str) -> Session {
        self.world.session.with_credentials(StaticToken::new(self.world.tokens[user].clone()))
    }

    /// The facade for `demo`; it signs in past the proxy.
    pub(crate) fn cloud(&self) -> Cloud {
        let auth_url = self.world.sandbox.auth_url();
        self.facade(|who| Settings::new(auth_url, who.0, who.1, who.2).with_endpoint("image", format!("{}/v2", self.url)))
    }

    /// The facade for `demo`, who signs in through the proxy and finds the services past it.
    pub(crate) fn signing_in(&self) -> Cloud {
        self.facade(|who| Settings::new(format!("{}/v3", self.url), who.0, who.1, who.2))
    }

    fn facade(&self, settings: impl FnOnce((User, &str, Scope)) -> Settings) -> Cloud {
        let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
        let settings = settings((user, self.world.sandbox.password(), Scope::ProjectId(self.world.project("demo"))));
        Cloud::builder(settings).clock(self.world.clock.clone()).retry(retry()).timeouts(timeouts()).build().unwrap()
    }

    /// IMS of the facade for `demo`, who looks at jobs without waiting.
    pub(crate) fn ims(&self) -> Ims {
        let builder = Ims::builder().endpoint(&self.url).region("RegionOne").project_id(self.world.project("demo"));
        let builder = builder.token(self.world.tokens["demo"].clone());
        let builder = builder.clock(self.world.clock.clone()).retry(retry()).timeouts(timeouts());
        builder.build().unwrap().with_rhythm(rhythm())
    }

    /// VMP of the facade, which looks at what goes on without waiting.
    pub(crate) fn vmp_facade(&self) -> Vmp {
        let builder = Vmp::builder().endpoint(&self.url).keys(self.world.keys.clone()).pace(None);
        let builder = builder.clock(self.world.clock.clone()).retry(retry()).timeouts(timeouts());
        builder.build().unwrap().with_rhythm(rhythm())
    }

    pub(crate) fn keystone(&self, user: &str) -> cloudimg_keystone_v3::Client {
        cloudimg_keystone_v3::Client::new(&self.url, self.session(user))
    }

    pub(crate) fn glance(&self, user: &str) -> cloudimg_glance_v2::Client {
        cloudimg_glance_v2::Client::new(&self.url, self.session(user))
    }

    pub(crate) fn v1(&self, user: &str) -> cloudimg_ims_v1::Client {
        cloudimg_ims_v1::Client::new(&self.url, self.session(user))
    }

    pub(crate) fn v2(&self, user: &str) -> cloudimg_ims_v2::Client {
        cloudimg_ims_v2::Client::new(&self.url, self.session(user))
    }

    /// One of `demo`, who signs with an access key, or with one that is derived for a region.
    pub(crate) fn signed(&self, region: Option<&str>) -> cloudimg_ims_v2::Client {
        let (access, secret) = self.world.sandbox.access_key("demo").unwrap();
        let keys = AkSk::builder(access, secret).project_id(self.world.project("demo"));
        let keys = region.into_iter().fold(keys, |keys, region| keys.derived(region, "ims")).build().unwrap();
        cloudimg_ims_v2::Client::new(&self.url, self.world.session.with_credentials(keys))
    }

    pub(crate) fn vmp(&self) -> cloudimg_cdnetworks_vmp::Client {
        cloudimg_cdnetworks_vmp::Client::new(&self.url, self.world.session.with_credentials(self.world.keys.clone()))
    }
}
