//! Notes which operations were called and how they were answered: for `cargo xtask live` to judge, or for a test.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// Names the folder for the notes: a file a process, a line an answered call: the operation and the status.
const FOLDER: &str = "CLOUDIMG_COVERAGE_DIR";
/// The span that a session makes for each call.
const SPAN: &str = "cloudimg.call";

/// Notes all calls of this process from now on, if a folder is named for that.
pub(crate) fn note() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let Some(folder) = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()) else { return };
        // A gap in the notes would look like a gap in the suite.
        let notes = Notes::in_folder(folder.as_ref()).unwrap_or_else(|error| panic!("{FOLDER}: {error}"));
        tracing::subscriber::set_global_default(Registry::default().with(notes))
            .unwrap_or_else(|error| panic!("{FOLDER}: {error}"));
    });
}

type Tell = dyn Fn(&str, u16) + Send + Sync;

/// Tells of each answered call: the operation and the status.
pub struct Notes(Box<Tell>);

impl Notes {
    /// Each call is told to `tell`.
    #[must_use]
    pub fn new(tell: impl Fn(&str, u16) + Send + Sync + 'static) -> Self {
        Self(Box::new(tell))
    }

    fn in_folder(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(format!("{}.calls", std::process::id()));
        let file = Mutex::new(OpenOptions::new().append(true).create(true).open(path)?);
        Ok(Self::new(move |operation, status| {
            let line = format!("{operation} {status}\n");
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(line.as_bytes()).unwrap_or_else(|error| panic!("{FOLDER}: {error}"));
        }))
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notes")
    }
}

/// The operation of a call, kept with its span.
struct Operation(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.is_span() && metadata.name() == SPAN
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut seen = Seen::default();
        attributes.record(&mut seen);
        if let (Some(operation), Some(span)) = (seen.operation, context.span(id)) {
            span.extensions_mut().insert(Operation(operation));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut seen = Seen::default();
        values.record(&mut seen);
        let (Some(status), Some(span)) = (seen.status, context.span(id)) else { return };
        if let Some(Operation(operation)) = span.extensions().get() {
            (self.0)(operation, status);
        }
    }
}

#[derive(Default)]
struct Seen {
    operation: Option<String>,
    status: Option<u16>,
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "operation" {
            self.operation = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = u16::try_from(value).ok();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
