//! The register.

use crate::files::SMALL;
use crate::run::{User, fits};
use insta::assert_snapshot;

fn registered() -> User {
    let user = User::new();
    user.file("orders.yaml", SMALL);
    assert_eq!(user.says("apply -f orders.yaml").code, 0);
    user
}

/// Without the moment of the registration.
fn undated(text: &str) -> String {
    let head = |line: &str| match line.split_once("registered ") {
        Some((before, _)) => format!("{before}registered THEN"),
        None => line.to_owned(),
    };
    text.lines().map(head).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_register_is_listed_and_described() {
    let user = registered();
    let list = user.says("clusters");
    fits(&list.out);
    assert_snapshot!(list.all());
    let described = user.says("describe orders");
    fits(&described.out);
    assert_snapshot!(undated(&described.all()));
}

#[test]
fn a_narrow_terminal_drops_columns_from_the_right() {
    let user = registered();
    let mut narrow = user.command("clusters");
    narrow.env("COLUMNS", "40");
    assert_snapshot!(user.said(narrow).all());
}

#[test]
fn what_describe_writes_apply_reads_again() {
    let user = registered();
    for form in ["yaml", "json"] {
        let said = user.says(&format!("describe orders -o {form}"));
        user.file("again.yaml", &said.out);
        let again = user.says("apply -f again.yaml -o json");
        let value: serde_json::Value = serde_json::from_str(&again.out).expect("JSON");
        assert_eq!(value["items"][0]["outcome"], "unchanged", "{}", said.out);
    }
}

#[test]
fn a_forgotten_cluster_is_gone() {
    let user = registered();
    assert_snapshot!(user.says("forget orders").all());
    assert_eq!(user.says("forget orders").code, 2);
    assert_snapshot!(user.says("clusters").all());
    let json = user.says("clusters -o json");
    let value: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(value["items"], serde_json::json!([]));
}
