//! Imports that the service does itself.
