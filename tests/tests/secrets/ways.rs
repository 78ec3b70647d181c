//! Every way to sign in, each with a secret of its own.

use std::fmt::Debug;

use cloudimg::Cloud;
use cloudimg_auth::config::Loader;
use cloudimg_auth::huawei::{Agency, Chain, Iam, IdToken, Link, OidcAgency, TokenSource};
use cloudimg_auth::{ApplicationCredential, Domain, Keystone, Method, Receipt, Scope, Settings, User};
use cloudimg_core::credentials::{AkSk, Anonymous, Basic, CncAkSk, StaticToken};
use cloudimg_core::retry::Standard;
use cloudimg_core::{Credentials, Error, OperationFacts, Session};
use futures::FutureExt as _;
use futures::future::BoxFuture;

/// Those that are sent; odd ones where no header must hold them.
pub(crate) const SECRETS: [&str; 10] = [
    "Pass\"word's & <more> é%20",
    "gAAAA-the-token-of-a-user",
    "credential's \\secret\\ of an app",
    "passcode-987654321",
    "receipt-of-a-first-step",
    "Basic-password-of-somebody",
    "admin-token-of-an-operator",
    "temporary-token-of-the-keys",
    "id-token-of-a-provider",
    "token-to-be-made-keys",
];
const PASSWORD: &str = SECRETS[0];
const TOKEN: &str = SECRETS[1];
const CREDENTIAL: &str = SECRETS[2];
const PASSCODE: &str = SECRETS[3];
const RECEIPT: &str = SECRETS[4];
const BASIC: &str = SECRETS[5];
const ADMIN: &str = SECRETS[6];
const STS: &str = SECRETS[7];
const ID_TOKEN: &str = SECRETS[8];
const FOR_KEYS: &str = SECRETS[9];
/// Those that only sign.
pub(crate) const UNSENT: [&str; 3] = ["SECRETKEY-of-huawei-cloud", "SECRETKEY-of-cdnetworks", "password-in-the-url"];
const SK: &str = UNSENT[0];
const CNC: &str = UNSENT[1];
const IN_URL: &str = UNSENT[2];

static FACTS: OperationFacts =
    OperationFacts { id: "probe", method: "GET", path: "/", success: &[204], idempotent: true, ..OperationFacts::PLAIN };

pub(crate) struct Way {
    pub(crate) name: &'static str,
    /// The variants and types that it drives.
    pub(crate) covers: &'static [&'static str],
    pub(crate) run: fn(Wish) -> BoxFuture<'static, Vec<String>>,
}

/// Where a way leads, and what it printed so far.
pub(crate) struct Wish {
    pub(crate) url: String,
    pub(crate) printed: Vec<String>,
}

impl Wish {
    fn print(&mut self, value: &dyn Debug) {
        self.printed.push(format!("{value:?} {value:#?}"));
    }

    /// An error by all that shows it: itself, its causes, and a panic.
    fn failed<T: Debug>(&mut self, result: Result<T, Error>) {
        // Where a service says 200, some take it for success: then the caller has what it sent.
        let Err(error) = result else { return };
        self.print(&error);
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = next {
            self.printed.push(format!("{cause} {cause:?} {cause:#}"));
            next = cause.source();
        }
        let told = String::from_utf8_lossy(error.body()).into_owned();
        self.printed.push(format!("{told} {} {:?} {:?}", error.message(), error.code(), error.request_id()));
        let panics = std::thread::Builder::new().name("panics".to_owned());
        panics.spawn(move || panic!("{error:?}")).unwrap().join().unwrap_err();
    }

    /// A call with these credentials.
    async fn called(&mut self, credentials: impl Credentials) {
        let session = session().with_credentials(credentials);
        self.print(&session);
        let result = session.fetch(&self.url, &FACTS).await;
        self.failed(result);
    }

