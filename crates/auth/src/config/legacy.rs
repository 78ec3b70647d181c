//! Older spellings of settings, and settings that stand in several places, brought to one form.

use cloudimg_core::Result;

use super::place::Origin;
use super::placeholders;
use super::value::{Map, Value};

/// Settings that are also found outside `auth`, and there win: by name, with the older names that they go by, of which the last one wins.
const OUTER: [(&str, &[&str]); 10] = [
    ("domain_id", &["domain_id", "domain-id"]),
    ("domain_name", &["domain_name", "domain-name"]),
    ("user_domain_id", &["user_domain_id", "user-domain-id"]),
    ("user_domain_name", &["user_domain_name", "user-domain-name"]),
    ("project_domain_id", &["project_domain_id", "project-domain-id"]),
    ("project_domain_name", &["project_domain_name", "project-domain-name"]),
    ("token", &["auth-token", "auth_token", "token"]),
    ("passcode", &["passcode"]),
    ("project_id", &["tenant_id", "tenant-id", "project_id", "project-id"]),
    ("project_name", &["tenant_name", "tenant-name", "project_name", "project-name"]),
];

/// The settings of one cloud while they are brought to one form.
pub(crate) struct Legacy<'a> {
    pub(crate) config: Map,
    pub(crate) auth: Map,
    pub(crate) origin: &'a Origin,
    pub(crate) strict: bool,
}

impl Legacy<'_> {
    /// Everything in its order; each step counts on those before.
    pub(crate) fn fix(&mut self) -> Result<()> {
        self.timeouts();
        self.auth_type();
        self.outer_auth()?;
        self.interfaces();
        if !self.is_ours() {
            self.shared_domain();
        }
        self.kinds()?;
        self.auth_url()
    }

    /// Whether it is a way to sign in that only we know, whose keys mean what they say.
    fn is_ours(&self) -> bool {
        !self.strict && matches!(self.config.get("auth_type").and_then(Value::as_text), Some("aksk" | "cnc"))
    }

    /// Services cannot have limits of their own: any `..._timeout` is the one for all.
    fn timeouts(&mut self) {
        let is_other = |key: &str| key.ends_with("timeout") && key != "timeout" && key != "api_timeout";
        let others: Vec<String> = self.config.keys().filter(|key| is_other(key)).cloned().collect();
        let values: Vec<Value> = others.iter().filter_map(|key| self.config.shift_remove(key)).collect();
        if let Some(value) = values.into_iter().next_back().filter(|value| !value.is_null()) {
            self.config.insert("api_timeout".to_owned(), value);
        }
    }

    /// `auth_plugin` is the older name. With the default in place, as in strict mode, it never counts.
    fn auth_type(&mut self) {
        let older = self.config.shift_remove("auth_plugin");
        if let Some(auth_type) = self.config.shift_remove("auth_type").or(older) {
            self.config.insert("auth_type".to_owned(), auth_type);
        }
    }

    fn outer_auth(&mut self) -> Result<()> {
        for (target, names) in OUTER {
            let mut winner = None;
            for name in names {
                for map in [&mut self.auth, &mut self.config] {
                    if let Some(value) = map.shift_remove(*name).filter(|value| self.strict || !value.is_null()) {
                        let text = value
                            .to_text()
                            .ok_or_else(|| self.origin.error(&format!("`{name}` is {}; it must be text", value.kind())))?;
                        winner = Some(text);
                    }
                }
            }
            if let Some(text) = winner.filter(|text| !text.is_empty()) {
                self.auth.insert(target.to_owned(), Value::Text(text));
            }
        }
        Ok(())
    }

    /// `endpoint_type` is the older name of `interface`, with a service's name in front as well. The later of both wins.
    fn interfaces(&mut self) {
        let config = std::mem::take(&mut self.config);
        for (key, value) in config {
            let key = if key.ends_with("endpoint_type") { key.replace("endpoint_type", "interface") } else { key };
            self.config.insert(key, value);
        }
    }

    /// A domain that is given once goes for the user and the project, if there is one.
    fn shared_domain(&mut self) {
        if !["project_id", "project_name"].iter().any(|key| self.auth.contains_key(*key)) {
            return;
        }
        for kind in ["id", "name"] {
            if let Some(domain) = self.auth.shift_remove(&format!("domain_{kind}")) {
                for owner in ["user", "project"] {
                    self.auth.entry(format!("{owner}_domain_{kind}")).or_insert_with(|| domain.clone());
                }
            }
        }
    }

    fn kinds(&mut self) -> Result<()> {
        if let Some(value) = self.config.get_mut("insecure") {
            let insecure = match &*value {
                Value::Null => false,
                Value::Bool(insecure) => *insecure,
                Value::Text(text) => text.eq_ignore_ascii_case("true") || (!self.strict && is_yes(text) == Some(true)),
                Value::Integer(digits) if !self.strict && (digits == "0" || digits == "1") => digits == "1",
                other => return Err(self.origin.error(&format!("`insecure` is {}; it must be true or false", other.kind()))),
            };
            *value = Value::Bool(insecure);
        }
        if let Some(value) = self.config.get_mut("auth_methods") {
            split_methods(value, self.strict);
        }
        if !self.strict
            && let Some(value) = self.auth.get_mut("auth_methods")
        {
            split_methods(value, false);
        }
        Ok(())
    }

    fn auth_url(&mut self) -> Result<()> {
        let Some(url) = self.auth.get("auth_url").filter(|url| self.strict || !url.is_null()) else { return Ok(()) };
        let Some(text) = url.as_text() else {
            return Err(self.origin.error(&format!("`auth_url` is {}; it must be text", url.kind())));
        };
        self.config.insert("auth".to_owned(), Value::Map(self.auth.clone()));
        let filled =
            placeholders::filled(text, &self.config).map_err(|problem| self.origin.error(&format!("`auth_url`: {problem}")))?;
        self.config.shift_remove("auth");
        self.auth.insert("auth_url".to_owned(), Value::text(filled));
        Ok(())
    }
}

fn split_methods(value: &mut Value, strict: bool) {
    if let Value::Text(text) = value {
        let trimmed = |method: &str| if strict { method.to_owned() } else { method.trim().to_owned() };
        *value = Value::List(text.split(',').map(|method| Value::text(trimmed(method))).collect());
    }
}

/// What a text means that should be a boolean.
pub(crate) fn is_yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}
