//! Releases that are sent: whole, packed or as a folder, and taken up where the way was cut.

use crate::host_world::{World, stories, until, v};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use windlass_engine::hash::Hash;
use windlass_runner::ports::hand::Hand;
use windlass_targets::host::{HostHand, ReleaseSource};

fn sent(world: &World, from: &str, checksum: &[(&str, &str)]) -> HostHand {
    let mut spec = world.spec();
    let sums = checksum
        .iter()
        .map(|(version, sum)| (v(version), Hash::parse(sum).expect("a hash")));
    spec.release = ReleaseSource::Copy {
        from: format!("{}/{from}", world.root().display()),
        into: format!("{}/sent/{{version}}", world.root().display()),
        checksum: sums.collect::<BTreeMap<_, _>>(),
    };
    world.hand_of(spec)
}

fn pack(world: &World, version: &str) {
    // As makers do: one folder in the archive.
    let done = Command::new("tar")
        .args(["-C", &world.root().join("releases").display().to_string()])
        .args([
            "-czf",
            &world
                .root()
                .join(format!("k-{version}.tgz"))
                .display()
                .to_string(),
        ])
        .arg(version)
        .status();
    assert!(done.expect("tar").success());
}

async fn an_archive_or_a_folder_is_sent_once_and_compared(world: World) {
    pack(&world, "1.0.0");
    let archive = sent(&world, "k-{version}.tgz", &[]);
    assert_eq!(archive.release_ready(&v("1.0.0")).await, Ok(()));
    let jar = world.root().join("sent/1.0.0/libs/fake-1.0.0.jar");
    assert_eq!(fs::read_to_string(&jar).expect("a jar"), "1.0.0");
    // It lies there; what it came from is not needed any more.
    fs::remove_file(world.root().join("k-1.0.0.tgz")).expect("removed");
    assert_eq!(archive.release_ready(&v("1.0.0")).await, Ok(()));
    let missing = archive.release_ready(&v("2.0.0")).await;
    let missing = missing.expect_err("not there");
    assert!(
        missing.contains("k-2.0.0.tgz cannot be sent: No such file"),
        "{missing}"
    );
    let folder = sent(&world, "releases/{version}", &[]);
    assert_eq!(folder.release_ready(&v("2.0.0")).await, Ok(()));
    let zeros = "0".repeat(64);
    let other = sent(&world, "releases/{version}", &[("3.0.0", &zeros)]);
    let wrong = other.release_ready(&v("3.0.0")).await.expect_err("not it");
    assert!(
        wrong.starts_with("what was sent for 3.0.0 is not what was declared"),
        "{wrong}"
    );
    assert!(!world.root().join("sent/3.0.0").exists());
    // A release of another name inside is not put in place.
    fs::rename(
        world.root().join("releases/3.0.0"),
        world.root().join("releases/3.1.0"),
    )
    .expect("renamed");
    let wrong = folder.release_ready(&v("3.1.0")).await.expect_err("not it");
    assert!(wrong.contains("has files of 3.0.0"), "{wrong}");
    assert!(!world.root().join("sent/3.1.0").exists());
}

async fn two_members_that_ask_at_once_get_it_once(world: World) {
    pack(&world, "1.0.0");
    let hands = [(); 3].map(|()| sent(&world, "k-{version}.tgz", &[]));
    let version = v("1.0.0");
    let asked = hands.iter().map(|hand| hand.release_ready(&version));
    for ready in futures_util::future::join_all(asked).await {
        assert_eq!(ready, Ok(()));
    }
    let left: Vec<PathBuf> = fs::read_dir(world.root().join("sent"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.display().to_string().contains(".part"))
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

stories! {
    an_archive_or_a_folder_is_sent_once_and_compared,
    two_members_that_ask_at_once_get_it_once,
}

#[tokio::test]
async fn what_was_sent_before_the_way_was_cut_is_not_sent_again() {
    let mut world = World::over_ssh();
    // Random bytes: nothing makes them smaller on the way.
    let random = fs::File::open("/dev/urandom").expect("random bytes");
    let mut some = std::io::Read::take(random, 48 * 1024 * 1024);
    let big = world.root().join("releases/1.0.0/libs/big.jar");
    std::io::copy(&mut some, &mut fs::File::create(&big).expect("a file")).expect("copied");
    let hand = sent(&world, "releases/{version}", &[]);
    let at = world.root().join("sent");
    let part = || {
        let all = fs::read_dir(&at).into_iter().flatten();
        let mut sizes = all.filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            name.ends_with(".part")
                .then_some(entry.metadata().ok()?.len())
        });
        sizes.next().unwrap_or(0)
    };
    let version = v("1.0.0");
    let mut sending = hand.release_ready(&version);
    tokio::select! {
        ready = &mut sending => panic!("sent before it could be cut: {ready:?}"),
        () = until("some of it came", || part() > 1024 * 1024) => {}
    }
    let before = part();
    world.sshd().cut();
    // It only grows from there; a second beginning would be seen.
    let ready = loop {
        tokio::select! {
            ready = &mut sending => break ready,
            () = tokio::time::sleep(Duration::from_millis(2)) => {
                let now = part();
                assert!(now == 0 || now >= before, "{now} after {before}");
            }
        }
    };
    assert_eq!(ready, Ok(()));
    let log = world.sshd().log();
    assert!(log.matches("Accepted publickey").count() > 1, "{log}");
    let jar = world.root().join("sent/1.0.0/libs/big.jar");
    let (sent, was) = (fs::read(jar).expect("sent"), fs::read(&big).expect("read"));
    assert!(sent == was, "not what was sent");
}
