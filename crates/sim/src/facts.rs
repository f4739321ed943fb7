//! What a cluster answers that has nothing wrong with it: for each question of a catalog the answer that
//! passes, where a look did not answer it.
//!
//! Must never know: how the engine judges answers. Stories: `crates/cli/tests/it/rehearse.rs`.

use std::collections::BTreeMap;
use windlass_engine::catalog::{Catalog, Must};
use windlass_engine::snapshot::{Fact, Found};

/// All that was told, and good answers to what was not.
#[must_use]
pub fn well(catalog: &Catalog, told: &BTreeMap<String, Fact>) -> BTreeMap<String, Fact> {
    let mut facts = told.clone();
    facts.retain(|_, fact| !matches!(fact, Fact::Unknown(_)));
    for check in &catalog.checks {
        if told
            .get(&check.fact)
            .is_some_and(|fact| !matches!(fact, Fact::Unknown(_)))
        {
            continue;
        }
        let before = facts.remove(&check.fact);
        facts.insert(check.fact.clone(), good(&check.must, before));
    }
    facts
}

/// An answer that this check lets pass, and those before it that asked the same.
fn good(must: &Must, before: Option<Fact>) -> Fact {
    match (must, before) {
        (Must::BeAtLeast(least), Some(Fact::Number(number))) => Fact::Number(number.max(*least)),
        (Must::BeAtMost(most), Some(Fact::Number(number))) => Fact::Number(number.min(*most)),
        (Must::BeAtLeast(number) | Must::BeAtMost(number), _) => Fact::Number(*number),
        (Must::BeTrue, _) => Fact::Truth(true),
        (Must::BeOneOf(words), Some(Fact::Word(word))) if words.contains(&word) => Fact::Word(word),
        (Must::BeOneOf(words), _) => Fact::Word(words.first().cloned().unwrap_or_default()),
        // Nobody runs anything that could be too old.
        (Must::BeIn(_), _) => Fact::Versions(BTreeMap::new()),
        (Must::CountAtLeast(least), _) => Fact::List((0..*least).map(one_of_many).collect()),
        (Must::BeEmpty | Must::CountAtMost(_), _) => Fact::List(Vec::new()),
    }
}

fn one_of_many(index: u32) -> Found {
    Found {
        object: format!("one of many, {}", index + 1),
        seen: "made up for the rehearsal".into(),
    }
}
