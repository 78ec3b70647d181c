//! Where everything of the live servers lies, and what is written there: the
//! servers' configuration, and the files by which clients find them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The password of every user.
pub(crate) const PASSWORD: &str = "cloudimg-live";
/// The secret of demo's application credential.
pub(crate) const SECRET: &str = "appcred-cloudimg-live";

const KEYSTONE_CONF: &str = include_str!("files/keystone.conf");
const GLANCE_CONF: &str = include_str!("files/glance-api.conf");
const IMPORT_CONF: &str = include_str!("files/glance-image-import.conf");
const UWSGI_INI: &str = include_str!("files/uwsgi.ini");
const APPLICATION: &str = include_str!("files/application.py");

/// All that the configurations are made from; another text, another template.
pub(crate) const SOURCES: [&str; 3] = [KEYSTONE_CONF, GLANCE_CONF, IMPORT_CONF];

/// The folders Glance wants to find.
const STORES: [&str; 7] = ["fast", "slow", "staging", "tasks", "cache", "work", "lock"];

/// The servers, by the name of their Python package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// Identity v3.
    Keystone,
    /// Image v2.
    Glance,
}

impl Server {
    /// Both, in the order in which they stop.
    pub(crate) const ALL: [Self; 2] = [Self::Glance, Self::Keystone];

    /// `keystone` or `glance`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keystone => "keystone",
            Self::Glance => "glance",
        }
    }

    /// What answers 200 once the server is ready.
    pub(crate) fn ready_path(self) -> &'static str {
        match self {
            Self::Keystone => "/v3",
            Self::Glance => "/healthcheck",
        }
    }
}

/// The ports that the servers listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Identity.
    pub(crate) keystone: u16,
    /// Image.
    pub(crate) glance: u16,
}

impl Ports {
    /// The port of one server.
    pub(crate) fn of(self, server: Server) -> u16 {
        match server {
            Server::Keystone => self.keystone,
            Server::Glance => self.glance,
        }
    }

    /// The root URL of one server.
    pub(crate) fn url(self, server: Server) -> String {
        format!("http://127.0.0.1:{}", self.of(server))
    }
}

/// The folders of one installation.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// The cache, which holds the Python environments as well.
    pub(crate) home: PathBuf,
}

impl Layout {
    /// Configuration of one server, `application.py` and `uwsgi.ini` with it.
    pub(crate) fn etc(&self, server: Server) -> PathBuf {
        self.home.join("etc").join(server.name())
    }

    /// The file that uWSGI is started with; its path marks our processes.
    pub(crate) fn ini(&self, server: Server) -> PathBuf {
        self.etc(server).join("uwsgi.ini")
    }

    /// Databases, keys and stores of the running servers.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Databases as they are before anybody has written to them.
    pub(crate) fn template(&self) -> PathBuf {
        self.home.join("template")
    }

    /// What the servers and the steps of starting them say.
    pub(crate) fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    /// `clouds.yaml` and the openrc files: all that a client needs.
    pub(crate) fn client(&self) -> PathBuf {
        self.home.join("client")
    }

    /// Writes the configuration of both servers.
    pub(crate) fn configure(&self, ports: Ports, environment: &Path) -> Result<()> {
        fs::create_dir_all(self.log()).context("cannot make the log folder")?;
        for store in STORES {
            fs::create_dir_all(self.data().join(store)).context("cannot make the stores")?;
        }
        for server in Server::ALL {
            let etc = self.etc(server);
            fs::create_dir_all(&etc).with_context(|| format!("cannot make {}", etc.display()))?;
            let fill = |text: &str| self.fill(text, server, ports);
            write(&etc.join("uwsgi.ini"), &fill(UWSGI_INI)?)?;
            write(&etc.join("application.py"), APPLICATION)?;
            match server {
                Server::Keystone => write(&etc.join("keystone.conf"), &fill(KEYSTONE_CONF)?)?,
                Server::Glance => {
                    write(&etc.join("glance-api.conf"), &fill(GLANCE_CONF)?)?;
                    write(&etc.join("glance-image-import.conf"), &fill(IMPORT_CONF)?)?;
                    // Glance's own pipeline, as it was installed.
                    let paste = "glance-api-paste.ini";
                    fs::copy(environment.join("etc/glance").join(paste), etc.join(paste))
                        .context("Glance's package has brought no glance-api-paste.ini")?;
                }
            }
        }
        Ok(())
    }

    fn fill(&self, text: &str, server: Server, ports: Ports) -> Result<String> {
        // One process serves Keystone's few requests; Glance gets a second one,
        // so that a long upload never blocks the rest.
        let processes = if server == Server::Keystone { "1" } else { "2" };
        let values = [
            ("data", self.data().display().to_string()),
            ("etc", self.etc(server).display().to_string()),
            ("log", self.log().display().to_string()),
            ("keystone", ports.url(Server::Keystone)),
            ("glance", ports.url(Server::Glance)),
            ("password", PASSWORD.to_owned()),
            ("service", server.name().to_owned()),
            ("port", ports.of(server).to_string()),
            ("processes", processes.to_owned()),
        ];
        let mut filled = text.to_owned();
        for (name, value) in values {
            filled = filled.replace(&format!("{{{{{name}}}}}"), &value);
        }
        if let Some(at) = filled.find("{{") {
            let rest: String = filled[at..].chars().take(20).collect();
            bail!("a template of xtask names an unknown value: {rest}");
        }
        Ok(filled)
    }

