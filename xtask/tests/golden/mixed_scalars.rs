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
    ///    .system_cmkid(system_cmkid)
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
    system_cmkid: Result<Option<String>, String>,
}

impl<'a> ShowThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            system_cmkid: Ok(None),
        }
    }

    /// Sets `system_cmkid`.
    pub fn system_cmkid<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.system_cmkid = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `String` for system_cmkid failed".to_string());
        self
    }

    /// Sends a `GET` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Thing>, Error<()>> {
        let Self { client, system_cmkid } = self;
        let system_cmkid = system_cmkid.map_err(Error::InvalidRequest)?;
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
            .query(&progenitor_client::QueryParam::new("__system__cmkid", &system_cmkid))
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

::cloudimg_core::open_object! {
    /// `Thing`
    pub struct Thing {
        /// A text in answers.
        optional max_ram: TextOrInteger = "max_ram",
        /// A text or a boolean.
        optional whole_image: ThingWholeImage = "__whole_image",
        /// The member `__system__cmkid`.
        optional system_cmkid: String = "__system__cmkid",
        /// The member `_sys_project`.
        optional sys_project: String = "_sys_project",
        /// The member `subJobId`.
        optional sub_job_id: String = "subJobId",
        /// The member `parts`.
        optional parts: Vec<Part> = "parts",
    }
}

/// `Part`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The member `max_ram`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub max_ram: Option<TextOrInteger>,
}

impl Part {
    pub fn builder() -> builder::Part {
        Default::default()
    }
}

/// A number, or a text that holds one.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
#[non_exhaustive]
pub enum TextOrInteger {
    String(String),
    Integer(i64),
}

impl ::std::fmt::Display for TextOrInteger {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        match self {
            Self::String(x) => x.fmt(f),
            Self::Integer(x) => x.fmt(f),
        }
    }
}

impl ::std::convert::From<i64> for TextOrInteger {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

/// A text or a boolean.
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ThingWholeImage {
    String(String),
    Boolean(bool),
}

impl ::std::fmt::Display for ThingWholeImage {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        match self {
            Self::String(x) => x.fmt(f),
            Self::Boolean(x) => x.fmt(f),
        }
    }
}

impl ::std::convert::From<bool> for ThingWholeImage {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
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

