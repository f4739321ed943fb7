//! Catalogs of the user's own.

use crate::run::User;
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
