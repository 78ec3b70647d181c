// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "upload_thing" => &OperationFacts {
            id: "upload_thing",
            method: "PUT",
            path: "/things/{id}/file",
            media_type: Some("application/octet-stream"),
            success: &[204],
            idempotent: false,
            long_body: LongBody::Request,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "put_text" => &OperationFacts {
            id: "put_text",
            method: "PUT",
            path: "/text",
            media_type: Some("text/plain"),
            success: &[204],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "post_form" => &OperationFacts {
            id: "post_form",
            method: "POST",
            path: "/form",
            media_type: Some("application/x-www-form-urlencoded"),
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

use ::cloudimg_core::encode_path;
use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, RequestBuilderExt, ResponseValue};

use super::{Client, types};

impl Client {
    /// Upload thing
    ///
    /// The call `upload_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#upload_thing).
    ///
    /// Sends a `PUT` request to `/things/{id}/file`
    ///
    /// ```ignore
    /// let response = client.upload_thing()
    ///    .id(id)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn upload_thing(&self) -> UploadThing<'_> {
        UploadThing::new(self)
    }

    /// Put text
    ///
    /// The call `put_text`.
    ///
    /// [Upstream reference](https://docs.example.com/#put_text).
    ///
    /// Sends a `PUT` request to `/text`
    ///
    /// ```ignore
    /// let response = client.put_text()
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn put_text(&self) -> PutText<'_> {
        PutText::new(self)
    }

    /// Post form
    ///
    /// The call `post_form`.
    ///
    /// [Upstream reference](https://docs.example.com/#post_form).
    ///
    /// Sends a `POST` request to `/form`
    ///
    /// ```ignore
    /// let response = client.post_form()
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn post_form(&self) -> PostForm<'_> {
        PostForm::new(self)
    }
}

/// Builder for [`Client::upload_thing`]
///
/// [`Client::upload_thing`]: super::Client::upload_thing
#[derive(Debug)]
pub struct UploadThing<'a> {
    client: &'a super::Client,
    id: Result<String, String>,
    body: Result<reqwest::Body, String>,
}

impl<'a> UploadThing<'a> {
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
    pub fn body<B>(mut self, value: B) -> Self
    where
        B: std::convert::TryInto<reqwest::Body>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `reqwest::Body` for body failed".to_string());
        self
    }

    /// Sends a `PUT` request to `/things/{id}/file`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, id, body } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let body = body.map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}/file", client.baseurl, encode_path(& id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .put(url)
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "upload_thing",
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

/// Builder for [`Client::put_text`]
///
/// [`Client::put_text`]: super::Client::put_text
#[derive(Debug)]
pub struct PutText<'a> {
    client: &'a super::Client,
    body: Result<reqwest::Body, String>,
}

impl<'a> PutText<'a> {
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
        V: std::convert::TryInto<String>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `String` for body failed".to_string())
            .map(|v| v.into());
        self
    }

    /// Sends a `PUT` request to `/text`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, body } = self;
        let body = body.map_err(Error::InvalidRequest)?;
        let url = format!("{}/text", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .put(url)
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "put_text",
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

/// Builder for [`Client::post_form`]
///
/// [`Client::post_form`]: super::Client::post_form
#[derive(Debug, Clone)]
pub struct PostForm<'a> {
    client: &'a super::Client,
    body: Result<types::builder::PostFormBody, String>,
}

impl<'a> PostForm<'a> {
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
        V: std::convert::TryInto<types::PostFormBody>,
        <V as std::convert::TryInto<types::PostFormBody>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `PostFormBody` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(
            types::builder::PostFormBody,
        ) -> types::builder::PostFormBody,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `POST` request to `/form`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client, body } = self;
        let body = body
            .and_then(|v| types::PostFormBody::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!("{}/form", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .post(url)
            .form_urlencoded(&body)?
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "post_form",
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

/// `PostFormBody`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PostFormBody {
    /// The member `a`.
    pub a: String,
}

impl PostFormBody {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(a: impl Into<String>) -> Self {
        Self { a: a.into() }
    }
}

impl PostFormBody {
    pub fn builder() -> builder::PostFormBody {
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

