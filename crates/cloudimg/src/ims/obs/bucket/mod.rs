//! A bucket, and the few calls that moving one object takes. (API reference of the Object Storage Service.)

mod answers;
mod facts;

use bytes::Bytes;
use cloudimg_core::private::reqwest::{Body, Request, Response};
use cloudimg_core::session::Call;
use cloudimg_core::{Error, ErrorKind, OperationFacts, Result, Session};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RANGE};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

pub(super) use answers::Hash;

/// Reached by a session that signs for it.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    session: Session,
    /// What the keys of objects are below.
    root: Url,
    name: String,
}

/// What is known of an object without its bytes.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) size: u64,
    pub(super) hash: Hash,
}

/// What a call says besides its method and its object.
#[derive(Debug, Default)]
struct Say {
    query: Option<String>,
    headers: HeaderMap,
    body: Option<Body>,
}

impl Say {
    fn query(query: impl Into<String>) -> Self {
        Self { query: Some(query.into()), ..Self::default() }
    }
}

impl Bucket {
    /// `root` is the bucket itself; with a slash at its end.
    pub(super) fn new(session: Session, root: Url, name: &str) -> Self {
        Self { session, root, name: name.to_owned() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    async fn send(&self, facts: &'static OperationFacts, key: &str, say: Say) -> Result<Response> {
        let mut url = self.root.clone();
        // Keys are ours, and need no escapes.
        url.set_path(&format!("{}{key}", self.root.path()));
        url.set_query(say.query.as_deref());
        let method = Method::from_bytes(facts.method.as_bytes())
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, format!("`{}` is no method", facts.method)))?;
        let mut request = Request::new(method, url);
        *request.headers_mut() = say.headers;
        if say.body.is_none() && facts.method == "POST" {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *request.body_mut() = say.body;
        let response = self.session.execute(request, &Call::new(facts.id, Some(facts))).await?;
        match response.extensions().get::<Error>() {
            Some(error) => Err(error.clone()),
            None => Ok(response),
        }
    }

    async fn text(&self, facts: &'static OperationFacts, key: &str, say: Say) -> Result<Bytes> {
        let response = self.send(facts, key, say).await?;
        // Read already, within bounds.
        response.bytes().await.map_err(|e| Error::new(ErrorKind::Interrupted, "the answer broke off").with_source(e))
    }

    /// The region that the bucket is in.
    pub(super) async fn location(&self) -> Result<String> {
        answers::location(&self.text(&facts::LOCATION, "", Say::query("location")).await?)
    }

    /// What is known of an object; `None` if there is none.
    pub(super) async fn head(&self, key: &str) -> Result<Option<Head>> {
        match self.send(&facts::HEAD, key, Say::default()).await {
            Ok(response) => Ok(Some(head(response.headers())?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn put(&self, key: &str, body: Body) -> Result<Hash> {
        let response = self.send(&facts::PUT, key, Say { body: Some(body), ..Say::default() }).await?;
        Ok(Hash::told(response.headers()))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        self.send(&facts::DELETE, key, Say::default()).await.map(|_| ())
    }

    /// The bytes of an object from `start` on.
    pub(super) async fn get(&self, key: &str, start: u64) -> Result<Response> {
        let mut say = Say::default();
        if start > 0 {
            let range = HeaderValue::try_from(format!("bytes={start}-"));
            say.headers.insert(RANGE, range.map_err(|e| Error::new(ErrorKind::InvalidRequest, e.to_string()))?);
        }
        self.send(&facts::GET, key, say).await
    }

    /// Begins an object that comes in parts; gives its id.
    pub(super) async fn begin(&self, key: &str) -> Result<String> {
        answers::upload_id(&self.text(&facts::BEGIN, key, Say::query("uploads")).await?)
    }

    pub(super) async fn part(&self, key: &str, upload: &str, number: usize, body: Body) -> Result<(String, Hash)> {
        let say = Say { body: Some(body), ..Say::query(format!("partNumber={number}&uploadId={}", escaped(upload))) };
        let response = self.send(&facts::PART, key, say).await?;
        let hash = Hash::told(response.headers());
        let etag = answers::etag(response.headers()).ok_or_else(|| {
            Error::new(ErrorKind::Decode, format!("the answer to part {number} has no ETag, which completing the object takes"))
        });
        Ok((etag?, hash))
    }

    /// Makes the object of its parts, given by their numbers and tags.
    pub(super) async fn complete(&self, key: &str, upload: &str, parts: &[(usize, String)]) -> Result<()> {
        let mut say = Say::query(format!("uploadId={}", escaped(upload)));
        say.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        say.body = Some(answers::list(parts).into());
        answers::completed(&self.text(&facts::COMPLETE, key, say).await?)
    }

    /// Gives up an object that comes in parts; one that is gone already is no error.
    pub(super) async fn abort(&self, key: &str, upload: &str) -> Result<()> {
        match self.send(&facts::ABORT, key, Say::query(format!("uploadId={}", escaped(upload)))).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The ids under which an object comes in parts.
    pub(super) async fn uploads(&self, key: &str) -> Result<Vec<String>> {
        let query = format!("prefix={}&uploads", escaped(key));
        answers::uploads(&self.text(&facts::UPLOADS, "", Say::query(query)).await?, key)
    }
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn head(headers: &HeaderMap) -> Result<Head> {
    let size = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let size = size.ok_or_else(|| Error::new(ErrorKind::Decode, "the answer does not tell the object's length"));
    Ok(Head { size: size?, hash: Hash::told(headers) })
}
