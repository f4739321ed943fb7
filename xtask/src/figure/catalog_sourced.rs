//! `catalog-sourced`: the share of the facts of all catalogs that name the document they stand in.
//!
//! Counted is each object of each list, and each step of a procedure, of every file under `catalogs/`,
//! put together with what it extends.
//! Must never know: whether a source is right. Tests: the figure itself.

use crate::workspace::{self, NotSo, Trouble};
use windlass_wire::catalog::{Sheet, load, whole};
use windlass_wire::diagnostic::{Diagnostic, Ink, render};

pub(super) const NAME: &str = "catalog-sourced";

pub(super) fn measure() -> Result<f64, Trouble> {
    let wrong = |found: Vec<Diagnostic>| NotSo(render(&found, Ink::Plain));
    let mut sheets = Vec::new();
    for entry in std::fs::read_dir(workspace::root().join("catalogs"))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        let file = path.display().to_string();
        let system = load(&file, &text).map_err(wrong)?.system;
        sheets.push(Sheet { system, file, text });
    }
    sheets.sort_by(|a, b| a.system.cmp(&b.system));
    let (mut facts, mut sourced) = (0_u32, 0_u32);
    for sheet in &sheets {
        let catalog = whole(&sheet.file, &sheet.text, &sheets).map_err(wrong)?;
        let count = catalog.sourced();
        println!("{}: {} of {}", catalog.system, count.sourced, count.facts);
        facts += u32::try_from(count.facts)?;
        sourced += u32::try_from(count.sourced)?;
    }
    if facts == 0 {
        return Err(NotSo("there are no catalogs".into()).into());
    }
    Ok(f64::from(sourced) * 100.0 / f64::from(facts))
}
