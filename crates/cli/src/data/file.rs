//! A snapshot in a file stands for a cluster: nobody is asked.
//!
//! Must never know: what the look is for. Stories: `tests/it/scenarios.rs`.

use super::look::{Looked, Origin};
use crate::context::Bare;
use crate::exit::Failed;
use std::path::Path;
use windlass_engine::names::ClusterName;
use windlass_engine::plan::order::Times;
use windlass_engine::policy::Policy;
use windlass_wire::read::snapshot;

/// Reads it. The policy is the usual one, at the pace that the maker asks for.
///
/// # Errors
/// Where the file cannot be read, or does not fit.
pub fn snapshot(bare: &Bare, path: &Path) -> Result<Looked, Failed> {
    let text = std::fs::read_to_string(path).map_err(|source| Failed::File {
        verb: "read",
        path: path.to_owned(),
        source,
    })?;
    let systems = bare.catalogs.systems()?;
    let named = snapshot::system(&text).filter(|named| systems.contains(&named.as_str()));
    let catalog = named.map(|named| bare.catalogs.of(&named)).transpose()?;
    let shown = path.display().to_string();
    let read = snapshot::snapshot(&shown, &text, &systems, catalog.as_deref());
    let read = read.map_err(Failed::Files)?;
    let Some(catalog) = catalog else {
        return Err(Failed::says(format!("{shown} names no system")));
    };
    let mut policy = Policy::default();
    if let Some(pace) = &catalog.pace {
        policy.pace = pace.limit;
    }
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    Ok(Looked {
        cluster: read.cluster.as_deref().map(ClusterName::from),
        shown: read.cluster.or(stem).unwrap_or_default(),
        typed: format!("-f {shown}"),
        policy,
        waivers: Vec::new(),
        took: Times::new(),
        catalog,
        snapshot: read.snapshot,
        origin: Origin::File,
    })
}
