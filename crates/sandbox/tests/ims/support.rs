//! A client of IMS that says no more than a test needs.

use std::time::Duration;

use cloudimg_sandbox::{Clock, Sandbox, SandboxBuilder};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// A UUID that is a server, a volume, a backup, a vault or a key.
pub const SOMETHING: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";
pub const NOTHING: &str = "00000000-0000-0000-0000-000000000000";
pub const STEP: Duration = Duration::from_secs(10);

pub struct Cloud {
    pub sandbox: Sandbox,
    pub demo: User,
    pub other: User,
}

pub struct User {
    http: Client,
    ims: String,
    glance: String,
    token: String,
    pub project: String,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub text: String,
}

impl Answer {
    async fn read(answer: reqwest::Response) -> Self {
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        Self { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    #[track_caller]
    pub fn good(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// An error of the service.
    #[track_caller]
    pub fn refused(self, code: &str) {
        assert_eq!((self.status, self.body["error"]["code"].as_str()), (400, Some(code)), "{}", self.text);
        assert!(!self.body["error"]["message"].as_str().unwrap().is_empty());
    }

    /// An error of the gateway.
    #[track_caller]
    pub fn stopped(self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["error_code"].as_str()), (status, Some(code)), "{}", self.text);
        assert!(!self.body["error_msg"].as_str().unwrap().is_empty());
        assert_eq!(self.body["request_id"].as_str().unwrap().len(), 32);
    }
}

impl User {
    pub async fn new(sandbox: &Sandbox, name: &str, project: &str) -> Self {
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let domain = json!({"id": "default"});
        let user = json!({"name": name, "domain": domain, "password": sandbox.password()});
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": project, "domain": domain}},
        }});
        let answer = http.post(format!("{}/auth/tokens", sandbox.auth_url())).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let token = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
        let project = sandbox.project_id(project).unwrap().to_owned();
        Self { http, ims: sandbox.ims_url(), glance: sandbox.image_url(), token, project }
    }

    /// A call that is not answered with a body of JSON, or is none of ours.
    pub fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.ims)).header("X-Auth-Token", &self.token)
    }

    /// A call to another service, with this user's token.
    pub fn authorize(&self, call: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        call.header("X-Auth-Token", &self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::read(self.call(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Answer::read(self.call(method, path).json(&body).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::read(self.call(Method::DELETE, path).send().await.unwrap()).await
    }

    /// A call on the port of Glance.
    pub async fn glance(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut call = self.http.request(method, format!("{}{path}", self.glance)).header("X-Auth-Token", &self.token);
        if let Some(body) = body {
            call = call.json(&body);
        }
        Answer::read(call.send().await.unwrap()).await
    }

    pub async fn job(&self, id: &str) -> Value {
        self.get(&format!("/v1/{}/jobs/{id}", self.project)).await.good(200)
    }

    /// Waits until a job is over.
    pub async fn finish(&self, answer: Answer) -> Value {
        let id = answer.good(200)["job_id"].as_str().unwrap().to_owned();
        assert_eq!(id.len(), 32);
        for _ in 0..500 {
            let job = self.job(&id).await;
            if !matches!(job["status"].as_str(), Some("INIT" | "RUNNING")) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the job {id} does not end");
    }

    pub async fn succeed(&self, answer: Answer) -> Value {
        let job = self.finish(answer).await;
        assert_eq!(job["status"], "SUCCESS", "{job}");
        assert_eq!(job["error_code"], Value::Null);
        job["entities"].clone()
    }

    /// The id of the image that a job makes.
    pub async fn image(&self, answer: Answer) -> String {
        self.succeed(answer).await["image_id"].as_str().unwrap().to_owned()
    }

    pub async fn fail(&self, answer: Answer) -> String {
        let job = self.finish(answer).await;
        assert_eq!(job["status"], "FAIL", "{job}");
        assert!(!job["fail_reason"].as_str().unwrap().is_empty());
        job["error_code"].as_str().unwrap().to_owned()
    }

    /// An image of a server.
    pub async fn server_image(&self, name: &str) -> String {
        let body = json!({"name": name, "instance_id": SOMETHING});
        let answer = self.post("/v2/cloudimages/action", body).await;
        self.image(answer).await
    }

    /// The image as the list by its id has it, if it does.
    pub async fn listed(&self, id: &str) -> Option<Value> {
        let list = self.get(&format!("/v2/cloudimages?id={id}")).await.good(200);
        let images = list["images"].as_array().unwrap();
        assert!(images.len() < 2);
        images.first().cloned()
    }

    /// The names of a list.
    pub async fn names(&self, query: &str) -> Vec<String> {
        let list = self.get(&format!("/v2/cloudimages?{query}")).await.good(200);
        let name = |image: &Value| image["name"].as_str().unwrap().to_owned();
        list["images"].as_array().unwrap().iter().map(name).collect()
    }
}

impl Cloud {
    pub async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    pub async fn with(settings: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        let builder = Sandbox::builder().task_step(Duration::from_millis(5));
        let sandbox = settings(builder).start().await.unwrap();
        let demo = User::new(&sandbox, "demo", "demo").await;
        let other = User::new(&sandbox, "other", "other").await;
        Self { sandbox, demo, other }
    }

    /// One whose time stands still; each step of a job takes [`STEP`].
    pub async fn still() -> Self {
        let clock = Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
        Self::with(|builder| builder.clock(clock).task_step(STEP)).await
    }

    /// Moves the time on and waits until the job says so.
    pub async fn step(&self, job: &str, until: impl Fn(&Value) -> bool) -> Value {
        self.sandbox.clock().advance(STEP);
        for _ in 0..500 {
            let job = self.demo.job(job).await;
            if until(&job) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the job {job} does not move");
    }
}
