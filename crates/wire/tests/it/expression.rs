//! Expressions over a cluster: what they say of it, and what is wrong with them before it is asked.

use windlass_engine::snapshot::{Fact, Found, Snapshot};
use windlass_engine::time::Wall;
use windlass_wire::expression::{evaluate, flaws};

fn snapshot() -> Snapshot {
    let mut snapshot = crate::sample::snapshot();
    snapshot.seen = Wall(0);
    snapshot
        .facts
        .insert("quorum.voters".into(), Fact::Number(3));
    snapshot
        .facts
        .insert("lost".into(), Fact::Unknown("silent".into()));
    snapshot
}

fn said(text: &str) -> String {
    match evaluate(text, &snapshot(), Some("orders")) {
        Fact::Said(said, found) => {
            let one = |found: &Found| format!("{}={}", found.object, found.seen);
            let found: Vec<String> = found.iter().map(one).collect();
            format!("{said:?} {}", found.join("; "))
                .trim_end()
                .to_owned()
        }
        Fact::Unknown(why) => format!("unknown: {why}"),
        other @ (Fact::Truth(_)
        | Fact::Number(_)
        | Fact::Word(_)
        | Fact::Versions(_)
        | Fact::List(_)) => format!("{other:?}"),
    }
}

#[test]
fn what_an_expression_says() {
    assert_eq!(said("cluster.cluster == 'orders'"), "Pass");
    assert_eq!(said("cluster.facts['quorum.voters'] >= 3"), "Pass");
    assert_eq!(
        said("cluster.facts['quorum.voters'] >= 5"),
        "Fail expression=false: cluster.facts['quorum.voters'] >= 5"
    );
    assert_eq!(
        said("cluster.members.filter(m, m.name == 'nobody')"),
        "Pass"
    );
    assert_eq!(said("['a', 'b']"), "Fail a=found; b=found");
    assert_eq!(
        said("cluster.members.exists(m, true) ? [{'object': 'x', 'seen': 'y'}] : []"),
        "Fail x=y"
    );
}

#[test]
fn what_cannot_be_told_is_never_a_pass() {
    assert!(said("cluster.facts['no.such'] == 1").starts_with("unknown: "));
    assert!(said("cluster.facts['lost'] >= 1").starts_with("unknown: "));
    assert!(said("1 / 0 == 1").starts_with("unknown: "));
    assert_eq!(
        said("3"),
        "unknown: it says neither true or false nor a list"
    );
    assert_eq!(
        said("'yes'"),
        "unknown: it says neither true or false nor a list"
    );
}

fn wrong(text: &str) -> String {
    let flaw = |flaw: &windlass_wire::expression::Flaw| {
        let help = flaw.help.as_ref().map(|help| format!(" ({help})"));
        format!(
            "{}+{} {}{}",
            flaw.at,
            flaw.length,
            flaw.says,
            help.unwrap_or_default()
        )
    };
    flaws(text).iter().map(flaw).collect::<Vec<_>>().join("\n")
}

#[test]
fn flaws_are_found_before_anything_is_asked() {
    assert_eq!(wrong("cluster.members.all(m, m.active)"), "");
    assert_eq!(wrong("1 +"), "3+0 mismatched input its end");
    assert_eq!(wrong("  "), "0+2 the expression is empty");
    assert_eq!(
        wrong("clustr.members.size() > 0"),
        "0+6 there is no `clustr` (did you mean `cluster`?)"
    );
    assert_eq!(
        wrong("cluster.membrs.all(m, m.active)"),
        "8+6 `cluster` has no `membrs` (did you mean `members`?)"
    );
    assert_eq!(
        wrong("cluster.members.all(m, sise(m.name) > 0)"),
        "23+4 there is no function `sise` (did you mean `size`?)"
    );
    let line = "cluster.members.all(a, cluster.members.all(b, cluster.members.all(c, true)))";
    assert!(
        wrong(line).contains("more than 2 loops in one another"),
        "{}",
        wrong(line)
    );
    let deep = format!("{}1{} == 1", "(".repeat(30), ")".repeat(30));
    assert_eq!(wrong(&deep), "24+1 more than 24 brackets in one another");
    assert!(wrong(&format!("'{}' == ''", "x".repeat(2_000))).contains("longer than 2000 bytes"));
    // The longest chain that is let through is read without end of stack.
    let chain = format!("0{} == 0", "+0".repeat(990));
    assert_eq!(wrong(&chain), "");
    assert_eq!(said(&chain), "Pass");
}
