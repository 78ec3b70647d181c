//! Calls of version 1.

use cloudimg_ims_v1 as v1;
use cloudimg_tests::{ims, with_query};
use serde_json::{Map, Value};

use super::{Made, answer, whole};
use crate::sample::Request;

pub(super) async fn all(operation: &str, request: &Request, v1: &v1::Client, made: &mut Vec<Made>) -> Result<(), String> {
    let path = || request.path().to_owned();
    let segment = |index| request.segment(index);
    match operation {
        "CreateDataImage" => made!(made, path(), v1.create_data_image.body(request.decoded::<v1::types::DataImageCreate>()?)),
        "ShowJobProgress" => made!(made, path(), v1.show_job_progress.job_id(segment(4))),
        "BatchAddMembers" => made!(made, path(), v1.batch_add_members.body(request.decoded::<v1::types::MembersChange>()?)),
        "BatchDeleteMembers" => made!(made, path(), v1.batch_delete_members.body(request.decoded::<v1::types::MembersChange>()?)),
        "BatchUpdateMembers" => {
            made!(made, path(), v1.batch_update_members.body(request.decoded::<v1::types::MembershipsUpdate>()?));
        }
        "ListOsVersions" => {
            let tags: Vec<_> = request.values("tag").into_iter().map(v1::types::OsTag::from).collect();
            made!(made, path(), v1.list_os_versions.tag(tags));
        }
        "ShowImageQuota" => made!(made, path(), v1.show_image_quota),
        "ListTags" => {
            let call = ims::list_tags(v1, request.query())?;
            made!(made, path(), v1.list_tags, call);
        }
        "CreateOrUpdateTags" => made!(made, path(), v1.create_or_update_tags.body(request.decoded::<v1::types::TagSet>()?)),
        "CreateWholeImage" => by_branch!(made, path(), request, v1.create_whole_image, [
            create_whole_image_from_server v1::types::CreateWholeImageFromServer,
            create_whole_image_from_backup v1::types::CreateWholeImageFromBackup
        ]),
        "CopyImageInRegion" => {
            made!(made, path(), v1.copy_image_in_region.image_id(segment(3)).body(request.decoded::<v1::types::ImageCopy>()?));
        }
        "CopyImageCrossRegion" => {
            let body: v1::types::ImageCopyCrossRegion = request.decoded()?;
            made!(made, path(), v1.copy_image_cross_region.image_id(segment(3)).body(body));
        }
        "ExportImage" => {
            made!(made, path(), v1.export_image.image_id(segment(3)).body(request.decoded::<v1::types::ImageExport>()?));
        }
        "RegisterImage" => {
            made!(made, path(), v1.register_image.image_id(segment(3)).body(request.decoded::<v1::types::ImageRegister>()?));
        }
        "ListImageMembers" => {
            let call = v1.list_image_members().project_id(segment(2)).image_id(segment(4));
            let call = with_query!(call, request.query(), text: ["marker" marker], number: ["limit" limit], flag: []);
            made!(made, path(), v1.list_image_members, call);
        }
        "ShowImageMember" => {
            made!(made, path(), v1.show_image_member.project_id(segment(2)).image_id(segment(4)).member_id(segment(6)));
        }
        "BatchDeleteTags" => {
            let body: v1::types::TagsDelete = request.decoded()?;
            made!(made, path(), v1.batch_delete_tags.project_id(segment(2)).image_id(segment(4)).body(body));
        }
        "ShowJob" => made!(made, path(), v1.show_job.project_id(segment(2)).job_id(segment(4))),
        _ => {}
    }
    Ok(())
}
