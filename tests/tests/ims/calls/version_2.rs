//! Calls of versions 2 and 2.1, and those for jobs.

use cloudimg_ims_v2 as v2;
use serde_json::{Map, Value};

use super::{Made, answer, whole};
use crate::sample::Request;

pub(super) async fn all(operation: &str, request: &Request, v2: &v2::Client, made: &mut Vec<Made>) -> Result<(), String> {
    let path = || request.path().to_owned();
    // The calls of version 2.1 take what those of 1 and 2 take.
    let safe = || path().replacen("/v1/", "/v2.1/", 1).replacen("/v2/", "/v2.1/", 1);
    let segment = |index| request.segment(index);
    match operation {
        "ListVersions" => made!(made, path(), v2.list_versions),
        "ShowVersion" => made!(made, path(), v2.show_version.version(segment(1))),
        "ListImages" => {
            let call = cloudimg_tests::ims::list_images(v2, request.query())?;
            made!(made, path(), v2.list_images, call);
        }
        "CreateImage" => {
            by_branch!(made, path(), request, v2.create_image, [
                create_image_from_server v2::types::CreateImageFromServer,
                create_image_from_disks v2::types::CreateImageFromDisks,
                create_image_from_file v2::types::CreateImageFromFile,
                create_image_from_volume v2::types::CreateImageFromVolume
            ]);
            by_branch!(made, safe(), request, v2.create_image_in_safe_mode, [
                create_image_in_safe_mode_from_server v2::types::CreateImageFromServer,
                create_image_in_safe_mode_from_disks v2::types::CreateImageFromDisks,
                create_image_in_safe_mode_from_file v2::types::CreateImageFromFile,
                create_image_in_safe_mode_from_volume v2::types::CreateImageFromVolume
            ]);
        }
        "CreateImageInSafeMode" => by_branch!(made, path(), request, v2.create_image_in_safe_mode, [
            create_image_in_safe_mode_from_server v2::types::CreateImageFromServer,
            create_image_in_safe_mode_from_disks v2::types::CreateImageFromDisks,
            create_image_in_safe_mode_from_file v2::types::CreateImageFromFile,
            create_image_in_safe_mode_from_volume v2::types::CreateImageFromVolume
        ]),
        "CreateDataImage" | "CreateDataImageInSafeMode" => {
            made!(made, safe(), v2.create_data_image_in_safe_mode.body(request.decoded::<v2::types::DataImageCreate>()?));
        }
        "ImportImageQuick" => {
            let body: v2::types::QuickImportImageByFile = request.decoded()?;
            made!(made, path(), v2.import_image_quick.body(body.clone()));
            made!(made, safe(), v2.import_image_quick_in_safe_mode.body(body));
        }
        "ImportImageQuickInSafeMode" => {
            let body: v2::types::QuickImportImageByFile = request.decoded()?;
            made!(made, path(), v2.import_image_quick_in_safe_mode.body(body));
        }
        "CopyImageInRegion" | "CopyImageInRegionInSafeMode" => {
            let body: v2::types::ImageCopy = request.decoded()?;
            made!(made, safe(), v2.copy_image_in_region_in_safe_mode.image_id(segment(3)).body(body));
        }
        "ExportImage" | "ExportImageInSafeMode" => {
            let body: v2::types::ImageExport = request.decoded()?;
            made!(made, safe(), v2.export_image_in_safe_mode.image_id(segment(3)).body(body));
        }
        "UpdateImage" => {
            made!(made, path(), v2.update_image.image_id(segment(3)).body(request.decoded::<v2::types::ImagePatch>()?));
        }
        "ListImageByTags" => {
            let body: v2::types::ImagesByTagsQuery = request.decoded()?;
            made!(made, path(), v2.list_image_by_tags.project_id(segment(2)).body(body));
        }
        "ListImagesTags" => made!(made, path(), v2.list_images_tags.project_id(segment(2))),
        "ListImageTags" => made!(made, path(), v2.list_image_tags.project_id(segment(2)).image_id(segment(4))),
        "AddImageTag" => {
            let body: v2::types::TagAdd = request.decoded()?;
            made!(made, path(), v2.add_image_tag.project_id(segment(2)).image_id(segment(4)).body(body));
        }
        "BatchAddOrDeleteTags" => {
            let body: v2::types::TagsChange = request.decoded()?;
            made!(made, path(), v2.batch_add_or_delete_tags.project_id(segment(2)).image_id(segment(4)).body(body));
        }
        "DeleteImageTag" => {
            made!(made, path(), v2.delete_image_tag.project_id(segment(2)).image_id(segment(4)).key(segment(6)));
        }
        "ShowJob" => made!(made, path(), v2.show_job.project_id(segment(2)).job_id(segment(4))),
        "ShowJobProgress" => made!(made, path(), v2.show_job_progress.job_id(segment(4))),
        _ => {}
    }
    Ok(())
}
