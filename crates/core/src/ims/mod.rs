//! What both clients of the Image Management Service of Huawei Cloud and Open Telekom Cloud must know, and no spec can say.

mod codes;
mod rules;

pub(crate) use codes::kind;
pub use codes::meaning;
#[doc(hidden)]
pub use rules::Rules;
