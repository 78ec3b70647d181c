use crate::operation::{Envelope, LongBody, OperationFacts};

/// One call: its operation and what the spec says of it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub(crate) operation: &'static str,
    pub(crate) facts: Option<&'static OperationFacts>,
    /// The longest answer that is read whole.
    pub(super) longest: usize,
}

impl Call {
    /// A call of `operation`; without facts it is treated with all care.
    #[must_use]
    pub fn new(operation: &'static str, facts: Option<&'static OperationFacts>) -> Self {
        Self { operation, facts, longest: super::LONGEST_JSON }
    }

    /// The same call, of which an answer of more than `limit` bytes is a `Decode` error.
    pub(super) fn with_longest(self, limit: usize) -> Self {
        Self { longest: limit, ..self }
    }

    /// Method and path, by which forms of one call are the same operation; without facts the name alone.
    pub(crate) fn key(&self) -> (&'static str, &'static str) {
        self.facts.map_or(("", self.operation), |facts| (facts.method, facts.path))
    }

    pub(crate) fn media_type(&self) -> Option<&'static str> {
        self.facts.and_then(|facts| facts.media_type)
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        self.facts.is_some_and(|facts| facts.idempotent)
    }

    pub(crate) fn long_body(&self) -> LongBody {
        self.facts.map_or(LongBody::None, |facts| facts.long_body)
    }

    pub(crate) fn envelope(&self) -> Option<&'static Envelope> {
        self.facts.and_then(|facts| facts.envelope.as_ref())
    }

    pub(crate) fn query_pairs(&self) -> &'static [(&'static str, &'static str)] {
        self.facts.map_or(&[], |facts| facts.query_pairs)
    }

    pub(crate) fn is_success(&self, status: u16) -> bool {
        (200..300).contains(&status) || self.facts.is_some_and(|facts| facts.success.contains(&status))
    }
}
