//! A value that is fetched when it is needed, kept while it is good, and fetched once however many wait for it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cloudimg_core::Result;
use futures::FutureExt as _;
use futures::future::{BoxFuture, WeakShared};

type OnItsWay<T> = WeakShared<BoxFuture<'static, Result<T>>>;

/// The value and, while it is fetched, what everybody waits for.
pub(crate) struct Kept<T: Clone>(Mutex<State<T>>);

struct State<T: Clone> {
    value: Option<T>,
    /// Held weakly: a fetch that all have given up must end, or the next caller would take over its limits on time.
    on_its_way: Option<OnItsWay<T>>,
    generation: u64,
}

impl<T: Clone> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(State { value: None, on_its_way: None, generation: 0 }))
    }
}

impl<T: Clone + Send + Sync + 'static> Kept<T> {
    /// The value if it is good, or what `fetch` makes; it is told the number of the fetch, from 1.
    pub(crate) async fn get(
        &self,
        is_good: impl FnOnce(&T) -> bool,
        fetch: impl FnOnce(u64) -> BoxFuture<'static, Result<T>>,
    ) -> Result<T> {
        let fetched = {
            let mut state = self.lock();
            if let Some(value) = state.value.as_ref().filter(|value| is_good(value)) {
                return Ok(value.clone());
            }
            match state.on_its_way.as_ref().and_then(WeakShared::upgrade) {
                Some(fetched) => fetched,
                None => {
                    state.generation += 1;
                    let fetched = fetch(state.generation).shared();
                    state.on_its_way = fetched.downgrade();
                    fetched
                }
            }
        };
        let result = fetched.clone().await;
        let mut state = self.lock();
        if state.on_its_way.as_ref().and_then(WeakShared::upgrade).is_some_and(|current| current.ptr_eq(&fetched)) {
            state.on_its_way = None;
            if let Ok(value) = &result {
                state.value = Some(value.clone());
            }
        }
        result
    }

    /// The value as it is, good or not.
    pub(crate) fn peek(&self) -> Option<T> {
        self.lock().value.clone()
    }

    /// Gives the value up if it is one that `is_meant`.
    pub(crate) fn forget(&self, is_meant: impl FnOnce(&T) -> bool) {
        self.lock().value.take_if(|value| is_meant(value));
    }
}

impl<T: Clone> Kept<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("has_value", &self.lock().value.is_some()).finish_non_exhaustive()
    }
}
