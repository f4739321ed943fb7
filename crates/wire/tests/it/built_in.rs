//! The catalogs of the house: read, put together, without a fault, each fact with its source.

use windlass_engine::catalog::{Catalog, Sourced};
use windlass_wire::catalog::{Sheet, linted, whole};
use windlass_wire::diagnostic::{Ink, render};

fn sheets() -> Vec<Sheet> {
    macro_rules! of {
        ($($name:literal)*) => {
            [$(($name, include_str!(concat!("../../../../catalogs/", $name, ".yaml")))),*]
        };
    }
    let all =
        of!["ack" "acp" "ckafka" "istio" "kafka" "kong-mesh" "kubedb-kafka" "kubernetes" "kuma"];
    all.iter()
        .map(|(name, text)| Sheet {
            system: (*name).into(),
            file: format!("catalogs/{name}.yaml"),
            text: (*text).into(),
        })
        .collect()
}

fn catalogs() -> Vec<(Sheet, Catalog)> {
    let all = sheets();
    all.iter()
        .map(|sheet| match whole(&sheet.file, &sheet.text, &all) {
            Ok(catalog) => (sheet.clone(), catalog),
            Err(found) => panic!("{}", render(&found, Ink::Plain)),
        })
        .collect()
}

#[test]
fn every_catalog_is_read_under_its_own_name_and_has_no_fault() {
    let mut said = String::new();
    for (sheet, catalog) in catalogs() {
        assert_eq!(catalog.system, sheet.system);
        let found = linted(&sheet.file, &sheet.text, &catalog.lint());
        said.push_str(&render(&found, Ink::Plain));
    }
    assert!(said.is_empty(), "{said}");
}

#[test]
fn every_fact_names_its_source() {
    for (sheet, catalog) in catalogs() {
        let Sourced { facts, sourced } = catalog.sourced();
        assert!(
            facts > 10 && facts == sourced,
            "{}: {sourced} of {facts}",
            sheet.file
        );
    }
}
