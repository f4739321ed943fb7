//! Catalogs of the user's own.

use crate::run::{SYSTEMS, User};
use insta::assert_snapshot;

const KAFKA: &str = include_str!("../../../../catalogs/kafka.yaml");

fn with(files: &[(&str, &str)]) -> User {
    let user = User::new();
    std::fs::create_dir(user.home().join("facts")).expect("a folder");
    for (name, text) in files {
        user.file(&format!("facts/{name}"), text);
    }
    user
}

#[test]
fn a_catalog_takes_the_place_of_the_one_built_in() {
    let as_of = KAFKA
        .lines()
        .find(|line| line.starts_with("asOf:"))
        .expect("asOf");
    let user = with(&[("kafka.yaml", &KAFKA.replace(as_of, "asOf: \"2031-01-01\""))]);
    let said = user.says("version --catalog facts");
    assert!(
        said.out.contains("2031-01-01") && said.out.contains("facts/kafka.yaml"),
        "{}",
        said.all()
    );
    assert_eq!(said.out.matches("catalog kafka").count(), 1, "{}", said.out);
}

#[test]
fn what_is_wrong_with_a_catalog_is_shown() {
    let user = with(&[("kafka.yaml", "system: kafka\nrelases: []\n")]);
    assert_snapshot!(user.says("version --catalog facts").all());
    let user = with(&[("a.yaml", KAFKA), ("b.yaml", KAFKA)]);
    assert_snapshot!(user.says("version --catalog facts").all());
    assert_snapshot!(User::new().says("version --catalog nowhere").all());
}

const BEACON: &str = "system: beacon\nasOf: \"2026-11-20\"\ncomponents:\n  - {name: server, restartMs: 20000, disturbs: reports wait, source: a book}\nreleases:\n  - {version: \"2.0.3\", source: a book}\n  - {version: \"2.1.1\", tags: [recommended], source: a book}\npaths:\n  - {from: \"2.0..\", to: \"2.0..\", atMost: 1, source: a book}\nskew:\n  - {id: together, of: server, from: server, allow: {minors: [-1, 1]}, why: a roll is one minor wide, source: a book}\n";

#[test]
fn a_catalog_is_shown_by_system_and_by_file() {
    let user = with(&[("beacon.yaml", BEACON)]);
    assert_snapshot!(user.says("catalog show beacon --catalog facts").all());
    let file = user.says("catalog show facts/beacon.yaml -o json");
    let json: serde_json::Value = serde_json::from_str(&file.out).expect("JSON");
    assert_eq!(json["releases"][1]["version"], "2.1.1");
    assert_snapshot!(user.says("catalog show becon --catalog facts").all());
    for system in SYSTEMS {
        let said = user.says(&format!("catalog show {system}"));
        assert_eq!(said.code, 0, "{}", said.all());
        crate::run::fits(&said.out);
    }
}

#[test]
fn faults_are_told_at_their_place_with_exit_code_1() {
    let user = with(&[("beacon.yaml", BEACON)]);
    let said = user.says("catalog lint --catalog facts");
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(
        said.out.contains("10 catalogs without a fault"),
        "{}",
        said.out
    );
    user.file(
        "wrong.yaml",
        &BEACON
            .replace("from: server", "from: servr")
            .replace("2.0..\", to: \"2.0..", "3.0..\", to: \"2.0.."),
    );
    assert_snapshot!(user.says("catalog lint wrong.yaml").all());
    user.file(
        "round.yaml",
        "system: round\nextends: round\nasOf: \"2026-11-20\"\n",
    );
    assert_snapshot!(user.says("catalog lint round.yaml").all());
}

#[test]
fn a_rule_is_explained_and_two_catalogs_are_compared() {
    let user = with(&[("beacon.yaml", BEACON)]);
    assert_snapshot!(
        user.says("catalog explain kubelet-apiserver --system kubernetes")
            .all()
    );
    assert_snapshot!(
        user.says("catalog explain together --system facts/beacon.yaml")
            .all()
    );
    assert_snapshot!(user.says("catalog explain kubelet-apisever").all());
    user.file(
        "newer.yaml",
        &BEACON
            .replace("2.1.1", "2.1.2")
            .replace("a roll is one minor wide", "so"),
    );
    assert_snapshot!(user.says("catalog diff facts/beacon.yaml newer.yaml").all());
}

#[test]
fn a_graph_is_brought_in_and_given_out_equal() {
    let user = User::new();
    let graph = r#"{"version":1,"nodes":[{"version":"4.1.0","payload":"a","metadata":{"url":"u"}},{"version":"4.1.1","payload":"b","metadata":{}},{"version":"4.2.0","payload":"c","metadata":{}}],"edges":[[0,1]],"conditionalEdges":[{"edges":[{"from":"4.1.1","to":"4.2.0"}],"risks":[{"url":"https://example.org/slow","name":"Slow","message":"it is slow","matchingRules":[{"type":"PromQL","promql":{"promql":"slow > 0"}},{"type":"Always"}]}]}]}"#;
    user.file("graph.json", graph);
    let catalog = user.says("catalog import cincinnati graph.json --as-of 2026-11-20");
    assert_eq!(catalog.code, 0, "{}", catalog.all());
    user.file("openshift.yaml", &catalog.out);
    let back = user.says("catalog export ./openshift.yaml -o cincinnati");
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(value(&back.out), value(graph), "{}", back.all());
    assert_eq!(user.says("catalog lint openshift.yaml").code, 0);
    assert_snapshot!(user.says("catalog export kafka").all());
    assert_snapshot!(user.says("catalog show kafka -o cincinnati").all());
}

#[test]
fn the_schema_is_the_published_one() {
    let said = User::new().says("catalog schema");
    assert!(said.out == include_str!("../../../../docs/catalog.schema.json"));
}
