//! A client that signs by a few lines of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudimg_sandbox::{Clock, Sandbox};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, Response};
use serde_json::Value;
use sha1::Sha1;

pub(crate) const DATE: &str = "Fri, 02 Jan 2026 03:04:05 GMT";

/// The vectors that the client's signer is held to as well.
pub(crate) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/fixtures/obs-signing-vectors.json")).unwrap()
}

pub(crate) struct Store {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
    secret: String,
    access: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn read(answer: Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let etag = headers.get("etag").map(|value| value.to_str().unwrap().trim_matches('"').to_owned());
        assert_eq!(headers["x-obs-request-id"].len(), 32);
        Self { status, etag, headers, body: answer.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let text = self.text();
        Some(text.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>"))?.0.to_owned())
    }

    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.member("Code").as_deref()), (status, Some(code)), "{}", self.text());
        assert_eq!(self.headers["content-type"], "application/xml");
        assert!(!self.member("Message").unwrap().is_empty());
    }
}

impl Store {
    pub(crate) async fn start() -> Self {
        let file = vectors();
        let key = |name: &str| file[name].as_str().unwrap().to_owned();
        let clock = Clock::manual(key("time").parse().unwrap());
        let (access, secret) = (key("access_key"), key("secret_key"));
        let sandbox = Sandbox::builder().clock(clock).access_key("demo", &access, &secret).start().await.unwrap();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox, http, secret, access }
    }

    /// A request that has what `signature` is about.
    pub(crate) fn request(&self, method: &str, target: &str, signature: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let authorization = format!("OBS {}:{signature}", self.access);
        let call = self.http.request(method, format!("{}{target}", self.sandbox.obs_url()));
        call.header("date", DATE).header("authorization", authorization)
    }

    pub(crate) fn signature(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// A signed call; the query of `target` is in order and signed as it is.
    pub(crate) async fn call(&self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.call_with(method, target, &[], body).await
    }

    pub(crate) async fn call_with(&self, method: &str, target: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let signature = self.signature(&format!("{method}\n\n\n{DATE}\n{target}"));
        let mut call = self.request(method, target, &signature).body(body.into());
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        Answer::read(call.send().await.unwrap()).await
    }
}
