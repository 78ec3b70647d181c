//! Who calls: a token of Keystone, or an access key that signed the request.

use axum::body::Body;
use axum::http::StatusCode;

use super::error::{ImsError, Result, denied, gateway, img, unauthorized};
use crate::cloud::Cloud;
use crate::glance::policy::Who;
use crate::http::Call;
use crate::{iam, signature};

/// The largest body that the gateway takes with a signature.
const MAX_SIGNED: u64 = 12 << 20;

/// The caller: always somebody in a project.
#[derive(Debug, Clone)]
pub(super) struct Principal {
    pub(super) who: Who,
    pub(super) project: String,
}

impl Principal {
    fn new(caller: crate::keystone::Caller) -> Result<Self> {
        let who = Who::from(caller);
        let project = who.project.clone().ok_or_else(|| unauthorized("the token is not for a project"))?;
        Ok(Self { who, project })
    }

    /// Only those who may do more than look.
    pub(super) fn must_write(&self, action: &str) -> Result<()> {
        if self.who.may_write() { Ok(()) } else { Err(denied(action)) }
    }

    /// The project in a path has to be the caller's.
    pub(super) fn must_be_in(&self, project: &str) -> Result<()> {
        if self.project == project {
            return Ok(());
        }
        Err(img("IMG.0030", "The project ID in the URL is not that of the token."))
    }
}

/// Finds out who calls. The body of a signed call has been read then, and is put back.
pub(super) async fn identify(cloud: &Cloud, call: &mut Call) -> Result<Principal> {
    let authorization = call.header("authorization").map(str::to_owned);
    if signature::is_signed(authorization.as_deref()) {
        return signed(cloud, call).await;
    }
    let token = call.header("x-auth-token").ok_or_else(|| unauthorized("x-auth-token not found"))?;
    let caller = crate::keystone::check(cloud, Some(token)).ok_or_else(|| unauthorized("decrypt token fail"))?;
    Principal::new(caller)
}

async fn signed(cloud: &Cloud, call: &mut Call) -> Result<Principal> {
    let too_large = || unauthorized("body too large");
    if call.content_length().is_some_and(|length| length > MAX_SIGNED) {
        return Err(too_large());
    }
    let body = call.read_body().await.ok_or_else(too_large)?;
    if body.len() as u64 > MAX_SIGNED {
        return Err(too_large());
    }
    let key = iam::signer(cloud, call, &body).map_err(|why| unauthorized(&why))?;
    call.body = Body::from(body);
    let project = call.header("x-project-id").filter(|id| !id.is_empty()).unwrap_or(&key.project_id);
    let caller = crate::keystone::member(cloud, &key.user_id, project).ok_or_else(|| foreign(project))?;
    Principal::new(caller)
}

fn foreign(project: &str) -> ImsError {
    gateway(StatusCode::FORBIDDEN, "APIGW.0302", format!("The user of the ak has no part in the project {project}"))
}
