use cloudimg_sandbox::Sandbox;
use serde_json::{Value, json};

use super::support::{Answer, DATE, Store, vectors};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn send(store: &Store, vector: &Value, signature: &str) -> Answer {
    let mut call = store.request(text(&vector["method"]), text(&vector["target"]), signature);
    if let Some(bucket) = vector["bucket_in_host"].as_str() {
        call = call.header("host", format!("{bucket}.localhost"));
    }
    for pair in vector["headers"].as_array().unwrap() {
        call = call.header(text(&pair[0]), text(&pair[1]));
    }
    // A PUT without a body says nothing of its length.
    let body = vector["body"].as_str().unwrap_or(if vector["method"] == "PUT" { "x" } else { "" }).to_owned();
    Answer::read(call.body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn the_vectors_are_taken_and_no_other_signature() {
    let store = Store::start().await;
    for vector in vectors()["vectors"].as_array().unwrap() {
        let signature = text(&vector["signature"]);
        let answer = send(&store, vector, signature).await;
        assert_eq!(u64::from(answer.status), vector["status"].as_u64().unwrap(), "{vector} {}", answer.text());
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{other}{}", &signature[1..]);
        send(&store, vector, &forged).await.refused(403, "SignatureDoesNotMatch");
    }
}

#[tokio::test]
async fn what_was_signed_cannot_be_changed() {
    let store = Store::start().await;
    let signature = store.signature(&format!("PUT\n\n\n{DATE}\n/sandbox/a.raw"));
    let call = |method: &str, target: &str| store.request(method, target, &signature);
    for changed in [
        call("DELETE", "/sandbox/a.raw"),
        call("PUT", "/sandbox/b.raw"),
        call("PUT", "/sandbox/a.raw?acl"),
        call("PUT", "/sandbox/a.raw").header("x-obs-acl", "public-read"),
        call("PUT", "/sandbox/a.raw").header("content-type", "text/plain"),
    ] {
        Answer::read(changed.body("x").send().await.unwrap()).await.refused(403, "SignatureDoesNotMatch");
    }
    assert_eq!(Answer::read(call("PUT", "/sandbox/a.raw").body("x").send().await.unwrap()).await.status, 200);
    assert_eq!(store.sandbox.ims().object("sandbox", "a.raw").unwrap(), b"x");
}

#[tokio::test]
async fn unknown_keys_old_dates_and_unsigned_requests_are_refused() {
    let store = Store::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/sandbox/data.raw", store.sandbox.obs_url());
    let read = async |call: reqwest::RequestBuilder| Answer::read(call.send().await.unwrap()).await;
    read(http.get(&url)).await.refused(403, "AccessDenied");
    let call = http.get(&url).header("date", DATE).header("authorization", "OBS NOBODY:AAAA");
    read(call).await.refused(403, "InvalidAccessKeyId");
    let call = http.get(&url).header("date", DATE).header("authorization", "Basic AAAA");
    read(call).await.refused(400, "InvalidArgument");
    store.sandbox.clock().advance(std::time::Duration::from_secs(16 * 60));
    store.call("GET", "/sandbox/data.raw", "").await.refused(403, "RequestTimeTooSkewed");
}

#[tokio::test]
async fn temporary_keys_go_with_their_token_until_they_end() {
    use base64::Engine as _;
    use hmac::{KeyInit as _, Mac as _};

    let clock = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let sandbox = Sandbox::builder().clock(clock).start().await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let user = json!({"name": "demo", "domain": {"id": "default"}, "password": sandbox.password()});
    let scope = json!({"project": {"id": sandbox.project_id("demo")}});
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}});
    let answer = http.post(format!("{}/auth/tokens", sandbox.auth_url())).json(&body).send().await.unwrap();
    let token = answer.headers()["x-subject-token"].clone();
    let body = json!({"auth": {"identity": {"methods": ["token"]}}});
    let url = format!("{}.0/OS-CREDENTIAL/securitytokens", sandbox.auth_url());
    let answer = http.post(url).header("x-auth-token", token).json(&body).send().await.unwrap();
    let key: Value = answer.json().await.unwrap();
    let key = &key["credential"];
    let get = async |token: Option<&str>| {
        let line = token.map(|token| format!("x-obs-security-token:{token}\n")).unwrap_or_default();
        let signed = format!("GET\n\n\n{DATE}\n{line}/sandbox/data.raw");
        let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(text(&key["secret"]).as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        let call = http.get(format!("{}/sandbox/data.raw", sandbox.obs_url())).header("date", DATE);
        let mut call = call.header("authorization", format!("OBS {}:{signature}", text(&key["access"])));
        if let Some(token) = token {
            call = call.header("x-obs-security-token", token);
        }
        Answer::read(call.send().await.unwrap()).await
    };
    assert_eq!(get(Some(text(&key["securitytoken"]))).await.status, 200);
    get(None).await.refused(403, "InvalidSecurity");
    get(Some("another")).await.refused(403, "InvalidSecurity");
    sandbox.clock().advance(std::time::Duration::from_secs(900));
    get(Some(text(&key["securitytoken"]))).await.refused(403, "InvalidSecurity");
}
