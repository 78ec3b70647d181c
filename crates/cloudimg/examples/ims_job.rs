//! An image of a server of Huawei Cloud or Open Telekom Cloud: made, followed, shared, exported, and a job that fails.
//!
//! `cargo run -p cloudimg --example ims_job` runs on a cloud of its own within this process. With `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK`,
//! `HUAWEICLOUD_SDK_PROJECT_ID`, `IMS_ENDPOINT`, `IMS_SERVER` (a stopped server's id) and `IMS_BUCKET` set, it runs there instead, shares with
//! `IMS_SHARE_WITH` if that names a project, and deletes the image that it made; the file in the bucket stays.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};
use cloudimg::ErrorKind;
use cloudimg::credentials::AkSk;
use cloudimg::ims::{CreateImageFromFile, CreateImageFromServer, ImageExport, Ims, Job, JobFailure, JobOutcome, MembersChange};
use cloudimg::poller::Rhythm;
use cloudimg_sandbox::Sandbox;
use futures::StreamExt as _;

/// What the story happens to.
struct Stage {
    ims: Ims,
    server: String,
    bucket: String,
    share_with: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::var_os("IMS_ENDPOINT").is_some() {
        return tour(&real()?).await;
    }
    let sandbox = Sandbox::builder().task_step(Duration::from_millis(150)).start().await?;
    println!("A sandbox cloud in this process: {}", sandbox.ims_url());
    let told = tour(&in_sandbox(&sandbox)?).await;
    sandbox.stop().await;
    told
}

fn real() -> Result<Stage> {
    let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let keys = AkSk::builder(variable("HUAWEICLOUD_SDK_AK")?, variable("HUAWEICLOUD_SDK_SK")?);
    let keys = keys.project_id(variable("HUAWEICLOUD_SDK_PROJECT_ID")?).build()?;
    let ims = Ims::builder().endpoint(variable("IMS_ENDPOINT")?).keys(keys).build()?;
    Ok(Stage { ims, server: variable("IMS_SERVER")?, bucket: variable("IMS_BUCKET")?, share_with: variable("IMS_SHARE_WITH").ok() })
}

/// In the sandbox each user has a project of the same name, and any UUID is a server.
fn in_sandbox(sandbox: &Sandbox) -> Result<Stage> {
    let (access, secret) = sandbox.access_key("demo").context("no such user")?;
    let project = sandbox.project_id("demo").context("no such project")?;
    let keys = AkSk::builder(access, secret).project_id(project).build()?;
    let mut rhythm = Rhythm::default();
    rhythm.first = Duration::from_millis(100);
    Ok(Stage {
        ims: Ims::builder().endpoint(sandbox.ims_url()).region("RegionOne").keys(keys).build()?.with_rhythm(rhythm),
        server: "877a2cda-ba63-4e1e-b95f-e67e48b6129a".to_owned(),
        bucket: "sandbox".to_owned(),
        share_with: sandbox.project_id("other").map(str::to_owned),
    })
}

async fn tour(stage: &Stage) -> Result<()> {
    let images = stage.ims.images();
    // A name that no other run uses.
    let run = format!("ims-job-{}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis());
    let job = images.create_from_server(CreateImageFromServer::new(&run, &stage.server)).await?;
    let text = job.detach();
    step("create", &format!("the job is {text}"));
    let id = follow(stage.ims.attach::<String>(&text).await?).await?;
    let told = story(stage, &id, &run).await;
    images.delete(&id).await?;
    step("delete", "the image is gone");
    told?;
    println!("Done.");
    Ok(())
}

async fn story(stage: &Stage, id: &str, run: &str) -> Result<()> {
    let images = stage.ims.images();
    let image = images.get(id).await?;
    step("create", &format!("image {id} is {}", image.status));

    if let Some(project) = &stage.share_with {
        let share = MembersChange::new([id.to_owned()]).projects([project.clone()]);
        follow(stage.ims.members().add(share).await?).await?;
        for member in stage.ims.members().list(id).collect().await? {
            step("share", &format!("project {} may use it: {}", member.member_id, member.status));
        }
    }

    let file = format!("{}:{run}.qcow2", stage.bucket);
    follow(images.export(id, ImageExport::new(&file).file_format("qcow2")).await?).await?;
    step("export", &format!("it lies in {file}"));

    let missing = format!("{}:{run}-missing.qcow2", stage.bucket);
    let broken = CreateImageFromFile::new(format!("{run}-broken"), missing, 40).os_version("Ubuntu 22.04 server 64bit");
    let error = match images.create_from_obs(broken).await {
        Ok(job) => match follow(job).await {
            Ok(_) => bail!("an image was made of a file that is not there"),
            Err(error) => error,
        },
        Err(error) => error,
    };
    step("fail", &error.to_string());
    if let Some(failure) = JobFailure::of(&error).filter(|_| error.kind() == ErrorKind::JobFailed) {
        let (code, reason) = (failure.code.as_deref().unwrap_or("none"), failure.reason.as_deref().unwrap_or("none"));
        step("fail", &format!("code {code}, reason: {reason}"));
        step("fail", &format!("which means: {}", failure.meaning.unwrap_or("what the reason says")));
    }
    Ok(())
}

/// Prints the states of a job, and gives its result.
async fn follow<T: JobOutcome>(mut job: Job<T>) -> cloudimg::Result<T> {
    while let Some(state) = job.next().await {
        let state = state?;
        let percent = state.percent().map(|percent| format!(", {percent:.0} %")).unwrap_or_default();
        step(&job.kind().to_string(), &format!("{}{percent}", state.status()));
    }
    job.await
}

fn step(name: &str, text: &str) {
    println!("{name:>14}  {text}");
}
