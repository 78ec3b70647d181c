// ======== facts.rs

use ::cloudimg_core::{LongBody, NextMarker, OperationFacts, Paging};

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
            paging: Some(Paging { items: "things", next: NextMarker::Link("next"), marker: "marker" }),
            job: None,
            ..OperationFacts::PLAIN
        },
        "list_names" => &OperationFacts {
            id: "list_names",
            method: "GET",
            path: "/names",
            media_type: None,
            success: &[200],
            idempotent: true,
            long_body: LongBody::None,
            paging: Some(Paging { items: "names", next: NextMarker::Link("next-link"), marker: "after" }),
            job: None,
            ..OperationFacts::PLAIN
        },
        "list_tags" => &OperationFacts {
            id: "list_tags",
            method: "GET",
            path: "/tags",
            media_type: None,
            success: &[200],
            idempotent: true,
            long_body: LongBody::None,
            paging: Some(Paging { items: "tags", next: NextMarker::LastRow("tag-name"), marker: "marker" }),
            job: None,
            ..OperationFacts::PLAIN
        },
        "list_kinds" => &OperationFacts {
            id: "list_kinds",
            method: "GET",
            path: "/kinds",
            media_type: None,
            success: &[200],
            idempotent: true,
            long_body: LongBody::None,
            paging: Some(Paging { items: "kinds", next: NextMarker::Member("page-info.next_marker"), marker: "marker" }),
            job: None,
            ..OperationFacts::PLAIN
        },
        "list_sorts" => &OperationFacts {
            id: "list_sorts",
            method: "GET",
            path: "/sorts",
            media_type: None,
            success: &[200],
            idempotent: true,
            long_body: LongBody::None,
            paging: Some(Paging { items: "sorts", next: NextMarker::MemberOrLastRow("page.next", "tag-name"), marker: "marker" }),
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
    /// ```ignore
    /// let response = client.list_things()
    ///    .marker(marker)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_things(&self) -> ListThings<'_> {
        ListThings::new(self)
    }

    /// List names
    ///
    /// The call `list_names`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_names).
    ///
    /// Sends a `GET` request to `/names`
    ///
    /// ```ignore
    /// let response = client.list_names()
    ///    .after(after)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_names(&self) -> ListNames<'_> {
        ListNames::new(self)
    }

    /// List tags
    ///
    /// The call `list_tags`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_tags).
    ///
    /// Sends a `GET` request to `/tags`
    ///
    /// ```ignore
    /// let response = client.list_tags()
    ///    .marker(marker)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_tags(&self) -> ListTags<'_> {
        ListTags::new(self)
    }

    /// List kinds
    ///
    /// The call `list_kinds`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_kinds).
    ///
    /// Sends a `GET` request to `/kinds`
    ///
    /// ```ignore
    /// let response = client.list_kinds()
    ///    .marker(marker)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_kinds(&self) -> ListKinds<'_> {
        ListKinds::new(self)
    }

    /// List sorts
    ///
    /// The call `list_sorts`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_sorts).
    ///
    /// Sends a `GET` request to `/sorts`
    ///
    /// ```ignore
    /// let response = client.list_sorts()
    ///    .marker(marker)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_sorts(&self) -> ListSorts<'_> {
        ListSorts::new(self)
    }
}

/// Builder for [`Client::list_things`]
///
/// [`Client::list_things`]: super::Client::list_things
#[derive(Debug, Clone)]
pub struct ListThings<'a> {
    client: &'a super::Client,
    marker: Result<Option<String>, String>,
}

