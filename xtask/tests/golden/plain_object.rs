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
#[derive(Debug, Clone)]
pub struct CreateThing<'a> {
    client: &'a super::Client,
    body: Result<types::builder::ThingCreate, String>,
}

impl<'a> CreateThing<'a> {
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
        V: std::convert::TryInto<types::ThingCreate>,
        <V as std::convert::TryInto<types::ThingCreate>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `ThingCreate` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(types::builder::ThingCreate) -> types::builder::ThingCreate,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Thing>, Error<()>> {
        let Self { client, body } = self;
        let body = body
            .and_then(|v| types::ThingCreate::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!("{}/things", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
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

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

::cloudimg_core::open_enum! {
    /// `ThingCreateType`
    pub enum ThingCreateType {
        A = "a",
    }
}

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `id`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub id: Option<String>,
    /// The member `day`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub day: Option<String>,
    /// The member `address`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub address: Option<String>,
    /// The member `small`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub small: Option<i32>,
    /// The member `weight`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub weight: Option<f64>,
    /// The member `level`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub level: Option<i64>,
    /// The member `tags`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl Thing {
    pub fn builder() -> builder::Thing {
        Default::default()
    }
}

/// What is sent: see <https://example.com/>\[x\] and \<id>.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ThingCreate {
    /// The member `zone`.
    pub zone: String,
    /// Its name.
    ///
    /// Deprecated upstream.
    #[deprecated]
    pub name: String,
    /// Must be there and may be null.
    #[serde(deserialize_with = "::std::option::Option::deserialize")]
    pub size: Option<i64>,
    /// The member `tags`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The member `labels`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub labels: Option<::std::collections::BTreeMap<String, String>>,
    /// The server's default is `1`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub count: Option<i64>,
    /// The member `type`.
    #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
    pub type_: Option<ThingCreateType>,
}

impl ThingCreate {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(
        zone: impl Into<String>,
        name: impl Into<String>,
        size: impl Into<Option<i64>>,
    ) -> Self {
        Self {
            zone: zone.into(),
            name: name.into(),
            size: size.into(),
            tags: None,
            labels: None,
            count: None,
            type_: None,
        }
    }

    /// The member `tags`.
    #[must_use]
    pub fn tags(mut self, tags: impl Into<Vec<String>>) -> Self {
        self.tags = Some(tags.into());
        self
    }

    /// The member `labels`.
    #[must_use]
    pub fn labels(
        mut self,
        labels: impl Into<::std::collections::BTreeMap<String, String>>,
    ) -> Self {
        self.labels = Some(labels.into());
        self
    }

    /// The server's default is `1`.
    #[must_use]
    pub fn count(mut self, count: impl Into<i64>) -> Self {
        self.count = Some(count.into());
        self
    }

    /// The member `type`.
    #[must_use]
    pub fn type_(mut self, type_: impl Into<ThingCreateType>) -> Self {
        self.type_ = Some(type_.into());
        self
    }
}

impl ThingCreate {
    pub fn builder() -> builder::ThingCreate {
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

