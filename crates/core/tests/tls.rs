//! https over real sockets: whom a session trusts, and how it proves itself.

#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod server;
mod tls_server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use cloudimg_core::{Error, ErrorKind, OperationFacts, Session, TlsOptions};
use rcgen::date_time_ymd;
use server::{Server, ok};
use tempfile::TempDir;
use tls_server::{Authority, Front, Leaf};

static GET: OperationFacts =
    OperationFacts { id: "get_x", method: "GET", path: "/x", success: &[200], idempotent: true, ..OperationFacts::PLAIN };

const HOST: &str = "127.0.0.1";

/// A folder of files that goes with the test.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn with(tls: TlsOptions) -> Session {
    Session::builder().tls(tls).build().unwrap()
}

fn options() -> TlsOptions {
    TlsOptions::default()
}

async fn get(tls: TlsOptions, url: &str) -> Result<(), Error> {
    let body = with(tls).fetch(&format!("{url}/x"), &GET).await?;
    assert_eq!(body, "fine");
    Ok(())
}

async fn plain() -> Server {
    Server::answering(|_| ok("fine")).await
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_refused_at_once_with_advice() {
    let (authority, inner) = (Authority::new("the tests"), plain().await);
    let front = Front::start(inner.url(), &authority.leaf(HOST), None).await;
    let error = get(options(), front.url()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), front.connections(), inner.count()), (ErrorKind::Tls, 1, 1, 0), "{error}");
    assert!(!error.is_retryable());
    for part in ["get_x: no secure connection to the service at 127.0.0.1:", "`cacert`", "OS_CACERT"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn its_authority_is_trusted_where_a_file_says_so() {
    let (authority, other, files) = (Authority::new("the tests"), Authority::new("another"), Files::new());
    let (inner, leaf) = (plain().await, authority.leaf(HOST));
    let front = Front::start(inner.url(), &leaf, None).await;
    let (own, strange) = (files.put("own.pem", authority.pem()), files.put("strange.pem", other.pem()));
    let bundle = files.put("bundle.pem", format!("# both\n{}\n{}", other.pem(), authority.pem()));
    get(options().with_ca_file(&own), front.url()).await.unwrap();
    get(options().with_ca_file(&bundle), front.url()).await.unwrap();
    get(options().with_ca_file(&strange).with_extra_ca_file(&own), front.url()).await.unwrap();
    let error = get(options().with_ca_file(&strange), front.url()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
}

/// The test below starts this one in a process of its own, whose environment says what the system trusts.
#[tokio::test]
async fn within_another_environment() {
    let Ok(url) = std::env::var("CLOUDIMG_TEST_TLS_URL") else { return };
    let Ok(strange) = std::env::var("CLOUDIMG_TEST_TLS_STRANGE") else {
        get(options(), &std::env::var("CLOUDIMG_TEST_PLAIN_URL").unwrap()).await.unwrap();
        let error = get(options(), &url).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Tls && error.to_string().contains("OS_CACERT"), "{error}");
        println!("done within");
        return;
    };
    get(options(), &url).await.unwrap();
    get(options().with_extra_ca_file(&strange), &url).await.unwrap();
    assert_eq!(get(options().with_ca_file(&strange), &url).await.unwrap_err().kind(), ErrorKind::Tls);
    println!("done within");
}

#[tokio::test]
async fn a_file_of_authorities_takes_the_place_of_those_of_the_system() {
    let (authority, files, inner) = (Authority::new("the tests"), Files::new(), plain().await);
    let front = Front::start(inner.url(), &authority.leaf(HOST), None).await;
    let trusting = files.put("system.pem", authority.pem());
    let strange = files.put("strange.pem", Authority::new("another").pem());
    within(&front, &inner, &[("SSL_CERT_FILE", trusting.as_path()), ("CLOUDIMG_TEST_TLS_STRANGE", &strange)]).await;
}

#[tokio::test]
async fn a_system_that_trusts_nobody_does_without_https() {
    let inner = plain().await;
    let front = Front::start(inner.url(), &Authority::new("the tests").leaf(HOST), None).await;
    let nowhere = Path::new("/nowhere");
    within(&front, &inner, &[("SSL_CERT_FILE", nowhere), ("SSL_CERT_DIR", nowhere)]).await;
}

async fn within(front: &Front, plain: &Server, environment: &[(&str, &Path)]) {
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "within_another_environment", "--nocapture"])
        .env("CLOUDIMG_TEST_TLS_URL", front.url())
        .env("CLOUDIMG_TEST_PLAIN_URL", plain.url())
        .envs(environment.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && told.contains("done within"), "{told}");
}

