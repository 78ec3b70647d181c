use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use cloudimg::glance::types::{MetadefNamespace, MetadefNamespaceCreate, MetadefNamespaceUpdate, MetadefVisibility};
use cloudimg::glance::{Image, ImageCreate, ImageData, ImagePatch, Images, Metadefs};
use cloudimg::{Cloud, ErrorKind};
use cloudimg_auth::Keystone;
use futures::FutureExt as _;
use reqwest::{Method, RequestBuilder};
use uuid::Uuid;

use crate::{Target, coverage};

/// One test's view of the target.
///
/// Servers are shared and tests run in parallel, so a case finds its own images by names, tags and ids that nobody else uses. Clients of one
/// user share one sign-in: a real Keystone takes its time over passwords.
#[derive(Debug)]
pub struct Case {
    target: Arc<Target>,
    mark: String,
    clouds: Mutex<BTreeMap<String, Cloud>>,
    sign_ins: Mutex<BTreeMap<String, Keystone>>,
    /// Who made which image.
    created: Mutex<Vec<(String, String)>>,
    /// The namespaces of metadata definitions, all of them the administrator's to delete.
    namespaces: Mutex<Vec<String>>,
}

impl Case {
    /// Runs `test` and removes what it made, also where it fails or panics.
    ///
    /// # Errors
    /// What `test` fails with; if it succeeds, what the removal fails with.
    pub async fn run(test: impl AsyncFnOnce(&Self) -> Result<()>) -> Result<()> {
        coverage::note();
        let case = Self {
            target: Target::get()?,
            mark: format!("case-{}", Uuid::new_v4().simple()),
            clouds: Mutex::default(),
            sign_ins: Mutex::default(),
            created: Mutex::default(),
            namespaces: Mutex::default(),
        };
        let outcome = AssertUnwindSafe(test(&case)).catch_unwind().await;
        let removal = case.remove_all().await;
        match outcome {
            Ok(result) => result.and(removal),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// The cloud.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// A text that no other case uses, fit for names and tags.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// A name that no other case uses.
    #[must_use]
    pub fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.mark)
    }

    /// The facade for `user`.
    ///
    /// # Errors
    /// That the target has no such user.
    pub fn cloud(&self, user: &str) -> Result<Cloud> {
        let mut clouds = locked(&self.clouds);
        if let Some(cloud) = clouds.get(user) {
            return Ok(cloud.clone());
        }
        let cloud = self.target.cloud(user)?;
        clouds.insert(user.to_owned(), cloud.clone());
        Ok(cloud)
    }

    /// The images as `user` sees them.
    ///
    /// # Errors
    /// Those of [`cloud`](Self::cloud).
    pub fn images(&self, user: &str) -> Result<Images> {
        Ok(self.cloud(user)?.images())
    }

