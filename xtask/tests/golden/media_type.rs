// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "update_thing" => &OperationFacts {
            id: "update_thing",
            method: "PATCH",
            path: "/things/{id}",
            media_type: Some("application/openstack-images-v2.1-json-patch"),
            success: &[200],
            idempotent: false,
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
use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::{Client, types};

impl Client {
    /// Update thing
    ///
    /// The call `update_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#update_thing).
    ///
    /// Sends a `PATCH` request to `/things/{id}`
    ///
    /// ```ignore
    /// let response = client.update_thing()
    ///    .id(id)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn update_thing(&self) -> UpdateThing<'_> {
        UpdateThing::new(self)
    }
}

/// Builder for [`Client::update_thing`]
///
/// [`Client::update_thing`]: super::Client::update_thing
#[derive(Debug, Clone)]
pub struct UpdateThing<'a> {
    client: &'a super::Client,
    id: Result<String, String>,
    body: Result<Vec<types::Change>, String>,
}

impl<'a> UpdateThing<'a> {
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
        V: std::convert::TryInto<Vec<types::Change>>,
    {
        self.body = value
            .try_into()
            .map_err(|_| "conversion to `Vec<Change>` for body failed".to_string());
        self
    }

    /// Sends a `PATCH` request to `/things/{id}`
    pub async fn send(
        self,
    ) -> Result<
        ResponseValue<::serde_json::Map<String, ::serde_json::Value>>,
        Error<()>,
    > {
        let Self { client, id, body } = self;
        let id = id.map_err(Error::InvalidRequest)?;
        let body = body.map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}", client.baseurl, encode_path(& id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .patch(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_thing",
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

::cloudimg_core::open_enum! {
    /// `ChangeOp`
    pub enum ChangeOp {
        Add = "add",
        Remove = "remove",
        Replace = "replace",
    }
}

/// `Change`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The member `op`.
    pub op: ChangeOp,
    /// The member `path`.
    pub path: String,
    /// Anything.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub value: Option<::serde_json::Value>,
}

impl Change {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(op: impl Into<ChangeOp>, path: impl Into<String>) -> Self {
        Self {
            op: op.into(),
            path: path.into(),
            value: None,
        }
    }

    /// Anything.
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

