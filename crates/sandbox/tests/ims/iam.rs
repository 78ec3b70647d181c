//! The identity service as an IAM: projects of a region, keys that end, agencies, the metadata service; each with its refusals.

use std::time::Duration;

use cloudimg_sandbox::{Sandbox, SandboxBuilder};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::signatures::{ACCESS, NOW, SECRET, clock, plain, send_to, sign_as};
use super::support::User;

const KEYS: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
const HOUR: Duration = Duration::from_secs(3600);

async fn start(settings: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Sandbox {
    let builder = Sandbox::builder().clock(clock(NOW)).access_key("demo", ACCESS, SECRET).agency("images", "other");
    settings(builder).start().await.unwrap()
}

/// A call to the identity service, signed by `demo`.
async fn signed(sandbox: &Sandbox, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = sign_as(plain(method, target, "application/json", &body), ACCESS, SECRET, NOW);
    send_to(&sandbox.auth_url(), &request).await
}

fn unsigned(sandbox: &Sandbox, method: Method, path: &str) -> RequestBuilder {
    let root = sandbox.auth_url().trim_end_matches("/v3").to_owned();
    Client::builder().no_proxy().build().unwrap().request(method, format!("{root}{path}"))
}

fn by_agency(agency: &str, more: &Value) -> Value {
    let mut role = json!({"domain_name": "Default", "agency_name": agency});
    role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}})
}

#[tokio::test]
async fn who_signs_sees_the_project_of_the_region() {
    let sandbox = start(|builder| builder).await;
    let (status, list) = signed(&sandbox, "GET", "/v3/projects?name=RegionOne", &Value::Null).await;
    assert_eq!((status, list["projects"][0]["id"].as_str()), (200, sandbox.project_id("demo")), "{list}");
    assert_eq!(list["projects"].as_array().unwrap().len(), 1);
    let (_, none) = signed(&sandbox, "GET", "/v3/projects?name=elsewhere", &Value::Null).await;
    assert_eq!(none["projects"], json!([]));
    let (_, domains) = signed(&sandbox, "GET", "/v3/auth/domains", &Value::Null).await;
    assert_eq!(domains["domains"][0]["id"], "default");
    let forged = sign_as(plain("GET", "/v3/projects", "application/json", ""), ACCESS, "another secret", NOW);
    let (status, refusal) = send_to(&sandbox.auth_url(), &forged).await;
    assert_eq!(status, 401);
    assert!(refusal["error"]["message"].as_str().unwrap().contains("verify aksk signature fail"), "{refusal}");
}

#[tokio::test]
async fn a_token_lists_projects_at_an_iam_and_not_at_a_keystone() {
    for is_iam in [false, true] {
        let sandbox = start(|builder| if is_iam { builder.projects_are_listed() } else { builder }).await;
        let demo = User::new(&sandbox, "demo", "demo").await;
        let list = || unsigned(&sandbox, Method::GET, "/v3/projects?name=RegionOne");
        let answer = demo.authorize(list()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), if is_iam { 200 } else { 403 });
        assert_eq!(list().send().await.unwrap().status(), 401);
        if is_iam {
            assert_eq!(answer.json::<Value>().await.unwrap()["projects"][0]["id"].as_str(), sandbox.project_id("demo"));
        }
    }
}

#[tokio::test]
async fn keys_by_agency_act_as_its_user_until_they_end() {
    let sandbox = start(|builder| builder).await;
    let (status, answer) = signed(&sandbox, "POST", KEYS, &by_agency("images", &json!({"duration_seconds": 900}))).await;
    assert_eq!(status, 201, "{answer}");
    let key = &answer["credential"];
    assert_eq!(key["expires_at"], "2026-01-02T03:19:05.000000Z");
    let part = |name: &str| key[name].as_str().unwrap().to_owned();
    let list = |token: Option<String>, date: &str| {
        let mut request = plain("GET", "/v2/cloudimages", "application/json", "");
        request.headers.extend(token.map(|token| ("X-Security-Token".to_owned(), token)));
        sign_as(request, &part("access"), &part("secret"), date)
    };
    let ims = sandbox.ims_url();
    assert_eq!(send_to(&ims, &list(Some(part("securitytoken")), NOW)).await.0, 200);
    for (token, said) in [(None, "x-security-token not found"), (Some("other".to_owned()), "not that of the ak")] {
        let (status, refusal) = send_to(&ims, &list(token, NOW)).await;
        assert_eq!((status, refusal["error_code"].as_str()), (401, Some("APIGW.0301")));
        assert!(refusal["error_msg"].as_str().unwrap().contains(said), "{refusal}");
    }
    // It is `other` who acts, in its project and no other.
    let demo = sandbox.project_id("demo").unwrap();
    let mut foreign = plain("GET", "/v2/cloudimages", "application/json", "");
    foreign.headers.extend([("X-Security-Token".to_owned(), part("securitytoken")), ("X-Project-Id".to_owned(), demo.to_owned())]);
    assert_eq!(send_to(&ims, &sign_as(foreign, &part("access"), &part("secret"), NOW)).await.0, 403);
    sandbox.clock().advance(Duration::from_secs(900));
    let (status, refusal) = send_to(&ims, &list(Some(part("securitytoken")), "20260102T031905Z")).await;
    assert_eq!(status, 401);
    assert!(refusal["error_msg"].as_str().unwrap().contains("has expired"), "{refusal}");
}

