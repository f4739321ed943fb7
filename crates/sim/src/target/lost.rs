//! What a hand says whose answer did not come.
//!
//! Must never know: whether what it asked for was done. Stories: `tests/it/`.

use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Outcome};
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::snapshot::{Gap, Snapshot, Weight};

/// What a hand says that lost sight of what it sent.
pub(super) fn lost(effect: &Effect) -> Answer {
    let not_yet = |subject: Subject, attempt| {
        let step = "sight of it was lost".into();
        Answer::Deed(subject, attempt, Outcome::NotYet { step })
    };
    match effect {
        Effect::Ensure(ensure) => not_yet(Subject::Member(ensure.member.clone()), ensure.attempt),
        Effect::Raise(raise) => not_yet(Subject::Level(raise.level.clone()), raise.attempt),
        Effect::Act {
            action, attempt, ..
        } => not_yet(Subject::Action(action.clone()), *attempt),
        Effect::Claim | Effect::Observe { .. } | Effect::Probe { .. } => {
            Answer::Claim(ClaimAnswer::Unreachable {
                member: MemberId::from("1"),
                why: "no answer came".into(),
            })
        }
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
