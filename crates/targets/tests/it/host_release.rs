//! Releases: whole, true to their name, fetched and compared.

use crate::host_world::{World, executable, v};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use windlass_engine::hash::Hash;
use windlass_runner::ports::hand::Hand;
use windlass_targets::host::ReleaseSource;

async fn a_release_is_ready_or_says_why_not(world: World) {
    let hand = world.hand();
    let releases = world.root().join("releases");
    let why = async |version| {
        let said = hand
            .release_ready(&v(version))
            .await
            .expect_err("not ready");
        said.replace(&releases.display().to_string(), "…")
    };
    assert_eq!(hand.release_ready(&v("1.0.0")).await, Ok(()));
    assert_eq!(why("9.0.0").await, "…/9.0.0 is not there");
    let folder = releases.join("2.0.0");
    fs::rename(
        folder.join("libs/fake-2.0.0.jar"),
        folder.join("libs/fake-2.0.1.jar"),
    )
    .expect("renamed");
    assert_eq!(why("2.0.0").await, "…/2.0.0 has files of 2.0.1");
    fs::write(folder.join("libs/fake-2.0.0.jar"), "").expect("written");
    assert_eq!(
        why("2.0.0").await,
        "…/2.0.0 has files of 2.0.0 and of 2.0.1"
    );
    let folder = releases.join("3.0.0");
    let program = folder.join("bin/start.sh");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).expect("set");
    assert_eq!(
        why("3.0.0").await,
        "…/3.0.0/bin/start.sh cannot be executed"
    );
    fs::remove_file(folder.join("libs/fake-3.0.0.jar")).expect("removed");
    assert_eq!(why("3.0.0").await, "…/3.0.0 has no fake-VERSION.jar");
}

async fn a_release_is_fetched_once_and_only_used_when_it_is_what_was_declared(world: World) {
    let tool = world.root().join("fetch.sh");
    executable(
        &tool,
        "#!/bin/sh\necho \"$1\" >>\"$0.calls\"\n[ -d \"$3/$1\" ] || { echo no such release >&2; exit 4; }\ncp -R \"$3/$1/.\" \"$2\"\n",
    );
    let from = world.root().join("releases").display().to_string();
    let hand_with = |checksum| {
        let mut spec = world.spec();
        spec.release = ReleaseSource::Fetch {
            command: vec![
                tool.display().to_string(),
                "{version}".into(),
                "{into}".into(),
                from.clone(),
            ],
            into: format!("{}/fetched/{{version}}", world.root().display()),
            checksum,
        };
        world.hand_of(spec)
    };
    let declared = |version: &str, hash: &str| {
        BTreeMap::from([(v(version), Hash::parse(hash).expect("a hash"))])
    };
    let is = tree(&world.root().join("releases/1.0.0"));
    let wrong = hand_with(declared("1.0.0", &"0".repeat(64)));
    let said = wrong
        .release_ready(&v("1.0.0"))
        .await
        .expect_err("not what was declared");
    assert!(
        said.starts_with("what was fetched for 1.0.0 is not what was declared"),
        "{said}"
    );
    assert!(!world.root().join("fetched/1.0.0").exists());
    let right = hand_with(declared("1.0.0", &is));
    assert_eq!(right.release_ready(&v("1.0.0")).await, Ok(()));
    assert_eq!(right.release_ready(&v("1.0.0")).await, Ok(()));
    let calls = fs::read_to_string(world.root().join("fetch.sh.calls")).expect("calls");
    assert_eq!(calls, "1.0.0\n1.0.0\n");
    let undeclared = right
        .release_ready(&v("2.0.0"))
        .await
        .expect_err("not declared");
    assert!(
        undeclared.ends_with("no SHA-256 is declared for 2.0.0"),
        "{undeclared}"
    );
    let missing = hand_with(declared("9.0.0", &is));
    let missing = missing
        .release_ready(&v("9.0.0"))
        .await
        .expect_err("not there");
    assert!(missing.contains("no such release"), "{missing}");
}

/// What docs/files.md tells a user to run.
fn tree(folder: &Path) -> String {
    let list =
        "cd \"$1\" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
    let output = Command::new("sh")
        .args(["-c", list, "sh"])
        .arg(folder)
        .output()
        .expect("sums");
    String::from_utf8_lossy(&output.stdout)[..64].into()
}

crate::host_world::stories! {
    a_release_is_ready_or_says_why_not,
    a_release_is_fetched_once_and_only_used_when_it_is_what_was_declared,
}
