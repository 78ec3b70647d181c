//! A user of a sandbox, for the tests.
#![allow(dead_code)] // each test binary needs a part of it

use cloudimg_sandbox::Sandbox;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub(crate) struct User {
    pub(crate) http: Client,
    pub(crate) image_url: String,
    pub(crate) token: String,
}

impl User {
    pub(crate) async fn new(sandbox: &Sandbox, name: &str) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        let domain = json!({"id": "default"});
        let user = json!({"name": name, "domain": domain, "password": sandbox.password()});
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": name, "domain": domain}},
        }});
        let url = format!("{}/auth/tokens", sandbox.auth_url());
        let answer = http.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let token = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
        Self { http, image_url: sandbox.image_url(), token }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.image_url))
            .header("X-Auth-Token", &self.token)
            .header("Accept", "application/json")
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.call(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn create(&self) -> String {
        let body = json!({"disk_format": "raw", "container_format": "bare"});
        let answer = self.call(Method::POST, "/v2/images").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn put_data(&self, id: &str) -> RequestBuilder {
        let call = self.call(Method::PUT, &format!("/v2/images/{id}/file"));
        call.header("Content-Type", "application/octet-stream")
    }

    pub(crate) async fn with_data(&self, data: Vec<u8>) -> String {
        let id = self.create().await;
        let answer = self.put_data(&id).body(data).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        id
    }

    pub(crate) async fn show(&self, id: &str) -> Value {
        self.get(&format!("/v2/images/{id}")).await.json().await.unwrap()
    }
}
