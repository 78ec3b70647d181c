//! A sandbox and the folder with its openrc files, for as long as a target needs them.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use cloudimg_sandbox::Sandbox;
use tempfile::TempDir;

/// A sandbox that runs; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    _sandbox: Sandbox,
    folder: TempDir,
}

impl Running {
    /// Starts one on free ports.
    pub(crate) fn start() -> Result<Self> {
        // On a thread of its own: the caller may be inside a runtime, which cannot run another one.
        let starting = std::thread::spawn(|| -> Result<Self> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let sandbox = runtime.block_on(Sandbox::start())?;
            let folder = tempfile::tempdir().context("making a folder for its settings")?;
            sandbox.write_config(folder.path())?;
            Ok(Self { _sandbox: sandbox, folder })
        });
        starting.join().map_err(|_| anyhow!("the thread that starts it panicked"))?.context("starting the sandbox")
    }

    /// The folder with its openrc files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}
