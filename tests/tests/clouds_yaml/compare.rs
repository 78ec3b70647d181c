//! What a case expects against what came out.

use cloudimg::Error;
use cloudimg_auth::config::{Access, CloudConfig};
use cloudimg_auth::{Interface, Keystone, OptionValue};
use cloudimg_core::Session;
use serde_json::{Value, json};

use crate::decided;
use crate::server::{Server, status};

type Difference = Result<(), String>;

/// What the fixture says is to be compared, and the name of the cloud.
pub(crate) async fn all(expected: &Value, config: &CloudConfig, session: &Session) -> Difference {
    same("cloud_name", &expected["cloud_name"], &json!(config.name))?;
    let auth: serde_json::Map<_, _> = config.auth.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
    same("auth", &expected["auth"], &Value::Object(auth))?;
    same("auth_type", &expected["auth_type"], &json!(config.auth_type))?;
    same("region_name", &expected["region_name"], &json!(config.region.as_deref().unwrap_or_default()))?;
    same("interface", &interfaces(&expected["interface"])?, &shown(&config.interfaces))?;
    same(
        "verify",
        &verify(&expected["verify"]),
        &match &config.tls.cacert {
            Some(path) => json!(path),
            None => json!(config.tls.verify),
        },
    )?;
    same(
        "cert",
        &nothing(&expected["cert"]),
        &match (&config.tls.cert, &config.tls.key) {
            (Some(cert), Some(key)) => json!([cert, key]),
            (cert, _) => json!(cert),
        },
    )?;
    image(&expected["image"], config)?;
    match expected.get("token_request").and_then(|request| request.get("body")) {
        Some(body) if decided::is_useless(body) => decided::refused(config),
        Some(body) => same("token_request.body", &decided::without_needless_scope(body), &token_request(config, session).await?),
        None => Ok(()),
    }
}

fn image(expected: &Value, config: &CloudConfig) -> Difference {
    let own = config.services.get("image").cloned().unwrap_or_default();
    let retries = config.retries_of("image");
    for (key, made) in [
        ("endpoint_override", json!(config.endpoint_of("image"))),
        ("api_version", json!(own.api_version)),
        ("region_name", json!(config.region_of("image").unwrap_or_default())),
        ("service_type", json!(own.service_type.as_deref().unwrap_or("image"))),
        ("service_name", json!(own.service_name)),
        ("status_code_retries", json!(retries.status_code_retries)),
        ("connect_retries", json!(retries.connect_retries)),
    ] {
        same(&format!("image.{key}"), &expected[key], &made)?;
    }
    same("image.interface", &interfaces(&expected["interface"])?, &shown(config.interfaces_of("image")))
}

/// What is posted to sign in, as it arrives at a server.
async fn token_request(config: &CloudConfig, session: &Session) -> Result<Value, String> {
    let told = |error: Error| format!("signing in: {error}");
    let Access::Keystone(mut settings) = config.access().map_err(told)? else {
        return Err(format!("a sign-in by `{}` asks for no token", config.auth_type));
    };
    // It tells no versions and lets nobody in.
    let server = Server::answering(|request| status(if request.method == "GET" { 404 } else { 401 })).await;
    settings.auth_url = format!("{}/v3", server.url());
    let keystone = Keystone::new(session, settings).map_err(told)?;
    let refusal = keystone.token().await.err();
    let posted = server.each(|request| (request.method == "POST").then(|| request.body.clone()));
    let body = posted.into_iter().flatten().next().ok_or_else(|| format!("nothing was sent: {refusal:?}"))?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

/// Where openstacksdk has some other nothing, it does not verify.
fn verify(expected: &Value) -> Value {
    if nothing(expected).is_null() { json!(false) } else { expected.clone() }
}

/// An empty text is nothing.
fn nothing(expected: &Value) -> Value {
    if *expected == json!("") { Value::Null } else { expected.clone() }
}

/// Old and new names of interfaces mean the same.
fn interfaces(expected: &Value) -> Result<Value, String> {
    let texts = match expected {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    };
    let read = texts.iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::parse::<Interface>);
    Ok(shown(&read.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?))
}

fn shown(interfaces: &[Interface]) -> Value {
    interfaces.iter().map(|interface| interface.as_str()).collect()
}

fn plain(value: &OptionValue) -> Value {
    match value {
        OptionValue::Text(text) => json!(text.expose()),
        OptionValue::Flag(flag) => json!(flag),
        OptionValue::List(list) => json!(list),
        other => panic!("{other:?} is not known here"),
    }
}

fn same(name: &str, expected: &Value, made: &Value) -> Difference {
    if expected == made { Ok(()) } else { Err(format!("{name}: {expected} is expected, not {made}")) }
}

/// Whether an error is about what the expected one is about: our own text names the same cloud, region, option or key.
pub(crate) fn situation(expected: &Value, error: &Error) -> Difference {
    let (kind, message) = (expected["type"].as_str().unwrap_or_default(), expected["message"].as_str().unwrap_or_default());
    let word = |at: usize| message.split(' ').nth(at).unwrap_or_default().to_owned();
    let about: Vec<String> = match kind {
        _ if decided::is_no_longer_spoken(error) => Vec::new(),
        "MissingRequiredOptions" => {
            let options = message.rsplit(": ").next().unwrap_or_default();
            options.split(',').map(|option| option.trim().replace('-', "_")).collect()
        }
        "TypeError" if message.contains("keyword argument '") => {
            message.split('\'').nth(1).map(str::to_owned).into_iter().collect()
        }
        "ConfigException" if message.starts_with("Cloud ") => vec![word(1), "no cloud".to_owned()],
        "ConfigException" if message.starts_with("Region ") => vec![word(1), "no region".to_owned()],
        _ => Vec::new(),
    };
    let ours = error.message().to_lowercase();
    match about.iter().find(|part| !ours.contains(&part.to_lowercase())) {
        Some(part) => Err(format!("an error about `{part}` is expected, {kind}: {message}; not: {error}")),
        None => Ok(()),
    }
}
