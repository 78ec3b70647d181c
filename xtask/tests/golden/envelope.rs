// ======== facts.rs

use ::cloudimg_core::{Envelope, LongBody, NextMarker, OperationFacts, Paging};

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
            paging: Some(Paging { items: "things", next: NextMarker::LastRow("id"), marker: "marker" }),
            job: None,
            query_pairs: &[("sortKey", "sortDir")],
            ..OperationFacts::PLAIN
        },
        "remove_thing" => &OperationFacts {
            id: "remove_thing",
            method: "DELETE",
            path: "/things/{thing_id}",
            media_type: None,
            success: &[200, 204],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            reserved: &[("thing_id", "detail")],
            envelope: Some(Envelope { code: "code", message: "message", success: "0" }),
            ..OperationFacts::PLAIN
        },
        "remove_thing_with_body" => &OperationFacts {
            id: "remove_thing_with_body",
            method: "DELETE",
            path: "/things/{thing_id}",
            media_type: Some("application/json"),
            success: &[200, 204],
            idempotent: true,
            long_body: LongBody::None,
            paging: None,
            job: None,
            reserved: &[("thing_id", "detail")],
            envelope: Some(Envelope { code: "code", message: "message", success: "0" }),
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
    /// List things
    ///
    /// The call `list_things`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_things).
    ///
    /// Sends a `GET` request to `/things`
    ///
    /// ```ignore
    /// let response = client.list_things()
    ///    .marker(marker)
    ///    .sort_dir(sort_dir)
    ///    .sort_key(sort_key)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_things(&self) -> ListThings<'_> {
        ListThings::new(self)
    }

    /// Remove thing
    ///
    /// The call `remove_thing`.
    ///
    /// No body is sent. The call that sends one: `remove_thing_with_body`.
    ///
    /// [Upstream reference](https://docs.example.com/#remove_thing).
    ///
    /// Sends a `DELETE` request to `/things/{thing_id}`
    ///
    /// ```ignore
    /// let response = client.remove_thing()
    ///    .thing_id(thing_id)
    ///    .send()
    ///    .await;
    /// ```
    pub fn remove_thing(&self) -> RemoveThing<'_> {
        RemoveThing::new(self)
    }

    /// Remove thing, with a body
    ///
    /// The call `remove_thing`.
    ///
    /// [Upstream reference](https://docs.example.com/#remove_thing).
    ///
    /// Sends a `DELETE` request to `/things/{thing_id}`
    ///
    /// ```ignore
    /// let response = client.remove_thing_with_body()
    ///    .thing_id(thing_id)
    ///    .body(body)
    ///    .send()
    ///    .await;
    /// ```
    pub fn remove_thing_with_body(&self) -> RemoveThingWithBody<'_> {
        RemoveThingWithBody::new(self)
    }
}

/// Builder for [`Client::list_things`]
///
/// [`Client::list_things`]: super::Client::list_things
#[derive(Debug, Clone)]
pub struct ListThings<'a> {
    client: &'a super::Client,
    marker: Result<Option<String>, String>,
    sort_dir: Result<Option<Vec<String>>, String>,
    sort_key: Result<Option<Vec<String>>, String>,
}

impl<'a> ListThings<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            marker: Ok(None),
            sort_dir: Ok(None),
            sort_key: Ok(None),
        }
    }

    /// Sets `marker`.
    pub fn marker<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.marker = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `String` for marker failed".to_string());
        self
    }

    /// Sets `sort_dir`.
    pub fn sort_dir<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<Vec<String>>,
    {
        self.sort_dir = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `Vec<String>` for sort_dir failed".to_string());
        self
    }

    /// Sets `sort_key`.
    pub fn sort_key<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<Vec<String>>,
    {
        self.sort_key = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `Vec<String>` for sort_key failed".to_string());
        self
    }

    /// Sends a `GET` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Things>, Error<()>> {
        let Self { client, marker, sort_dir, sort_key } = self;
        let marker = marker.map_err(Error::InvalidRequest)?;
        let sort_dir = sort_dir.map_err(Error::InvalidRequest)?;
        let sort_key = sort_key.map_err(Error::InvalidRequest)?;
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
            .query(&progenitor_client::QueryParam::new("marker", &marker))
            .query(&progenitor_client::QueryParam::new("sortDir", &sort_dir))
            .query(&progenitor_client::QueryParam::new("sortKey", &sort_key))
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

    /// All pages, one after the other, to the first that is empty. Every argument is sent with each; the last row is the marker of the next. Rows that come twice are dropped, and a page without new ones is the last. Not to be had with `sortKey`, which the service does not take beside a marker.
    pub fn pager(self) -> ::cloudimg_core::Pager<'a, types::Thing> {
        ::cloudimg_core::Pager::new(move |marker: Option<String>| {
                let call = match marker {
                    Some(marker) => self.clone().marker(marker),
                    None => self.clone(),
                };
                async move {
                    if matches!(call.sort_key, Ok(Some(_))) {
                        return Err(
                            ::cloudimg_core::Error::new(
                                    ::cloudimg_core::ErrorKind::InvalidRequest,
                                    "a list with `sortKey` cannot be read page by page: leave it out, or take a single page by `send()`",
                                )
                                .with_operation("list_things"),
                        );
                    }
                    let page = call.send().await?.into_inner();
                    Ok(
                        ::cloudimg_core::Page::after_last(
                            page.things,
                            |row| row.id.clone(),
                        ),
                    )
                }
            })
            .distinct(|row| row.id.clone())
    }
}

