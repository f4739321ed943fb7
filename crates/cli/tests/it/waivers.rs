//! Waivers in files: given, changed, refused, kept with their cluster, taken along by runs, forgotten.

use crate::run::User;

const ORDERS: &str = "apiVersion: windlass.dev/v1\nkind: Cluster\nmetadata: {name: orders}\n\
    spec:\n  system: kafka\n  kafka: {bootstrap: [\"127.0.0.1:1\"]}\n";

fn waiver(check: &str, until: &str) -> String {
    format!(
        "apiVersion: windlass.dev/v1\nkind: Waiver\nmetadata: {{name: audit}}\n\
         spec: {{cluster: orders, check: {check}, reason: audit may pause, by: anna, until: {until}}}\n"
    )
}

fn said(user: &User, line: &str, code: i32) -> String {
    let said = user.says(line);
    assert_eq!(said.code, code, "{line}: {}", said.all());
    said.all().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has(text: &str, words: &str) {
    assert!(text.contains(words), "“{words}” in: {text}");
}

#[test]
fn it_is_kept_with_its_cluster_and_goes_along_with_the_next_run() {
    let user = User::new();
    let both = format!(
        "{ORDERS}---\n{}",
        waiver("topics.no-headroom", "2999-01-01T08:00:00Z")
    );
    user.file("orders.yaml", &both);
    let shown = said(&user, "apply -f orders.yaml --dry-run", 0);
    has(
        &shown,
        "+ audit would be waived: topics.no-headroom of orders may pass until",
    );
    has(&said(&user, "clusters", 0), "no cluster is registered");
    has(
        &said(&user, "apply -f orders.yaml", 0),
        "+ audit waived: topics.no-headroom of orders",
    );
    has(&said(&user, "apply -f orders.yaml", 0), "audit unchanged");
    // The cluster's own file says nothing of it, and takes nothing away.
    user.file("orders.yaml", ORDERS);
    has(&said(&user, "apply -f orders.yaml", 0), "orders unchanged");
    let told = said(&user, "describe orders", 0);
    has(&told, "waived topics.no-headroom until");
    has(&told, "by anna: audit may pause (audit)");
    user.file(
        "later.yaml",
        &waiver("topics.no-headroom", "2999-02-01T08:00:00Z"),
    );
    let changed = said(&user, "apply -f later.yaml", 0);
    has(&changed, "~ audit waived");
    user.file(
        "up.yaml",
        "apiVersion: windlass.dev/v1\nkind: Upgrade\nmetadata: {name: nov}\n\
         spec: {cluster: orders, to: \"4.1\"}\n",
    );
    said(&user, "apply -f up.yaml", 0);
    has(&said(&user, "events orders", 0), "topics.no-headroom");
    said(&user, "cancel orders", 0);
    has(
        &said(&user, "forget orders --waiver audti", 2),
        "did you mean audit?",
    );
    has(
        &said(&user, "forget orders --waiver audit", 0),
        "waiver audit is forgotten: topics.no-headroom bars the next run again",
    );
    assert!(!said(&user, "describe orders", 0).contains("waived"));
}

#[test]
fn what_could_never_count_is_refused_before_anything_is_changed() {
    let user = User::new();
    user.file("orders.yaml", ORDERS);
    said(&user, "apply -f orders.yaml", 0);
    for (check, until, words) in [
        (
            "topics.no-hedroom",
            "2999-01-01T08:00:00Z",
            "did you mean topics.no-headroom?",
        ),
        (
            "topics.no-headroom",
            "2020-01-01T08:00:00Z",
            "it has ended already",
        ),
        (
            "identity.answers",
            "2999-01-01T08:00:00Z",
            "identity.answers can never be waived",
        ),
    ] {
        let changed = ORDERS.replace("127.0.0.1:1", "127.0.0.1:2");
        user.file(
            "all.yaml",
            &format!("{changed}---\n{}", waiver(check, until)),
        );
        has(&said(&user, "apply -f all.yaml", 2), words);
        has(&said(&user, "describe orders", 0), "127.0.0.1:1");
    }
    user.file(
        "lost.yaml",
        &waiver("identity.answers", "soon").replace("orders", "ordres"),
    );
    has(&said(&user, "apply -f lost.yaml", 2), "spec.until");
    let lost = waiver("topics.no-headroom", "2999-01-01T08:00:00Z").replace("orders", "ordres");
    user.file("lost.yaml", &lost);
    has(&said(&user, "apply -f lost.yaml", 2), "orders");
}
