//! `PUT /vmp/images/preHeating` and `GET /vmp/images/preHeatingInfo/{id}`.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use jiff::Timestamp;

use super::body::Fields;
use super::error::{Result, VmpError, error, no_image};
use super::image::{Kind, Node, State};
use super::{Vmp, VmpPreheatingShape, ok};
use crate::effects::NothingDone;
use crate::http::Call;
use crate::json::{Json, object};

pub(super) async fn start(vmp: &Vmp, call: &mut Call) -> Result<Response<Body>> {
    let fields = Fields::read(call).await?;
    let (id, names) = (fields.need_text("imageId")?, fields.texts("nodeNames")?);
    let mut seen = BTreeSet::new();
    let names: Vec<&str> = names.into_iter().filter(|name| seen.insert(*name)).collect();
    let started = begin(vmp, id, &names);
    told(vmp, started.map(|()| None))
}

/// Starts all of them or none.
fn begin(vmp: &Vmp, id: &str, names: &[&str]) -> Result<()> {
    let now = vmp.clock.now();
    let mut guard = vmp.state();
    let state = &mut *guard;
    let image = state.images.get_mut(id).ok_or_else(|| no_image(id))?;
    if image.kind == Kind::Common {
        return Err(error(StatusCode::FORBIDDEN, "ImageNotOwned", format!("The image {id} is a public one.")));
    }
    if image.state(now) != State::Active {
        return Err(error(StatusCode::CONFLICT, "ImageNotActive", format!("The image {id} is not active.")));
    }
    if let Some(name) = names.iter().find(|name| !state.nodes.contains(**name)) {
        return Err(error(StatusCode::NOT_FOUND, "NodeNotFound", format!("The node {name} does not exist.")));
    }
    let mut takes = vmp.settings.node_time;
    for name in names {
        let known = image.nodes.iter_mut().find(|node| node.name == *name);
        // It has the image, or is about to.
        if known.as_ref().is_some_and(|node| node.state(now) != "FAIL") {
            continue;
        }
        let node = Node::starting(name, now, takes, state.doomed_nodes.remove(*name));
        takes += vmp.settings.node_time;
        match known {
            Some(known) => *known = node,
            None => image.nodes.push(node),
        }
    }
    state.counts.preheatings += 1;
    Ok(())
}

pub(super) fn show(vmp: &Vmp, id: &str) -> Result<Response<Body>> {
    let now = vmp.clock.now();
    let found = vmp.state().images.get(id).map(|image| info(&image.nodes, now));
    told(vmp, found.map(Some).ok_or_else(|| no_image(id)))
}

fn info(nodes: &[Node], now: Timestamp) -> Json {
    let views = nodes.iter().map(|node| object([("nodeName", node.name.as_str().into()), ("state", node.state(now).into())]));
    object([("preHeatingInfo", Json::List(views.collect()))])
}

/// The answer in the shape that was chosen; `data` is there if the call has some.
fn told(vmp: &Vmp, outcome: Result<Option<Json>>) -> Result<Response<Body>> {
    let shape = vmp.state().preheating_shape;
    if shape == VmpPreheatingShape::Plain {
        return ok(&outcome?.unwrap_or_else(|| object([])));
    }
    let code = |word: &str, number: u64| match shape {
        VmpPreheatingShape::NumericEnvelope => number.into(),
        _ => word.into(),
    };
    match outcome {
        Ok(None) => ok(&object([("code", code("0", 0)), ("message", "success".into())])),
        Ok(Some(data)) => ok(&object([("code", code("0", 0)), ("message", "success".into()), ("data", data)])),
        Err(VmpError { status, code: word, message, .. }) => {
            let mut answer = ok(&object([("code", code(&word, status.as_u16().into())), ("message", message.into())]))?;
            answer.extensions_mut().insert(NothingDone);
            Ok(answer)
        }
    }
}