/// Builder for [`Client::remove_thing`]
///
/// [`Client::remove_thing`]: super::Client::remove_thing
#[derive(Debug, Clone)]
pub struct RemoveThing<'a> {
    client: &'a super::Client,
    thing_id: Result<String, String>,
}

impl<'a> RemoveThing<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            thing_id: Err("thing_id was not initialized".to_string()),
        }
    }

    /// Sets `thing_id`.
    pub fn thing_id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.thing_id = value
            .try_into()
            .map_err(|_| "conversion to `String` for thing_id failed".to_string());
        self
    }

    /// Sends a `DELETE` request to `/things/{thing_id}`
    pub async fn send(self) -> Result<ResponseValue<types::Done>, Error<()>> {
        let Self { client, thing_id } = self;
        let thing_id = thing_id.map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}", client.baseurl, encode_path(& thing_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "remove_thing",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            204u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

/// Builder for [`Client::remove_thing_with_body`]
///
/// [`Client::remove_thing_with_body`]: super::Client::remove_thing_with_body
#[derive(Debug, Clone)]
pub struct RemoveThingWithBody<'a> {
    client: &'a super::Client,
    thing_id: Result<String, String>,
    body: Result<types::builder::Thing, String>,
}

impl<'a> RemoveThingWithBody<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            thing_id: Err("thing_id was not initialized".to_string()),
            body: Ok(::std::default::Default::default()),
        }
    }

    /// Sets `thing_id`.
    pub fn thing_id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.thing_id = value
            .try_into()
            .map_err(|_| "conversion to `String` for thing_id failed".to_string());
        self
    }

    /// The body.
    pub fn body<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<types::Thing>,
        <V as std::convert::TryInto<types::Thing>>::Error: std::fmt::Display,
    {
        self.body = value
            .try_into()
            .map(From::from)
            .map_err(|s| format!("conversion to `Thing` for body failed: {}", s));
        self
    }

    /// Changes the body in place.
    pub fn body_map<F>(mut self, f: F) -> Self
    where
        F: std::ops::FnOnce(types::builder::Thing) -> types::builder::Thing,
    {
        self.body = self.body.map(f);
        self
    }

    /// Sends a `DELETE` request to `/things/{thing_id}`
    pub async fn send(self) -> Result<ResponseValue<types::Done>, Error<()>> {
        let Self { client, thing_id, body } = self;
        let thing_id = thing_id.map_err(Error::InvalidRequest)?;
        let body = body
            .and_then(|v| types::Thing::try_from(v).map_err(|e| e.to_string()))
            .map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}", client.baseurl, encode_path(& thing_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        let mut request = client
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "remove_thing_with_body",
        };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            204u16 => ::cloudimg_core::decode(response, info.operation_id).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// `Done`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Done {
    /// The member `code`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub code: Option<String>,
    /// The member `message`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub message: Option<String>,
}

impl Done {
    pub fn builder() -> builder::Done {
        Default::default()
    }
}

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `id`.
    pub id: String,
}

impl Thing {
    /// With what must be there; the rest is set by the methods below.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Thing {
    pub fn builder() -> builder::Thing {
        Default::default()
    }
}

/// `Things`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Things {
    /// The member `things`.
    pub things: Vec<Thing>,
}

impl Things {
    pub fn builder() -> builder::Things {
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

