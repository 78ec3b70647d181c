//! Stories: what is there before a call, the call, and what it must have come to.

use std::fmt;
use std::rc::Rc;

use cloudimg_core::Error;
use futures::future::LocalBoxFuture;
use progenitor_client::ResponseValue;

use crate::scene::Scene;

/// What came of a call that succeeded.
#[derive(Debug)]
pub(crate) enum Seen {
    /// That it did is all there is to say.
    Done,
    /// Something was read: what it was, and what it must be.
    Rows { got: Vec<String>, right: Vec<String> },
}

impl Seen {
    pub(crate) fn rows<T: Into<String>>(got: impl IntoIterator<Item = T>, right: Vec<String>) -> Result<Self, Error> {
        Ok(Self::Rows { got: got.into_iter().map(Into::into).collect(), right })
    }

    pub(crate) fn same(got: impl fmt::Debug, right: impl fmt::Debug) -> Result<Self, Error> {
        Self::rows([format!("{got:?}")], vec![format!("{right:?}")])
    }
}

/// The outcome of a call, whatever it gives.
pub(crate) trait Outcome {
    fn seen(self) -> Result<Seen, Error>;
}

impl<T> Outcome for Result<ResponseValue<T>, progenitor_client::Error<()>> {
    fn seen(self) -> Result<Seen, Error> {
        self.map(|_| Seen::Done).map_err(Error::from)
    }
}

impl Outcome for Result<Seen, Error> {
    fn seen(self) -> Result<Seen, Error> {
        self
    }
}

/// The call itself, through the proxy.
pub(crate) struct Act(pub(crate) LocalBoxFuture<'static, Result<Seen, Error>>);

/// What is not as with other stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    Nothing,
    /// The sandbox refuses the call, as services of this kind do.
    Refused,
    /// The body can be read but once: no failure is survived.
    Once,
    /// The call is followed by others until the work is done.
    Followed,
}

/// A call of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Story {
    pub(crate) operation: &'static str,
    pub(crate) special: Special,
    /// Makes what must be there, past the proxy, and gives the call.
    pub(crate) play: fn(Rc<Scene>) -> LocalBoxFuture<'static, Act>,
}

/// A table of stories, `TABLE =` and then `operation(scene; made = what must be there) => the call;`, behind `#[refused]` and the like where it is a special one.
macro_rules! stories {
    (@special refused) => { $crate::story::Special::Refused };
    (@special once) => { $crate::story::Special::Once };
    (@special followed) => { $crate::story::Special::Followed };
    (@special) => { $crate::story::Special::Nothing };
    ($name:ident = $( $(#[$special:ident])? $operation:ident ( $scene:ident $(; $made:pat = $making:expr )? ) => $call:expr; )*) => {
        pub(crate) const $name: &[$crate::story::Story] = &[ $(
            $crate::story::Story {
                operation: stringify!($operation),
                special: $crate::story::stories!(@special $($special)?),
                play: |$scene| Box::pin(async move {
                    $( let $made = $making.await; )?
                    $crate::story::Act(Box::pin(async move {
                        let _ = &$scene;
                        $crate::story::Outcome::seen($call.await)
                    }))
                }),
            }
        ),* ];
    };
}
pub(crate) use stories;
