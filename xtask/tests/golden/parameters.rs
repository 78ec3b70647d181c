// ======== facts.rs

use ::cloudimg_core::{LongBody, OperationFacts};

/// What the spec says of an operation.
pub(crate) fn facts(operation_id: &str) -> Option<&'static OperationFacts> {
    Some(match operation_id {
        "list_tags" => &OperationFacts {
            id: "list_tags",
            method: "GET",
            path: "/things/{thing-id}/tags/{tag}",
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

use ::cloudimg_core::encode_path;
use ::progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

use super::Client;

impl Client {
    /// List tags
    ///
    /// The call `list_tags`.
    ///
    /// [Upstream reference](https://docs.example.com/#list_tags).
    ///
    /// Sends a `GET` request to `/things/{thing-id}/tags/{tag}`
    ///
    /// Arguments:
    /// - `thing_id`: The thing.
    /// - `tag`
    /// - `os_type`
    /// - `also`: All of these.
    /// - `filters`: Any further filter.
    /// - `limit`: Its own.
    /// - `type_`
    /// - `x_store`
    /// ```ignore
    /// let response = client.list_tags()
    ///    .thing_id(thing_id)
    ///    .tag(tag)
    ///    .os_type(os_type)
    ///    .also(also)
    ///    .filters(filters)
    ///    .limit(limit)
    ///    .type_(type_)
    ///    .x_store(x_store)
    ///    .send()
    ///    .await;
    /// ```
    pub fn list_tags(&self) -> ListTags<'_> {
        ListTags::new(self)
    }
}

/// Builder for [`Client::list_tags`]
///
/// [`Client::list_tags`]: super::Client::list_tags
#[derive(Debug, Clone)]
pub struct ListTags<'a> {
    client: &'a super::Client,
    thing_id: Result<String, String>,
    tag: Result<String, String>,
    os_type: Result<Option<String>, String>,
    also: Result<Option<Vec<String>>, String>,
    filters: Result<Option<::std::collections::BTreeMap<String, String>>, String>,
    limit: Result<i32, String>,
    type_: Result<Option<bool>, String>,
    x_store: Result<Option<String>, String>,
}

impl<'a> ListTags<'a> {
    /// An empty call; the method of the client does the same.
    pub fn new(client: &'a super::Client) -> Self {
        Self {
            client: client,
            thing_id: Err("thing_id was not initialized".to_string()),
            tag: Err("tag was not initialized".to_string()),
            os_type: Ok(None),
            also: Ok(None),
            filters: Ok(None),
            limit: Err("limit was not initialized".to_string()),
            type_: Ok(None),
            x_store: Ok(None),
        }
    }

    /// The thing.
    pub fn thing_id<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.thing_id = value
            .try_into()
            .map_err(|_| "conversion to `String` for thing_id failed".to_string());
        self
    }

    /// Sets `tag`.
    pub fn tag<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.tag = value
            .try_into()
            .map_err(|_| "conversion to `String` for tag failed".to_string());
        self
    }

    /// Sets `os_type`.
    pub fn os_type<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.os_type = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `String` for os_type failed".to_string());
        self
    }

    /// All of these.
    pub fn also<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<Vec<String>>,
    {
        self.also = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `Vec<String>` for also failed".to_string());
        self
    }

    /// Any further filter.
    pub fn filters<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<::std::collections::BTreeMap<String, String>>,
    {
        self.filters = value
            .try_into()
            .map(Some)
            .map_err(|_| {
                "conversion to `::std::collections::BTreeMap<String,String>` for filters failed"
                    .to_string()
            });
        self
    }

    /// Its own.
    pub fn limit<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<i32>,
    {
        self.limit = value
            .try_into()
            .map_err(|_| "conversion to `i32` for limit failed".to_string());
        self
    }

    /// Sets `type_`.
    pub fn type_<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<bool>,
    {
        self.type_ = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `bool` for type_ failed".to_string());
        self
    }

    /// Sets `x_store`.
    pub fn x_store<V>(mut self, value: V) -> Self
    where
        V: std::convert::TryInto<String>,
    {
        self.x_store = value
            .try_into()
            .map(Some)
            .map_err(|_| "conversion to `String` for x_store failed".to_string());
        self
    }

    /// Sends a `GET` request to `/things/{thing-id}/tags/{tag}`
    pub async fn send(self) -> Result<ResponseValue<()>, Error<()>> {
        let Self {
            client,
            thing_id,
            tag,
            os_type,
            also,
            filters,
            limit,
            type_,
            x_store,
        } = self;
        let thing_id = thing_id.map_err(Error::InvalidRequest)?;
        let tag = tag.map_err(Error::InvalidRequest)?;
        let os_type = os_type.map_err(Error::InvalidRequest)?;
        let also = also.map_err(Error::InvalidRequest)?;
        let filters = filters.map_err(Error::InvalidRequest)?;
        let limit = limit.map_err(Error::InvalidRequest)?;
        let type_ = type_.map_err(Error::InvalidRequest)?;
        let x_store = x_store.map_err(Error::InvalidRequest)?;
        let url = format!(
            "{}/things/{}/tags/{}", client.baseurl, encode_path(& thing_id.to_string()),
            encode_path(& tag.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
            );
        if let Some(value) = x_store {
            header_map.append("X-Store", value.to_string().try_into()?);
        }
        let mut request = client
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("__os_type", &os_type))
            .query(&progenitor_client::QueryParam::new("also", &also))
            .query(&progenitor_client::QueryParam::new("filters", &filters))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("type", &type_))
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

