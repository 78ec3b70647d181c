// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "download_thing" => &OperationFacts {
            id: "download_thing",
            method: "GET",
            path: "/things/{id}/file",
            media_type: None,
            success: &[200, 204, 206],
            idempotent: true,
            long_body: LongBody::Response,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        _ => return None,
    })
}

// ======== things.rs

use ::cloudimg_core::encode_path;
use ::progenitor_client::{ByteStream, ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::Client;

impl Client {
    /// Download thing
    ///
    /// The call `download_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#download_thing).
    ///
    /// Sends a `GET` request to `/things/{id}/file`
    ///
    /// Arguments:
    /// - `id`
    /// - `range`: The part, as `bytes=0-99`.
    /// ```ignore
    /// let response = client.download_thing()
    ///    .id(id)
    ///    .range(range)
    ///    .send()
    ///    .await;
    /// ```
    pub fn download_thing(&self) -> DownloadThing<'_> {
        DownloadThing::new(self)
    }
}

/// Builder for [`Client::download_thing`]
///
/// [`Client::download_thing`]: super::Client::download_thing
#[derive(Debug, Clone)]
pub struct DownloadThing<'a> {
    client: &'a super::Client,
    id: Result<String, String>,
    range: Result<Option<String>, String>,
}

impl<'a> DownloadThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            id: Err("id was not initialized".to_string()),
            range: Ok(None),
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

    /// The part, as `bytes=0-99`.
    pub fn range<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.range = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `String` for range failed".to_string());
        self
    }

    /// Sends a `GET` request to `/things/{id}/file`
    pub async fn send(self) -> Result<ResponseValue<ByteStream>, Error<()>> {
        let Self { client, id, range } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let range = range.map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}/file", client.baseurl, encode_path(& id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        if let Some(value) = range {
            header_map.append("Range", value.to_string().try_into()?);
        }
        let mut request = client.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "download_thing",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            204u16 => Ok(ResponseValue::stream(response)),
            206u16 => Ok(ResponseValue::stream(response)),
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