    /// The generated client of the image service for `user`.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn glance(&self, user: &str) -> Result<cloudimg_glance_v2::Client> {
        self.cloud(user)?.glance().raw().await.with_context(|| format!("signing in as {user}"))
    }

    /// The id of the project that `user` works in.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn project(&self, user: &str) -> Result<String> {
        self.cloud(user)?.project_id().await?.with_context(|| format!("the token of {user} has no project"))
    }

    /// A sign-in of `user` whose token can be read.
    ///
    /// # Errors
    /// That the target has no such user.
    pub fn sign_in(&self, user: &str) -> Result<Keystone> {
        let mut sign_ins = locked(&self.sign_ins);
        if let Some(keystone) = sign_ins.get(user) {
            return Ok(keystone.clone());
        }
        let keystone = self.target.sign_in(user)?;
        sign_ins.insert(user.to_owned(), keystone.clone());
        Ok(keystone)
    }

    /// The generated client of the identity service for `user`.
    ///
    /// # Errors
    /// That the target has no such user.
    pub fn keystone(&self, user: &str) -> Result<cloudimg_keystone_v3::Client> {
        self.target.keystone_with(self.sign_in(user)?.session())
    }

    /// A request to the image service that none of the clients would make, with the token of `user`.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn request(&self, user: &str, method: Method, path: &str) -> Result<RequestBuilder> {
        let sign_in = self.sign_in(user)?;
        let url = format!("{}{path}", sign_in.image_endpoint().await?);
        let token = sign_in.token().await?.secret().expose().to_owned();
        let accept = reqwest::header::ACCEPT;
        Ok(reqwest::Client::new().request(method, url).header("x-auth-token", token).header(accept, "application/json"))
    }

    /// Makes an image as `user` and remembers to delete it.
    ///
    /// # Errors
    /// Those of [`Images::create`].
    pub async fn create(&self, user: &str, image: ImageCreate) -> Result<Image> {
        let image = self.images(user)?.create(image).await?;
        self.remember(user, &image.id);
        Ok(image)
    }

    /// Makes a raw image without data as `demo`.
    ///
    /// # Errors
    /// Those of [`create`](Self::create).
    pub async fn queued(&self, what: &str) -> Result<Image> {
        self.create("demo", self.raw(what)).await
    }

    /// Makes a raw image with data as `demo`.
    ///
    /// # Errors
    /// Those of [`create`](Self::create) and [`Images::upload`].
    pub async fn active(&self, what: &str, data: &[u8]) -> Result<Image> {
        let id = self.queued(what).await?.id;
        let images = self.images("demo")?;
        images.upload(&id, ImageData::bytes(data.to_vec())).await?;
        Ok(images.get(&id).await?)
    }

    /// What [`queued`](Self::queued) asks for, to be changed.
    #[must_use]
    pub fn raw(&self, what: &str) -> ImageCreate {
        ImageCreate::new().name(self.name(what)).disk_format("raw").container_format("bare")
    }

    /// Remembers to delete an image that `user` made.
    pub fn remember(&self, user: &str, id: &str) {
        locked(&self.created).push((user.to_owned(), id.to_owned()));
    }

    /// The metadata definitions as `user` sees them.
    ///
    /// # Errors
    /// Those of [`cloud`](Self::cloud).
    pub fn metadefs(&self, user: &str) -> Result<Metadefs> {
        Ok(self.cloud(user)?.glance().metadefs())
    }

    /// Makes a namespace as `admin` and remembers to delete it.
    ///
    /// # Errors
    /// Those of [`Metadefs::create`].
    pub async fn define(&self, namespace: MetadefNamespaceCreate) -> Result<MetadefNamespace> {
        // Before it is made: some answers are lost, the namespace is there nevertheless.
        self.remember_namespace(&namespace.namespace);
        Ok(self.metadefs("admin")?.create(namespace).await?)
    }

    /// Makes a public namespace with nothing in it and gives its name.
    ///
    /// # Errors
    /// Those of [`define`](Self::define).
    pub async fn namespace(&self, what: &str) -> Result<String> {
        let new = MetadefNamespaceCreate::new(self.name(what)).visibility(MetadefVisibility::Public);
        Ok(self.define(new).await?.namespace)
    }

    /// Remembers to delete a namespace, with all that is in it.
    pub fn remember_namespace(&self, name: &str) {
        locked(&self.namespaces).push(name.to_owned());
    }

    async fn remove_all(&self) -> Result<()> {
        // Neither waits for the other to succeed.
        let namespaces = self.remove_namespaces().await;
        self.remove_images().await.and(namespaces)
    }

    async fn remove_namespaces(&self) -> Result<()> {
        let names = std::mem::take(&mut *locked(&self.namespaces));
        for name in names {
            let metadefs = self.metadefs("admin")?;
            let removed = match metadefs.delete(&name).await {
                Err(e) if e.kind() == ErrorKind::Forbidden => {
                    metadefs.update(&name, MetadefNamespaceUpdate::new(&name)).await?;
                    metadefs.delete(&name).await
                }
                other => other,
            };
            match removed {
                Err(e) if e.kind() != ErrorKind::NotFound => {
                    return Err(e).with_context(|| format!("removing the namespace {name}"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn remove_images(&self) -> Result<()> {
        let created = std::mem::take(&mut *locked(&self.created));
        for (user, id) in created {
            let images = self.images(&user)?;
            let removed = match images.delete(&id).await {
                Err(e) if e.kind() == ErrorKind::Forbidden => {
                    images.update(&id, ImagePatch::new().protected(false)).await?;
                    images.delete(&id).await
                }
                other => other,
            };
            match removed {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(e).with_context(|| format!("removing {id} of {user}")),
                _ => {}
            }
        }
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
