//! A sandbox that is spoken to past the clients.

use cloudimg_sandbox::{Sandbox, SandboxBuilder};
use reqwest::{Client, Method};
use serde_json::{Value, json};

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    http: Client,
    pub(crate) token: String,
}

impl World {
    pub(crate) async fn start(builder: SandboxBuilder) -> Self {
        let sandbox = builder.start().await.unwrap();
        let http = Client::builder().no_proxy().build().unwrap();
        let domain = json!({"id": "default"});
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "demo", "domain": domain, "password": sandbox.password()
            }}},
            "scope": {"project": {"name": "demo", "domain": domain}},
        }});
        let answer = http.post(format!("{}/auth/tokens", sandbox.auth_url())).json(&body).send().await.unwrap();
        let token = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
        Self { sandbox, http, token }
    }

    pub(crate) async fn call(&self, method: Method, url: &str, body: Value) -> Value {
        let call = self.http.request(method, url).header("x-auth-token", &self.token);
        let call = if body.is_null() { call } else { call.json(&body) };
        let answer = call.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{url}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }
}

/// The members `key` of the rows in `list`.
pub(crate) fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}
