//! The files that clients read: `clouds.yaml`, `openrc`, `huawei.env` and `cdnetworks.env`.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::keystone::directory::{DOMAIN_NAME, REGION};
use crate::server::{Error, Sandbox};

/// One cloud: its name, how to sign in, and with what.
struct Entry {
    name: &'static str,
    auth_type: Option<&'static str>,
    auth: Vec<(&'static str, String)>,
}

fn entries(sandbox: &Sandbox) -> Vec<Entry> {
    let auth_url = sandbox.auth_url();
    let user = |name: &'static str, project: &str| Entry {
        name,
        auth_type: None,
        auth: vec![
            ("auth_url", auth_url.clone()),
            ("username", name.to_owned()),
            ("password", sandbox.password().to_owned()),
            ("project_name", project.to_owned()),
            ("user_domain_name", DOMAIN_NAME.to_owned()),
            ("project_domain_name", DOMAIN_NAME.to_owned()),
        ],
    };
    let (id, secret) = sandbox.application_credential();
    vec![
        user("admin", "admin"),
        user("demo", "demo"),
        user("other", "other"),
        user("viewer", "demo"),
        Entry {
            name: "demo-appcred",
            auth_type: Some("v3applicationcredential"),
            auth: vec![
                ("auth_url", auth_url.clone()),
                ("application_credential_id", id.to_owned()),
                ("application_credential_secret", secret.to_owned()),
            ],
        },
    ]
}

/// A YAML scalar in double quotes. Only what JSON also escapes can occur.
fn yaml(value: &str) -> String {
    crate::json::Json::from(value).to_text(crate::json::Layout::Compact)
}

/// A word for a shell.
fn shell(value: &str) -> String {
    format!("'{}'", value.replace('\'', "'\\''"))
}

/// What Huawei's own clients read from the environment, and where IMS and the object store are.
fn huawei_env(sandbox: &Sandbox, user: &str) -> String {
    let (access, secret) = sandbox.access_key(user).unwrap_or_default();
    env([
        ("HUAWEICLOUD_SDK_AK", access),
        ("HUAWEICLOUD_SDK_SK", secret),
        ("HUAWEICLOUD_SDK_PROJECT_ID", sandbox.project_id(user).unwrap_or_default()),
        ("HUAWEICLOUD_SDK_REGION", REGION),
        (&format!("HUAWEICLOUD_SDK_REGION_IMS_{}", REGION.to_uppercase()), &sandbox.ims_url()),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", sandbox.auth_url().trim_end_matches("/v3")),
        ("IMS_ENDPOINT", &sandbox.ims_url()),
        (&format!("HUAWEICLOUD_SDK_REGION_OBS_{}", REGION.to_uppercase()), &sandbox.obs_url()),
        ("OBS_ENDPOINT", &sandbox.obs_url()),
    ])
}

/// What the clients of VMP read from the environment, and where it is.
fn cdnetworks_env(sandbox: &Sandbox) -> String {
    let (access, secret) = sandbox.vmp_access_key();
    env([("CDNETWORKS_ACCESS_KEY", access), ("CDNETWORKS_SECRET_KEY", secret), ("CDNETWORKS_ENDPOINT", &sandbox.vmp_url())])
}

fn env<const N: usize>(lines: [(&str, &str); N]) -> String {
    lines.map(|(key, value)| format!("export {key}={}\n", shell(value))).concat()
}

fn clouds_yaml(entries: &[Entry]) -> String {
    let mut out = String::from("clouds:\n");
    for entry in entries {
        let _ = writeln!(out, "  {}:", entry.name);
        if let Some(auth_type) = entry.auth_type {
            let _ = writeln!(out, "    auth_type: {}", yaml(auth_type));
        }
        out.push_str("    auth:\n");
        for (key, value) in &entry.auth {
            let _ = writeln!(out, "      {key}: {}", yaml(value));
        }
        let _ = writeln!(out, "    region_name: {}", yaml(REGION));
        out.push_str("    identity_api_version: \"3\"\n    interface: \"public\"\n");
    }
    out
}

fn openrc(entry: &Entry) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(out, "export OS_{}={}", key.to_uppercase(), shell(value));
    };
    line("identity_api_version", "3");
    line("region_name", REGION);
    line("interface", "public");
    if let Some(auth_type) = entry.auth_type {
        line("auth_type", auth_type);
    }
    for (key, value) in &entry.auth {
        line(key, value);
    }
    out
}

pub(crate) fn write(sandbox: &Sandbox, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    fs::create_dir_all(folder).map_err(|e| Error::new(format!("cannot make the folder {}: {e}", folder.display()), e))?;
    let entries = entries(sandbox);
    let mut written = Vec::new();
    let mut put = |name: &str, text: &str| {
        let path = folder.join(name);
        replace(folder, &path, text).map_err(|e| Error::new(format!("cannot write {}: {e}", path.display()), e))?;
        written.push(path);
        Ok(())
    };
    put("clouds.yaml", &clouds_yaml(&entries))?;
    for entry in &entries {
        let name = match entry.name {
            "demo" => "openrc".to_owned(),
            name => format!("openrc-{name}"),
        };
        put(&name, &openrc(entry))?;
    }
    put("huawei.env", &huawei_env(sandbox, "demo"))?;
    put("huawei-other.env", &huawei_env(sandbox, "other"))?;
    put("cdnetworks.env", &cdnetworks_env(sandbox))?;
    Ok(written)
}

/// Writes beside the file, then puts it in its place. Temporary files are made with mode 0600.
fn replace(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(yaml("a\"b\\"), r#""a\"b\\""#);
    }
}
