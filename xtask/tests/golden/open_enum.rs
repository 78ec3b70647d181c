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
        "list_states" => &OperationFacts {
            id: "list_states",
            method: "GET",
            path: "/states",
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
    /// List things
    ///
    /// The call `list_things`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_things).
    ///
    /// Sends a `GET` request to `/things`
    ///
    /// Arguments:
    /// - `order`: The server's default is `up`.
    /// - `state`: Only these.
    /// ```ignore
    /// let response = client.list_things()
    ///    .order(order)
    ///    .state(state)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_things(&self) -> ListThings<'_> {
        ListThings::new(self)
    }

    /// List states
    ///
    /// The call `list_states`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_states).
    ///
    /// Sends a `GET` request to `/states`
    ///
    /// Arguments:
    /// - `state`: Only these.
    /// ```ignore
    /// let response = client.list_states()
    ///    .state(state)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_states(&self) -> ListStates<'_> {
        ListStates::new(self)
    }
}

/// Builder for [`Client::list_things`]
///
/// [`Client::list_things`]: super::Client::list_things
#[derive(Debug, Clone)]
pub struct ListThings<'a> {
    client: &'a super::Client,
    order: Result<Option<types::ListThingsOrder>, String>,
    state: Result<Option<types::State>, String>,
}

impl<'a> ListThings<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            order: Ok(None),
            state: Ok(None),
        }
    }

    /// The server's default is `up`.
    pub fn order<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::ListThingsOrder>,
    {
        self.order = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `ListThingsOrder` for order failed".to_string());
        self
    }

    /// Only these.
    pub fn state<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::State>,
    {
        self.state = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `State` for state failed".to_string());
        self
    }

    /// Sends a `GET` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Thing>, Error<()>> {
        let Self { client, order, state } = self;
        let order = order.map_err(Error::InvalidRequest)?;
        let state = state.map_err(Error::InvalidRequest)?;
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
            .query(&progenitor_client::QueryParam::new("order", &order))
            .query(&progenitor_client::QueryParam::new("state", &state))
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

/// Builder for [`Client::list_states`]
///
/// [`Client::list_states`]: super::Client::list_states
#[derive(Debug, Clone)]
pub struct ListStates<'a> {
    client: &'a super::Client,
    state: Result<Option<types::State>, String>,
}

impl<'a> ListStates<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            state: Ok(None),
        }
    }

    /// Only these.
    pub fn state<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::State>,
    {
        self.state = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `State` for state failed".to_string());
        self
    }

    /// Sends a `GET` request to `/states`
    pub async fn send(self) -> Result<ResponseValue<types::Thing>, Error<()>> {
        let Self { client, state } = self;
        let state = state.map_err(Error::InvalidRequest)?;
        let url = format!("{}/states", client.baseurl,);
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
            .query(&progenitor_client::QueryParam::new("state", &state))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_states",
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
    /// How it is stored.
    pub enum Format {
        Qcow2 = "qcow2",
        X8664 = "x86_64",
        X64 = "64",
        X = "",
        InUse = "in-use",
        X2012R2 = "2012 R2",
        中文 = "中文",
    }
}

::cloudimg_core::open_enum! {
    /// The server's default is `up`.
    pub enum ListThingsOrder {
        Up = "up",
        Down = "down",
    }
}

::cloudimg_core::open_enum! {
    /// `State`
    pub enum State {
        New = "new",
        Old = "old",
    }
}

::cloudimg_core::open_enum! {
    /// An inline one.
    pub enum ThingMode {
        Read = "read",
        Write = "write",
    }
}

::cloudimg_core::open_enum! {
    /// `ThingModesItem`
    pub enum ThingModesItem {
        A = "a",
        B = "b",
    }
}

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `format`.
    pub format: Format,
    /// What it was.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub old_format: Option<Format>,
    /// An inline one.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub mode: Option<ThingMode>,
    /// The member `modes`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub modes: Option<Vec<ThingModesItem>>,
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