    /// Writes `clouds.yaml`, `openrc` (user demo) and an `openrc-NAME` for each
    /// further cloud.
    pub(crate) fn write_client_files(&self, ports: Ports, credential_id: &str) -> Result<()> {
        let folder = self.client();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut yaml = String::from("clouds:\n");
        for cloud in clouds(ports, credential_id) {
            yaml += &format!("  {}:\n", cloud.name);
            if let Some(kind) = cloud.auth_type {
                yaml += &format!("    auth_type: {kind}\n");
            }
            yaml += "    auth:\n";
            for (key, value) in &cloud.auth {
                yaml += &format!("      {key}: \"{value}\"\n");
            }
            yaml += "    region_name: RegionOne\n    interface: public\n    identity_api_version: \"3\"\n";

            let mut shell = String::new();
            if let Some(kind) = cloud.auth_type {
                shell += &format!("export OS_AUTH_TYPE='{kind}'\n");
            }
            for (key, value) in &cloud.auth {
                shell += &format!("export OS_{}='{value}'\n", key.to_uppercase());
            }
            shell += "export OS_REGION_NAME='RegionOne'\nexport OS_INTERFACE='public'\n";
            shell += "export OS_IDENTITY_API_VERSION='3'\n";
            let file = match cloud.name {
                "demo" => "openrc".to_owned(),
                name => format!("openrc-{name}"),
            };
            write(&folder.join(file), &shell)?;
        }
        write(&folder.join("clouds.yaml"), &yaml)
    }
}

struct CloudEntry {
    name: &'static str,
    auth_type: Option<&'static str>,
    auth: Vec<(&'static str, String)>,
}

fn clouds(ports: Ports, credential_id: &str) -> Vec<CloudEntry> {
    let auth_url = format!("{}/v3", ports.url(Server::Keystone));
    let user = |name: &'static str, project: &str| CloudEntry {
        name,
        auth_type: None,
        auth: vec![
            ("auth_url", auth_url.clone()),
            ("username", name.to_owned()),
            ("password", PASSWORD.to_owned()),
            ("project_name", project.to_owned()),
            ("user_domain_name", "Default".to_owned()),
            ("project_domain_name", "Default".to_owned()),
        ],
    };
    vec![
        user("admin", "admin"),
        user("demo", "demo"),
        user("other", "other"),
        user("viewer", "demo"),
        CloudEntry {
            name: "demo-appcred",
            auth_type: Some("v3applicationcredential"),
            auth: vec![
                ("auth_url", auth_url.clone()),
                ("application_credential_id", credential_id.to_owned()),
                ("application_credential_secret", SECRET.to_owned()),
            ],
        },
    ]
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: Ports = Ports { keystone: 5001, glance: 9001 };

    #[test]
    fn every_template_is_filled() {
        let home = tempfile::tempdir().unwrap();
        let layout = Layout { home: home.path().to_owned() };
        for server in Server::ALL {
            for text in [KEYSTONE_CONF, GLANCE_CONF, IMPORT_CONF, UWSGI_INI] {
                layout.fill(text, server, PORTS).unwrap();
            }
        }
        let ini = layout.fill(UWSGI_INI, Server::Glance, PORTS).unwrap();
        assert!(ini.contains("http = 127.0.0.1:9001\n"), "{ini}");
        let error = layout.fill("x = {{nothing}}", Server::Glance, PORTS).unwrap_err();
        assert!(error.to_string().contains("{{nothing}}"));
    }

    #[test]
    fn client_files_name_every_cloud() {
        let home = tempfile::tempdir().unwrap();
        let layout = Layout { home: home.path().to_owned() };
        layout.write_client_files(PORTS, "abc").unwrap();
        let read = |name: &str| fs::read_to_string(layout.client().join(name)).unwrap();
        let yaml = read("clouds.yaml");
        for name in ["admin", "demo", "other", "viewer", "demo-appcred"] {
            assert!(yaml.contains(&format!("\n  {name}:\n")), "{yaml}");
        }
        assert!(yaml.contains("auth_url: \"http://127.0.0.1:5001/v3\""), "{yaml}");
        assert!(read("openrc").contains("export OS_USERNAME='demo'\n"));
        assert!(read("openrc-viewer").contains("export OS_PROJECT_NAME='demo'\n"));
        assert!(read("openrc-demo-appcred").contains("OS_APPLICATION_CREDENTIAL_ID='abc'"));
    }
}
