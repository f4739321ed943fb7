//! A release that is not what the cluster's file says it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use xtask::peers::kafka::{ROLL, release};
use xtask::roll::NAME;

use super::ground::{Ground, SOON, has};

/// A folder of releases that are links to the real ones.
fn shelf(ground: &Ground) -> PathBuf {
    let shelf = ground.windlass.folder().join("releases");
    fs::create_dir(&shelf).expect("a folder");
    let real = release(ROLL[0]).expect("a release");
    symlink(real.root(), shelf.join(ROLL[0])).expect("a link");
    shelf
}

/// A release folder whose parts are links to those of another.
fn lay(shelf: &Path, name: &str, of: &str, leave_out: &str) {
    let real = release(of).expect("a release");
    let folder = shelf.join(name);
    fs::create_dir(&folder).expect("a folder");
    for part in fs::read_dir(real.root()).expect("parts").flatten() {
        if part.file_name() != leave_out {
            copy(&part.path(), &folder.join(part.file_name()));
        }
    }
}

/// Folders are made, files are linked.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        return symlink(from, to).expect("a link");
    }
    fs::create_dir(to).expect("a folder");
    for part in fs::read_dir(from).expect("parts").flatten() {
        copy(&part.path(), &to.join(part.file_name()));
    }
}

fn registered(ground: &Ground, shelf: &Path) {
    let real = release(ROLL[0]).expect("a release");
    let real = real.root().parent().expect("a shelf").display().to_string();
    let ours = shelf.display().to_string();
    ground.register_as("", |text| {
        text.replace(
            &format!("\"{real}/{{version}}\""),
            &format!("\"{ours}/{{version}}\""),
        )
    });
}

fn barred(ground: &Ground, words: &[&str]) {
    let before = ground.pids();
    let said = ground.roll().ends(SOON);
    assert_eq!(said.code, 1, "{}", said.text);
    has(&said.text, &["release.ready"]);
    has(&said.text, words);
    assert_eq!(ground.pids(), before, "nothing was touched");
}

pub fn incomplete(ground: &mut Ground) {
    let shelf = shelf(ground);
    lay(&shelf, ROLL[1], ROLL[1], "bin");
    registered(ground, &shelf);
    barred(ground, &["bin/kafka-server-start.sh is not there"]);
}

pub fn other_inside(ground: &mut Ground) {
    let shelf = shelf(ground);
    lay(&shelf, ROLL[1], ROLL[2], "nothing");
    registered(ground, &shelf);
    barred(ground, &[&format!("has files of {}", ROLL[2])]);
}

pub fn vanishes(ground: &mut Ground) {
    let shelf = shelf(ground);
    lay(&shelf, ROLL[1], ROLL[1], "nothing");
    registered(ground, &shelf);
    let carrier = ground.roll();
    let first = ground.flying();
    ground.must(&["pause", NAME]);
    ground.until_phase("paused", SOON);
    let before = ground.pids();
    // The checks looked a moment ago, and their answer is taken as known: the host itself must say no.
    fs::rename(shelf.join(ROLL[1]), shelf.join("gone")).expect("renamed");
    ground.must(&["continue", NAME]);
    let why = ground.until_why("did not come through");
    has(
        &why,
        &["is not there", "mend it, then: windlass retry orders"],
    );
    assert_eq!(
        ground.pids(),
        before,
        "nothing was touched after node {first}"
    );
    fs::rename(shelf.join("gone"), shelf.join(ROLL[1])).expect("renamed");
    assert_eq!(carrier.ends(SOON).code, 4);
}
