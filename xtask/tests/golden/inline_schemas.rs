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
            success: &[200, 201],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "show_maps" => &OperationFacts {
            id: "show_maps",
            method: "GET",
            path: "/maps",
            media_type: None,
            success: &[200],
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

    /// Show maps
    ///
    /// The call `show_maps`.
    ///
    /// [Upstream reference](https://docs.example.com/#show_maps).
    ///
    /// Sends a `GET` request to `/maps`
    ///
    /// ```ignore
    /// let response = client.show_maps()
    ///    .send()
    ///    .await;
    /// ```
    pub fn show_maps(&self) -> ShowMaps<'_> {
        ShowMaps::new(self)
    }
}

/// Builder for [`Client::create_thing`]
///
/// [`Client::create_thing`]: super::Client::create_thing
#[derive(Debug, Clone)]
pub struct CreateThing<'a> {
    client: &'a super::Client,
    body: Result<types::builder::CreateThingBody, String>,
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
        V: std::convert::TryInto<types::CreateThingBody>,
        <V as std::convert::TryInto<types::CreateThingBody>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| {
                format!("conversion to `CreateThingBody` for body failed: {}", s)
            });
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(
            types::builder::CreateThingBody,
        ) -> types::builder::CreateThingBody,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<Vec<String>>, Error<()>> {
        let Self { client, body } = self;
        let body = body
            .and_then(|v| types::CreateThingBody::try_from(v).map_err(|e| e.to_string()))
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
            200u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            201u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

/// Builder for [`Client::show_maps`]
///
/// [`Client::show_maps`]: super::Client::show_maps
#[derive(Debug, Clone)]
pub struct ShowMaps<'a> {
    client: &'a super::Client,
}

impl<'a> ShowMaps<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/maps`
    pub async fn send(
        self,
    ) -> Result<
        ResponseValue<
            ::std::collections::BTreeMap<String, types::ShowMapsResponseValue>,
        >,
        Error<()>,
    > {
        let Self { client } = self;
        let url = format!("{}/maps", client.baseurl,);
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
            operation_id: "show_maps",
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

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// `CreateThingBody`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateThingBody {
    /// The member `thing`.
    pub thing: CreateThingBodyThing,
}

impl CreateThingBody {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(thing: impl Into<CreateThingBodyThing>) -> Self {
        Self { thing: thing.into() }
    }
}

impl CreateThingBody {
    pub fn builder() -> builder::CreateThingBody {
        Default::default()
    }
}

/// `CreateThingBodyThing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CreateThingBodyThing {
    /// The member `rows`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub rows: Option<Vec<CreateThingBodyThingRowsItem>>,
}

impl CreateThingBodyThing {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new() -> Self {
        Self { rows: None }
    }

    /// The member `rows`.
    #[must_use]
    pub fn rows(mut self, rows: impl Into<Vec<CreateThingBodyThingRowsItem>>) -> Self {
        self.rows = Some(rows.into());
        self
    }
}

impl CreateThingBodyThing {
    pub fn builder() -> builder::CreateThingBodyThing {
        Default::default()
    }
}

/// `CreateThingBodyThingRowsItem`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CreateThingBodyThingRowsItem {
    /// The member `id`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub id: Option<String>,
}

impl CreateThingBodyThingRowsItem {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new() -> Self {
        Self { id: None }
    }

    /// The member `id`.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl CreateThingBodyThingRowsItem {
    pub fn builder() -> builder::CreateThingBodyThingRowsItem {
        Default::default()
    }
}

/// `ShowMapsResponseValue`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ShowMapsResponseValue {
    /// The member `a`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub a: Option<i64>,
}

impl ShowMapsResponseValue {
    pub fn builder() -> builder::ShowMapsResponseValue {
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

