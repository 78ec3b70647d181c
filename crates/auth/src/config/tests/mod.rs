//! What openstacksdk has no cases for: our extensions, the texts of errors, abuse.

use std::fs;
use std::path::Path;

use cloudimg_core::{ErrorKind, Result};
use tempfile::TempDir;

use super::*;

mod errors;
mod files;
mod sign_in;

const AUTH: &str = "{auth_url: 'https://ks.example/v3', username: u, password: hush, user_domain_name: D, project_id: p}";

/// A folder with files, as the working directory.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(&folder.path().join(name), text.as_bytes());
        }
        Self(folder)
    }

    fn loader(&self) -> Loader {
        Loader::new().working_directory(self.0.path()).system_folder(self.0.path().join("etc"))
    }

    /// A text without the folder's name.
    fn short(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn told(&self, result: Result<impl std::fmt::Debug>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        self.short(&error.to_string())
    }

    fn warned(&self, config: &CloudConfig) -> Vec<String> {
        config.warnings.iter().map(|warning| self.short(warning)).collect()
    }
}

/// Writes a file that only its owner may read.
fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}
