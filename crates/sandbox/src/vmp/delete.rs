//! `DELETE /vmp/images/{id}`.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::body::Fields;
use super::error::{Result, error, invalid, no_image};
use super::image::Kind;
use super::{Vmp, VmpDeleteAnswer, ok};
use crate::http::Call;
use crate::json::object;

pub(super) async fn delete(vmp: &Vmp, call: &mut Call, id: &str) -> Result<Response<Body>> {
    // One of the vendor's libraries says the id in a body as well, the other sends none.
    if let Some(fields) = Fields::read_some(call).await?
        && fields.text("imageId")?.is_some_and(|said| said != id)
    {
        return Err(invalid("imageId", "it is not the id in the path"));
    }
    let mut state = vmp.state();
    let image = state.images.get(id).ok_or_else(|| no_image(id))?;
    if image.kind == Kind::Common {
        return Err(error(StatusCode::FORBIDDEN, "ImageNotOwned", format!("The image {id} is a public one.")));
    }
    state.images.remove(id);
    state.counts.deletes += 1;
    let mut response = Response::new(Body::empty());
    match state.delete_answer {
        VmpDeleteAnswer::EmptyObject => return ok(&object([])),
        VmpDeleteAnswer::EmptyBody => {}
        VmpDeleteAnswer::NoContent => *response.status_mut() = StatusCode::NO_CONTENT,
    }
    Ok(response)
}
