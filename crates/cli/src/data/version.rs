//! `windlass version`: of the program and of the facts it was built with.
//!
//! Must never know: any cluster. Stories: `tests/it/usage.rs`.

use crate::args::data::VersionArgs;
use crate::context::Bare;
use crate::exit::{Exit, Failed};
use crate::render::count;
use serde::Serialize;
use windlass_wire::v1::API_VERSION;

/// The version for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionView {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Version`
    kind: &'static str,
    /// The program's own version.
    windlass: &'static str,
    /// The catalogs in use.
    catalogs: Vec<CatalogView>,
}

/// A catalog for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CatalogView {
    /// `kafka`
    system: String,
    /// `built in`, or the file.
    from: String,
    /// The day its facts were read.
    as_of: String,
    /// How many releases it knows.
    releases: usize,
    /// The newest of them that is advised.
    newest: Option<String>,
}

/// Runs it.
///
/// # Errors
/// Where a catalog of the user's cannot be read.
pub fn run(bare: &Bare, _args: &VersionArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let view = view(bare)?;
    if outlet.is_data() {
        outlet.data(&view);
        return Ok(Exit::Done);
    }
    outlet.line(&format!("windlass {}", view.windlass));
    for catalog in view.catalogs {
        outlet.line(&format!(
            "  catalog {}   {} up to {}   as of {}   {}",
            catalog.system,
            count(catalog.releases, "release"),
            catalog.newest.as_deref().unwrap_or("-"),
            catalog.as_of,
            outlet.style.dim(&catalog.from)
        ));
    }
    Ok(Exit::Done)
}

/// The versions, for programs.
///
/// # Errors
/// Where a catalog of the user's cannot be read.
pub fn view(bare: &Bare) -> Result<VersionView, Failed> {
    let view = |source: &crate::catalogs::Source| CatalogView {
        system: source.catalog.system.clone(),
        from: source.from.clone(),
        as_of: source.catalog.as_of.clone(),
        releases: source.catalog.releases.len(),
        newest: source
            .catalog
            .releases
            .iter()
            .filter(|one| one.track.is_main() && one.avoid.is_none())
            .map(|one| &one.version)
            .max()
            .map(ToString::to_string),
    };
    Ok(VersionView {
        api_version: API_VERSION,
        kind: "Version",
        windlass: env!("CARGO_PKG_VERSION"),
        catalogs: bare.catalogs.all()?.iter().map(view).collect(),
    })
}
