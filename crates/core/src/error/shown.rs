//! How an error is shown.

use std::error::Error as StdError;
use std::fmt;

use super::Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &*self.0;
        if let Some(operation) = &parts.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&parts.message)?;
        let mut details = Vec::new();
        details.extend(parts.status.map(|status| format!("HTTP {status}")));
        details.extend(parts.code.clone());
        details.extend(parts.request_id.as_ref().map(|id| format!("request {id}")));
        if parts.attempts > 1 {
            details.push(format!("{} attempts", parts.attempts));
        }
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &*self.0;
        f.debug_struct("Error")
            .field("kind", &parts.kind)
            .field("message", &parts.message)
            .field("operation", &parts.operation)
            .field("status", &parts.status)
            .field("code", &parts.code)
            .field("request_id", &parts.request_id)
            .field("retry_after", &parts.retry_after)
            .field("attempts", &parts.attempts)
            .field("body", &String::from_utf8_lossy(&parts.body))
            .field("source", &parts.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
