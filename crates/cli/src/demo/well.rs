//! The answers of a cluster in which all is well: for each question of a catalog one that passes.
//!
//! Must never know: which cluster. Stories: `tests/it/demo.rs`.

use std::collections::BTreeMap;
use windlass_engine::catalog::{Catalog, Must};
use windlass_engine::snapshot::{Fact, Found};

/// For each fact that checks read. Questions about versions of others are left to the cluster's own file:
/// no answer fits all hops.
#[must_use]
pub fn facts(catalog: &Catalog) -> BTreeMap<String, Fact> {
    let mut facts = BTreeMap::new();
    for check in &catalog.checks {
        let Some(answer) = answer(&check.must) else {
            continue;
        };
        let kept = facts.entry(check.fact.clone()).or_insert(answer.clone());
        // Of two lower bounds the higher holds both, of two upper bounds the lower.
        if let (Fact::Number(kept), Fact::Number(other)) = (kept, answer) {
            *kept = match check.must {
                Must::BeAtMost(_) => other.min(*kept),
                Must::BeEmpty
                | Must::BeTrue
                | Must::BeAtLeast(_)
                | Must::BeOneOf(_)
                | Must::BeIn(_)
                | Must::CountAtMost(_)
                | Must::CountAtLeast(_) => other.max(*kept),
            };
        }
    }
    facts
}

fn answer(must: &Must) -> Option<Fact> {
    Some(match must {
        Must::BeEmpty | Must::CountAtMost(_) => Fact::List(Vec::new()),
        Must::BeTrue => Fact::Truth(true),
        Must::BeAtLeast(least) => Fact::Number(*least),
        Must::BeAtMost(most) => Fact::Number((*most).min(1)),
        Must::BeOneOf(words) => Fact::Word(words.first()?.clone()),
        Must::CountAtLeast(least) => {
            let one = |number: u32| Found {
                object: format!("false object {number}"),
                seen: "well".into(),
            };
            Fact::List((1..=*least).map(one).collect())
        }
        Must::BeIn(_) => return None,
    })
}
