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

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// `Base`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Base {
    /// The member `id`.
    pub id: String,
}

impl Base {
    pub fn builder() -> builder::Base {
        Default::default()
    }
}

/// `More`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct More {
    /// The member `more`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub more: Option<String>,
}

impl More {
    pub fn builder() -> builder::More {
        Default::default()
    }
}

/// Both.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The one it came from.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub base: Option<Base>,
    /// The member `id`.
    pub id: String,
    /// The member `more`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub more: Option<String>,
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

