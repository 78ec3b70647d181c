//! Native calls of OpenStack.

use cloudimg_tests::{ims, with_query};
use {cloudimg_glance_v2 as glance, cloudimg_ims_v2 as v2};

use super::{Made, answer};
use crate::sample::Request;

/// Native calls of OpenStack that are not as upstream.
pub(super) async fn differing(operation: &str, request: &Request, v2: &v2::Client, made: &mut Vec<Made>) -> Result<(), String> {
    let path = || request.path().to_owned();
    let segment = |index| request.segment(index);
    match operation {
        "GlanceListImages" => {
            let call = ims::glance_list_images(v2, request.query())?;
            made!(made, path(), v2.glance_list_images, call);
        }
        "GlanceUpdateImage" if is_patch_of_2_0(request) => {
            let body: v2::types::GlanceImagePatch = request.decoded()?;
            made!(made, path(), v2.glance_update_image.image_id(segment(3)).body(body));
        }
        "GlanceDeleteImage" if !request.body.is_null() => {
            let body: v2::types::GlanceImageDelete = request.decoded()?;
            made!(made, path(), v2.glance_delete_image.image_id(segment(3)).body(body));
        }
        "GlanceListImageMembers" => {
            let call = v2.glance_list_image_members().image_id(segment(3));
            let call = with_query!(call, request.query(), text: ["marker" marker], number: ["limit" limit], flag: []);
            made!(made, path(), v2.glance_list_image_members, call);
        }
        "GlanceUpdateImageMember" => {
            let body: v2::types::MembershipUpdate = request.decoded()?;
            made!(made, path(), v2.glance_update_image_member.image_id(segment(3)).member_id(segment(5)).body(body));
        }
        _ => {}
    }
    Ok(())
}

/// Native calls of OpenStack that the client of the Image API makes as they are.
pub(super) async fn upstream(
    operation: &str,
    request: &Request,
    glance: &glance::Client,
    made: &mut Vec<Made>,
) -> Result<(), String> {
    let path = || request.path().to_owned();
    let segment = |index| request.segment(index);
    match operation {
        "GlanceShowImage" => made!(made, path(), glance.show_image.image_id(segment(3))),
        "GlanceCreateImageMetadata" => {
            made!(made, path(), glance.create_image.body(request.decoded::<glance::types::ImageCreate>()?));
        }
        "GlanceUpdateImage" if !is_patch_of_2_0(request) => {
            let body: glance::types::ImagePatch = request.decoded()?;
            made!(made, path(), glance.update_image.image_id(segment(3)).body(body));
        }
        "GlanceDeleteImage" if request.body.is_null() => made!(made, path(), glance.delete_image.image_id(segment(3))),
        "GlanceUploadImage" => made!(made, path(), glance.upload_image_data.image_id(segment(3)).body("")),
        "GlanceAddImageMember" => {
            let body: glance::types::MemberCreate = request.decoded()?;
            made!(made, path(), glance.create_image_member.image_id(segment(3)).body(body));
        }
        "GlanceShowImageMember" => made!(made, path(), glance.show_image_member.image_id(segment(3)).member_id(segment(5))),
        "GlanceDeleteImageMember" => made!(made, path(), glance.delete_image_member.image_id(segment(3)).member_id(segment(5))),
        "GlanceCreateTag" => made!(made, path(), glance.add_image_tag.image_id(segment(3)).tag_value(segment(5))),
        "GlanceDeleteTag" => made!(made, path(), glance.delete_image_tag.image_id(segment(3)).tag_value(segment(5))),
        "GlanceShowImageSchemas" => made!(made, path(), glance.get_schema_image),
        "GlanceListImageSchemas" => made!(made, path(), glance.get_schema_images),
        "GlanceShowImageMemberSchemas" => made!(made, path(), glance.get_schema_member),
        "GlanceListImageMemberSchemas" => made!(made, path(), glance.get_schema_members),
        _ => {}
    }
    Ok(())
}

fn is_patch_of_2_0(request: &Request) -> bool {
    request.header("content-type") == Some("application/openstack-images-v2.0-json-patch")
}
