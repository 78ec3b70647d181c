//! The calls, as the session sees them.

use cloudimg_core::{LongBody, OperationFacts};

const fn facts(
    id: &'static str,
    method: &'static str,
    path: &'static str,
    idempotent: bool,
    long_body: LongBody,
) -> OperationFacts {
    OperationFacts { id, method, path, idempotent, long_body, ..OperationFacts::PLAIN }
}

pub(super) static LOCATION: OperationFacts = facts("get_bucket_location", "GET", "/", true, LongBody::None);
pub(super) static UPLOADS: OperationFacts = facts("list_multipart_uploads", "GET", "/", true, LongBody::None);
pub(super) static HEAD: OperationFacts = facts("head_object", "HEAD", "/{object}", true, LongBody::None);
pub(super) static GET: OperationFacts = facts("get_object", "GET", "/{object}", true, LongBody::Response);
pub(super) static PUT: OperationFacts = facts("put_object", "PUT", "/{object}", true, LongBody::Request);
pub(super) static DELETE: OperationFacts = facts("delete_object", "DELETE", "/{object}", true, LongBody::None);
/// Each one begins another upload.
pub(super) static BEGIN: OperationFacts = facts("initiate_multipart_upload", "POST", "/{object}", false, LongBody::None);
pub(super) static PART: OperationFacts = facts("upload_part", "PUT", "/{object}", true, LongBody::Request);
/// A second one finds the upload gone, which says no more than that the first arrived.
pub(super) static COMPLETE: OperationFacts = facts("complete_multipart_upload", "POST", "/{object}", true, LongBody::None);
pub(super) static ABORT: OperationFacts = facts("abort_multipart_upload", "DELETE", "/{object}", true, LongBody::None);
