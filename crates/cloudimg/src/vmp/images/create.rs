use std::future::IntoFuture;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Images;
use crate::vmp::types::{ImageFromInstance, ImageFromUrl, Switch};
use crate::vmp::{Building, OsType, Vmp, wrong};

impl Images {
    /// Makes an image of an instance's system disk. Shut the instance down first, or at least what writes on it. Awaited it gives the image in
    /// the making, whose id is known then. (`Vmpcreateimage`.)
    #[must_use = "nothing is made before it is awaited"]
    pub fn create_from_instance(&self, name: impl Into<String>, instance: impl Into<String>) -> CreateFromInstance {
        CreateFromInstance { vmp: self.vmp.clone(), body: ImageFromInstance::new(name, instance) }
    }

    /// Makes an image of the file at a URL. Awaited it gives the image in the making, whose id is known then. (`Vmpcreateimage`.)
    #[must_use = "nothing is made before it is awaited"]
    pub fn create_from_url(&self, name: impl Into<String>, url: impl Into<String>, os_type: impl Into<OsType>) -> CreateFromUrl {
        CreateFromUrl { vmp: self.vmp.clone(), body: ImageFromUrl::new(name, url, os_type) }
    }
}

/// An image to be made of an instance; await it.
///
/// The call is not sent twice where it may have arrived: after `Interrupted` or `Timeout` look for the name before making it anew.
///
/// # Errors
/// `InvalidRequest` before anything is sent if something is empty, and those of any call.
#[derive(Clone, Debug)]
pub struct CreateFromInstance {
    vmp: Vmp,
    body: ImageFromInstance,
}

/// An image to be made of the file at a URL; await it.
///
/// The call is not sent twice where it may have arrived: after `Interrupted` or `Timeout` look for the name before making it anew.
///
/// # Errors
/// `InvalidRequest` before anything is sent if something is empty, the URL is none or the MD5 is not 32 hexadecimal digits, and those of any call.
#[derive(Clone, Debug)]
pub struct CreateFromUrl {
    vmp: Vmp,
    body: ImageFromUrl,
}

impl CreateFromInstance {
    /// What runs on it; what the service knows of the instance counts more.
    #[must_use]
    pub fn os_type(mut self, os_type: impl Into<OsType>) -> Self {
        self.body = self.body.ostype(os_type);
        self
    }

    /// An instance made from it needs a system disk of so many GB at least.
    #[must_use]
    pub fn min_disk(mut self, gigabytes: u16) -> Self {
        self.body = self.body.min_disk(gigabytes);
        self
    }

    /// Whether the QEMU guest agent runs on it, without which passwords cannot be set.
    #[must_use]
    pub fn qga_enabled(mut self, is: bool) -> Self {
        self.body = self.body.qga_enabled(switch(is));
        self
    }

    async fn carry_out(self) -> Result<Building> {
        not_empty("name", &self.body.name)?;
        not_empty("instance", &self.body.instance_uuid)?;
        check_os_type(self.body.ostype.as_ref())?;
        let made = self.vmp.client()?.create_image_from_instance().body(self.body).send().await?.into_inner();
        begun(&self.vmp, made.id)
    }
}

impl CreateFromUrl {
    /// The MD5 of the file: 32 hexadecimal digits.
    #[must_use]
    pub fn md5(mut self, digits: impl Into<String>) -> Self {
        self.body = self.body.md5(digits);
        self
    }

    /// An instance made from it needs a system disk of so many GB at least.
    #[must_use]
    pub fn min_disk(mut self, gigabytes: u16) -> Self {
        self.body = self.body.min_disk(gigabytes);
        self
    }

    /// Whether the QEMU guest agent runs on it, without which passwords cannot be set.
    #[must_use]
    pub fn qga_enabled(mut self, is: bool) -> Self {
        self.body = self.body.qga_enabled(switch(is));
        self
    }

    async fn carry_out(self) -> Result<Building> {
        let body = &self.body;
        not_empty("name", &body.name)?;
        not_empty("url", &body.image_src_url)?;
        if !url::Url::parse(&body.image_src_url).is_ok_and(|url| url.has_host()) {
            // It may hold a signature, which a log should not.
            return Err(wrong("`url` is no URL with a scheme and a host".to_owned()));
        }
        check_os_type(Some(&body.ostype))?;
        if let Some(md5) = body.md5.as_deref().filter(|md5| md5.len() != 32 || !md5.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(wrong(format!("`md5` is `{md5}`, and must be 32 hexadecimal digits")));
        }
        let made = self.vmp.client()?.create_image_from_url().body(self.body).send().await?.into_inner();
        begun(&self.vmp, made.id)
    }
}

fn switch(is: bool) -> Switch {
    if is { Switch::True } else { Switch::False }
}

fn not_empty(name: &str, value: &str) -> Result<()> {
    if value.trim().is_empty() { Err(wrong(format!("`{name}` is empty"))) } else { Ok(()) }
}

/// Refuses a known word in other letters, such as `Linux`: the service has them in lower case. What else it may take is its own affair.
fn check_os_type(os_type: Option<&OsType>) -> Result<()> {
    let Some(OsType::Unlisted(word)) = os_type else { return Ok(()) };
    not_empty("os_type", word)?;
    match OsType::LISTED.iter().find(|known| known.as_str().eq_ignore_ascii_case(word)) {
        Some(known) => Err(wrong(format!("`os_type` is `{word}`: write `{known}`"))),
        None => Ok(()),
    }
}

fn begun(vmp: &Vmp, id: String) -> Result<Building> {
    if id.is_empty() {
        return Err(Error::new(ErrorKind::Decode, "the answer does not name the new image").with_operation("create_image"));
    }
    Building::new(vmp, id)
}

impl IntoFuture for CreateFromInstance {
    type Output = Result<Building>;
    type IntoFuture = BoxFuture<'static, Result<Building>>;

    fn into_future(self) -> Self::IntoFuture {
        self.carry_out().boxed()
    }
}

impl IntoFuture for CreateFromUrl {
    type Output = Result<Building>;
    type IntoFuture = BoxFuture<'static, Result<Building>>;

    fn into_future(self) -> Self::IntoFuture {
        self.carry_out().boxed()
    }
}
