//! The judge is examined: doubles of a carrier's hands that do what they should not, each found.

use std::collections::BTreeSet;
use std::sync::Arc;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Ensure, Manner, Outcome};
use windlass_engine::hash::Hash;
use windlass_engine::names::{Identity, MemberId, Subject};
use windlass_engine::run::event::Event;
use windlass_engine::snapshot::{Fact, Health, Snapshot};
use windlass_engine::time::{Mark, Wall};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::store::Stored;
use windlass_runner::ports::target::{Fence, Hints, Target};
use windlass_sim::fleet::Fleet;
use windlass_sim::judge::{Bars, Judge};
use windlass_sim::play::{Between, play, play_with};
use windlass_sim::scenes;
use windlass_sim::story::Story;
use windlass_sim::target::FalseTarget;

/// What the double does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    /// Touches others besides the one it was told to.
    TouchesOthers,
    /// Moves a member to a release that must not stand beside the others.
    LeapsAhead,
    /// Says done before it is, and well what is not.
    Lies,
    /// Looks never tell who is down.
    SeesNobodyDown,
    /// Looks never tell who may not be down together.
    HidesBudgets,
    /// Looks tell of every condition that it holds.
    HidesTrouble,
    /// Looks tell of every budget that it lets nobody go.
    TightensBudgets,
    /// Every attempt is asked for as a new one each time.
    NewAttempts,
}

struct Double {
    real: Arc<FalseTarget>,
    wrong: Wrong,
}

impl Double {
    fn twisted(&self, effect: &Effect) -> Vec<Effect> {
        let Effect::Ensure(ensure) = effect else {
            return vec![effect.clone()];
        };
        let other = |id: &str| {
            Effect::Ensure(Ensure {
                member: id.into(),
                incarnation: None,
                manner: Manner::Gentle,
                ..ensure.clone()
            })
        };
        match self.wrong {
            Wrong::TouchesOthers => vec![effect.clone(), other("1"), other("2"), other("3")],
            Wrong::LeapsAhead => vec![Effect::Ensure(Ensure {
                wanted: Version::parse("1.2.0").unwrap(),
                ..ensure.clone()
            })],
            Wrong::NewAttempts => vec![Effect::Ensure(Ensure {
                attempt: ensure.attempt + 7,
                ..ensure.clone()
            })],
            Wrong::Lies | Wrong::SeesNobodyDown => vec![effect.clone()],
            Wrong::HidesBudgets | Wrong::TightensBudgets => vec![effect.clone()],
            Wrong::HidesTrouble => vec![effect.clone()],
        }
    }

    fn told(&self, effect: &Effect, mut answer: Answer) -> Answer {
        if self.wrong == Wrong::SeesNobodyDown || self.wrong == Wrong::Lies {
            let well = |seen: &mut Snapshot| {
                for member in seen.members.values_mut().map(Arc::make_mut) {
                    member.health = Health::Healthy;
                }
            };
            match &mut answer {
                Answer::Seen(seen) => well(seen),
                Answer::Sample(sample) => {
                    sample.member.health = Health::Healthy;
                    sample.member.unversioned.clear();
                    sample.gone = None;
                }
                Answer::Claim(_) | Answer::Deed(..) => {}
            }
        }
        if let (Wrong::Lies, Answer::Sample(sample)) = (self.wrong, &mut answer) {
            let release = Version::parse("1.1.0").unwrap();
            sample.member.components = [("core".into(), release)].into();
        }
        if self.wrong == Wrong::HidesBudgets {
            match &mut answer {
                Answer::Seen(seen) => seen.budgets.clear(),
                Answer::Sample(sample) => sample.cluster = None,
                Answer::Claim(_) | Answer::Deed(..) => {}
            }
        }
        let seen = match &mut answer {
            Answer::Seen(seen) => Some(seen.as_mut()),
            Answer::Sample(sample) => sample.cluster.as_mut(),
            Answer::Claim(_) | Answer::Deed(..) => None,
        };
        match (self.wrong, seen) {
            (Wrong::HidesTrouble, Some(seen)) => {
                seen.facts.insert("room".into(), Fact::Truth(true));
            }
            (Wrong::TightensBudgets, Some(seen)) => {
                for budget in &mut seen.budgets {
                    budget.need = u32::try_from(budget.members.len()).unwrap();
                }
            }
            (_, _) => {}
        }
        if let (Wrong::NewAttempts, Effect::Ensure(ensure)) = (self.wrong, effect) {
            let subject = Subject::Member(ensure.member.clone());
            return Answer::Deed(subject, ensure.attempt, Outcome::Done);
        }
        answer
    }
}

impl Target for Double {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        self.real.identity()
    }
    fn observe<'a>(&'a self, releases: &'a [Version]) -> Task<'a, Snapshot> {
        self.real.observe(releases)
    }
    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async move {
            if let (Wrong::Lies, Effect::Ensure(ensure)) = (self.wrong, effect) {
                let subject = Subject::Member(ensure.member.clone());
                return Answer::Deed(subject, ensure.attempt, Outcome::Done);
            }
            let all = self.twisted(effect);
            let asked = all
                .iter()
                .map(|one| self.real.perform(one, fence, hints.clone()));
            let mut answers = futures_util::future::join_all(asked).await;
            self.told(effect, answers.swap_remove(0))
        })
    }
    fn changed(&self) -> Task<'_, ()> {
        self.real.changed()
    }
    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        self.real.release(fence)
    }
    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        self.real.adopt(fence)
    }
    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        self.real.claims()
    }
    fn log<'a>(
        &'a self,
        member: &'a MemberId,
        lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        self.real.log(member, lines)
    }
}

