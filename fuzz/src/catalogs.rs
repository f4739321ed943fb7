//! Catalogs: any text is a catalog or is told what is wrong with it and where; what was read survives
//! being written, and no question asked of it panics.
//!
//! Must never know: clusters. Tests: `cargo xtask fuzz catalogs`.

use crate::place;
use windlass_engine::audit::Book;
use windlass_engine::catalog::{Catalog, Sourced};
use windlass_engine::plan::Atlas;
use windlass_wire::catalog::cincinnati::export;
use windlass_wire::catalog::{Sheet, changes, linted, load, named, whole};

const FILE: &str = "catalog.yaml";
/// What a catalog of the input may extend.
const BASE: &str = include_str!("base.yaml");

/// Panics where a property does not hold.
pub fn hold(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match load(FILE, &text) {
        Err(found) => place::fit(&found, &text),
        Ok(catalog) => {
            asked(&catalog, &text);
            written(&catalog);
            if catalog.extends.is_some() {
                extended(&text);
            }
        }
    }
}

fn asked(catalog: &Catalog, text: &str) {
    let lints = catalog.lint();
    let found = linted(FILE, text, &lints);
    assert_eq!(found.is_empty(), lints.is_empty(), "faults are lost");
    if !lints.is_empty() {
        place::fit(&found, text);
    }
    let Sourced { facts, sourced } = catalog.sourced();
    assert!(sourced <= facts);
    let _ready = (Atlas::of(catalog), Book::of(catalog));
    if let Ok(graph) = export(catalog) {
        assert!(graph.nodes.len() <= catalog.releases.len());
    }
}

fn written(catalog: &Catalog) {
    let json = serde_json::to_string(catalog).expect("a catalog is JSON");
    let back: Catalog = serde_json::from_str(&json).expect("JSON is read as JSON");
    assert_eq!(&back, catalog);
    match load("written.json", &json) {
        Ok(again) => assert_eq!(&again, catalog, "as JSON"),
        Err(found) => panic!("what was written as JSON is refused: {found:?}\n{json}"),
    }
    let yaml = serde_saphyr::to_string(catalog).expect("a catalog is YAML");
    match load("written.yaml", &yaml) {
        Ok(again) => assert_eq!(&again, catalog, "as YAML"),
        Err(found) => panic!("what was written as YAML is refused: {found:?}\n{yaml}"),
    }
    named(catalog).expect("its objects have names");
    let changed = changes(catalog, catalog).expect("it can be compared");
    assert!(changed.is_empty(), "it differs from itself: {changed:?}");
}

fn extended(text: &str) {
    let base = Sheet {
        system: "base".into(),
        file: "base.yaml".into(),
        text: BASE.into(),
    };
    match whole(FILE, text, &[base]) {
        Ok(together) => {
            let _lints = together.lint();
        }
        Err(found) => place::fit(&found, text),
    }
}