#[tokio::test]
async fn keys_are_refused_to_strangers_and_for_nothing() {
    let sandbox = start(|builder| builder).await;
    let good = by_agency("images", &json!({}));
    assert_eq!(unsigned(&sandbox, Method::POST, KEYS).json(&good).send().await.unwrap().status(), 401);
    let other = User::new(&sandbox, "other", "other").await;
    assert_eq!(other.authorize(unsigned(&sandbox, Method::POST, KEYS)).json(&good).send().await.unwrap().status(), 201);
    let lender = json!({"auth": {"identity": {"methods": ["assume_role"], "assume_role": {"agency_name": "images"}}}});
    for (body, wanted) in [
        (by_agency("nowhere", &json!({})), 404),
        (by_agency("images", &json!({"domain_name": "Other"})), 404),
        (by_agency("images", &json!({"duration_seconds": 899})), 400),
        (by_agency("images", &json!({"duration_seconds": 86_401})), 400),
        (lender, 400),
        (json!({"auth": {"identity": {"methods": ["password"]}}}), 400),
        (json!({"auth": {}}), 400),
        (json!({"auth": {"identity": {"methods": ["token"], "token": {"id": "nobody's"}}}}), 401),
    ] {
        assert_eq!(signed(&sandbox, "POST", KEYS, &body).await.0, wanted, "{body}");
    }
}

#[tokio::test]
async fn tokens_by_agency_and_identity_provider() {
    let sandbox = start(|builder| builder.id_token("idp", "jwt", "demo")).await;
    let mut body = by_agency("images", &json!({}));
    body["auth"]["scope"] = json!({"project": {"name": "RegionOne"}});
    let (status, token) = signed(&sandbox, "POST", "/v3/auth/tokens", &body).await;
    assert_eq!((status, token["token"]["project"]["id"].as_str()), (201, sandbox.project_id("other")), "{token}");
    body["auth"]["scope"] = json!({"project": {"id": sandbox.project_id("demo")}});
    assert_eq!(signed(&sandbox, "POST", "/v3/auth/tokens", &body).await.0, 401);
    assert_eq!(unsigned(&sandbox, Method::POST, "/v3/auth/tokens").json(&body).send().await.unwrap().status(), 401);

    let path = "/v3.0/OS-AUTH/id-token/tokens";
    let show = |provider: &str, token: &str| {
        let body = json!({"auth": {"id_token": {"id": token}}});
        unsigned(&sandbox, Method::POST, path).header("X-Idp-Id", provider).json(&body).send()
    };
    let answer = show("idp", "jwt").await.unwrap();
    assert_eq!(answer.status(), 201);
    let subject = answer.headers()["x-subject-token"].to_str().unwrap().to_owned();
    let keys = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": subject, "duration_seconds": 21_600}}}});
    let answer = unsigned(&sandbox, Method::POST, KEYS).json(&keys).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(show("idp", "forged").await.unwrap().status(), 401);
    assert_eq!(show("other", "jwt").await.unwrap().status(), 401);

    let oidc = |token: &str| {
        let body = json!({"provider_urn": "iam::d:oidcProvider:idp", "agency_urn": "iam::d:agency:images", "id_token": token, "agency_session_name": "s"});
        unsigned(&sandbox, Method::POST, "/v5/agencies/assume-with-oidc").json(&body).send()
    };
    let answer = oidc("jwt").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<Value>().await.unwrap()["credentials"]["security_token"].is_string());
    assert_eq!(oidc("forged").await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_metadata_service_gives_new_keys_in_time_and_can_ask_for_a_token() {
    assert_eq!(start(|builder| builder).await.metadata_url(), None);
    let sandbox = start(|builder| builder.metadata("demo", HOUR).metadata_needs_token()).await;
    let http = Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("{}{path}", sandbox.metadata_url().unwrap());
    let token =
        |life: &'static str| http.put(url("/meta-data/latest/api/token")).header("X-Metadata-Token-Ttl-Seconds", life).send();
    for life in ["0", "21601", "long"] {
        assert_eq!(token(life).await.unwrap().status(), 400);
    }
    let known = token("3000").await.unwrap().text().await.unwrap();
    let key = async |token: &str| {
        let answer = http.get(url("/openstack/latest/securitykey")).header("X-Metadata-Token", token).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap_or_default()["credential"]["access"].as_str().unwrap_or_default().to_owned())
    };
    let (status, first) = key(&known).await;
    assert_eq!(status, 200);
    sandbox.clock().advance(HOUR / 2 - Duration::from_secs(1));
    assert_eq!(key(&known).await.1, first);
    sandbox.clock().advance(Duration::from_secs(1));
    assert_ne!(key(&known).await.1, first);
    assert_eq!(key("unknown").await.0, 401);
    assert_eq!(http.get(url("/openstack/latest/securitykey")).send().await.unwrap().status(), 401);
    sandbox.clock().advance(HOUR / 2);
    assert_eq!(key(&known).await.0, 401);
    assert_eq!(http.get(url("/openstack/latest/meta_data.json")).send().await.unwrap().status(), 404);

    let open = start(|builder| builder.metadata("nobody", HOUR)).await;
    let answer = http.get(format!("{}/openstack/latest/securitykey", open.metadata_url().unwrap())).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("Please configure Cloud Service Agency first"));
}
