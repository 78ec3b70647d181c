//! What the environment offers, and the way from it to one cloud.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use cloudimg_core::Result;

use super::cloud::CloudConfig;
use super::resolve;
use super::sources::Sources;

/// Finds the settings of a cloud: in `clouds.yaml` and the files beside it, or in `OS_*` variables.
///
/// It knows nothing but what it is given, so that two of them never meet; [`from_process`](Self::from_process) gives it what the process
/// has. Files are read anew at each call.
#[derive(Clone)]
pub struct Loader {
    variables: BTreeMap<String, String>,
    pub(crate) home: Option<PathBuf>,
    pub(crate) working_directory: Option<PathBuf>,
    pub(crate) system_folder: PathBuf,
    pub(crate) strict: bool,
    pub(crate) files: bool,
}

impl Default for Loader {
    fn default() -> Self {
        Self::new()
    }
}

impl Loader {
    /// One without variables, home and working directory: only the folders of the whole machine are searched.
    #[must_use]
    pub fn new() -> Self {
        Self {
            variables: BTreeMap::new(),
            home: None,
            working_directory: None,
            system_folder: PathBuf::from("/etc/openstack"),
            strict: false,
            files: true,
        }
    }

    /// One with the variables, the home directory (`HOME`, on Windows `USERPROFILE`) and the working directory of this process.
    #[must_use]
    pub fn from_process() -> Self {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let mut loader = Self::new().environment(std::env::vars_os().filter_map(text));
        let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        loader.home = home.filter(|home| !home.is_empty()).map(PathBuf::from);
        loader.working_directory = std::env::current_dir().ok();
        loader
    }

    /// These environment variables and no others.
    #[must_use]
    pub fn environment<N: Into<String>, V: Into<String>>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        self.variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self
    }

    /// This home directory.
    #[must_use]
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = Some(folder.into());
        self
    }

    /// This working directory, which is searched first.
    #[must_use]
    pub fn working_directory(mut self, folder: impl Into<PathBuf>) -> Self {
        self.working_directory = Some(folder.into());
        self
    }

    /// The folder that is searched last, `/etc/openstack` unless told otherwise.
    #[must_use]
    pub fn system_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.system_folder = folder.into();
        self
    }

    /// Exactly the rules of openstacksdk: none of the extensions that the [module](crate::config) tells of.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Variables only: no file is looked for.
    #[must_use]
    pub fn without_files(mut self) -> Self {
        self.files = false;
        self
    }

    /// The settings of a cloud: of `name`, else of the one that `OS_CLOUD` names, else of the one that the variables make, else of the
    /// only one; in `region`, else in the cloud's first.
    ///
    /// # Errors
    /// `Configuration`, naming file, cloud and key: no such cloud or region, a setting that is missing or of a wrong kind, a file that is
    /// refused. What only signing in needs, such as the password, is asked for by [`CloudConfig::access`].
    pub fn cloud(&self, name: Option<&str>, region: Option<&str>) -> Result<CloudConfig> {
        let sources = Sources::load(self)?;
        let config = resolve::cloud(self, sources, name, region)?;
        for warning in &config.warnings {
            tracing::warn!(cloud = config.name, "{warning}");
        }
        Ok(config)
    }

    /// The names of all clouds that are known: those of the files in their order, then that of the variables.
    ///
    /// # Errors
    /// `Configuration` for a file that is refused.
    pub fn clouds(&self) -> Result<Vec<String>> {
        Ok(Sources::load(self)?.clouds.keys().cloned().collect())
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Loader {
    /// Shows the names of the variables, not what they hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("variables", &self.variables.keys().filter(|name| name.starts_with("OS_")).collect::<Vec<_>>())
            .field("home", &self.home)
            .field("working_directory", &self.working_directory)
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}
