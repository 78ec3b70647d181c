// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "old_call" => &OperationFacts {
            id: "old_call",
            method: "GET",
            path: "/old",
            media_type: None,
            success: &[204],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "older_call" => &OperationFacts {
            id: "older_call",
            method: "GET",
            path: "/older",
            media_type: None,
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

use super::Client;

impl Client {
    /// Old call
    ///
    /// The call `old_call`.
    ///
    /// Deprecated upstream.
    ///
    /// [Upstream reference](https://docs.example.com/#old_call).
    ///
    /// Sends a `GET` request to `/old`
    ///
    /// ```ignore
    /// let response = client.old_call()
    ///    .send()
    ///    .await;
    /// ```
    pub fn old_call(&self) -> OldCall<'_> {
        OldCall::new(self)
    }

    /// Older call
    ///
    /// The call `older_call`.
    ///
    /// Deprecated upstream.
    ///
    /// [Upstream reference](https://docs.example.com/#older_call).
    ///
    /// Sends a `GET` request to `/older`
    ///
    /// ```ignore
    /// let response = client.older_call()
    ///    .send()
    ///    .await;
    /// ```
    #[deprecated]
    pub fn older_call(&self) -> OlderCall<'_> {
        OlderCall::new(self)
    }
}

/// Builder for [`Client::old_call`]
///
/// [`Client::old_call`]: super::Client::old_call
#[derive(Debug, Clone)]
pub struct OldCall<'a> {
    client: &'a super::Client,
}

impl<'a> OldCall<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/old`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client } = self;
        let url = format!("{}/old", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "old_call",
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

/// Builder for [`Client::older_call`]
///
/// [`Client::older_call`]: super::Client::older_call
#[derive(Debug, Clone)]
pub struct OlderCall<'a> {
    client: &'a super::Client,
}

impl<'a> OlderCall<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/older`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client } = self;
        let url = format!("{}/older", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "older_call",
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

