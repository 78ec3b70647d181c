// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "issue_token" => &OperationFacts {
            id: "issue_token",
            method: "POST",
            path: "/tokens",
            media_type: Some("application/json"),
            success: &[204],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        _ => return None,
    })
}

// ======== things.rs

use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::{Client, types};

impl Client {
    /// Issue token
    ///
    /// The call `issue_token`.
    ///
    /// [Upstream reference](https://docs.example.com/#issue_token).
    ///
    /// Sends a `POST` request to `/tokens`
    ///
    /// ```ignore
    /// let response = client.issue_token()
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn issue_token(&self) -> IssueToken<'_> {
        IssueToken::new(self)
    }
}

/// Builder for [`Client::issue_token`]
///
/// [`Client::issue_token`]: super::Client::issue_token
#[derive(Debug, Clone)]
pub struct IssueToken<'a> {
    client: &'a super::Client,
    body: Result<types::builder::Auth, String>,
}

impl<'a> IssueToken<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            body: Ok(::std::default::Default::default()),
        }
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Auth>,
        <V as std::convert::TryInto<types::Auth>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `Auth` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(types::builder::Auth) -> types::builder::Auth,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/tokens`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, body } = self;
        let body = body
            .and_then(|v| types::Auth::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!("{}/tokens", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .post(url)
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "issue_token",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            204u16 => Ok(ResponseValue::empty(response)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

::cloudimg_core::open_enum! {
    /// `Word`
    pub enum Word {
        Unscoped = "unscoped",
    }
}

/// `Auth`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Auth {
    /// The member `id`.
    pub id: String,
    /// What for.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub scope: Option<AuthScope>,
}

impl Auth {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), scope: None }
    }

    /// What for.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<AuthScope>) -> Self {
        self.scope = Some(scope.into());
        self
    }
}

impl Auth {
    pub fn builder() -> builder::Auth {
        Default::default()
    }
}

/// What for.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AuthScope {
    Target(Target),
    Word(Word),
}

impl ::std::convert::From<Target> for AuthScope {
    fn from(value: Target) -> Self {
        Self::Target(value)
    }
}

impl ::std::convert::From<Word> for AuthScope {
    fn from(value: Word) -> Self {
        Self::Word(value)
    }
}

/// `Target`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Target {
    /// The member `project`.
    pub project: String,
}

impl Target {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(project: impl Into<String>) -> Self {
        Self { project: project.into() }
    }
}

impl Target {
    pub fn builder() -> builder::Target {
        Default::default()
    }
}

/// Error types.
pub mod error {
    /// Error from a `TryFrom` or `FromStr` implementation.
    pub struct ConversionError(::std::borrow::Cow<'static, str>);
    impl ::std::error::Error for ConversionError {}
    impl ::std::fmt::Display for ConversionError {
        fn fmt(
            &self,
            f: &mut ::std::fmt::Formatter<'_>,
        ) -> Result<(), ::std::fmt::Error> {
            ::std::fmt::Display::fmt(&self.0, f)
        }
    }

    impl ::std::fmt::Debug for ConversionError {
        fn fmt(
            &self,
            f: &mut ::std::fmt::Formatter<'_>,
        ) -> Result<(), ::std::fmt::Error> {
            ::std::fmt::Debug::fmt(&self.0, f)
        }
    }

    impl From<&'static str> for ConversionError {
        fn from(value: &'static str) -> Self {
            Self(value.into())
        }
    }

    impl From<String> for ConversionError {
        fn from(value: String) -> Self {
            Self(value.into())
        }
    }
}

