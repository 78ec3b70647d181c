// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "create_thing" => &OperationFacts {
            id: "create_thing",
            method: "POST",
            path: "/things",
            media_type: Some("application/json"),
            success: &[201],
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
    /// Create thing
    ///
    /// The call `create_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#create_thing).
    ///
    /// Sends a `POST` request to `/things`
    ///
    /// ```ignore
    /// let response = client.create_thing()
    ///    .since(since)
    ///    .x_subject_token(x_subject_token)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn create_thing(&self) -> CreateThing<'_> {
        CreateThing::new(self)
    }
}

/// Builder for [`Client::create_thing`]
///
/// [`Client::create_thing`]: super::Client::create_thing
#[derive(Clone)]
pub struct CreateThing<'a> {
    client: &'a super::Client,
    since: Result<Option<types::Timestamp>, String>,
    x_subject_token: Result<String, String>,
    body: Result<types::builder::Thing, String>,
}

impl<'a> CreateThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            since: Ok(None),
            x_subject_token: Err("x_subject_token was not initialized".to_string()),
            body: Ok(::std::default::Default::default()),
        }
    }

    /// Sets `since`.
    pub fn since<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Timestamp>,
    {
        self.since = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `Timestamp` for since failed".to_string());
        self
    }

    /// Sets `x_subject_token`.
    pub fn x_subject_token<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.x_subject_token = value
            .try_into()
            .map_err(|_| {
                "conversion to `String` for x_subject_token failed".to_string()
            });
        self
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Thing>,
        <V as std::convert::TryInto<types::Thing>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `Thing` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(types::builder::Thing) -> types::builder::Thing,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Thing>, Error<()>> {
        let Self { client, since, x_subject_token, body } = self;
        let since = since.map_err(Error::InvalidRequest)?;
        let x_subject_token = x_subject_token.map_err(Error::InvalidRequest)?;
        let body = body
            .and_then(|v| types::Thing::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!("{}/things", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        header_map.append("X-Subject-Token", x_subject_token.to_string().try_into()?);
        let mut request = client
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .query(&progenitor_client::QueryParam::new("since", &since))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "create_thing",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            201u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

impl ::std::fmt::Debug for CreateThing<'_> {
    /// One of the arguments is a secret, so none is printed.
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.debug_struct("CreateThing").finish_non_exhaustive()
    }
}

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// A time as a server writes it: the text is kept, and read leniently.
pub type When = ::cloudimg_core::wire::Timestamp;

/// A time as a server writes it: the text is kept, and read leniently.
pub type Timestamp = ::cloudimg_core::wire::Timestamp;

/// A text that is never printed.
pub type Secret = ::cloudimg_core::Secret;

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `at`.
    pub at: When,
    /// Until when.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub until: Option<Timestamp>,
    /// The member `times`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub times: Option<Vec<Timestamp>>,
    /// The password.
    pub password: Secret,
}

impl Thing {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(at: impl Into<When>, password: impl Into<Secret>) -> Self {
        Self {
            at: at.into(),
            until: None,
            times: None,
            password: password.into(),
        }
    }

    /// Until when.
    #[must_use]
    pub fn until(mut self, until: impl Into<Timestamp>) -> Self {
        self.until = Some(until.into());
        self
    }

    /// The member `times`.
    #[must_use]
    pub fn times(mut self, times: impl Into<Vec<Timestamp>>) -> Self {
        self.times = Some(times.into());
        self
    }
}

impl Thing {
    pub fn builder() -> builder::Thing {
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

