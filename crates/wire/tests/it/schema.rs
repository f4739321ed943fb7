//! The published schema of catalogs is the one that the types ask for, and the built-in ones keep it.

use serde_json::Value;
use windlass_wire::catalog::schema;

#[test]
fn the_published_schema_is_fresh() {
    let fresh = format!("{:#}\n", schema());
    let published = include_str!("../../../../docs/catalog.schema.json");
    assert!(
        fresh == published,
        "docs/catalog.schema.json is stale: windlass catalog schema > docs/catalog.schema.json"
    );
}

#[test]
fn it_names_what_must_be_given_and_every_word_of_a_choice() {
    let schema = schema();
    let object = |name: &str| &schema["$defs"][name];
    let required = |name: &str| {
        let names = object(name)["required"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let text = names.iter().filter_map(Value::as_str).collect::<Vec<_>>();
        text.join(" ")
    };
    assert_eq!(required("Catalog"), "system asOf");
    assert_eq!(required("ComponentFacts"), "name restartMs disturbs source");
    assert_eq!(required("SkewRule"), "id of from allow why source");
    assert_eq!(required("Edge"), "from to");
    let skew = serde_json::to_string(object("Skew")).expect("JSON");
    for word in ["not-newer", "equal", "lines", "minors", "pairs"] {
        assert!(skew.contains(word), "{word} in {skew}");
    }
    let releases = &object("Catalog")["properties"]["releases"];
    assert_eq!(releases["items"]["$ref"], "#/$defs/Release");
}
