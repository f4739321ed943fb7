//! Which crate may import which: the table of floors, and the crates that engine and targets may stand on.
//!
//! Must never know: source text; manifests are enough, since nothing can be used that is not named there.
//! Tests: below.

use crate::workspace::{Dependency, Package};

/// Crates of this house and their floors. A crate may import only from floors below its own.
const FLOORS: [(&str, u8); 10] = [
    ("windlass", 3),
    ("xtask", 3),
    ("windlass-stores", 2),
    ("windlass-targets", 2),
    ("windlass-server", 2),
    ("windlass-operator", 2),
    ("windlass-sim", 2),
    ("windlass-runner", 1),
    ("windlass-wire", 1),
    ("windlass-engine", 0),
];

/// What the engine may stand on: nothing that can wait, open or guess.
const ENGINE_MAY: [&str; 8] = [
    "serde",
    "serde_json",
    "jiff",
    "thiserror",
    "petgraph",
    "pathfinding",
    "sha2",
    "winnow",
];

/// Crates whose errors lose their types; only the edges may use them.
const EDGE_ONLY: [&str; 2] = ["anyhow", "eyre"];

const TOP: u8 = 3;

pub(super) fn findings(packages: &[Package]) -> Vec<String> {
    let each = |package: &Package| {
        let Some(floor) = floor(&package.name) else {
            return vec![format!(
                "{}: has no floor; give it one in the table of floors",
                package.name
            )];
        };
        let wrong = package
            .dependencies
            .iter()
            .filter_map(|dependency| wrong(package, floor, dependency));
        wrong.collect::<Vec<_>>()
    };
    packages.iter().flat_map(each).collect()
}

fn floor(name: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(crate_name, _floor)| *crate_name == name)
        .map(|(_name, floor)| *floor)
}

fn wrong(package: &Package, here: u8, dependency: &Dependency) -> Option<String> {
    let (from, to) = (&package.name, &dependency.name);
    // Integration tests may join what the floors keep apart, but never reach up to the edges.
    let in_tests = dependency.kind.as_deref() == Some("dev");
    if let Some(there) = floor(to) {
        let allowed = here == TOP || there < here || (in_tests && there < TOP);
        return (!allowed).then(|| format!("{from} (floor {here}) imports {to} (floor {there})"));
    }
    if in_tests {
        return None;
    }
    if from == "windlass-engine" && !ENGINE_MAY.contains(&to.as_str()) {
        return Some(format!(
            "{from} imports {to}, which is not among what the engine may stand on"
        ));
    }
    (here < TOP && EDGE_ONLY.contains(&to.as_str()))
        .then(|| format!("{from} imports {to}, below the edge"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(from: &str, to: &str, kind: Option<&str>) -> Vec<String> {
        let dependency = Dependency {
            name: to.to_owned(),
            kind: kind.map(str::to_owned),
        };
        findings(&[Package {
            name: from.to_owned(),
            dependencies: vec![dependency],
        }])
    }

    #[test]
    fn down_is_allowed_up_and_across_are_not() {
        assert!(found("windlass-targets", "windlass-runner", None).is_empty());
        assert!(found("windlass", "windlass-stores", None).is_empty());
        assert_eq!(
            found("windlass-targets", "windlass-stores", None),
            ["windlass-targets (floor 2) imports windlass-stores (floor 2)"]
        );
        assert_eq!(found("windlass-engine", "windlass-wire", None).len(), 1);
        assert_eq!(found("windlass-runner", "windlass-wire", None).len(), 1);
    }

    #[test]
    fn tests_may_join_but_not_reach_up() {
        assert!(found("windlass-targets", "windlass-stores", Some("dev")).is_empty());
        assert_eq!(found("windlass-runner", "xtask", Some("dev")).len(), 1);
    }

    #[test]
    fn the_engine_stands_on_values_only() {
        assert!(found("windlass-engine", "sha2", None).is_empty());
        assert_eq!(found("windlass-engine", "tokio", None).len(), 1);
        assert!(found("windlass-engine", "proptest", Some("dev")).is_empty());
        assert_eq!(found("windlass-wire", "anyhow", None).len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_named() {
        assert_eq!(found("windlass-attic", "serde", None).len(), 1);
    }
}
