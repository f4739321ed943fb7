//! Graphs as served become catalogs and come back equal.

use std::collections::BTreeSet;
use windlass_engine::catalog::{Catalog, Matching};
use windlass_wire::catalog::cincinnati::{Graph, Origin, export, import};
use windlass_wire::diagnostic::{Ink, render};

const STABLE: &str = include_str!("../data/cincinnati/stable-4.16.json");
const EUS: &str = include_str!("../data/cincinnati/eus-4.12.json");

fn read(text: &str) -> Catalog {
    let origin = Origin {
        system: "openshift",
        as_of: "2026-11-20",
        source: "OpenShift update service",
    };
    match import("graph.json", text, &origin) {
        Ok(catalog) => catalog,
        Err(found) => panic!("{}", render(&found, Ink::Plain)),
    }
}

fn wrong(text: &str) -> String {
    let origin = Origin {
        system: "openshift",
        as_of: "2026-11-20",
        source: "here",
    };
    match import("graph.json", text, &origin) {
        Ok(_) => "read without a word".into(),
        Err(found) => render(&found, Ink::Plain),
    }
}

/// All that a graph says, without the order in which it says it.
type Said = (
    BTreeSet<String>,
    BTreeSet<(String, String)>,
    BTreeSet<(String, String, BTreeSet<String>)>,
    BTreeSet<String>,
);

fn said(graph: &Graph) -> Said {
    let nodes = graph
        .nodes
        .iter()
        .map(|node| serde_json::to_string(node).expect("JSON"));
    let version = |at: usize| graph.nodes[at].version.clone();
    let edges = graph
        .edges
        .iter()
        .map(|(from, to)| (version(*from), version(*to)));
    let conditional = graph.conditional_edges.iter().flat_map(|group| {
        let risks: BTreeSet<String> = group.risks.iter().map(|r| r.name.clone()).collect();
        let edges = group.edges.iter();
        edges.map(move |hop| (hop.from.clone(), hop.to.clone(), risks.clone()))
    });
    let risks = graph
        .conditional_edges
        .iter()
        .flat_map(|group| &group.risks);
    (
        nodes.collect(),
        edges.collect(),
        conditional.collect(),
        risks
            .map(|risk| serde_json::to_string(risk).expect("JSON"))
            .collect(),
    )
}

fn there_and_back(text: &str, nodes: usize, edges: usize, conditional: usize) {
    let served: Graph = serde_json::from_str(text).expect("a graph");
    let catalog = read(text);
    assert_eq!(catalog.releases.len(), nodes);
    let open = catalog
        .edges
        .iter()
        .filter(|edge| edge.risks.is_empty())
        .count();
    assert_eq!((open, catalog.edges.len() - open), (edges, conditional));
    let back = export(&catalog).expect("all of it can be said");
    assert!(
        said(&back) == said(&served),
        "the graph that came back differs"
    );
    let lints: Vec<String> = catalog.lint().iter().map(ToString::to_string).collect();
    assert_eq!(lints, [] as [&str; 0]);
    // A catalog that was written down is read as the same again.
    let text = serde_json::to_string(&catalog).expect("JSON");
    let again = windlass_wire::catalog::load("openshift.json", &text);
    assert!(again.is_ok_and(|again| again == catalog));
}

#[test]
fn the_stable_graph_comes_back_equal() {
    there_and_back(STABLE, 161, 3_424, 3_287);
}

#[test]
fn the_extended_graph_comes_back_equal() {
    there_and_back(EUS, 205, 9_015, 3_406);
}

#[test]
fn risks_keep_how_they_are_found_out_and_where_they_are_described() {
    let catalog = read(EUS);
    let named = |name: &str| catalog.risks.iter().find(|risk| risk.name.as_str() == name);
    let always = named("AWSOldBootImagesLackAfterburn").expect("a risk of the graph");
    assert_eq!(always.matching, [Matching::Always]);
    assert_eq!(always.source, "https://issues.redhat.com/browse/MCO-519");
    let queries = catalog.risks.iter().flat_map(|risk| &risk.matching);
    assert!(
        queries
            .into_iter()
            .any(|m| matches!(m, Matching::Promql(query) if query.contains("cluster")))
    );
}

