//! Cincinnati graphs: any text is a graph or is told what is wrong with it and where; what was read comes
//! back equal.
//!
//! Must never know: catalogs as files. Tests: `cargo xtask fuzz cincinnati`.

use crate::place;
use windlass_engine::catalog::Catalog;
use windlass_wire::catalog::cincinnati::{Graph, Origin, export, import};

const FILE: &str = "graph.json";
const ORIGIN: Origin<'_> = Origin {
    system: "graph",
    as_of: "2026-11-20",
    source: "the graph as it was served",
};

/// Panics where a property does not hold.
pub fn hold(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let catalog = match import(FILE, &text, &ORIGIN) {
        Ok(catalog) => catalog,
        Err(found) => return place::fit(&found, &text),
    };
    let _lints = catalog.lint();
    let graph = match export(&catalog) {
        Ok(graph) => graph,
        Err(unsaid) => panic!("what was served cannot be served again: {unsaid}"),
    };
    let json = serde_json::to_string(&graph).expect("a graph is JSON");
    let back: Graph = serde_json::from_str(&json).expect("JSON is read as JSON");
    assert_eq!(back, graph);
    match import("written.json", &json, &ORIGIN) {
        Ok(again) => same(&again, &catalog),
        Err(found) => panic!("what was written is refused: {found:?}\n{json}"),
    }
}

/// List by list, so that what differs can be found in what is said.
fn same(again: &Catalog, first: &Catalog) {
    assert_eq!(again.releases, first.releases);
    assert_eq!(again.edges, first.edges);
    assert_eq!(again.risks, first.risks);
    assert_eq!(again, first);
}
