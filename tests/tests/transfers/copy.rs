//! Copies from cloud to cloud.
