// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "list_things" => &OperationFacts {
            id: "list_things",
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
        "delete_things" => &OperationFacts {
            id: "delete_things",
            method: "DELETE",
            path: "/things",
            media_type: Some("application/json"),
            success: &[204],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "update_things" => &OperationFacts {
            id: "update_things",
            method: "PATCH",
            path: "/things",
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
    /// List things
    ///
    /// The call `list_things`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_things).
    ///
    /// Sends a `GET` request to `/things`
    ///
    /// ```ignore
    /// let response = client.list_things()
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_things(&self) -> ListThings<'_> {
        ListThings::new(self)
    }

    /// Delete things
    ///
    /// The call `delete_things`.
    ///
    /// [Upstream reference](https://docs.example.com/#delete_things).
    ///
    /// Sends a `DELETE` request to `/things`
    ///
    /// ```ignore
    /// let response = client.delete_things()
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn delete_things(&self) -> DeleteThings<'_> {
        DeleteThings::new(self)
    }

    /// Update things
    ///
    /// The call `update_things`.
    ///
    /// [Upstream reference](https://docs.example.com/#update_things).
    ///
    /// Sends a `PATCH` request to `/things`
    ///
    /// ```ignore
    /// let response = client.update_things()
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn update_things(&self) -> UpdateThings<'_> {
        UpdateThings::new(self)
    }
}

/// Builder for [`Client::list_things`]
///
/// [`Client::list_things`]: super::Client::list_things
#[derive(Debug, Clone)]
pub struct ListThings<'a> {
    client: &'a super::Client,
}

impl<'a> ListThings<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<Vec<types::Thing>>, Error<()>> {
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
            operation_id: "list_things",
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

/// Builder for [`Client::delete_things`]
///
/// [`Client::delete_things`]: super::Client::delete_things
#[derive(Debug, Clone)]
pub struct DeleteThings<'a> {
    client: &'a super::Client,
    body: Result<Vec<String>, String>,
}

impl<'a> DeleteThings<'a> {
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
        V: std::convert::TryInto<Vec<String>>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `Vec<String>` for body failed".to_string());
        self
    }

    /// Sends a `DELETE` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, body } = self;
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
            .delete(url)
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_things",
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

/// Builder for [`Client::update_things`]
///
/// [`Client::update_things`]: super::Client::update_things
#[derive(Debug, Clone)]
pub struct UpdateThings<'a> {
    client: &'a super::Client,
    body: Result<types::Patch, String>,
}

impl<'a> UpdateThings<'a> {
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
        V: std::convert::TryInto<types::Patch>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `Patch` for body failed".to_string());
        self
    }

    /// Sends a `PATCH` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, body } = self;
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
            .patch(url)
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_things",
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

/// `Change`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The member `op`.
    pub op: String,
    /// The member `value`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub value: Option<::serde_json::Value>,
}

impl Change {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(op: impl Into<String>) -> Self {
        Self { op: op.into(), value: None }
    }

    /// The member `value`.
    #[must_use]
    pub fn value(mut self, value: impl Into<::serde_json::Value>) -> Self {
        self.value = Some(value.into());
        self
    }
}

impl Change {
    pub fn builder() -> builder::Change {
        Default::default()
    }
}

/// `Patch`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(transparent)]
pub struct Patch(pub Vec<Change>);

impl ::std::ops::Deref for Patch {
    type Target = Vec<Change>;
    fn deref(&self) -> &Vec<Change> {
        &self.0
    }
}

impl ::std::convert::From<Patch> for Vec<Change> {
    fn from(value: Patch) -> Self {
        value.0
    }
}

impl ::std::convert::From<Vec<Change>> for Patch {
    fn from(value: Vec<Change>) -> Self {
        Self(value)
    }
}

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `id`.
    pub id: String,
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

