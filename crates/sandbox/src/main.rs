//! The sandbox as a program: serves until Ctrl-C or SIGTERM.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use cloudimg_sandbox::Sandbox;

/// A small cloud on this machine: Keystone and Glance with the rules of real ones, IMS and VMP by their documents.
///
/// State is in memory and image data in a temporary folder; both are gone when the program ends.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the identity service listens.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:5000")]
    listen: SocketAddr,
    /// Where the image service listens [default: the port after that of --listen].
    #[arg(long, value_name = "IP:PORT")]
    image_listen: Option<SocketAddr>,
    /// Where IMS listens [default: two ports after that of --listen].
    #[arg(long, value_name = "IP:PORT")]
    ims_listen: Option<SocketAddr>,
    /// Where VMP listens [default: three ports after that of --listen].
    #[arg(long, value_name = "IP:PORT")]
    vmp_listen: Option<SocketAddr>,
    /// Where the object store listens [default: four ports after that of --listen].
    #[arg(long, value_name = "IP:PORT")]
    obs_listen: Option<SocketAddr>,
    /// Folder to write clouds.yaml, openrc, huawei.env and cdnetworks.env files into; they are removed again at the end.
    #[arg(long, value_name = "DIR")]
    config_dir: Option<PathBuf>,
    /// The password of all users.
    #[arg(long, default_value = "sandbox")]
    password: String,
    /// How long tokens last, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    token_lifetime: u64,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cloudimg-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Before anything is written, so that an early signal does not leave files behind.
    let signal = stop_signal()?;
    let mut builder = Sandbox::builder()
        .listen(arguments.listen)
        .password(arguments.password)
        .token_lifetime(Duration::from_secs(arguments.token_lifetime));
    if let Some(addr) = arguments.image_listen {
        builder = builder.image_listen(addr);
    }
    if let Some(addr) = arguments.ims_listen {
        builder = builder.ims_listen(addr);
    }
    if let Some(addr) = arguments.vmp_listen {
        builder = builder.vmp_listen(addr);
    }
    if let Some(addr) = arguments.obs_listen {
        builder = builder.obs_listen(addr);
    }
    let sandbox = builder.start().await?;
    println!("identity  {}", sandbox.auth_url());
    println!("image     {}", sandbox.image_url());
    println!("ims       {}", sandbox.ims_url());
    println!("vmp       {}", sandbox.vmp_url());
    println!("obs       {}", sandbox.obs_url());
    let mut written = Vec::new();
    match &arguments.config_dir {
        Some(folder) => {
            written = sandbox.write_config(folder)?;
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            println!("\nuse it with one of");
            println!("    source {}", folder.join("openrc").display());
            println!("    export OS_CLIENT_CONFIG_FILE={} OS_CLOUD=demo", folder.join("clouds.yaml").display());
            println!("    source {}", folder.join("huawei.env").display());
            println!("    source {}", folder.join("cdnetworks.env").display());
            println!("clouds: admin, demo, other, viewer, demo-appcred");
        }
        None => {
            println!("\nusers admin, demo, other, viewer; password {}; --config-dir writes files to source", sandbox.password())
        }
    }
    println!("\nserving until Ctrl-C");
    signal.await;
    println!("stopping");
    for path in written {
        // Of no use without the server, and they hold its password.
        let _ = std::fs::remove_file(path);
    }
    sandbox.stop().await;
    Ok(())
}

/// Ends at Ctrl-C or SIGTERM; both are caught from now on.
#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot catch Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot catch SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await.context("cannot catch Ctrl-C");
    })
}
