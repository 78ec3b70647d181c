//! What gives keys.

use std::fmt;
use std::sync::Arc;

use cloudimg_core::Result;
use futures::future::{BoxFuture, ready};

use super::keys::Keys;

/// Gives keys, and gives others when these end.
pub(super) trait Source: fmt::Debug + Send + Sync + 'static {
    /// The keys of now.
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>>;
}

/// What a source has.
#[derive(Debug)]
pub(super) enum Found {
    /// Keys.
    Keys(Box<Keys>),
    /// None, and why.
    Nothing(String),
}

impl From<Keys> for Found {
    fn from(keys: Keys) -> Self {
        Self::Keys(Box::new(keys))
    }
}

/// Keys that are there and last.
#[derive(Debug)]
pub(super) struct Fixed(pub(super) Keys);

impl Source for Fixed {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        Box::pin(ready(Ok(self.0.clone().into())))
    }
}
