// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "show_thing" => &OperationFacts {
            id: "show_thing",
            method: "GET",
            path: "/things",
            media_type: None,
            success: &[200],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "create_thing" => &OperationFacts {
            id: "create_thing",
            method: "POST",
            path: "/things/new",
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
    /// Show thing
    ///
    /// The call `show_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#show_thing).
    ///
    /// Sends a `GET` request to `/things`
    ///
    /// ```ignore
    /// let response = client.show_thing()
    ///    .send()
    ///    .await;
    /// ```
    pub fn show_thing(&self) -> ShowThing<'_> {
        ShowThing::new(self)
    }

    /// Create thing
    ///
    /// The call `create_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#create_thing).
    ///
    /// Sends a `POST` request to `/things/new`
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

/// Builder for [`Client::show_thing`]
///
/// [`Client::show_thing`]: super::Client::show_thing
#[derive(Debug, Clone)]
pub struct ShowThing<'a> {
    client: &'a super::Client,
}

impl<'a> ShowThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Thing>, Error<()>> {
        let Self { client } = self;
        let url = format!("{}/things", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "show_thing",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

/// Builder for [`Client::create_thing`]
///
/// [`Client::create_thing`]: super::Client::create_thing
#[derive(Debug, Clone)]
pub struct CreateThing<'a> {
    client: &'a super::Client,
    body: Result<types::Thing, String>,
}

impl<'a> CreateThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            body: Err("body was not initialized".to_string()),
        }
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Thing>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `Thing` for body failed".to_string());
        self
    }

    /// Sends a `POST` request to `/things/new`
    pub async fn send(self) -> Result<ResponseValue<types::ThingPage>, Error<()>> {
        let Self { client, body } = self;
        let body = body.map_err(Error::InvalidRequest)?;
        let url = format!("{}/things/new", client.baseurl,);
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

/// A time as a server writes it: the text is kept, and read leniently.
pub type Timestamp = ::cloudimg_core::wire::Timestamp;

::cloudimg_core::open_object! {
    /// A thing.
    ///
    /// Members that are not listed are properties of the owner.
    pub struct Thing {
        /// Its id.
        required id: String = "id",
        /// The member `self`.
        optional self_: String = "self",
        /// Deprecated upstream.
        #[deprecated]
        optional os_distro: String = "os:distro",
        /// May be null.
        required owner: Option<String> = "owner",
        /// The member `size`.
        optional size: i64 = "size",
        /// The member `ratio`.
        optional ratio: f32 = "ratio",
        /// The server's default is `false`.
        optional protected: bool = "protected",
        /// When.
        optional made_at: Timestamp = "made_at",
        /// The member `parts`.
        required parts: Vec<Part> = "parts",
        /// The member `names`.
        optional names: Vec<Option<String>> = "names",
        /// The member `links`.
        optional links: ::std::collections::BTreeMap<String, String> = "links",
        /// The member `free`.
        optional free: ::serde_json::Map<String, ::serde_json::Value> = "free",
        /// Whatever it is.
        optional any: ::serde_json::Value = "any",
        /// The member `place`.
        optional place: ThingPlace = "place",
    }
}

::cloudimg_core::open_enum! {
    /// `ThingPlaceZone`
    pub enum ThingPlaceZone {
        A = "a",
        B = "b",
    }
}

/// `Part`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The member `id`.
    pub id: String,
}

impl Part {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Part {
    pub fn builder() -> builder::Part {
        Default::default()
    }
}

/// `ThingPage`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ThingPage {
    /// The member `things`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub things: Option<Vec<Thing>>,
}

impl ThingPage {
    pub fn builder() -> builder::ThingPage {
        Default::default()
    }
}

/// `ThingPlace`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ThingPlace {
    /// The member `zone`.
    pub zone: ThingPlaceZone,
}

impl ThingPlace {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(zone: impl Into<ThingPlaceZone>) -> Self {
        Self { zone: zone.into() }
    }
}

impl ThingPlace {
    pub fn builder() -> builder::ThingPlace {
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

