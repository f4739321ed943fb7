//! One Kafka release in the cache, laid out as Kafka's own: `libs/`, `bin/`, `config/`.
//!
//! Must never know: clusters.
//! Tests: `tests/it`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::process::run;
use super::super::{PeerError, cache, doing, java};
use super::builder::Builder;
use super::format::{self, Template};

const POM_3: &str = include_str!("../../../peers/kafka/pom3.xml");
const POM_4: &str = include_str!("../../../peers/kafka/pom4.xml");
const LOGGING_3: &str = include_str!("../../../peers/kafka/log4j.properties");
const LOGGING_4: &str = include_str!("../../../peers/kafka/log4j2.properties");
const LAUNCHER: &str = include_str!("../../../peers/kafka/kafka-server-start.sh");

/// A release that is complete on disk.
#[derive(Debug, Clone)]
pub struct Release {
    version: String,
    root: PathBuf,
}

impl Release {
    /// Such as `4.1.2`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `<releases>/<version>`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The script that becomes the node's process.
    #[must_use]
    pub fn launcher(&self) -> PathBuf {
        self.root.join("bin/kafka-server-start.sh")
    }

    /// Class path of all its jars, for other programs on its libraries.
    #[must_use]
    pub fn class_path(&self) -> String {
        format!("{}/libs/*", self.root.display())
    }

    /// Classes loaded by a healthy node, mapped at start: halves its start time.
    pub(super) fn class_archive(&self) -> PathBuf {
        self.root.join("cds.jsa")
    }
}

/// Where releases lie, each under its version: what a cluster file's `release` names.
///
/// # Errors
/// When the cache folder cannot be made.
pub fn releases_root() -> Result<PathBuf, PeerError> {
    cache::peers("kafka")
}

/// The release, fetched and prepared the first time (about half a minute), at once later. Two processes may
/// ask together: one works, the other waits.
///
/// # Errors
/// When Java or Maven is missing, or the version is none.
pub fn release(version: &str) -> Result<Release, PeerError> {
    java::jdk()?;
    let releases = releases_root()?;
    let _locked = cache::lock(&releases.join(format!(".{version}.lock")))?;
    let release = Release {
        version: version.to_owned(),
        root: releases.join(version),
    };
    if !release.root.join("libs").is_dir() {
        java::maven()?;
        fetch(&releases, &release)?;
    }
    prepare(&release)?;
    format::template(&release, Template::Plain)?;
    if !release.class_archive().exists() {
        archive(&release)?;
    }
    Ok(release)
}

/// Prepares the release for labs whose listeners know users, once.
pub(super) fn users(release: &Release) -> Result<(), PeerError> {
    let lock = releases_root()?.join(format!(".{}.lock", release.version()));
    let _locked = cache::lock(&lock)?;
    format::template(release, Template::Users)
}

/// Downloads into a folder beside it and renames it whole, so that a release is complete or absent.
fn fetch(releases: &Path, release: &Release) -> Result<(), PeerError> {
    let version = release.version();
    eprintln!("fetching Apache Kafka {version}");
    let part = releases.join(format!(".{version}.part"));
    // What a killed process left behind; the lock is ours.
    fs::remove_dir_all(&part).unwrap_or_default();
    fs::create_dir_all(&part).map_err(doing(format!("make {}", part.display())))?;
    let pom = part.join("pom.xml");
    cache::put(
        &pom,
        if before_log4j2(version) { POM_3 } else { POM_4 }.as_bytes(),
    )?;
    let libs = part.join("libs");
    run(Command::new("mvn")
        .args(["-B", "-q", "-f"])
        .arg(&pom)
        .arg(format!("-Dkafka={version}"))
        .arg("-DincludeScope=runtime")
        .arg(format!("-DoutputDirectory={}", libs.display()))
        .arg("dependency:copy-dependencies"))?;
    if !libs.join(format!("kafka_2.13-{version}.jar")).exists() {
        return Err(PeerError::Refused(format!(
            "Maven ended well but brought no Kafka {version}"
        )));
    }
    fs::rename(&part, &release.root).map_err(doing(format!("rename to {}", release.root.display())))
}

/// Writes launcher and logging; also over those of an older checkout.
fn prepare(release: &Release) -> Result<(), PeerError> {
    let launcher = release.launcher();
    cache::put(&launcher, LAUNCHER.as_bytes())?;
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755))
        .map_err(doing(format!("make {} executable", launcher.display())))?;
    let config = release.root.join("config");
    if before_log4j2(&release.version) {
        cache::put(&config.join("log4j.properties"), LOGGING_3.as_bytes())
    } else {
        cache::put(&config.join("log4j2.properties"), LOGGING_4.as_bytes())
    }
}

/// Runs one node once with the JVM told to write its class archive at exit. The archive names the jars by
/// path, so it is made where the release stays.
fn archive(release: &Release) -> Result<(), PeerError> {
    eprintln!(
        "recording the class archive of Apache Kafka {}",
        release.version()
    );
    let part = release.root.join("cds.part");
    let mut lab = Builder::new()
        .combined(1)
        .java_options(format!("-XX:ArchiveClassesAtExit={}", part.display()))
        .start_on(release.clone())?;
    lab.stop_all();
    fs::rename(&part, release.class_archive()).map_err(doing("keep the class archive"))
}

/// Kafka moved from log4j 1 to log4j 2 with 4.0.
fn before_log4j2(version: &str) -> bool {
    version.starts_with("3.")
}
