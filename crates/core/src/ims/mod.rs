//! What both clients of the Image Management Service of Huawei Cloud and Open Telekom Cloud must know, and no spec can say.

mod codes;
mod rules;

pub(crate) use codes::kind;
pub use codes::meaning;
#[doc(hidden)]
pub use rules::Rules;

use crate::error::Result;

/// A body that can be held against the rules of the service before it is sent; unchecked, it is sent as it is.
pub trait Check: Sized {
    /// Whether the body keeps the rules that the references tell.
    ///
    /// # Errors
    /// `InvalidRequest` that names each broken rule.
    fn check(&self) -> Result<()>;

    /// The body itself, if it keeps the rules.
    ///
    /// # Errors
    /// See [`check`](Self::check).
    fn checked(self) -> Result<Self> {
        self.check().map(|()| self)
    }
}
