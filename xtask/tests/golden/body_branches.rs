// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "import_thing" => &OperationFacts {
            id: "import_thing",
            method: "POST",
            path: "/things/{id}/import",
            media_type: Some("application/json"),
            success: &[202],
            idempotent: false,
            long_body: LongBody::None,
            paging: None,
            job: Some("thing-import"),
            ..OperationFacts::PLAIN
        },
        "import_thing_web_download" => &OperationFacts {
            id: "import_thing_web_download",
            method: "POST",
            path: "/things/{id}/import",
            media_type: Some("application/json"),
            success: &[202],
            idempotent: false,
            long_body: LongBody::None,
            paging: None,
            job: Some("thing-import"),
            ..OperationFacts::PLAIN
        },
        "import_thing_copy" => &OperationFacts {
            id: "import_thing_copy",
            method: "POST",
            path: "/things/{id}/import",
            media_type: Some("application/json"),
            success: &[202],
            idempotent: false,
            long_body: LongBody::None,
            paging: None,
            job: Some("thing-import"),
            ..OperationFacts::PLAIN
        },
        _ => return None,
    })
}

// ======== import.rs

use ::cloudimg_core::encode_path;
use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::{Client, types};

impl Client {
    /// Import thing
    ///
    /// The call `import_thing`.
    ///
    /// The body is sent as it is given. Calls with a typed body: `import_thing_web_download`, `import_thing_copy`.
    ///
    /// [Upstream reference](https://docs.example.com/#import_thing).
    ///
    /// Sends a `POST` request to `/things/{id}/import`
    ///
    /// ```ignore
    /// let response = client.import_thing()
    ///    .id(id)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn import_thing(&self) -> ImportThing<'_> {
        ImportThing::new(self)
    }

    /// Import thing: `web-download`
    ///
    /// The call `import_thing`.
    ///
    /// Let the server fetch it.
    ///
    /// [Upstream reference](https://docs.example.com/#import_thing).
    ///
    /// Sends a `POST` request to `/things/{id}/import`
    ///
    /// ```ignore
    /// let response = client.import_thing_web_download()
    ///    .id(id)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn import_thing_web_download(&self) -> ImportThingWebDownload<'_> {
        ImportThingWebDownload::new(self)
    }

    /// Import thing: `copy`
    ///
    /// The call `import_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#import_thing).
    ///
    /// Sends a `POST` request to `/things/{id}/import`
    ///
    /// ```ignore
    /// let response = client.import_thing_copy()
    ///    .id(id)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn import_thing_copy(&self) -> ImportThingCopy<'_> {
        ImportThingCopy::new(self)
    }
}

/// Builder for [`Client::import_thing`]
///
/// [`Client::import_thing`]: super::Client::import_thing
#[derive(Debug, Clone)]
pub struct ImportThing<'a> {
    client: &'a super::Client,
    id: Result<String, String>,
    body: Result<::serde_json::Map<String, ::serde_json::Value>, String>,
}

impl<'a> ImportThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            id: Err("id was not initialized".to_string()),
            body: Err("body was not initialized".to_string()),
        }
    }

    /// Sets `id`.
    pub fn id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.id = value
            .try_into()
            .map_err(|_| "conversion to `String` for id failed".to_string());
        self
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<::serde_json::Map<String, ::serde_json::Value>>,
    {
        self.body = value
            .try_into()
            .map_err(|_| {
                "conversion to `::serde_json::Map<String,::serde_json::Value>` for body failed"
                    .to_string()
            });
        self
    }

    /// Sends a `POST` request to `/things/{id}/import`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, id, body } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let body = body.map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}/import", client.baseurl, encode_path(& id.to_string()),
        );
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
            operation_id: "import_thing",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            202u16 => Ok(ResponseValue::empty(response)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

/// Builder for [`Client::import_thing_web_download`]
///
/// [`Client::import_thing_web_download`]: super::Client::import_thing_web_download
#[derive(Debug, Clone)]
pub struct ImportThingWebDownload<'a> {
    client: &'a super::Client,
    id: Result<String, String>,
    body: Result<types::builder::FromUrl, String>,
}

impl<'a> ImportThingWebDownload<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            id: Err("id was not initialized".to_string()),
            body: Ok(::std::default::Default::default()),
        }
    }

    /// Sets `id`.
    pub fn id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.id = value
            .try_into()
            .map_err(|_| "conversion to `String` for id failed".to_string());
        self
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::FromUrl>,
        <V as std::convert::TryInto<types::FromUrl>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `FromUrl` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(types::builder::FromUrl) -> types::builder::FromUrl,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/things/{id}/import`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, id, body } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let body = body
            .and_then(|v| types::FromUrl::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}/import", client.baseurl, encode_path(& id.to_string()),
        );
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
            operation_id: "import_thing_web_download",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            202u16 => Ok(ResponseValue::empty(response)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

/// Builder for [`Client::import_thing_copy`]
///
/// [`Client::import_thing_copy`]: super::Client::import_thing_copy
#[derive(Debug, Clone)]
pub struct ImportThingCopy<'a> {
    client: &'a super::Client,
    id: Result<String, String>,
    body: Result<types::builder::FromCopy, String>,
}

impl<'a> ImportThingCopy<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            id: Err("id was not initialized".to_string()),
            body: Ok(::std::default::Default::default()),
        }
    }

    /// Sets `id`.
    pub fn id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.id = value
            .try_into()
            .map_err(|_| "conversion to `String` for id failed".to_string());
        self
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::FromCopy>,
        <V as std::convert::TryInto<types::FromCopy>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `FromCopy` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(types::builder::FromCopy) -> types::builder::FromCopy,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/things/{id}/import`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, id, body } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let body = body
            .and_then(|v| types::FromCopy::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}/import", client.baseurl, encode_path(& id.to_string()),
        );
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
            operation_id: "import_thing_copy",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            202u16 => Ok(ResponseValue::empty(response)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// `FromCopy`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FromCopy {
    /// The member `all`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub all: Option<bool>,
}

impl FromCopy {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new() -> Self {
        Self { all: None }
    }

    /// The member `all`.
    #[must_use]
    pub fn all(mut self, all: impl Into<bool>) -> Self {
        self.all = Some(all.into());
        self
    }
}

impl FromCopy {
    pub fn builder() -> builder::FromCopy {
        Default::default()
    }
}

/// Let the server fetch it.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FromUrl {
    /// The member `url`.
    pub url: String,
}

impl FromUrl {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }
}

impl FromUrl {
    pub fn builder() -> builder::FromUrl {
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

