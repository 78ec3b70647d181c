// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "list_versions" => &OperationFacts {
            id: "list_versions",
            method: "GET",
            path: "/",
            media_type: None,
            success: &[200, 300],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        _ => return None,
    })
}

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// `Versions`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Versions {
    /// The member `versions`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub versions: Option<Vec<VersionsVersionsItem>>,
}

impl Versions {
    pub fn builder() -> builder::Versions {
        Default::default()
    }
}

/// `VersionsVersionsItem`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VersionsVersionsItem {
    /// The member `id`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub id: Option<String>,
}

impl VersionsVersionsItem {
    pub fn builder() -> builder::VersionsVersionsItem {
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

// ======== versions.rs

use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::{Client, types};

impl Client {
    /// List versions
    ///
    /// The call `list_versions`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_versions).
    ///
    /// Sends a `GET` request to `/`
    ///
    /// ```ignore
    /// let response = client.list_versions()
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_versions(&self) -> ListVersions<'_> {
        ListVersions::new(self)
    }
}

/// Builder for [`Client::list_versions`]
///
/// [`Client::list_versions`]: super::Client::list_versions
#[derive(Debug, Clone)]
pub struct ListVersions<'a> {
    client: &'a super::Client,
}

impl<'a> ListVersions<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/`
    pub async fn send(self) -> Result<ResponseValue<types::Versions>, Error<()>> {
        let Self { client } = self;
        let url = format!("{}/", client.baseurl,);
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
            operation_id: "list_versions",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            300u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