    async fn signed_in(&mut self, methods: impl IntoIterator<Item = Method>, scope: Scope) {
        let mut settings = Settings::with_methods(&self.url, methods, scope).with_endpoint("image", &self.url);
        self.print(&settings);
        let keystone = Keystone::new(&session(), settings.clone()).unwrap();
        self.print(&keystone);
        let result = keystone.token().await;
        self.failed(result);
        settings.discover = true;
        let result = Keystone::new(&session(), settings).unwrap().token().await;
        self.failed(result);
    }

    /// An entry of clouds.yaml, then its keys as variables, with the facade.
    async fn configured(&mut self, auth_type: &str, auth: &[(&str, &str)]) {
        let folder = tempfile::tempdir().unwrap();
        let auth: serde_json::Map<_, _> =
            auth.iter().map(|(key, value)| ((*key).to_owned(), value.replace("URL", &self.url).into())).collect();
        let overrides =
            serde_json::json!({"auth_type": auth_type, "auth": auth, "image_endpoint_override": format!("{}/v2", self.url)});
        std::fs::write(folder.path().join("clouds.yaml"), serde_json::json!({"clouds": {"mine": overrides}}).to_string()).unwrap();
        let file = Loader::new().working_directory(folder.path());
        let variables = auth.iter().map(|(key, value)| (format!("OS_{}", key.to_uppercase()), value.as_str().unwrap().to_owned()));
        let variables = variables.chain([("OS_AUTH_TYPE".to_owned(), auth_type.to_owned())]);
        let environment = Loader::new().without_files().environment(variables);
        for loader in [file, environment] {
            let config = loader.cloud(None, None).unwrap();
            let access = config.access().unwrap();
            self.print(&(&loader, &config, &access));
            let builder = Cloud::configured(&config)
                .unwrap()
                .retry(Standard::default().with_attempts(2).with_waits(std::time::Duration::ZERO, std::time::Duration::ZERO));
            self.print(&builder);
            let cloud = builder.build().unwrap();
            self.print(&cloud);
            match auth_type {
                "aksk" => self.failed(cloud.ims().images().get("x").await),
                "cnc" => self.failed(cloud.vmp().images().get("x").await),
                _ => self.failed(cloud.images().get("x").await),
            }
        }
        // A key that is missing is named, its neighbours are not told.
        for without in auth.keys().filter(|key| *key != "endpoint") {
            let rest = auth.iter().filter(|(key, _)| *key != without);
            let variables = rest.map(|(key, value)| (format!("OS_{}", key.to_uppercase()), value.as_str().unwrap().to_owned()));
            let variables = variables.chain([("OS_AUTH_TYPE".to_owned(), auth_type.to_owned())]);
            let config = Loader::new().without_files().environment(variables).cloud(None, None);
            self.print(&config.and_then(|config| config.access()));
        }
    }
}

/// One that tries twice, so that the log is told why.
fn session() -> Session {
    let twice = Standard::default().with_attempts(2).with_waits(std::time::Duration::ZERO, std::time::Duration::ZERO);
    Session::builder().retry(twice).build().unwrap()
}

fn demo() -> User {
    User::Name { name: "demo".into(), domain: Some(Domain::Id("default".into())) }
}

fn password() -> Method {
    Method::Password { user: demo(), password: PASSWORD.into() }
}

fn totp() -> Method {
    Method::Totp { user: demo(), passcode: PASSCODE.into() }
}

fn keys() -> AkSk {
    AkSk::builder("ACCESSKEY", SK).security_token(STS).project_id("p").build().unwrap()
}

macro_rules! way {
    ($name:literal, [$($covers:literal),*], |$wish:ident| $run:block) => {
        Way {
            name: $name,
            covers: &[$($covers),*],
            run: |mut $wish| async move { $run $wish.printed }.boxed(),
        }
    };
}