#[test]
fn a_candidate_is_older_than_its_release_and_both_keep_their_text() {
    let text = r#"{"version":1,"nodes":[{"version":"4.2.0","payload":"b"},{"version":"4.2.0-rc.1","payload":"a"}],"edges":[[1,0]]}"#;
    let back = export(&read(text)).expect("all of it can be said");
    let versions: BTreeSet<&str> = back.nodes.iter().map(|n| n.version.as_str()).collect();
    assert_eq!(versions, BTreeSet::from(["4.2.0", "4.2.0-rc.1"]));
    assert_eq!(
        said(&back),
        said(&serde_json::from_str(text).expect("a graph"))
    );
}

#[test]
fn an_edge_to_nowhere_is_named_with_its_place() {
    let text = "{\"nodes\": [{\"version\": \"4.1.0\"}],\n \"edges\": [[0, 7]]}";
    insta::assert_snapshot!(wrong(text), @r#"
    error: there is no release number 7: there are 1
     --> graph.json:2:16
    2 |  "edges": [[0, 7]]}
      |                ^
    "#);
}

#[test]
fn a_version_that_is_none_is_named_with_its_place() {
    let text =
        "{\"nodes\": [{\"version\": \"4.1.0\"},\n {\"version\": \"latest\"}],\n \"edges\": []}";
    insta::assert_snapshot!(wrong(text), @r#"
    error: `latest` is no version: expected numbers joined by dots, as 4.1 or 4.1.2
     --> graph.json:2:14
    2 |  {"version": "latest"}],
      |              ^
    "#);
}

#[test]
fn a_conditional_edge_to_nowhere_is_named_with_its_place() {
    let text = "{\"nodes\": [{\"version\": \"4.1.0\"}], \"edges\": [], \"conditionalEdges\": [\n {\"edges\": [{\"from\": \"4.1.0\", \"to\": \"4.2.0\"}], \"risks\": []}]}";
    insta::assert_snapshot!(wrong(text), @r#"
    error: 4.2.0 is none of the releases
     --> graph.json:2:37
    2 |  {"edges": [{"from": "4.1.0", "to": "4.2.0"}], "risks": []}]}
      |                                     ^
    "#);
}

#[test]
fn what_is_no_graph_is_named_with_its_place() {
    insta::assert_snapshot!(wrong("{\"nodes\": [\n  {\"payload\": 1}]}"), @r#"
    error: this is no Cincinnati graph
     --> graph.json:2:15
    2 |   {"payload": 1}]}
      |               ^ invalid type: integer `1`, expected a string
    "#);
}

/// What is read, served, and read again is the same catalog.
fn comes_back(text: &str) {
    let catalog = read(text);
    let served = export(&catalog).expect("all of it can be said");
    let again = read(&serde_json::to_string(&served).expect("JSON"));
    assert_eq!(again, catalog);
}

#[test]
fn a_hop_that_is_served_twice_is_one() {
    let text = r#"{"nodes":[{"version":"4.1.0"},{"version":"4.2.0"}],"edges":[[0,1],[0,1]]}"#;
    comes_back(text);
    assert_eq!(read(text).edges.len(), 1);
}

#[test]
fn a_risk_that_no_hop_carries_comes_back() {
    let text = r#"{"nodes":[{"version":"4.1.0"}],"edges":[],"conditionalEdges":[{"edges":[],"risks":[{"name":"Idle","message":"m","matchingRules":[{"type":"Always"}]}]}]}"#;
    comes_back(text);
    let served = export(&read(text)).expect("all of it can be said");
    assert_eq!(served.conditional_edges[0].risks[0].name, "Idle");
}

#[test]
fn a_risk_that_is_described_at_no_address_is_named_with_its_place() {
    let text = "{\"nodes\": [{\"version\": \"4.1.0\"}], \"edges\": [], \"conditionalEdges\": [{\"edges\": [],\n \"risks\": [{\"url\": \"ask us\", \"name\": \"R\", \"message\": \"m\", \"matchingRules\": []}]}]}";
    insta::assert_snapshot!(wrong(text), @r#"
    error: `ask us` is no address: expected https://…
     --> graph.json:2:20
    2 |  "risks": [{"url": "ask us", "name": "R", "message": "m", "matchingRules": []}]}]}
      |                    ^
    "#);
}

#[test]
fn more_hops_than_any_graph_has_are_named() {
    let hops = vec!["[0,1]"; 50_001].join(",");
    let text = format!(
        "{{\"nodes\":[{{\"version\":\"1.0\"}},{{\"version\":\"1.1\"}}],\n\"edges\":[{hops}]}}"
    );
    let said = wrong(&text);
    assert!(
        said.starts_with("error: 50001 edges, above 50000\n --> graph.json:2:"),
        "{}",
        &said[..200]
    );
}
