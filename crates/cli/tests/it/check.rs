//! `check`: files with checks of one's own, all clusters at once, XML for pipelines.

use crate::run::User;

const FILE: &str = "apiVersion: windlass.dev/v1
kind: Cluster
metadata: {name: NAME}
spec:
  system: kafka
  kafka: {bootstrap: [\"127.0.0.1:1\"]}
";

#[test]
fn an_expression_that_is_wrong_is_refused_when_it_is_applied() {
    let user = User::new();
    let policy = "  policy:\n    checks:\n      - {name: a, cel: \"cluster.membrs == 1\"}\n";
    user.file("a.yaml", &format!("{}{policy}", FILE.replace("NAME", "a")));
    let said = user.says("apply -f a.yaml");
    insta::assert_snapshot!(said.all());
}

#[test]
fn junit_is_a_form_of_check_alone() {
    let user = User::new();
    insta::assert_snapshot!(user.says("clusters -o junit").all());
}

#[test]
fn all_clusters_a_line_each_and_the_worst_exit_code() {
    let user = User::new();
    insta::assert_snapshot!(user.says("check --all").all());
    for name in ["orders", "audit"] {
        user.file("a.yaml", &FILE.replace("NAME", name));
        assert_eq!(user.says("apply -f a.yaml").code, 0);
    }
    insta::assert_snapshot!(user.says("check --all --to 4.1").all());
    insta::assert_snapshot!(user.says("check --all --to 4.1 -o junit").all());
    insta::assert_snapshot!(user.says("check orders -o junit").all());
    insta::assert_snapshot!(user.says("check --all orders").all());
}