pub(crate) const WAYS: &[Way] = &[
    way!(
        "password",
        [
            "Method::Password",
            "Keystone",
            "Scope::ProjectId",
            "Scope::Project",
            "Scope::Domain",
            "Scope::System",
            "Scope::Unscoped",
            "Scope::Default"
        ],
        |wish| {
            let domain = Domain::Id("default".into());
            let project = Scope::Project { name: "demo".into(), domain: Some(domain.clone()) };
            for scope in
                [Scope::ProjectId("p".into()), project, Scope::Domain(domain), Scope::System, Scope::Unscoped, Scope::Default]
            {
                wish.signed_in([password()], scope).await;
            }
        }
    ),
    way!("trust", ["Scope::Trust"], |wish| {
        wish.signed_in([password()], Scope::Trust("t".into())).await;
    }),
    way!("token", ["Method::Token"], |wish| {
        wish.signed_in([Method::Token(TOKEN.into())], Scope::Default).await;
    }),
    way!("application credential", ["Method::ApplicationCredential"], |wish| {
        let credential = ApplicationCredential::Name { name: "mine".into(), user: demo() };
        wish.signed_in([Method::ApplicationCredential { credential, secret: CREDENTIAL.into() }], Scope::Default).await;
    }),
    way!("passcode", ["Method::Totp"], |wish| {
        wish.signed_in([password(), totp()], Scope::Default).await;
    }),
    way!("assumed role", ["Method::AssumeRole"], |wish| {
        let role = Method::AssumeRole { domain: Domain::Name("Account".into()), agency: "a".into() };
        wish.signed_in([Method::Token(TOKEN.into()), role], Scope::Default).await;
    }),
    way!("receipt", [], |wish| {
        let settings = Settings::with_methods(&wish.url, [password()], Scope::Default);
        let (keystone, receipt) = (Keystone::new(&session(), settings).unwrap(), Receipt::new(RECEIPT));
        wish.print(&receipt);
        let result = keystone.go_on(&receipt, [totp()]).await;
        wish.failed(result);
    }),
    way!("password in a URL", [], |wish| {
        let url = wish.url.replace("://", &format!("://me:{IN_URL}@"));
        let settings = Settings::with_methods(&url, [password()], Scope::Default).with_endpoint("image", &url);
        wish.print(&settings);
        wish.failed(Keystone::new(&session(), settings));
        for auth in [[("auth_url", &url), ("token", &TOKEN.to_owned())], [("endpoint", &url), ("token", &TOKEN.to_owned())]] {
            for auth_type in ["v3token", "admin_token", "none"] {
                let variables = auth.iter().map(|(key, value)| (format!("OS_{}", key.to_uppercase()), (*value).clone()));
                let variables = variables.chain([
                    ("OS_AUTH_TYPE".to_owned(), auth_type.to_owned()),
                    ("OS_IMAGE_ENDPOINT_OVERRIDE".to_owned(), url.clone()),
                ]);
                let config = Loader::new().without_files().environment(variables).cloud(None, None);
                wish.print(&config);
                wish.print(&config.and_then(|config| config.access()));
            }
        }
    }),
    way!("static token", ["StaticToken"], |wish| {
        wish.called(StaticToken::new(TOKEN)).await;
    }),
    way!("basic", ["Basic"], |wish| {
        wish.called(Basic::new("me", BASIC)).await;
    }),
    way!("nobody", ["Anonymous"], |wish| {
        wish.called(Anonymous).await;
    }),
    way!("access keys", ["AkSk"], |wish| {
        wish.called(keys()).await;
    }),
    way!("access keys for the object storage", ["ObsKeys"], |wish| {
        wish.called(keys().for_obs(None)).await;
    }),
    way!("keys of CDNetworks", ["CncAkSk"], |wish| {
        wish.called(CncAkSk::new("ACCESSKEY", CNC).unwrap()).await;
    }),
    way!(
        "keys found",
        ["Signer", "Header", "Link::Keys", "Link::Environment", "Link::Profile", "Link::ProfileAt", "Link::Metadata"],
        |wish| {
            let variable = |name: &str| match name {
                "HUAWEICLOUD_SDK_AK" => Some("ACCESSKEY".to_owned()),
                "HUAWEICLOUD_SDK_SK" => Some(SK.to_owned()),
                "HUAWEICLOUD_SDK_SECURITY_TOKEN" => Some(STS.to_owned()),
                _ => None,
            };
            let profile = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(profile.path(), format!("[basic]\nak = ACCESSKEY\nsk = {SK}\nsecurity_token = {STS}\n")).unwrap();
            let path = profile.path().to_owned();
            let named = path.to_str().unwrap().to_owned();
            let by_variable = move |name: &str| (name == "HUAWEICLOUD_SDK_CREDENTIALS_FILE").then(|| named.clone());
            for chain in [
                Chain::of([Link::Keys(keys())]),
                Chain::of([Link::Environment]).with_variables(variable),
                Chain::of([Link::Profile]).with_variables(by_variable),
                Chain::of([Link::ProfileAt(path)]),
            ] {
                wish.print(&chain);
                let signer = chain.signer(&session());
                wish.print(&signer.keys().await.unwrap());
                wish.called(signer).await;
            }
            let metadata = Chain::of([Link::Metadata]).with_metadata_endpoint(&wish.url).signer(&session());
            let result = metadata.keys().await;
            wish.failed(result);
        }
    ),
    way!("keys by token", ["TokenSource::Text", "TokenSource::File"], |wish| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{ID_TOKEN}\n")).unwrap();
        for source in [TokenSource::Text(ID_TOKEN.into()), TokenSource::File(file.path().to_owned())] {
            let (user, agency) = (IdToken::new("idp", source.clone()), OidcAgency::new("urn:p", "urn:a", source));
            wish.print(&(&user, &agency));
            for signer in [user.signer(&session(), &wish.url), agency.signer(&session(), &wish.url)] {
                let result = signer.unwrap().keys().await;
                wish.failed(result);
            }
        }
        let iam = Iam::new(&session().with_credentials(StaticToken::new(TOKEN)), &wish.url).unwrap();
        wish.print(&iam);
        let result = iam.token_keys(Some(&FOR_KEYS.into()), None).await;
        wish.failed(result);
        let result = Agency::new(Domain::Name("Account".into()), "agency").signer(&session(), &iam).keys().await;
        wish.failed(result);
    }),
    way!(
        "clouds.yaml and variables",
        ["Access::Keystone", "Access::AdminToken", "Access::Basic", "Access::Anonymous", "Access::AkSk", "Access::Cnc"],
        |wish| {
            let user = [("auth_url", "URL"), ("username", "demo"), ("user_domain_id", "default")];
            wish.configured("password", &[&user[..], &[("password", PASSWORD)]].concat()).await;
            wish.configured("v3password", &[&user[..], &[("password", PASSWORD), ("trust_id", "t")]].concat()).await;
            wish.configured("v3totp", &[&user[..], &[("passcode", PASSCODE)]].concat()).await;
            wish.configured("v3token", &[("auth_url", "URL"), ("token", TOKEN)]).await;
            let credential = [("application_credential_id", "c"), ("application_credential_secret", CREDENTIAL)];
            wish.configured("v3applicationcredential", &[&[("auth_url", "URL")][..], &credential].concat()).await;
            let both = [("password", PASSWORD), ("passcode", PASSCODE), ("auth_methods", "v3password,v3totp")];
            wish.configured("v3multifactor", &[&user[..], &both].concat()).await;
            wish.configured("admin_token", &[("endpoint", "URL/v2"), ("token", ADMIN)]).await;
            wish.configured("http_basic", &[("endpoint", "URL/v2"), ("username", "me"), ("password", BASIC)]).await;
            wish.configured("none", &[("endpoint", "URL/v2")]).await;
            let keys = [
                ("access_key", "ACCESSKEY"),
                ("secret_key", SK),
                ("security_token", STS),
                ("project_id", "p"),
                ("endpoint", "URL"),
            ];
            wish.configured("aksk", &keys).await;
            wish.configured("cnc", &[("access_key", "ACCESSKEY"), ("secret_key", CNC), ("endpoint", "URL")]).await;
        }
    ),
];
