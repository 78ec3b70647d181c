//! What a refusal of the service means.

use cloudimg_core::{Error, ErrorKind};

use super::ticket::Targets;
use super::{Import, ImportFailure};
use crate::glance::Stores;
use crate::glance::capabilities::is_set;

impl Import {
    /// The refusal with what the service would have taken; what cannot be found out changes nothing.
    pub(super) async fn explained(&self, error: Error) -> Error {
        let error = error.redacted(&self.method.secrets());
        match error.kind() {
            ErrorKind::NotFound => {
                let what = format!("{}; or the service has no imports, which came with version 2.6", error.message());
                error.with_message(what)
            }
            ErrorKind::Conflict => match self.held().await {
                Some(failure) => {
                    let what = format!("{}: {}", error.message().trim_end_matches('.'), failure.advice());
                    error.with_message(what).with_source(failure)
                }
                None => self.with_stores_told(error).await,
            },
            ErrorKind::InvalidRequest => match self.offered().await {
                Some(offered) => {
                    let what = format!(
                        "{}; this cloud does not import by {}; it does by {offered}",
                        error.message().trim_end_matches('.'),
                        self.method.name()
                    );
                    error.with_message(what)
                }
                None => self.with_stores_told(error).await,
            },
            _ => error,
        }
    }

    /// Which import holds the image, if one does.
    async fn held(&self) -> Option<ImportFailure> {
        let image = self.images.get(&self.image_id).await.ok()?;
        ImportFailure::another(&image, self.method.name())
    }

    /// The methods that the cloud offers, unless this one is among them.
    async fn offered(&self) -> Option<String> {
        let info = self.images.cloud.glance_client().await.ok()?.get_import_info().send().await.ok()?.into_inner();
        let offered = info.import_methods.value;
        let names: Vec<_> = offered.iter().map(ToString::to_string).collect();
        (!offered.contains(&self.method.name()))
            .then(|| if names.is_empty() { "no way at all".to_owned() } else { names.join(", ") })
    }

    async fn with_stores_told(&self, error: Error) -> Error {
        let Targets::Named(stores) = &self.targets else { return error };
        let Ok(known) = Stores::new(self.images.cloud.clone()).list().await else { return error };
        let Some(unknown) = stores.iter().find(|store| !known.iter().any(|known| known.id == **store)) else { return error };
        let writable: Vec<_> =
            known.iter().filter(|store| !is_set(store.read_only.as_deref())).map(|store| store.id.as_str()).collect();
        let what = format!("{}; there is no store `{unknown}`; data go to {}", error.message(), writable.join(", "));
        error.with_message(what)
    }
}
