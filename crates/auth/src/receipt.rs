//! A sign-in that needs more than was given so far.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use cloudimg_core::{Error, ErrorKind, Result, Secret};
use cloudimg_keystone_v3::types;
use futures::future::{BoxFuture, FutureExt as _};
use http::HeaderMap;

use crate::methods::Method;

/// What a service hands out where the methods so far were right but not enough.
///
/// It is the source of an error of the kind `AuthFailed`, where [`Receipt::of`] finds it. [`Keystone::go_on`](crate::Keystone::go_on) takes
/// it, with the methods that are missing; [`Settings::on_more_methods`](crate::Settings::on_more_methods) does so at every sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    secret: Secret,
    done: Vec<String>,
    required: Vec<Vec<String>>,
    user_id: Option<String>,
    expires: Option<SystemTime>,
}

/// The header with the receipt.
const HEADER: &str = "openstack-auth-receipt";

impl Receipt {
    /// A receipt that was kept as text; what it stands for is known to the service only.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self { secret: secret.into(), done: Vec::new(), required: Vec::new(), user_id: None, expires: None }
    }

    /// The receipt that came with a refused sign-in, if one did.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The receipt itself, which is as good as the methods that it stands for.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The methods that were right, by their names in the Identity API.
    #[must_use]
    pub fn done(&self) -> &[String] {
        &self.done
    }

    /// Alternatives, each of them a set of methods that suffices.
    #[must_use]
    pub fn required(&self) -> &[Vec<String>] {
        &self.required
    }

    /// What is still missing of each alternative.
    #[must_use]
    pub fn missing(&self) -> Vec<Vec<&str>> {
        let is_missing = |method: &&str| !self.done.iter().any(|done| done == method);
        self.required.iter().map(|methods| methods.iter().map(String::as_str).filter(is_missing).collect()).collect()
    }

    /// The id of the user who signs in.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// Until when it can be used.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// `error` as it is; or, if a receipt came with it, saying so and holding it.
    pub(crate) fn attached(error: Error, headers: &HeaderMap) -> Error {
        let Some(secret) = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty()) else {
            return error;
        };
        let told: types::SignInRefusal = serde_json::from_slice(error.body()).unwrap_or_default();
        let names = |methods: Vec<types::AuthMethod>| methods.iter().map(ToString::to_string).collect::<Vec<_>>();
        let known = told.receipt.unwrap_or_default();
        let receipt = Self {
            secret: secret.into(),
            done: names(known.methods.unwrap_or_default()),
            required: told.required_auth_methods.unwrap_or_default().into_iter().map(names).collect(),
            user_id: known.user.and_then(|user| user.id),
            expires: known.expires_at.and_then(|time| time.time()),
        };
        error.with_message(receipt.to_string()).with_source(receipt)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signing in needs more methods")?;
        if !self.done.is_empty() {
            write!(f, " than {}", self.done.join(" and "))?;
        }
        let missing: Vec<_> = self.missing().iter().filter(|rest| !rest.is_empty()).map(|rest| rest.join(" and ")).collect();
        if !missing.is_empty() {
            write!(f, "; missing: {}", missing.join(", or "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Receipt {}

type Answer = BoxFuture<'static, Result<Vec<Method>>>;

/// Who is asked for the methods that a sign-in turns out to need.
#[derive(Clone)]
pub(crate) struct MoreMethods(Arc<dyn Fn(Receipt) -> Answer + Send + Sync>);

impl MoreMethods {
    pub(crate) fn new<F>(ask: impl Fn(Receipt) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Method>>> + Send + 'static,
    {
        Self(Arc::new(move |receipt| ask(receipt).boxed()))
    }

    pub(crate) async fn ask(&self, receipt: &Receipt) -> Result<Vec<Method>> {
        let methods = (self.0)(receipt.clone()).await?;
        if methods.is_empty() {
            return Err(Error::new(ErrorKind::AuthFailed, receipt.to_string()).with_source(receipt.clone()));
        }
        Ok(methods)
    }
}

impl fmt::Debug for MoreMethods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MoreMethods(..)")
    }
}
