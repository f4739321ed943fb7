//! Snapshot files: what `observe` prints is read again, and what is wrong is shown where it stands.

use crate::sample;
use insta::assert_snapshot;
use windlass_engine::catalog::Catalog;
use windlass_engine::snapshot::{Fact, Health};
use windlass_wire::catalog::load;
use windlass_wire::diagnostic::{Diagnostic, Ink, render};
use windlass_wire::read::snapshot::{SnapshotFile, snapshot, system};
use windlass_wire::v1::snapshot::SnapshotView;

fn catalog(of: &str) -> Option<Catalog> {
    let text = match of {
        "kafka" => include_str!("../../../../catalogs/kafka.yaml"),
        "kuma" => include_str!("../../../../catalogs/kuma.yaml"),
        _ => return None,
    };
    Some(load(of, text).expect("a good catalog"))
}

pub fn read(text: &str) -> Result<SnapshotFile, Vec<Diagnostic>> {
    let catalog = system(text).and_then(|system| catalog(&system));
    snapshot("cluster.yaml", text, &["kafka", "kuma"], catalog.as_ref())
}

fn wrong(text: &str) -> String {
    render(&read(text).expect_err("it is wrong"), Ink::Plain)
}

#[test]
fn what_was_observed_is_read_again() {
    let seen = sample::snapshot();
    let view = SnapshotView::of(&seen, Some("orders"));
    let text = serde_json::to_string_pretty(&view).expect("JSON");
    let file = read(&text).unwrap_or_else(|found| panic!("{}", render(&found, Ink::Plain)));
    assert_eq!(file.cluster.as_deref(), Some("orders"));
    let again = SnapshotView::of(&file.snapshot, Some("orders"));
    assert_eq!(serde_json::to_string_pretty(&again).expect("JSON"), text);
}

#[test]
fn many_members_are_written_in_a_line() {
    let text = "\
apiVersion: windlass.dev/v1
kind: Snapshot
system: kuma
members:
  - {component: data-plane, version: 2.9.1, zone: east, count: 40}
  - {components: [zone-cp, data-plane], version: 2.9.1, name: both, health: down, why: gone}
facts: {identity.answers: true, zones.offline: [west]}
";
    let file = read(text).unwrap_or_else(|found| panic!("{}", render(&found, Ink::Plain)));
    let ids: Vec<&str> = file.snapshot.members.keys().map(|id| id.as_str()).collect();
    assert_eq!(ids.len(), 41);
    assert!(
        ids.contains(&"data-plane-east-07") && ids.contains(&"both"),
        "{ids:?}"
    );
    let both = &file.snapshot.members[&"both".into()];
    assert_eq!(
        (both.components.len(), &both.health),
        (2, &Health::Down("gone".into()))
    );
    assert_eq!(file.snapshot.facts["identity.answers"], Fact::Truth(true));
    assert_eq!(file.snapshot.identity.expect("a name").as_str(), "snapshot");
}

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    assert_snapshot!(wrong(
        "\
apiVersion: windlass.dev/v1
kind: Snapshot
system: kafka
members:
  - {component: brokr, version: 3.9.2}
  - {component: broker}
  - {id: 7, component: broker, version: 3.9.2, count: 4}
  - {component: broker, version: newest, zon: a}
levels: {metadata.versoin: 21, group.version: high}
facts: {topics.single-repica: [], mode.kraft: maybe}
"
    ));
    assert_snapshot!(wrong(
        "apiVersion: windlass.dev/v1\nkind: Snapshot\nsystem: kafak\nmembers: []\n"
    ));
}

#[test]
fn an_id_that_would_be_made_and_is_none_is_told() {
    let text = "\
apiVersion: windlass.dev/v1
kind: Snapshot
system: kuma
members:
  - {component: data-plane, version: 2.9.1, zone: south east, count: 2}
";
    assert_snapshot!(wrong(text), @r#"
    error: `data-plane-south east-1` is no id of a member
     --> cluster.yaml:5:5
    5 |   - {component: data-plane, version: 2.9.1, zone: south east, count: 2}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ids of numbered members are made of `name` (or component) and `zone`
      = help: shorten them, leave out blanks and `/`, or give `id`
    "#);
}
