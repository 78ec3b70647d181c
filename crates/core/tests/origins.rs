//! What a session sends to whom, whatever servers say: credentials stay at the origin that a call was meant for.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod server;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod tls_server;

use std::sync::{Arc, OnceLock};

use cloudimg_core::credentials::{Basic, Credentials, StaticToken};
use cloudimg_core::retry::Never;
use cloudimg_core::session::Call;
use cloudimg_core::{Error, ErrorKind, OperationFacts, Session};
use server::{Reply, Request, Server, ok, status};

static GET: OperationFacts =
    OperationFacts { id: "get_x", method: "GET", path: "/x", success: &[200], idempotent: true, ..OperationFacts::PLAIN };

fn session(credentials: impl Credentials) -> Session {
    Session::builder().credentials(credentials).retry(Never).build().unwrap()
}

fn to(url: &str) -> Reply {
    status(302).header("location", url)
}

/// The headers by which a request says who calls.
fn proofs(server: &Server) -> Vec<bool> {
    let named = |request: &Request| ["x-auth-token", "authorization", "x-tenant"].iter().any(|name| request.header(name).is_some());
    server.each(named)
}

async fn call(session: &Session, url: &str) -> Result<reqwest::Response, Error> {
    let mut request = reqwest::Request::new(reqwest::Method::GET, format!("{url}/x").parse().unwrap());
    // A header that a caller put there is meant for this service too.
    request.headers_mut().insert("x-tenant", "mine".parse().unwrap());
    let response = session.execute(request, &Call::new(GET.id, Some(&GET))).await?;
    match response.extensions().get::<Error>() {
        Some(error) => Err(error.clone()),
        None => Ok(response),
    }
}

#[tokio::test]
async fn the_same_host_at_another_port_is_another_origin() {
    let other = Server::start([ok("elsewhere")]).await;
    let server = Server::start([to(&format!("{}/x", other.url()))]).await;
    let token = session(StaticToken::new("secret-token"));
    assert_eq!(call(&token, server.url()).await.unwrap().text().await.unwrap(), "elsewhere");
    assert_eq!((proofs(&server), proofs(&other)), (vec![true], vec![false]));
}

#[tokio::test]
async fn a_way_round_by_another_origin_does_not_win_trust_back() {
    let home = Arc::new(OnceLock::<String>::new());
    let back = Arc::clone(&home);
    let other = Server::answering(move |_| to(&format!("{}/delete-me", back.get().unwrap()))).await;
    let server = Server::start([to(&format!("{}/x", other.url())), ok("back")]).await;
    home.set(server.url().to_owned()).unwrap();
    let token = session(StaticToken::new("secret-token"));
    assert_eq!(call(&token, server.url()).await.unwrap().text().await.unwrap(), "back");
    assert_eq!((proofs(&server), server.paths()), (vec![true, false], vec!["/x".to_owned(), "/delete-me".to_owned()]));
}

#[tokio::test]
async fn a_location_with_a_password_sends_none() {
    let server = Server::answering(|request| match request.path.as_str() {
        "/x" => to(&format!("http://eve:secret@{}/y", request.header("host").unwrap())),
        _ => ok("fine"),
    })
    .await;
    let token = session(StaticToken::new("secret-token"));
    assert_eq!(call(&token, server.url()).await.unwrap().text().await.unwrap(), "fine");
    assert_eq!((server.header("authorization"), server.header("x-auth-token").len()), (Vec::new(), 2));
}

#[tokio::test]
async fn locations_that_lead_nowhere_are_answers() {
    let endless = Server::answering(|request| to(&format!("{}x", request.path))).await;
    let error = call(&session(Basic::new("me", "secret")), endless.url()).await.unwrap_err();
    assert_eq!((error.status(), endless.count()), (Some(302), 6));
    for location in ["", "ftp://h/x", "file:///etc/passwd", "http://", "http://h o/", "mailto:me"] {
        let server = Server::answering(move |_| to(location)).await;
        let error = call(&session(Basic::new("me", "secret")), server.url()).await.unwrap_err();
        assert_eq!(error.status(), Some(302), "{location}");
    }
}

#[tokio::test]
async fn a_url_with_a_password_is_refused_before_anything_is_sent() {
    let server = Server::start([ok("never reached")]).await;
    let url = server.url().replace("http://", "http://me:secret@");
    let session = session(StaticToken::new("t"));
    let fetched = session.fetch(&url, &GET).await.unwrap_err();
    // As a generated client does it: the URL of the request no longer tells, that of the endpoint does.
    let mut request = session.http().get(format!("{url}/x")).build().unwrap();
    let prepared = session.prepare(&mut request, &url, &Call::new(GET.id, Some(&GET))).unwrap_err();
    for error in [fetched, prepared] {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("before the `@`") && !format!("{error:?}").contains("secret"), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn nothing_goes_from_https_to_plain_http() {
    use cloudimg_core::TlsOptions;
    use tls_server::{Authority, Front};

    let (authority, folder) = (Authority::new("the tests"), tempfile::tempdir().unwrap());
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.pem()).unwrap();
    let tls = TlsOptions::default().with_ca_file(ca);
    let plain = Server::start([ok("never reached")]).await;
    let behind = Server::start([to(&format!("{}/x", plain.url()))]).await;
    let front = Front::start(behind.url(), &authority.leaf("127.0.0.1"), None).await;
    let session = Session::builder().tls(tls).credentials(StaticToken::new("secret-token")).build().unwrap();
    let error = call(&session, front.url()).await.unwrap_err();
    assert_eq!((error.status(), behind.count(), plain.count()), (Some(302), 1, 0));
    assert!(error.to_string().contains(&format!("points to {}", plain.url())), "{error}");

    // From plain http to https nobody is known any more.
    let safe = Server::start([ok("fine")]).await;
    let front = Front::start(safe.url(), &authority.leaf("127.0.0.1"), None).await;
    let plain = Server::start([to(&format!("{}/x", front.url()))]).await;
    assert_eq!(call(&session, plain.url()).await.unwrap().text().await.unwrap(), "fine");
    assert_eq!((proofs(&plain), proofs(&safe)), (vec![true], vec![false]));
}
