//! Slips of the fingers, colours, and the small commands.

use crate::run::User;
use insta::assert_snapshot;

#[test]
fn a_command_that_is_none() {
    assert_snapshot!(User::new().says("plna orders").all());
}

#[test]
fn values_that_cannot_be() {
    let user = User::new();
    let all: Vec<String> = [
        "observe --bootstrap 127.0.0.1",
        "observe --bootstrap 127.0.0.1:99999",
        "plan orders --to next",
        "waive orders x --reason y --for 10",
        "pace orders --cap 0",
        "retry orders member/",
        "observe",
        "observe orders --bootstrap a:1",
    ]
    .iter()
    .map(|words| format!("$ windlass {words}\n{}\n", user.says(words).all()))
    .collect();
    assert_snapshot!(all.join("\n"));
}

#[test]
fn an_unknown_cluster_is_named_with_the_nearest_that_is_known() {
    let user = User::new();
    assert_snapshot!(user.says("describe orders").all());
    user.file("orders.yaml", crate::files::SMALL);
    assert_eq!(user.says("apply -f orders.yaml").code, 0);
    assert_snapshot!(user.says("describe ordres").all());
    assert_snapshot!(user.says("describe ordres --color always").all());
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let user = User::new();
    user.file("orders.yaml", crate::files::SMALL);
    user.says("apply -f orders.yaml");
    assert!(!user.says("clusters").out.contains('\u{1b}'));
    assert!(user.says("clusters --color always").out.contains('\u{1b}'));
    let mut piped = user.command("clusters");
    piped.env("NO_COLOR", "1");
    assert!(!user.said(piped).out.contains('\u{1b}'));
}

#[test]
fn plain_is_ascii() {
    let user = User::new();
    user.file("orders.yaml", crate::files::SMALL);
    for words in [
        "apply -f orders.yaml --plain",
        "describe orders --plain",
        "--plain describe nobody",
    ] {
        let said = user.says(words);
        assert!(
            said.out.is_ascii() && said.err.is_ascii(),
            "{words}: {}",
            said.all()
        );
    }
}

#[test]
fn the_version_and_its_catalogs() {
    let user = User::new();
    let said = user.says("version");
    assert!(said.out.starts_with("windlass 0."), "{}", said.out);
    assert!(said.out.contains("catalog kafka"), "{}", said.out);
    let said = user.says("version -o json");
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let catalogs = value["catalogs"].as_array().expect("a list");
    let newest = |system: &str| {
        let one = catalogs.iter().find(|one| one["system"] == system);
        one.expect(system)["newest"].clone()
    };
    assert_eq!(newest("kafka"), "4.3.1");
    assert_eq!(newest("kubernetes"), "1.36.3", "not the newest etcd");
    assert_eq!(newest("kuma"), "2.14.3", "not what is not released yet");
    assert!(!user.home().join(".local").exists(), "no store was needed");
}

#[test]
fn completion_for_each_shell() {
    let user = User::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = user.says(&format!("completion {shell}"));
        assert!(said.code == 0 && said.out.contains("retarget"), "{shell}");
    }
}

#[test]
fn the_store_lies_where_the_user_says() {
    let user = User::new();
    assert_eq!(user.says("clusters").code, 0);
    assert!(
        user.home()
            .join(".local/state/windlass/windlass.db")
            .exists()
    );
    let mut moved = user.command("clusters");
    moved.env("XDG_STATE_HOME", user.home().join("state"));
    assert_eq!(user.said(moved).code, 0);
    assert!(user.home().join("state/windlass/windlass.db").exists());
    let mut named = user.command("clusters");
    named.env("WINDLASS_STORE", user.home().join("a.db"));
    assert_eq!(user.said(named).code, 0);
    assert!(user.home().join("a.db").exists());
    assert_eq!(user.says("clusters --store b.db").code, 0);
    assert!(user.home().join("b.db").exists());
    let mut nowhere = user.command("clusters");
    nowhere.env_remove("HOME");
    assert_snapshot!(user.said(nowhere).all());
}

#[test]
fn a_store_that_is_none_is_named() {
    let user = User::new();
    user.file("w.db", "this is no database, however long one looks at it");
    let said = user.says("clusters --store w.db");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("w.db"), "{}", said.err);
}
