//! The record of a task, and how it is shown.

use jiff::Timestamp;

use crate::clock::{micros, seconds};
use crate::json::{Json, object};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskStatus {
    Pending,
    Processing,
    Success,
    Failure,
}

impl TaskStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            TaskStatus::Pending => "pending",
            TaskStatus::Processing => "processing",
            TaskStatus::Success => "success",
            TaskStatus::Failure => "failure",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) status: TaskStatus,
    pub(crate) owner: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) image_id: Option<String>,
    pub(crate) request_id: String,
    pub(crate) user_id: String,
    pub(crate) input: Json,
    pub(crate) message: String,
    /// Gone from lists, since its time was over when its owner looked.
    pub(crate) deleted: bool,
}

impl Task {
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    fn result(&self) -> Json {
        if self.status == TaskStatus::Success { object([("image_id", self.image_id.as_deref().into())]) } else { Json::Null }
    }

    /// As the list of an image's tasks shows it: times there have microseconds and no zone.
    pub(crate) fn image_view(&self) -> Json {
        object([
            ("id", self.id.as_str().into()),
            ("type", self.kind.into()),
            ("status", self.status.as_str().into()),
            ("owner", self.owner.as_deref().into()),
            ("expires_at", self.expires_at.map(micros).into()),
            ("created_at", micros(self.created_at).into()),
            ("updated_at", micros(self.updated_at).into()),
            ("deleted_at", Json::Null),
            ("deleted", false.into()),
            ("image_id", self.image_id.as_deref().into()),
            ("request_id", self.request_id.as_str().into()),
            ("user_id", self.user_id.as_str().into()),
            ("input", self.input.clone()),
            ("result", self.result()),
            ("message", self.message.as_str().into()),
        ])
    }

    /// As the task API shows it; `whole` with what lists leave out.
    pub(crate) fn view(&self, whole: bool) -> Json {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut put = |key: &str, value: Json| members.push((key.to_owned(), value));
        put("id", self.id.as_str().into());
        if whole {
            put("input", self.input.clone());
        }
        put("type", self.kind.into());
        put("status", self.status.as_str().into());
        put("owner", self.owner.as_deref().into());
        if whole {
            put("message", self.message.as_str().into());
            put("result", self.result());
        }
        put("created_at", seconds(self.created_at).into());
        put("updated_at", seconds(self.updated_at).into());
        put("self", format!("/v2/tasks/{}", self.id).into());
        put("schema", "/v2/schemas/task".into());
        if whole {
            if let Some(id) = &self.image_id {
                put("image_id", id.as_str().into());
            }
            put("request_id", self.request_id.as_str().into());
            put("user_id", self.user_id.as_str().into());
        }
        if let Some(at) = self.expires_at {
            put("expires_at", seconds(at).into());
        }
        Json::Map(members)
    }
}
