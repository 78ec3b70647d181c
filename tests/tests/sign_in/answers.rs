//! What is made of the answers to a sign-in.

use std::time::Duration;

use cloudimg_core::ErrorKind;

use crate::server::{Reply, Server, ok, status};
use crate::support::{body, clock, keystone, secret, token};

#[tokio::test]
async fn any_success_will_do() {
    for code in [200, 201, 202, 203, 226] {
        let Reply::Answer { headers, body, .. } = token("t1", 3600) else { panic!("an answer") };
        let server = Server::start([Reply::Answer { status: code, headers, body }]).await;
        let token = keystone(server.url(), &clock()).token().await.unwrap();
        assert_eq!((token.secret().expose(), token.project_id(), token.user_id()), ("t1", Some("p1"), Some("u1")), "{code}");
        assert!(token.expires().is_some() && !token.catalog().services().is_empty());
    }
}

#[tokio::test]
async fn an_answer_without_a_token_says_what_is_missing() {
    let full = body("null");
    let with_header = |code: u16, text: &str| status(code).header("x-subject-token", "t").body(text);
    for (reply, kind, words) in [
        (status(201).body(&full), ErrorKind::Decode, "X-Subject-Token"),
        (status(201).header("x-subject-token", "").body(&full), ErrorKind::Decode, "X-Subject-Token"),
        (with_header(201, "{}"), ErrorKind::Decode, "`token`"),
        (with_header(200, "{}"), ErrorKind::Decode, "`token`"),
        (with_header(201, "<html>signed in</html>"), ErrorKind::Decode, "does not decode"),
        (with_header(201, ""), ErrorKind::Decode, "empty"),
        (with_header(204, ""), ErrorKind::Decode, "empty"),
        (with_header(201, r#"{"token": []}"#), ErrorKind::Decode, "token"),
        (with_header(300, r#"{"versions": {"values": []}}"#), ErrorKind::UnexpectedStatus, "auth_url"),
        (status(302), ErrorKind::UnexpectedStatus, "auth_url"),
        (status(404).body("<html><body><h1>Not Found</h1></body></html>"), ErrorKind::NotFound, "Not Found"),
        (status(401).body(r#"{"error": {"message": "Who are you?", "code": 401}}"#), ErrorKind::AuthFailed, "Who are you?"),
        (status(403).body(r#"{"error": {"message": "No.", "code": 403}}"#), ErrorKind::Forbidden, "No."),
    ] {
        let server = Server::start([reply]).await;
        let error = keystone(server.url(), &clock()).token().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("issue_token")), "{error:?}");
        assert!(error.to_string().contains(words) && !error.to_string().contains('\n'), "{error}");
        assert_eq!(server.count(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_followed_with_its_body_and_a_strange_host_gets_no_password() {
    let server = Server::answering(|request| match request.path.as_str() {
        "/v3/auth/tokens" => status(302).header("location", "/elsewhere/tokens"),
        _ => token("t1", 3600),
    })
    .await;
    assert_eq!(secret(&keystone(server.url(), &clock())).await, "t1");
    assert_eq!(server.methods(), ["POST", "POST"]);
    assert!(server.bodies().iter().all(|body| String::from_utf8_lossy(body).contains("secret-word")));

    let stranger = Server::answering(|_| token("t1", 3600)).await;
    let to = format!("{}/v3/auth/tokens", stranger.url());
    let server = Server::answering(move |_| status(307).header("location", &to)).await;
    let error = keystone(server.url(), &clock()).token().await.unwrap_err();
    assert_eq!((error.kind(), stranger.count()), (ErrorKind::UnexpectedStatus, 0), "{error}");
}

#[tokio::test]
async fn the_end_of_a_token_is_read_however_it_is_written() {
    // An hour after the epoch of the tests, 2027-01-15 08:00 UTC.
    for end in [
        "2027-01-15T09:00:00Z",
        "2027-01-15T09:00:00.000000Z",
        "2027-01-15T09:00:00+00:00",
        "2027-01-15T09:00:00.000+00:00",
        "2027-01-15T10:00:00+01:00",
        "2027-01-15T09:00:00",
        "2027-01-15T09:00:00.000000",
    ] {
        let clock = clock();
        let reply = status(201).header("x-subject-token", "t1").body(&body(&format!("\"{end}\"")));
        let server = Server::start([reply, token("t2", 7200)]).await;
        let keystone = keystone(server.url(), &clock);
        assert_eq!(secret(&keystone).await, "t1");
        clock.advance(Duration::from_secs(3600 - 121));
        assert_eq!(secret(&keystone).await, "t1", "{end}");
        clock.advance(Duration::from_secs(2));
        assert_eq!(secret(&keystone).await, "t2", "{end}");
    }
}

#[tokio::test]
async fn a_token_of_which_nobody_knows_the_end_is_used_until_it_is_refused() {
    let ended = r#""2020-01-01T00:00:00Z""#;
    for end in ["null", "\"\"", "\"soon\"", ended] {
        let clock = clock();
        let first = status(201).header("x-subject-token", "t1").body(&body(end));
        let server = Server::start([first, ok("a"), status(401), token("t2", 1 << 30), ok("b")]).await;
        let keystone = keystone(server.url(), &clock);
        let url = format!("{}/x", server.url());
        let session = keystone.session();
        assert_eq!(session.fetch(&url, &crate::support::GET).await.unwrap(), "a");
        clock.advance(Duration::from_secs(1_000_000));
        assert_eq!(session.fetch(&url, &crate::support::GET).await.unwrap(), "b", "{end}");
        assert_eq!(server.header("x-auth-token"), ["t1", "t1", "t2"], "{end}");
    }
    // The member may be missing altogether.
    let reply = status(201).header("x-subject-token", "t1").body(r#"{"token": {}}"#);
    let server = Server::start([reply]).await;
    let keystone = keystone(server.url(), &clock());
    assert_eq!((secret(&keystone).await, secret(&keystone).await, server.count()), ("t1".to_owned(), "t1".to_owned(), 1));
}
