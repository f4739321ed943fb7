//! What a hand says whose answer did not come.
//!
//! Must never know: whether what it asked for was done. Stories: `tests/it/`.

use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Outcome};
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Gap, Snapshot, Weight};

/// What a hand says that lost sight of what it sent: how far it is, and why nothing is known.
#[must_use]
pub fn lost(effect: &Effect, step: &str, why: &str) -> Answer {
    match effect.deed() {
        Some((subject, attempt)) => {
            let step = step.to_owned();
            Answer::Deed(subject, attempt, Outcome::NotYet { step })
        }
        None => Answer::Claim(ClaimAnswer::Unreachable {
            member: MemberId::from("1"),
            why: why.to_owned(),
        }),
    }
}

/// A look that came back with nothing but names.
pub(super) fn unseen(seen: &Snapshot) -> Snapshot {
    let mut blind = Snapshot::empty(&seen.system, seen.seen);
    blind.levels.clone_from(&seen.levels);
    let gap = |id: &MemberId| Gap {
        about: format!("member {id}"),
        member: Some(id.clone()),
        what: format!("member {id} does not answer"),
        mend: "wait for better weather".into(),
        weight: Weight::Bars,
    };
    blind.gaps = seen.members.keys().map(gap).collect();
    blind.troubles = vec!["nobody answers".into()];
    blind
}