impl<'a> ListThings<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            marker: Ok(None),
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

    /// Sends a `GET` request to `/things`
    pub async fn send(self) -> Result<ResponseValue<types::Things>, Error<()>> {
        let Self { client, marker } = self;
        let marker = marker.map_err(Error::InvalidRequest)?;
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

    /// All pages, one after the other. Every argument is sent with each: only the marker is taken from the link to the next page.
    pub fn pager(self) -> ::cloudimg_core::Pager<'a, types::Thing> {
        ::cloudimg_core::Pager::new(move |marker: Option<String>| {
            let call = match marker {
                Some(marker) => self.clone().marker(marker),
                None => self.clone(),
            };
            async move {
                let page = call.send().await?.into_inner();
                ::cloudimg_core::Page::linked(
                    page.things,
                    page.next.as_deref(),
                    "marker",
                    "list_things",
                )
            }
        })
    }
}

/// Builder for [`Client::list_names`]
///
/// [`Client::list_names`]: super::Client::list_names
#[derive(Debug, Clone)]
pub struct ListNames<'a> {
    client: &'a super::Client,
    after: Result<Option<String>, String>,
}

impl<'a> ListNames<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            after: Ok(None),
        }
    }

    /// Sets `after`.
    pub fn after<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.after = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `String` for after failed".to_string());
        self
    }

    /// Sends a `GET` request to `/names`
    pub async fn send(self) -> Result<ResponseValue<types::Names>, Error<()>> {
        let Self { client, after } = self;
        let after = after.map_err(Error::InvalidRequest)?;
        let url = format!("{}/names", client.baseurl,);
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
            .query(&progenitor_client::QueryParam::new("after", &after))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_names",
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

    /// All pages, one after the other. Every argument is sent with each: only the marker is taken from the link to the next page.
    pub fn pager(self) -> ::cloudimg_core::Pager<'a, String> {
        ::cloudimg_core::Pager::new(move |marker: Option<String>| {
            let call = match marker {
                Some(marker) => self.clone().after(marker),
                None => self.clone(),
            };
            async move {
                let page = call.send().await?.into_inner();
                ::cloudimg_core::Page::linked(
                    page.names.unwrap_or_default(),
                    Some(page.next_link.as_str()),
                    "after",
                    "list_names",
                )
            }
        })
    }
}

/// Builder for [`Client::list_tags`]
///
/// [`Client::list_tags`]: super::Client::list_tags
#[derive(Debug, Clone)]
pub struct ListTags<'a> {
    client: &'a super::Client,
    marker: Result<Option<String>, String>,
}

impl<'a> ListTags<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            marker: Ok(None),
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

    /// Sends a `GET` request to `/tags`
    pub async fn send(self) -> Result<ResponseValue<types::Tags>, Error<()>> {
        let Self { client, marker } = self;
        let marker = marker.map_err(Error::InvalidRequest)?;
        let url = format!("{}/tags", client.baseurl,);
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
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_tags",
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

    /// All pages, one after the other, to the first that is empty. Every argument is sent with each; the last row is the marker of the next.
    pub fn pager(self) -> ::cloudimg_core::Pager<'a, types::Tag> {
        ::cloudimg_core::Pager::new(move |marker: Option<String>| {
            let call = match marker {
                Some(marker) => self.clone().marker(marker),
                None => self.clone(),
            };
            async move {
                let page = call.send().await?.into_inner();
                Ok(
                    ::cloudimg_core::Page::after_last(
                        page.tags.unwrap_or_default(),
                        |row| row.tag_name.clone(),
                    ),
                )
            }
        })
    }
}

/// Builder for [`Client::list_kinds`]
///
/// [`Client::list_kinds`]: super::Client::list_kinds
#[derive(Debug, Clone)]
pub struct ListKinds<'a> {
    client: &'a super::Client,
    marker: Result<Option<String>, String>,
}

impl<'a> ListKinds<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            marker: Ok(None),
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

    /// Sends a `GET` request to `/kinds`
    pub async fn send(self) -> Result<ResponseValue<types::Kinds>, Error<()>> {
        let Self { client, marker } = self;
        let marker = marker.map_err(Error::InvalidRequest)?;
        let url = format!("{}/kinds", client.baseurl,);
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
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_kinds",
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

    /// All pages, one after the other. Every argument is sent with each; the next one begins after the marker that the answer names.
    pub fn pager(self) -> ::cloudimg_core::Pager<'a, types::Thing> {
        ::cloudimg_core::Pager::new(move |marker: Option<String>| {
            let call = match marker {
                Some(marker) => self.clone().marker(marker),
                None => self.clone(),
            };
            async move {
                let page = call.send().await?.into_inner();
                Ok(
                    ::cloudimg_core::Page::marked(
                        page.kinds,
                        page.page_info.next_marker.as_deref(),
                    ),
                )
            }
        })
    }
}

