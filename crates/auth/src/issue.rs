//! Requests for tokens, and what comes of them.

use std::sync::{Arc, Mutex, PoisonError};

use cloudimg_core::credentials::StaticToken;
use cloudimg_core::{Error, ErrorKind, Result, Secret, Session};
use cloudimg_keystone_v3::{Client, ResponseValue, types};
use progenitor_client::Error as CallError;
use url::Url;

use crate::body::auth_request;
use crate::catalog::{Catalog, Endpoint, Service};
use crate::methods::{Flavour, Method};
use crate::receipt::Receipt;
use crate::settings::Settings;
use crate::token::Token;
use crate::versions;

/// How many times a sign-in asks for further methods: there are no more kinds than that.
const MOST_STEPS: u32 = 5;
/// The operation's id in the specification.
const ISSUE_TOKEN: &str = "issue_token";

/// Asks an identity service for tokens.
pub(crate) struct Issuer {
    session: Session,
    url: Url,
    /// Where version 3 is, once that is known.
    root: Mutex<Option<String>>,
}

impl Issuer {
    /// For requests over `session`, by its credentials.
    pub(crate) fn new(session: Session, settings: &Settings) -> Result<Self> {
        settings.check()?;
        let url = versions::parse(&settings.auth_url)?;
        let root = (!settings.discover).then(|| versions::root(&url));
        Ok(Self { session: session.discreet(), url, root: Mutex::new(root) })
    }

    /// A new token, by the methods of `settings` and those that turn out to be missing.
    pub(crate) async fn issue(&self, settings: &Settings, generation: u64) -> Result<Arc<Token>> {
        if settings.methods.is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "the settings name no method to sign in with"));
        }
        let mut result = self.ask(settings, None, &settings.methods, generation).await;
        for _ in 0..MOST_STEPS {
            let (Err(error), Some(more)) = (&result, &settings.more_methods) else { break };
            let Some(receipt) = Receipt::of(error) else { break };
            let methods = more.ask(receipt).await?;
            result = self.ask(settings, Some(receipt), &methods, generation).await;
        }
        result
    }

    /// A new token, by a receipt and the methods that were missing.
    pub(crate) async fn go_on(
        &self,
        settings: &Settings,
        receipt: &Receipt,
        methods: &[Method],
        generation: u64,
    ) -> Result<Arc<Token>> {
        self.ask(settings, Some(receipt), methods, generation).await
    }

    async fn ask(&self, settings: &Settings, receipt: Option<&Receipt>, methods: &[Method], generation: u64) -> Result<Arc<Token>> {
        let root = self.root().await?;
        // Who changes a token for another one shows the old one in the header as well.
        let held = methods.iter().find_map(|method| if let Method::Token(token) = method { Some(token) } else { None });
        let session = match held {
            Some(token) => self.session.with_credentials(StaticToken::new(token.clone())),
            None => self.session.clone(),
        };
        let secrets = methods.iter().filter_map(Method::secret).chain(receipt.map(Receipt::secret));
        let client = Client::new(&root, session.with_secrets(secrets.clone()));
        let mut request = client.issue_token().body(auth_request(settings, methods));
        if settings.without_catalog {
            // A flag to Keystone, a value to IAM.
            request = request.nocatalog(if settings.flavour == Flavour::Huawei { "true" } else { "" });
        }
        if let Some(receipt) = receipt {
            request = request.openstack_auth_receipt(receipt.secret().expose());
        }
        let answer = read(request.send().await).await.map_err(|error| error.redacted(secrets))?;
        self.token(answer, generation)
    }

    async fn root(&self) -> Result<String> {
        let lock = || self.root.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().clone();
        if let Some(root) = known {
            return Ok(root);
        }
        let anonymous = self.session.with_credentials(cloudimg_core::credentials::Anonymous);
        let found = versions::discover(&self.url, &anonymous).await?;
        if found.for_good {
            *lock() = Some(found.root.clone());
        }
        Ok(found.root)
    }

    fn token(&self, answer: ResponseValue<types::TokenResponse>, generation: u64) -> Result<Arc<Token>> {
        let header = answer.headers().get("x-subject-token").and_then(|value| value.to_str().ok());
        let secret = header.filter(|token| !token.is_empty()).map(Secret::from).ok_or_else(|| {
            Error::new(ErrorKind::Decode, "the identity service sent no token: the header X-Subject-Token is missing")
                .with_operation(ISSUE_TOKEN)
        })?;
        let token = answer.into_inner().token;
        let fetched = self.session.clock().now();
        tracing::debug!(generation, expires = token.expires_at.as_ref().map(|time| time.as_str()), "signed in");
        let expires = token.expires_at.as_ref().and_then(|time| time.time());
        if expires.is_some_and(|end| end <= fetched) {
            tracing::warn!("a new token has ended already by the clock of this machine, which seems to be wrong");
        }
        Ok(Arc::new(Token {
            secret,
            generation,
            fetched,
            // What cannot be is not believed: such a token is used until a service refuses it.
            expires: expires.filter(|end| *end > fetched),
            project_id: token.project.as_ref().and_then(|project| project.id.clone()),
            user_id: token.user.as_ref().and_then(|user| user.id.clone()),
            catalog: catalog(token.catalog.unwrap_or_default()),
        }))
    }
}

/// The answer to a request for a token, whichever success it is, or what the refusal says.
async fn read(result: Result<ResponseValue<types::TokenResponse>, CallError<()>>) -> Result<ResponseValue<types::TokenResponse>> {
    match result {
        Ok(answer) => Ok(answer),
        Err(CallError::UnexpectedResponse(response)) if response.extensions().get::<Error>().is_none() => {
            // Gateways and relatives of Keystone say 200, or another success.
            Ok(cloudimg_core::decode(response, ISSUE_TOKEN).await?)
        }
        Err(CallError::UnexpectedResponse(response)) => {
            let headers = response.headers().clone();
            let status = response.status();
            let error = Error::from(CallError::<()>::UnexpectedResponse(response));
            if status.is_redirection() {
                let why = format!("{}: no token from there; is `auth_url` the URL of the identity service?", error.message());
                return Err(error.with_message(why));
            }
            Err(Receipt::attached(error, &headers))
        }
        Err(error) => Err(error.into()),
    }
}

fn catalog(services: Vec<types::CatalogService>) -> Catalog {
    let endpoint = |e: types::CatalogEndpoint| Endpoint {
        interface: e.interface.to_string(),
        region_id: e.region_id,
        region: e.region,
        url: e.url,
    };
    let service = |s: types::CatalogService| Service {
        service_type: s.type_,
        name: s.name,
        endpoints: s.endpoints.unwrap_or_default().into_iter().map(endpoint).collect(),
    };
    Catalog::new(services.into_iter().map(service).collect())
}
