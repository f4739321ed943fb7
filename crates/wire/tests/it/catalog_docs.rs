//! The worked example of docs/catalog.md is a sound catalog; a difference of two is told by name.

use windlass_engine::version::Version;
use windlass_wire::catalog::{changes, load, named};
use windlass_wire::diagnostic::{Ink, render};

const DOCS: &str = include_str!("../../../../docs/catalog.md");

fn example() -> &'static str {
    let (_, rest) = DOCS.split_once("```yaml\n").expect("an example");
    rest.split_once("```").expect("its end").0
}

#[test]
fn the_worked_example_is_read_and_has_no_fault() {
    let text = example();
    let lines = text.lines().count();
    assert!((30..=60).contains(&lines), "{lines} lines");
    let catalog =
        load("beacon.yaml", text).unwrap_or_else(|found| panic!("{}", render(&found, Ink::Plain)));
    let lints: Vec<String> = catalog.lint().iter().map(ToString::to_string).collect();
    assert_eq!(lints, [] as [&str; 0]);
    let line = Version::parse("2.1").expect("a line");
    let newest = catalog
        .newest(&line)
        .map(|release| release.version.to_string());
    assert_eq!(newest.as_deref(), Some("2.1.1"));
}

#[test]
fn every_part_is_described() {
    for part in [
        "components",
        "releases",
        "paths",
        "edges",
        "risks",
        "blocked",
        "skew",
        "lines",
        "levels",
        "facts",
        "checks",
        "hazards",
        "actions",
        "offers",
        "advisories",
        "pace",
        "extends",
        "replaces",
    ] {
        let is_there = DOCS.contains(&format!("`{part}`")) || DOCS.contains(&format!("`{part}: "));
        assert!(is_there, "docs/catalog.md lacks `{part}`");
    }
}

#[test]
fn what_differs_is_told_by_name_wherever_it_stands() {
    let old = load("old.yaml", example()).expect("a catalog");
    let mut new = old.clone();
    new.releases.remove(0);
    new.checks[0].mend = "wait".into();
    let told: Vec<String> = changes(&old, &new)
        .expect("JSON")
        .iter()
        .map(|change| change.to_string().chars().take(60).collect())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter()
            .any(|one| one.starts_with("~ checks.queue.length.mend: ")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|one| one.starts_with("- releases.2.0.3: ")),
        "{told:?}"
    );
    assert_eq!(changes(&old, &old).expect("JSON"), []);
    let names: Vec<String> = named(&old)
        .expect("JSON")
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert!(names.contains(&"2.0.. to 2.0..".to_owned()), "{names:?}");
}
