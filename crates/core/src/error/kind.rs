use http::StatusCode;

/// The kind of an [`Error`](super::Error).
///
/// None of them says that a call was cancelled: calls, lists, jobs and transfers are cancelled by dropping them, and then nobody is left to be told.
/// What several callers wait for together, such as a sign-in, goes on while one of them waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such thing, or it is hidden from this caller (404, 410).
    NotFound,
    /// The thing's state forbids the call, or it exists already (409).
    Conflict,
    /// The caller is not known: wrong password, token refused (401).
    AuthFailed,
    /// The caller is known and may not do this (403).
    Forbidden,
    /// A quota or size limit of the service (413).
    QuotaExceeded,
    /// Too many calls; wait (429).
    Throttled,
    /// The request is wrong; sending it again will not help (400, 405, 415, 416, 422, or refused before sending).
    InvalidRequest,
    /// The service says no by a code of its own in an answer that is a success by its status.
    Refused,
    /// The service failed or is away for now (5xx).
    ServiceUnavailable,
    /// A limit on the time of the call passed.
    Timeout,
    /// No connection was made, so nothing was sent.
    Connect,
    /// TLS failed for good: one side does not accept the other's certificate, or does not speak TLS. Nothing was done.
    Tls,
    /// The connection broke after the request may have arrived.
    Interrupted,
    /// The row that a page of a list begins after is gone; the message says where to go on.
    MarkerGone,
    /// Bytes of an image are not what they were: their hash or their number is another. They are not to be used.
    Corrupt,
    /// The answer is not what the service's description says.
    Decode,
    /// The job that a call began ended without success; the message is the service's.
    JobFailed,
    /// A setting is missing or wrong.
    Configuration,
    /// Several things answer to a name that should mean one.
    Ambiguous,
    /// Reading or writing on this machine failed.
    Io,
    /// The answer has a status that the service's description does not know.
    UnexpectedStatus,
}

impl ErrorKind {
    /// What an answer of this status means, whatever its body says.
    pub(super) fn of(status: StatusCode) -> Self {
        use ErrorKind as K;
        match status.as_u16() {
            401 | 407 => K::AuthFailed,
            403 => K::Forbidden,
            404 | 410 => K::NotFound,
            408 => K::Timeout,
            409 | 412 => K::Conflict,
            413 => K::QuotaExceeded,
            429 => K::Throttled,
            400..=499 => K::InvalidRequest,
            500..=599 => K::ServiceUnavailable,
            _ => K::UnexpectedStatus,
        }
    }
}
