//! Clients that are killed while they download.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::world::{MIB, World, random};

const KILLS: usize = 50;
/// Some hundred milliseconds for an image.
const RATE: usize = 32 * MIB;

fn client(world: &World, id: &str, connections: usize) -> Child {
    let mut client = Command::new(env!("CARGO_BIN_EXE_download"));
    client.env_clear().env("OS_AUTH_URL", world.sandbox.auth_url()).env("OS_USERNAME", "demo");
    client.env("OS_PASSWORD", world.sandbox.password()).env("OS_PROJECT_NAME", "demo");
    client.env("OS_USER_DOMAIN_ID", "default").env("OS_PROJECT_DOMAIN_ID", "default");
    client.arg(id).arg(world.path("disk.img")).arg(connections.to_string()).arg(RATE.to_string());
    client.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_killed_again_and_again_goes_on_and_ends_with_the_right_bytes() {
    let world = World::start().await;
    let data = random(20 * MIB, 1);
    let id = world.image(&data).await;
    let path = world.path("disk.img");
    let (mut kills, mut whole, mut resumed) = (0, 0, 0);
    let mut rng = fastrand::Rng::with_seed(7);
    let mut run = 0;
    while kills < KILLS || whole == 0 {
        run += 1;
        let mut client = client(&world, &id, 1 + run % 3);
        if kills < KILLS {
            // Where it is then is anybody's guess: before its first byte, within, or as good as done.
            tokio::time::sleep(Duration::from_millis(rng.u64(20..400))).await;
            client.start_kill().unwrap();
        }
        let ended = client.wait_with_output().await.unwrap();
        if !ended.status.success() {
            assert_eq!(ended.stderr, b"", "it was killed, and did not fail: {}", String::from_utf8_lossy(&ended.stderr));
            kills += usize::from(world.names().iter().any(|name| name.ends_with(".part")));
            // Some are killed when all is done.
            if path.exists() {
                assert!(std::fs::read(&path).unwrap() == data, "wrong bytes under the final name");
                std::fs::remove_file(&path).unwrap();
            }
            continue;
        }
        whole += 1;
        let told = String::from_utf8(ended.stdout).unwrap();
        let told: Vec<_> = told.trim().splitn(3, ' ').collect();
        assert_eq!((told[0], told[2]), (data.len().to_string().as_str(), "verified by sha512"));
        resumed += usize::from(told[1] != "0");
        assert!(std::fs::read(&path).unwrap() == data, "the bytes differ");
        assert_eq!(world.names(), ["disk.img"], "nothing else is left");
        std::fs::remove_file(&path).unwrap();
    }
    assert!(resumed > 0, "none of {whole} downloads went on with what a killed one had left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_what_came_and_says_how_much_is_missing() {
    let world = World::start().await;
    // A limit on the length of files is as good as a full disk: writing beyond it fails, at last with the very last block.
    for (length, connections) in [(3 * MIB, "1"), (3 * MIB, "3"), (MIB + 1000, "3")] {
        let data = random(length, 2);
        let id = world.image(&data).await;
        let path = world.path(&format!("{length}-{connections}"));
        let mut client = Command::new("sh");
        client.args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_download")]);
        client.env("OS_AUTH_URL", world.sandbox.auth_url()).env("OS_USERNAME", "demo").env("OS_PASSWORD", world.sandbox.password());
        client.env("OS_PROJECT_NAME", "demo").env("OS_USER_DOMAIN_ID", "default").env("OS_PROJECT_DOMAIN_ID", "default");
        let ended = client.arg(&id).arg(&path).args([connections, "1000000000"]).output().await.unwrap();
        let told = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success());
        for words in ["bytes are here", "are missing", "the same call goes on"] {
            assert!(told.contains(words), "{told}");
        }
        assert!(!path.exists());
        let done = world.images().download(&id).to_path(&path).await.unwrap();
        let (there, missing) = (done.resumed_from, length as u64 - done.resumed_from);
        assert!(there > 0 && missing > 0, "{there}");
        assert!(told.contains(&format!("{there} bytes are here, {missing} are missing")), "{told}");
        assert!(std::fs::read(&path).unwrap() == data);
    }
}
