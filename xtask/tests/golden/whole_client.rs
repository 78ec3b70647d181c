// ======== client.rs

use ::progenitor_client::{ClientHooks, ClientInfo};

/// Client for Whole client
///
/// Version: 1
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: ::cloudimg_core::Session,
}

impl Client {
    /// A client of the service at `baseurl`, which sends everything through `session`.
    pub fn new(baseurl: &str, session: ::cloudimg_core::Session) -> Self {
        Self {
            baseurl: baseurl.trim_end_matches('/').to_owned(),
            client: session.http().clone(),
            inner: session,
        }
    }
}

impl ClientInfo<::cloudimg_core::Session> for Client {
    fn api_version() -> &'static str {
        "1"
    }

    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }

    fn client(&self) -> &reqwest::Client {
        &self.client
    }

    fn inner(&self) -> &::cloudimg_core::Session {
        &self.inner
    }
}

const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<::cloudimg_core::Session>,
    {}
};

// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "show_a" => &OperationFacts {
            id: "show_a",
            method: "GET",
            path: "/a",
            media_type: None,
            success: &[200],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            ..OperationFacts::PLAIN
        },
        "delete_b" => &OperationFacts {
            id: "delete_b",
            method: "DELETE",
            path: "/b-c",
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

// ======== first.rs

use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::{Client, types};

impl Client {
    /// Show a
    ///
    /// The call `show_a`.
    ///
    /// [Upstream reference](https://docs.example.com/#show_a).
    ///
    /// Sends a `GET` request to `/a`
    ///
    /// ```ignore
    /// let response = client.show_a()
    ///    .send()
    ///    .await;
    /// ```
    pub fn show_a(&self) -> ShowA<'_> {
        ShowA::new(self)
    }
}

/// Builder for [`Client::show_a`]
///
/// [`Client::show_a`]: super::Client::show_a
#[derive(Debug, Clone)]
pub struct ShowA<'a> {
    client: &'a super::Client,
}

impl<'a> ShowA<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `GET` request to `/a`
    pub async fn send(self) -> Result<ResponseValue<types::A>, Error<()>> {
        let Self { client } = self;
        let url = format!("{}/a", client.baseurl,);
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
            operation_id: "show_a",
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

// ======== mod.rs

#![allow(clippy::all, deprecated, irrefutable_let_patterns, missing_docs, unreachable_pub)]

mod client;
mod facts;
pub mod types;
mod first;
mod second_tag;

/// The builders of the calls.
pub mod builder {
    pub use super::first::ShowA;
    pub use super::second_tag::DeleteB;
}

pub use client::Client;
pub(crate) use facts::facts;

// ======== second_tag.rs

use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::Client;

impl Client {
    /// Delete b
    ///
    /// The call `delete_b`.
    ///
    /// [Upstream reference](https://docs.example.com/#delete_b).
    ///
    /// Sends a `DELETE` request to `/b-c`
    ///
    /// ```ignore
    /// let response = client.delete_b()
    ///    .send()
    ///    .await;
    /// ```
    pub fn delete_b(&self) -> DeleteB<'_> {
        DeleteB::new(self)
    }
}

/// Builder for [`Client::delete_b`]
///
/// [`Client::delete_b`]: super::Client::delete_b
#[derive(Debug, Clone)]
pub struct DeleteB<'a> {
    client: &'a super::Client,
}

impl<'a> DeleteB<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self { client: client }
    }

    /// Sends a `DELETE` request to `/b-c`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self { client } = self;
        let url = format!("{}/b-c", client.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client.client.delete(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "delete_b",
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

/// `A`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct A {
    /// The member `id`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub id: Option<String>,
}

impl A {
    pub fn builder() -> builder::A {
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

// ======== types/builder.rs

#[derive(Clone, Debug)]
pub struct A {
    id: Result<Option<String>, String>,
}

impl ::std::default::Default for A {
    fn default() -> Self {
        Self { id: Ok(Default::default()) }
    }
}

impl A {
    pub fn id<T>(mut self, value: T) -> Self
    where
        T: ::std::convert::TryInto<Option<String>>,
        T::Error: ::std::fmt::Display,
    {
        self.id = value
            .try_into()
            .map_err(|e| format!("error converting supplied value for id: {e}"));
        self
    }
}

impl ::std::convert::TryFrom<A> for super::A {
    type Error = super::error::ConversionError;
    fn try_from(value: A) -> Result<Self, super::error::ConversionError> {
        Ok(Self { id: value.id? })
    }
}

impl ::std::convert::From<super::A> for A {
    fn from(value: super::A) -> Self {
        Self { id: Ok(value.id) }
    }
}

