//! What the spec says of an operation beyond its types.

/// The facts of one operation, taken from its spec by `cargo xtask generate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationFacts {
    /// The operation's id, as in the spec.
    pub id: &'static str,
    /// The HTTP method, upper case.
    pub method: &'static str,
    /// The path template, for example `/v2/images/{image_id}`.
    pub path: &'static str,
    /// The media type of the request body; `None` where there is no body.
    pub media_type: Option<&'static str>,
    /// The documented statuses that mean success; a 300 of a version document stands here too.
    pub success: &'static [u16],
    /// Whether sending twice does no more than sending once.
    pub idempotent: bool,
    /// Which of the two bodies may be of any size.
    pub long_body: LongBody,
    /// How the answer is paged; `None` where it comes whole.
    pub paging: Option<Paging>,
    /// The kind of job that the call starts; `None` where the answer is the result.
    pub job: Option<&'static str>,
    /// Values that a path parameter must not have, since they name another path: parameter and value.
    pub reserved: &'static [(&'static str, &'static str)],
    /// Query parameters that go in pairs, each value of the first followed by one of the second.
    pub query_pairs: &'static [(&'static str, &'static str)],
    /// How a success says in its body that it is none; `None` where the status tells all.
    pub envelope: Option<Envelope>,
}

impl OperationFacts {
    /// The facts of an operation without anything special; its name, method and path are still to be said.
    pub const PLAIN: Self = Self {
        id: "",
        method: "",
        path: "",
        media_type: None,
        success: &[],
        idempotent: false,
        long_body: LongBody::None,
        paging: None,
        job: None,
        reserved: &[],
        query_pairs: &[],
        envelope: None,
    };
}

/// The members of a success's body that say whether it is one. An answer without a body, or without the code, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The member that holds the service's code, a text or a number.
    pub code: &'static str,
    /// The member that says in words what is wrong.
    pub message: &'static str,
    /// The code of success.
    pub success: &'static str,
}

/// Which body of an operation may be of any size: no limit on the whole call holds for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongBody {
    /// Neither.
    None,
    /// The request's, as in an upload.
    Request,
    /// The answer's, as in a download.
    Response,
}

/// How a list is paged: by a marker that the next page begins after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The member of the answer that holds the rows.
    pub items: &'static str,
    /// Where the marker of the next page stands.
    pub next: NextMarker,
    /// The query parameter that takes the marker.
    pub marker: &'static str,
}

/// Where a page holds the marker of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextMarker {
    /// In the link that this member of the answer is, as the value of the same query parameter; without a link the list is at its end.
    Link(&'static str),
    /// In this member of the last row; a page without rows is the end of the list.
    LastRow(&'static str),
    /// In this member of a member of the answer, written `page_info.next_marker`, as it is to be sent; where it is empty or absent, the list is
    /// at its end.
    Member(&'static str),
    /// In the member of a member that stands first, where the answer has its parent; in the second, a member of the last row, where not.
    MemberOrLastRow(&'static str, &'static str),
}
