//! Short news of what is in flight: the last few words of each member, as a trail.
//!
//! Must never know: by which way they came; any of them may be lost. Stories: in this file.

use std::collections::BTreeMap;
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::run::event::Event;
use windlass_runner::ports::target::Hint;

/// Steps of a trail that are kept: the last one and how it came there.
const TRAIL: usize = 3;

/// Short news, by member.
#[derive(Clone, Debug, Default)]
pub struct Hinted {
    trails: BTreeMap<MemberId, Vec<String>>,
    general: Option<String>,
}

impl Hinted {
    /// One more; the same words with other numbers take the place of the last.
    pub fn hear(&mut self, hint: Hint) {
        let Some(member) = hint.member else {
            self.general = Some(hint.says);
            return;
        };
        let trail = self.trails.entry(member).or_default();
        if trail
            .last()
            .is_some_and(|last| bare(last) == bare(&hint.says))
        {
            trail.pop();
        }
        trail.push(hint.says);
        if trail.len() > TRAIL {
            trail.remove(0);
        }
    }

    /// A fact overtakes what was hinted before it.
    pub fn fold(&mut self, fact: &Event) {
        self.general = None;
        let gone = match fact {
            Event::Began(began) => &began.subject,
            Event::Settled { subject, .. } | Event::Failed { subject, .. } => subject,
            Event::Requested(_)
            | Event::Taken { .. }
            | Event::Observed(_)
            | Event::Judged { .. }
            | Event::Planned(_)
            | Event::Refused(_)
            | Event::Approved { .. }
            | Event::Claimed { .. }
            | Event::ClaimRefused { .. }
            | Event::StageBegan { .. }
            | Event::StageDone { .. }
            | Event::Moved { .. }
            | Event::NotYet { .. }
            | Event::Progressed { .. }
            | Event::SoakBegan { .. }
            | Event::SoakSpan { .. }
            | Event::SoakBroken { .. }
            | Event::SoakPassed
            | Event::Commanded { .. }
            | Event::Halted { .. }
            | Event::Shut { .. }
            | Event::Opened { .. }
            | Event::Replanning { .. }
            | Event::PlanKept
            | Event::Confirmed { .. }
            | Event::Skipped { .. }
            | Event::ExpirySeen { .. }
            | Event::Proven
            | Event::Ended(_) => return,
        };
        if let Subject::Member(id) = gone {
            self.trails.remove(id);
        }
    }

    /// The last steps of a member, oldest first.
    #[must_use]
    pub fn trail(&self, member: &MemberId) -> &[String] {
        self.trails.get(member).map_or(&[], Vec::as_slice)
    }

    /// The last word about no member in particular.
    #[must_use]
    pub fn general(&self) -> Option<&str> {
        self.general.as_deref()
    }
}

fn bare(words: &str) -> String {
    words.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(says: &str) -> Hint {
        Hint {
            member: Some("2".into()),
            says: says.into(),
        }
    }

    #[test]
    fn a_trail_grows_by_new_words_and_not_by_new_numbers() {
        let mut hinted = Hinted::default();
        for says in [
            "told to stop",
            "stopped",
            "starting",
            "in sync 1 of 9",
            "in sync 9 of 9",
        ] {
            hinted.hear(hint(says));
        }
        assert_eq!(
            hinted.trail(&"2".into()),
            ["stopped", "starting", "in sync 9 of 9"]
        );
        hinted.fold(&crate::live::tale::tests::at::settled("2", "4.1.2"));
        assert!(hinted.trail(&"2".into()).is_empty());
    }
}
