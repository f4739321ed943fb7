//! A catalog that extends another is put together with it; lint findings are told at their place.

use windlass_engine::catalog::Catalog;
use windlass_wire::catalog::{Sheet, linted, whole};
use windlass_wire::diagnostic::{Ink, render};

const BASE: &str = r#"
system: base
asOf: "2026-11-20"
components:
  - {name: server, restartMs: 5000, disturbs: nothing, source: base}
releases:
  - {version: 1.0.0, source: base}
  - {version: 1.2.0, source: base}
paths:
  - {from: 1.., to: 1.., atMost: 1, source: base}
skew:
  - {id: together, of: server, from: server, allow: {minors: [-1, 1]}, why: so, source: base}
hazards:
  - {id: slow, at: 1.2.0, what: it is slow, source: base}
"#;

fn sheet(text: &str) -> Sheet {
    let system = text.lines().find_map(|line| line.strip_prefix("system: "));
    let system = system.expect("a system").to_owned();
    Sheet {
        file: format!("{system}.yaml"),
        system,
        text: text.to_owned(),
    }
}

fn put_together(text: &str, others: &[&str]) -> Result<Catalog, String> {
    let mut sheets: Vec<Sheet> = others.iter().map(|text| sheet(text)).collect();
    let own = sheet(text);
    sheets.push(own.clone());
    whole(&own.file, text, &sheets).map_err(|found| render(&found, Ink::Plain))
}

#[test]
fn what_is_new_is_added_and_what_has_the_same_name_is_replaced() {
    let child = "system: child\nextends: base\nasOf: \"2026-11-21\"\nreleases:\n  - {version: 1.1.0, source: child}\n  - {version: 1.2.0, avoid: withdrawn, source: child}\nskew:\n  - {id: together, of: server, from: server, allow: {minors: [-2, 2]}, why: so, source: child}\n";
    let catalog = put_together(child, &[BASE]).expect("a catalog");
    let releases: Vec<String> = catalog
        .releases
        .iter()
        .map(|r| format!("{} {}", r.version, r.source))
        .collect();
    assert_eq!(releases, ["1.0.0 base", "1.1.0 child", "1.2.0 child"]);
    assert_eq!(catalog.skew.len(), 1);
    assert_eq!(catalog.skew[0].source, "child");
    assert_eq!(catalog.components.len(), 1);
    assert_eq!((catalog.system.as_str(), catalog.extends), ("child", None));
}

#[test]
fn a_list_that_is_replaced_takes_nothing_over() {
    let child = "system: child\nextends: base\nreplaces: [releases, hazards]\nasOf: \"2026-11-21\"\nreleases:\n  - {version: 1.4.0, source: child}\n";
    let catalog = put_together(child, &[BASE]).expect("a catalog");
    assert_eq!(catalog.releases.len(), 1);
    assert_eq!((catalog.hazards.len(), catalog.paths.len()), (0, 1));
}

#[test]
fn a_chain_of_three_is_put_together_from_its_end() {
    let middle = "system: middle\nextends: base\nasOf: \"2026-11-21\"\nreleases:\n  - {version: 1.3.0, source: middle}\n";
    let child = "system: child\nextends: middle\nasOf: \"2026-11-21\"\nreleases:\n  - {version: 1.4.0, source: child}\n";
    let catalog = put_together(child, &[middle, BASE]).expect("a catalog");
    assert_eq!(catalog.releases.len(), 4);
}

#[test]
fn a_circle_is_named_where_it_closes() {
    let middle = "system: middle\nextends: child\nasOf: \"2026-11-21\"\n";
    let child = "system: child\nextends: middle\nasOf: \"2026-11-21\"\n";
    let said = put_together(child, &[middle]).expect_err("a circle");
    insta::assert_snapshot!(said, @r#"
    error: catalogs extend each other in a circle: child → middle → child
     --> middle.yaml:2:10
    2 | extends: child
      |          ^^^^^
      = help: let one of them stand by itself
    "#);
}

#[test]
fn a_catalog_that_is_not_there_is_named_with_the_nearest() {
    let child = "system: child\nextends: bace\nasOf: \"2026-11-21\"\n";
    let said = put_together(child, &[BASE]).expect_err("nothing to extend");
    insta::assert_snapshot!(said, @r#"
    error: there is no catalog for `bace` to extend
     --> child.yaml:2:10
    2 | extends: bace
      |          ^^^^ did you mean `base`?
      = help: --catalog DIR adds one
    "#);
}

#[test]
fn findings_are_told_at_their_place() {
    let text = BASE
        .replace("source: base}\npaths", "source: \"\"}\npaths")
        .replace("of: server", "of: sever");
    let catalog = whole("base.yaml", &text, &[]).expect("a catalog");
    let found = linted("base.yaml", &text, &catalog.lint());
    insta::assert_snapshot!(render(&found, Ink::Plain), @r#"
    error: release 1.2.0: names no source
     --> base.yaml:8:15
    8 |   - {version: 1.2.0, source: ""}
      |               ^^^^^

    error: skew together: component sever is described nowhere: did you mean server?
      --> base.yaml:12:10
    12 |   - {id: together, of: sever, from: server, allow: {minors: [-1, 1]}, why: so, source: base}
       |          ^^^^^^^^
    "#);
}

#[test]
fn aliases_by_the_million_and_deep_nests_end_early() {
    let mut bomb =
        String::from("system: bomb\nasOf: \"2026-11-20\"\na: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f", "g"])
    {
        bomb.push_str(&format!("{name}: &{name} [*{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}]\n"));
    }
    let said = put_together(&bomb, &[]).expect_err("too many parts");
    assert!(said.starts_with("error: too many parts"), "{said}");
    for (levels, says) in [
        (100, "nested too deeply"),
        (100_000, "recursion limit exceeded"),
    ] {
        let deep = format!(
            "system: deep\nasOf: {}{}\n",
            "[".repeat(levels),
            "]".repeat(levels)
        );
        let said = put_together(&deep, &[]).expect_err("too deep");
        assert!(said.contains(says), "{said}");
    }
    let large = format!("system: large\nasOf: \"{}\"\n", "x".repeat(11 << 20));
    let said = put_together(&large, &[]).expect_err("too large");
    assert!(
        said.starts_with("error: the file is larger than 10 megabytes"),
        "{said}"
    );
}
