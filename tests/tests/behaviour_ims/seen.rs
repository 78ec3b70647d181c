//! Which operations were called and how they were answered, as the sessions' spans tell it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The span that a session makes for each call.
const SPAN: &str = "cloudimg.call";

/// Operations with the statuses of their answers.
pub(crate) type Calls = BTreeSet<(String, u16)>;

/// Notes the calls of this thread.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Calls>>);

impl Notes {
    pub(crate) fn calls(&self) -> Calls {
        self.0.lock().unwrap().clone()
    }
}

/// The operation of a call, kept with its span.
struct Operation(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.is_span() && metadata.name() == SPAN
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut found = Found::default();
        attributes.record(&mut found);
        if let (Some(operation), Some(span)) = (found.operation, context.span(id)) {
            span.extensions_mut().insert(Operation(operation));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut found = Found::default();
        values.record(&mut found);
        let (Some(status), Some(span)) = (found.status, context.span(id)) else { return };
        if let Some(Operation(operation)) = span.extensions().get() {
            self.0.lock().unwrap().insert((operation.clone(), u16::try_from(status).unwrap()));
        }
    }
}

#[derive(Default)]
struct Found {
    operation: Option<String>,
    status: Option<u64>,
}

impl Visit for Found {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "operation" {
            self.operation = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
