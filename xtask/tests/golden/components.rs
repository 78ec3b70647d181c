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
    /// Arguments:
    /// - `id`
    /// - `body`: What to make.
    /// ```ignore
    /// let response = client.create_thing()
    ///    .id(id)
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
    id: Result<Option<types::Id>, String>,
    body: Result<types::Ids, String>,
}

impl<'a> CreateThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            id: Ok(None),
            body: Err("body was not initialized".to_string()),
        }
    }

    /// Sets `id`.
    pub fn id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Id>,
    {
        self.id = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `Id` for id failed".to_string());
        self
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Ids>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `Ids` for body failed".to_string());
        self
    }

    /// Sends a `POST` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Same>, Error<()>> {
        let Self { client, id, body } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let body = body.map_err(Error::InvalidRequest)?;
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
            .query(&progenitor_client::QueryParam::new("id", &id))
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

/// `Id`
#[derive(
    ::serde::Deserialize,
    ::serde::Serialize,
    Clone,
    Debug,
    Eq,
    Hash,
    Ord,
    PartialEq,
    PartialOrd
)]
#[serde(transparent)]
pub struct Id(pub String);

impl ::std::ops::Deref for Id {
    type Target = String;
    fn deref(&self) -> &String {
        &self.0
    }
}

impl ::std::convert::From<Id> for String {
    fn from(value: Id) -> Self {
        value.0
    }
}

impl ::std::convert::From<String> for Id {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl ::std::fmt::Display for Id {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ::std::str::FromStr for Id {
    type Err = ::std::convert::Infallible;
    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Ok(Self(value.to_string()))
    }
}

/// `Ids`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
pub struct Ids(pub Vec<Id>);

impl ::std::ops::Deref for Ids {
    type Target = Vec<Id>;
    fn deref(&self) -> &Vec<Id> {
        &self.0
    }
}

impl ::std::convert::From<Ids> for Vec<Id> {
    fn from(value: Ids) -> Self {
        value.0
    }
}

impl ::std::convert::From<Vec<Id>> for Ids {
    fn from(value: Vec<Id>) -> Self {
        Self(value)
    }
}

/// `Same`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
pub struct Same(pub Thing);

impl ::std::ops::Deref for Same {
    type Target = Thing;
    fn deref(&self) -> &Thing {
        &self.0
    }
}

impl ::std::convert::From<Same> for Thing {
    fn from(value: Same) -> Self {
        value.0
    }
}

impl ::std::convert::From<Thing> for Same {
    fn from(value: Thing) -> Self {
        Self(value)
    }
}

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `id`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub id: Option<Id>,
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