/// Builder for [`Client::list_sorts`]
///
/// [`Client::list_sorts`]: super::Client::list_sorts
#[derive(Debug, Clone)]
pub struct ListSorts<'a> {
    client: &'a super::Client,
    marker: Result<Option<String>, String>,
}

impl<'a> ListSorts<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            marker: Ok(None),
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

    /// Sends a `GET` request to `/sorts`
    pub async fn send(self) -> Result<ResponseValue<types::Sorts>, Error<()>> {
        let Self { client, marker } = self;
        let marker = marker.map_err(Error::InvalidRequest)?;
        let url = format!("{}/sorts", client.baseurl,);
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
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_sorts",
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

    /// All pages, one after the other. Every argument is sent with each; the next one begins after the marker that the answer names or, where it has no such member, after the last row, to the first page that is empty.
    pub fn pager(self) -> ::cloudimg_core::Pager<'a, types::Tag> {
        ::cloudimg_core::Pager::new(move |marker: Option<String>| {
            let call = match marker {
                Some(marker) => self.clone().marker(marker),
                None => self.clone(),
            };
            async move {
                let page = call.send().await?.into_inner();
                Ok(
                    match page.page {
                        Some(given) => {
                            ::cloudimg_core::Page::marked(
                                page.sorts,
                                Some(given.next.as_str()),
                            )
                        }
                        None => {
                            ::cloudimg_core::Page::after_last(
                                page.sorts,
                                |row| row.tag_name.clone(),
                            )
                        }
                    },
                )
            }
        })
    }
}

// ======== types.rs

/// Builders of the plain types.
pub mod builder;

/// `Kinds`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Kinds {
    /// The member `kinds`.
    pub kinds: Vec<Thing>,
    /// The member `page_info`.
    #[serde(rename = "page-info")]
    pub page_info: PageInfo,
}

impl Kinds {
    pub fn builder() -> builder::Kinds {
        Default::default()
    }
}

/// `MarkerHolder`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MarkerHolder {
    /// The member `next`.
    pub next: String,
}

impl MarkerHolder {
    pub fn builder() -> builder::MarkerHolder {
        Default::default()
    }
}

/// `Names`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Names {
    /// The member `names`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub names: Option<Vec<String>>,
    /// The member `next_link`.
    #[serde(rename = "next-link")]
    pub next_link: String,
}

impl Names {
    pub fn builder() -> builder::Names {
        Default::default()
    }
}

/// `PageInfo`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PageInfo {
    /// The member `next_marker`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub next_marker: Option<String>,
}

impl PageInfo {
    pub fn builder() -> builder::PageInfo {
        Default::default()
    }
}

/// `Sorts`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sorts {
    /// The member `sorts`.
    pub sorts: Vec<Tag>,
    /// The member `page`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub page: Option<MarkerHolder>,
}

impl Sorts {
    pub fn builder() -> builder::Sorts {
        Default::default()
    }
}

/// `Tag`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tag {
    /// The member `tag_name`.
    #[serde(rename = "tag-name")]
    pub tag_name: String,
}

impl Tag {
    pub fn builder() -> builder::Tag {
        Default::default()
    }
}

/// `Tags`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Tags {
    /// The member `tags`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub tags: Option<Vec<Tag>>,
}

impl Tags {
    pub fn builder() -> builder::Tags {
        Default::default()
    }
}

/// `Thing`
#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// The member `id`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub id: Option<String>,
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
    /// The member `next`.
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub next: Option<String>,
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

