//! The checkout: where it is, what cargo says of it, how cargo is run in it.
//!
//! Must never know: what is looked for in it.
//! Tests: used by `tidy` and `deny`, whose tests run on this checkout.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::peers::process::run;
use crate::peers::{PeerError, cache};

/// Trouble that ends a command.
pub type Trouble = Box<dyn std::error::Error>;

/// A command found something that is not as it should be; the findings are printed already.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotSo(pub String);

/// One package of this workspace, as cargo reads its manifest.
#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependencies.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `None` for ordinary ones, else `dev` or `build`.
    pub kind: Option<String>,
}

/// The root of the checkout that this was built from.
#[must_use]
pub fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Cargo, in the checkout, building into the target directory outside of it: a clean clone builds warm.
/// `CARGO_TARGET_DIR`, where set, is obeyed; `.ci/run` sets the same.
///
/// # Errors
/// When there is no cache folder.
pub fn cargo(arguments: &[&str]) -> Result<Command, PeerError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .args(arguments)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target()?);
    Ok(command)
}

/// Where cargo builds to.
///
/// # Errors
/// When there is no cache folder.
pub fn target() -> Result<PathBuf, PeerError> {
    match std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => Ok(folder.into()),
        None => Ok(cache::windlass()?.join("target")),
    }
}

/// The packages of this workspace with what their manifests name.
///
/// # Errors
/// When cargo cannot read a manifest.
pub fn packages() -> Result<Vec<Package>, Trouble> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let text = run(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--locked",
    ])?)?;
    Ok(serde_json::from_str::<Metadata>(&text)?.packages)
}

/// Files under version control, and those that are about to be; paths from the root.
///
/// # Errors
/// When git cannot be asked.
pub fn files() -> Result<Vec<String>, Trouble> {
    let listed = run(Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root()))?;
    let files = listed
        .split('\0')
        .filter(|file| !file.is_empty() && root().join(file).is_file());
    Ok(files.map(str::to_owned).collect())
}