fn scene(name: &str) -> Story {
    let all = scenes::all().unwrap();
    let mut story = all.into_iter().find(|story| story.name == name).unwrap();
    // What does wrong may never end; that is not what is asked here.
    story.limit_ms = 60_000;
    story
}

fn found(scene: &Story, wrong: Wrong) -> Vec<&'static str> {
    let between: Between = Arc::new(move |real| Arc::new(Double { real, wrong }));
    let came = play_with(scene, &[], Some(between));
    came.violations
        .iter()
        .map(|violation| violation.rule)
        .collect()
}

#[test]
fn a_hand_that_touches_more_than_it_was_told_is_found() {
    let rules = found(&scene("two components"), Wrong::TouchesOthers);
    assert!(rules.contains(&"begun before touched"), "{rules:?}");
    assert!(rules.contains(&"never more down than the cap"), "{rules:?}");
}

#[test]
fn a_member_at_a_forbidden_release_is_found() {
    let rules = found(&scene("two components"), Wrong::LeapsAhead);
    assert!(rules.contains(&"no forbidden mix"), "{rules:?}");
}

#[test]
fn what_begins_while_a_condition_bars_is_found() {
    let rules = found(&scene("no room"), Wrong::HidesTrouble);
    assert!(
        rules.contains(&"nothing begins while a condition bars"),
        "{rules:?}"
    );
}

#[test]
fn what_is_called_done_and_is_not_is_found() {
    let rules = found(&scene("cannot start"), Wrong::Lies);
    assert!(
        rules
            .iter()
            .any(|rule| rule.starts_with("nothing is called")),
        "{rules:?}"
    );
    let rules = found(&scene("does not stay"), Wrong::SeesNobodyDown);
    assert!(
        rules.contains(&"nothing is called done that is not"),
        "{rules:?}"
    );
}

#[test]
fn an_attempt_that_never_began_is_found() {
    let rules = found(&scene("straight"), Wrong::NewAttempts);
    assert!(rules.contains(&"begun before touched"), "{rules:?}");
}

#[test]
fn two_down_of_a_group_that_bears_one_are_found() {
    let rules = found(&scene("raised"), Wrong::HidesBudgets);
    assert!(rules.contains(&"no budget passed"), "{rules:?}");
}

#[test]
fn who_waits_for_a_budget_that_the_world_does_not_have_is_told_as_no_progress() {
    let rules = found(&scene("two components"), Wrong::TightensBudgets);
    assert_eq!(rules, ["once the weather clears it ends"]);
}

/// It stands, with a reason that a human can do away with.
#[test]
fn what_no_budget_allows_never_begins() {
    let mut story = scene("two components");
    let members = story.groups[0].members.clone();
    story.groups[0].need = u32::try_from(members.len()).unwrap();
    let came = play(&story, &[]);
    assert_eq!((came.end, came.violations), (None, Vec::new()));
    for id in &members {
        let runs = &came.runs[id];
        assert!(runs.starts_with("1.0.0 "), "{id}: {runs}");
    }
}

/// Hosts refuse these by themselves: so the judge is told of them without hosts.
#[test]
fn an_old_epoch_a_second_change_and_a_touch_after_a_pause_are_found() {
    let story = scene("straight");
    let (fleet, mut judge) = (Fleet::of(&story), Judge::of(&story));
    let subject = Subject::Member("2".into());
    judge.claimed(5);
    judge.acknowledged(1, &[Subject::Member("1".into())], Bars::AllElse, 5);
    judge.touched(&fleet, &subject, 1, 4, 10);
    judge.touched(&fleet, &subject, 1, 5, 20);
    let rules: BTreeSet<_> = judge.violations().iter().map(|v| v.rule).collect();
    for rule in [
        "only the newest epoch acts",
        "one change an attempt",
        "nothing after a pause that it did not name",
        "begun before touched",
        "an acknowledgement names what has begun",
        "no deed but under its own mark",
    ] {
        assert!(rules.contains(rule), "{rule}: {rules:?}");
    }
}

#[test]
fn who_writes_after_another_has_taken_the_run_is_found() {
    let story = scene("straight");
    let (fleet, mut judge) = (Fleet::of(&story), Judge::of(&story));
    let taken = |epoch: u64| Event::Taken {
        epoch,
        holder: format!("carrier {epoch}"),
        at: Mark { boot: 1, ms: 0 },
    };
    let written = |seq, author: &str, event: &Event| Stored {
        seq,
        at: Wall(0),
        author: author.into(),
        format: 1,
        payload: serde_json::to_string(event).unwrap(),
        hash: Hash::default(),
    };
    let events = [
        written(2, "carrier 1", &taken(1)),
        written(3, "carrier 1", &Event::Proven),
        written(4, "carrier 2", &taken(2)),
        written(5, "carrier 1", &Event::Proven),
    ];
    judge.heard(&fleet, &events[..3], 10);
    assert_eq!(judge.violations(), []);
    judge.heard(&fleet, &events[3..], 20);
    let rules: Vec<_> = judge.violations().iter().map(|v| v.rule).collect();
    assert_eq!(rules, ["only the newest epoch writes"]);
}
