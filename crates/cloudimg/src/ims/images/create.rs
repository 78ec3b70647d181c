use cloudimg_core::Result;

use super::Images;
use crate::ims::jobs::start;
use crate::ims::{
    CreateImageFromDisks, CreateImageFromFile, CreateImageFromServer, CreateImageFromVolume, CreateWholeImageFromBackup,
    CreateWholeImageFromServer, DataImageCreate, DataImageSource, Job, JobKind, QuickImportImageByFile, v1,
};

/// Making images. Each call starts a job, and is made again for as long as the service says that too much is at work.
impl Images {
    /// Makes an image of the system disk of a server. (Reference of Open Telekom Cloud, "Creating an Image".)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if the body breaks a rule; `NotFound` without such a server, `Conflict` if the name is taken or the
    /// server is not stopped where it must be, `QuotaExceeded`, and those of any call.
    pub async fn create_from_server(&self, body: CreateImageFromServer) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v2.create_image_from_server().body(body.clone())).await
    }

    /// Makes an image of a system of a data disk, whose operating system is to be said.
    ///
    /// # Errors
    /// See [`create_from_server`](Self::create_from_server).
    pub async fn create_from_volume(&self, body: CreateImageFromVolume) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v2.create_image_from_volume().body(body.clone())).await
    }

    /// Makes an image of a system from a file in a bucket.
    ///
    /// # Errors
    /// See [`create_from_server`](Self::create_from_server); also `Forbidden` if the bucket cannot be read. A file that is missing or no image lets
    /// the job fail.
    pub async fn create_from_obs(&self, body: CreateImageFromFile) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v2.create_image_from_file().body(body.clone())).await
    }

    /// Makes an image of each of these data disks, or files with one.
    ///
    /// # Errors
    /// See [`create_from_server`](Self::create_from_server).
    pub async fn create_data_images<D: Into<DataImageSource>>(
        &self,
        disks: impl IntoIterator<Item = D>,
    ) -> Result<Job<Vec<String>>> {
        let body = CreateImageFromDisks::new(disks.into_iter().map(Into::into).collect::<Vec<_>>());
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImages, to => to.v2.create_image_from_disks().body(body.clone())).await
    }

    /// Makes an image of a data disk from a file in a bucket. (Reference of Open Telekom Cloud, "Creating a Data Disk Image Using an External Image
    /// File".)
    ///
    /// # Errors
    /// See [`create_from_obs`](Self::create_from_obs).
    pub async fn create_data_image(&self, body: DataImageCreate) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v1.create_data_image().body(body.clone())).await
    }

    /// Makes a whole image of a server, system and data disks. (Reference of Open Telekom Cloud, "Creating a Full-ECS Image".)
    ///
    /// # Errors
    /// See [`create_from_server`](Self::create_from_server).
    pub async fn create_whole_from_server(&self, body: CreateWholeImageFromServer) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v1.create_whole_image_from_server().body(body.clone())).await
    }

    /// Makes a whole image of a backup.
    ///
    /// # Errors
    /// See [`create_from_server`](Self::create_from_server); `NotFound` without such a backup, `Conflict` if it has an image already.
    pub async fn create_whole_from_backup(&self, body: CreateWholeImageFromBackup) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v1.create_whole_image_from_backup().body(body.clone())).await
    }

    /// Imports a file the fast way, up to 1 TB. (Reference of Open Telekom Cloud, "Importing an Image File Quickly".)
    ///
    /// # Errors
    /// See [`create_from_obs`](Self::create_from_obs).
    pub async fn import_quick(&self, body: QuickImportImageByFile) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v2.import_image_quick().body(body.clone())).await
    }

    /// Gives the record of an image, which was made as in Glance and is `queued`, its data from a file in a bucket. (Reference of Open Telekom Cloud,
    /// "Registering an Image".)
    ///
    /// # Errors
    /// `Conflict` if the image is not `queued`, `NotFound`, and those of [`create_from_obs`](Self::create_from_obs).
    pub async fn register(&self, id: &str, file: &str) -> Result<Job<String>> {
        let body = v1::ImageRegister::new(file);
        self.check(&body)?;
        start!(self.ims, JobKind::CreateImage, to => to.v1.register_image().image_id(id).body(body.clone())).await
    }
}