#[tokio::test]
async fn a_client_shows_its_certificate_where_one_is_demanded() {
    let (authority, clients, files) = (Authority::new("servers"), Authority::new("clients"), Files::new());
    let inner = plain().await;
    let front = Front::start(inner.url(), &authority.leaf(HOST), Some(&clients)).await;
    let trusting = options().with_ca_file(files.put("ca.pem", authority.pem()));
    let Leaf { certificate, key } = clients.leaf("demo");
    let (apart, key_file) = (files.put("demo.pem", &certificate), files.put("demo.key", &key));
    get(trusting.clone().with_client_certificate(&apart).with_client_key(&key_file), front.url()).await.unwrap();
    for (name, text) in [("a.pem", format!("{certificate}{key}")), ("b.pem", format!("some words\n{key}\n\n{certificate}"))] {
        get(trusting.clone().with_client_certificate(files.put(name, text)), front.url()).await.unwrap();
    }
    let Leaf { certificate, key } = Authority::new("others").leaf("demo");
    let strange = trusting.clone().with_client_certificate(files.put("strange.pem", format!("{certificate}{key}")));
    for tls in [trusting, strange] {
        let before = front.connections();
        let error = get(tls, front.url()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), front.connections() - before), (ErrorKind::Tls, 1, 1), "{error}");
        assert!(error.to_string().contains("OS_CERT"), "{error}");
    }
    assert_eq!(inner.count(), 3);
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told_apart() {
    let (authority, files, inner) = (Authority::new("the tests"), Files::new(), plain().await);
    let trusting = options().with_ca_file(files.put("ca.pem", authority.pem()));
    let expired = authority.leaf_with(HOST, |params| params.not_after = date_time_ymd(2020, 1, 1));
    let early = authority.leaf_with(HOST, |params| params.not_before = date_time_ymd(2999, 1, 1));
    for (leaf, what) in
        [(expired, "clock"), (early, "clock"), (authority.leaf("other.example"), "name that its certificate is for")]
    {
        let front = Front::start(inner.url(), &leaf, None).await;
        let error = get(trusting.clone(), front.url()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Tls && error.to_string().contains(what), "{error}");
    }
    let raw = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", raw.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = raw.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 512]).await.unwrap(), 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let error = get(trusting, &url).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Tls && error.to_string().contains("http://"), "{error}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn checks_can_be_switched_off_which_is_told_once() {
    let (log, inner) = (Log::default(), plain().await);
    let leaf = Authority::new("nobody").leaf_with("other.example", |params| params.not_after = date_time_ymd(2020, 1, 1));
    let front = Front::start(inner.url(), &leaf, None).await;
    let writer = log.clone();
    let listener = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(listener);
    let session = Session::builder().user_agent("tool/7").tls(options().without_verification()).build().unwrap();
    for _ in 0..3 {
        session.fetch(&format!("{}/x", front.url()), &GET).await.unwrap();
    }
    assert_eq!(inner.count(), 3);
    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let warnings: Vec<_> = told.lines().filter(|line| line.contains("WARN")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("not checked") && warnings[0].contains("tool/7"), "{told}");
}

#[test]
fn files_that_do_not_fit_are_named_and_what_is_wrong_is_said() {
    let files = Files::new();
    let authority = Authority::new("the tests");
    let (leaf, other) = (authority.leaf("demo"), authority.leaf("demo"));
    let told = |tls: TlsOptions| {
        let error = Session::builder().tls(tls).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    };
    let check = |told: String, file: &Path, what: &str| {
        assert!(told.contains(&format!("`{}`", file.display())) && told.contains(what), "{told}");
    };
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_base64 = "-----BEGIN CERTIFICATE-----\n####\n-----END CERTIFICATE-----\n";
    let half = &leaf.certificate[..leaf.certificate.len() / 2];
    for (name, text, what) in [
        ("empty.pem", "", "is empty"),
        ("words.pem", "some words", "is not PEM"),
        ("der.pem", "0\u{3}", "DER"),
        ("key.pem", &leaf.key, "has no certificate, only PRIVATE KEY"),
        ("half.pem", half, "breaks off"),
        ("damaged.pem", damaged, "damaged"),
        ("no-base64.pem", no_base64, "damaged"),
    ] {
        let file = files.put(name, text);
        check(told(options().with_ca_file(&file)), &file, what);
        check(told(options().with_extra_ca_file(&file)), &file, what);
    }
    let missing = Path::new("/nowhere/ca.pem");
    check(told(options().with_ca_file(missing)), missing, "cannot be read");
    let folder = files.0.path();
    check(told(options().with_ca_file(folder)), folder, "cannot be read");

    let certificate = files.put("demo.pem", &leaf.certificate);
    let with_key = |key: &Path| options().with_client_certificate(&certificate).with_client_key(key);
    check(told(with_key(missing)), missing, "the client's key");
    check(told(with_key(&certificate)), &certificate, "has no private key, only CERTIFICATE");
    let strange = files.put("strange.key", &other.key);
    check(told(with_key(&strange)), &strange, "cannot be used with");
    check(told(with_key(&strange)), &certificate, "cannot be used with");
    let encrypted = files.put("locked.key", leaf.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    check(told(with_key(&encrypted)), &encrypted, "encrypted");
    let two = files.put("two.key", format!("{}{}", leaf.key, other.key));
    check(told(with_key(&two)), &two, "several");
    check(told(options().with_client_certificate(&certificate)), &certificate, "name it (`key`)");
    check(told(options().with_client_key(&strange)), &strange, "no certificate");
    for text in [&leaf.key, &other.key] {
        let secret = text.lines().nth(1).unwrap();
        assert!(!told(with_key(&strange)).contains(secret));
    }
}
