//! Where configuration files are looked for.

use std::path::{Path, PathBuf};

use super::Loader;

const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// One file that may be there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// Whether a variable names it: then it may be a pipe as well.
    pub(crate) named: bool,
}

impl Loader {
    /// The places of the file `name` (without its ending), the first one first; `variable` may name one more in front.
    pub(crate) fn places(&self, name: &str, variable: Option<&str>) -> Vec<Place> {
        let named = variable.and_then(|variable| self.variable(variable)).filter(|path| !path.is_empty());
        let named = named.map(|path| Place { path: self.absolute(path), named: true });
        let folders = self.folders();
        let usual = folders.iter().flat_map(|folder| ENDINGS.map(|ending| folder.join(format!("{name}.{ending}"))));
        named.into_iter().chain(usual.map(|path| Place { path, named: false })).collect()
    }

    /// The folders that are searched, each once.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = Vec::new();
        let mut add = |folder: Option<PathBuf>| {
            if let Some(folder) = folder.filter(|folder| !folders.contains(folder)) {
                folders.push(folder);
            }
        };
        add(self.working_directory.clone());
        add(self.user_folder());
        let home = self.variable("SNAP_REAL_HOME").filter(|home| !home.is_empty()).map(PathBuf::from).or_else(|| self.home.clone());
        add(home.map(|home| home.join(".config/openstack")));
        self.site_folders().into_iter().for_each(|folder| add(Some(folder)));
        add(Some(self.system_folder.clone()));
        folders
    }

    fn user_folder(&self) -> Option<PathBuf> {
        // A relative one is against the rules of XDG, and passed over.
        let folder = self.variable("XDG_CONFIG_HOME").filter(|folder| folder.starts_with('/')).map(PathBuf::from);
        match folder {
            Some(folder) => Some(folder.join("openstack")),
            None if cfg!(windows) => {
                self.variable("LOCALAPPDATA").map(|folder| Path::new(folder).join("OpenStack").join("openstack"))
            }
            None if cfg!(target_os = "macos") => self.home.as_ref().map(|home| home.join("Library/Application Support/openstack")),
            None => self.home.as_ref().map(|home| home.join(".config/openstack")),
        }
    }

    fn site_folders(&self) -> Vec<PathBuf> {
        let listed = self.variable("XDG_CONFIG_DIRS").unwrap_or_default();
        let listed: Vec<_> =
            listed.split(':').filter(|folder| folder.starts_with('/')).map(|folder| format!("{folder}/openstack")).collect();
        match listed.len() {
            // The Python client joins them to the name of one folder, which is never there.
            2.. if self.strict => vec![PathBuf::from(listed.join(":"))],
            1.. => listed.into_iter().map(PathBuf::from).collect(),
            _ if cfg!(windows) => {
                let folder = self.variable("PROGRAMDATA").map(|folder| Path::new(folder).join("OpenStack").join("openstack"));
                folder.into_iter().collect()
            }
            _ if cfg!(target_os = "macos") => vec![PathBuf::from("/Library/Application Support/openstack")],
            _ => vec![PathBuf::from("/etc/xdg/openstack")],
        }
    }

    /// A path as the process would find it.
    pub(crate) fn absolute(&self, path: &str) -> PathBuf {
        match &self.working_directory {
            Some(folder) => folder.join(path),
            None => PathBuf::from(path),
        }
    }

    /// A path whose `~` means the home directory, if there is one.
    pub(crate) fn expanded(&self, path: &str) -> PathBuf {
        match (&self.home, path.strip_prefix('~')) {
            (Some(home), Some("")) => home.clone(),
            (Some(home), Some(rest)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
            _ => PathBuf::from(path),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn folders(loader: &Loader) -> String {
        loader.folders().iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn folders_come_in_order() {
        let loader = Loader::new().working_directory("/w").home("/h");
        assert_eq!(folders(&loader), "/w /h/.config/openstack /etc/xdg/openstack /etc/openstack");
        let xdg = loader.clone().environment([("XDG_CONFIG_HOME", "/x"), ("XDG_CONFIG_DIRS", "/s:/t")]);
        assert_eq!(folders(&xdg), "/w /x/openstack /h/.config/openstack /s/openstack /t/openstack /etc/openstack");
        assert_eq!(folders(&xdg.strict()), "/w /x/openstack /h/.config/openstack /s/openstack:/t/openstack /etc/openstack");
        let snap = loader.environment([("XDG_CONFIG_HOME", "relative"), ("SNAP_REAL_HOME", "/real")]);
        assert_eq!(folders(&snap), "/w /h/.config/openstack /real/.config/openstack /etc/xdg/openstack /etc/openstack");
        assert_eq!(folders(&Loader::new()), "/etc/xdg/openstack /etc/openstack");
    }

    #[test]
    fn a_tilde_is_the_home_directory() {
        let loader = Loader::new().home("/h");
        for (path, wanted) in [("~/a", "/h/a"), ("~", "/h"), ("~other/a", "~other/a"), ("/a~/b", "/a~/b"), ("a", "a")] {
            assert_eq!(loader.expanded(path), Path::new(wanted));
        }
        assert_eq!(Loader::new().expanded("~/a"), Path::new("~/a"));
    }
}
