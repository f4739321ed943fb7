//! The story that a journal tells: a beginning for each attempt, nothing touched before it, one end.
//!
//! Must never know: stores.
//! Tests: below.

use std::collections::BTreeSet;

use windlass_engine::names::Subject;
use windlass_engine::run::event::{End, Event};

use crate::toy::Touch;

/// What cannot be, one line each.
pub(super) fn wrong(events: &[Event], touched: &[Touch]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut began = BTreeSet::new();
    let mut moved = BTreeSet::new();
    let mut settled = BTreeSet::new();
    let mut epoch = 0;
    for (event, seq) in events.iter().zip(1_u64..) {
        if (seq == 1) != matches!(event, Event::Requested(_)) {
            wrong.push(format!("event {seq} is or is not the request"));
        }
        if let Event::Began(one) = event
            && !began.insert((one.subject.clone(), one.attempt))
        {
            wrong.push(format!(
                "{} began attempt {} twice",
                one.subject, one.attempt
            ));
        }
        if let Event::Moved {
            subject, attempt, ..
        } = event
        {
            let deed = (subject.clone(), *attempt);
            if !began.contains(&deed) || !moved.insert(deed) {
                wrong.push(format!(
                    "{subject} moved in attempt {attempt} that did not begin, or twice"
                ));
            }
        }
        if let Event::Settled {
            subject, attempt, ..
        } = event
        {
            let known = moved.contains(&(subject.clone(), *attempt));
            if !known || !settled.insert(subject.clone()) {
                wrong.push(format!(
                    "{subject} settled in attempt {attempt} that did not move, or twice"
                ));
            }
        }
        if let Event::Taken { epoch: new, .. } = event {
            if *new <= epoch {
                wrong.push(format!("epoch {new} was taken after {epoch}"));
            }
            epoch = *new;
        }
        if let Event::Failed { subject, .. } = event {
            wrong.push(format!("{subject} failed"));
        }
        if matches!(event, Event::Ended(_)) && usize::try_from(seq).ok() != Some(events.len()) {
            wrong.push(format!("something follows the end at {seq}"));
        }
    }
    wrong.extend(at_the_toy(&began, &moved, touched));
    if let Some(Event::Ended(end)) = events.last() {
        wrong.extend(ended(end, &began, &settled));
    }
    wrong
}

type Deeds = BTreeSet<(Subject, u32)>;

/// The world was changed once an attempt, never before its beginning was durable, and nothing is told
/// as moved that was not.
fn at_the_toy(began: &Deeds, moved: &Deeds, touched: &[Touch]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for touch in touched {
        let deed = (Subject::Member(touch.member.clone()), touch.attempt);
        if !began.contains(&deed) {
            wrong.push(format!("{} was touched before it began", touch.member));
        }
        if !seen.insert(deed) {
            wrong.push(format!(
                "{} was touched twice in attempt {}",
                touch.member, touch.attempt
            ));
        }
    }
    let untouched = moved.difference(&seen);
    wrong.extend(untouched.map(|(subject, _)| format!("{subject} moved, but was never touched")));
    wrong
}

fn ended(end: &End, began: &Deeds, settled: &BTreeSet<Subject>) -> Vec<String> {
    let mut wrong = Vec::new();
    if *end != End::Finished {
        wrong.push(format!("it ended as {end:?}"));
    }
    for (subject, _) in began {
        if !settled.contains(subject) {
            wrong.push(format!("it finished, but {subject} did not settle"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_engine::effect::Manner;
    use windlass_engine::run::event::Began;
    use windlass_engine::time::Mark;
    use windlass_engine::version::Version;

    fn began() -> Event {
        Event::Began(Began {
            subject: Subject::Member("7".into()),
            attempt: 1,
            tries: 1,
            found: BTreeSet::new(),
            to: None,
            manner: Manner::Gentle,
            at: Mark::default(),
        })
    }

    fn moved() -> Event {
        Event::Moved {
            subject: Subject::Member("7".into()),
            attempt: 1,
            at: Mark::default(),
        }
    }

    fn touch() -> Touch {
        Touch {
            member: "7".into(),
            attempt: 1,
            to: Version::parse("2.0.0").expect("a version"),
        }
    }

    /// Without the complaint that the tests' stories begin without a request.
    fn told(events: &[Event], touched: &[Touch]) -> Vec<String> {
        let mut wrong = wrong(events, touched);
        wrong.retain(|what| !what.contains("the request"));
        wrong
    }

    #[test]
    fn begun_touched_moved_is_a_story() {
        assert!(told(&[began(), moved()], &[touch()]).is_empty());
        assert!(told(&[began()], &[touch()]).is_empty());
        assert!(told(&[began()], &[]).is_empty());
    }

    #[test]
    fn what_cannot_be_is_found() {
        let stories: [(&[Event], &[Touch], &str); 5] = [
            (&[began(), began()], &[], "twice"),
            (&[], &[touch()], "before it began"),
            (&[began()], &[touch(), touch()], "touched twice"),
            (&[began(), moved()], &[], "never touched"),
            (
                &[Event::Ended(End::Finished), began()],
                &[],
                "follows the end",
            ),
        ];
        for (events, touched, expect) in stories {
            let found = told(events, touched);
            assert!(
                found.iter().any(|what| what.contains(expect)),
                "{expect}: {found:?}"
            );
        }
    }
}
