//! Checks of the user's own, and waivers that end while members move.

use crate::stage::{cluster, kafka};
use crate::world::World;
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::{Asks, OwnCheck, Verdict, Waiver, judge};
use windlass_engine::policy::{Mode, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::snapshot::{Fact, Found, Said};
use windlass_engine::time::{Ms, Wall};

fn own(severity: Severity, binds: Binds) -> OwnCheck {
    OwnCheck {
        name: "backup".into(),
        title: None,
        asks: Asks::Cel("true".into()),
        severity,
        binds,
        mend: "take one".into(),
    }
}

/// The verdict on the one own check, and whether it bars.
fn verdict(severity: Severity, fact: Option<Fact>, waivers: &[Waiver]) -> (Verdict, bool) {
    let mut snapshot = cluster("1 controller+broker 3.9.1");
    if let Some(fact) = fact {
        snapshot.facts.insert("own.backup".into(), fact);
    }
    let checks = [own(severity, Binds::Now)];
    let findings = judge(&kafka(), &checks, &snapshot, None, waivers, Wall(100));
    let found = findings
        .iter()
        .find(|finding| finding.check.as_str() == "own.backup")
        .expect("it was asked");
    (found.verdict.clone(), found.bars())
}

#[test]
fn an_own_check_bars_by_its_weight_and_its_answer() {
    let said = |said| Some(Fact::Said(said, Vec::new()));
    assert_eq!(
        verdict(Severity::Fail, said(Said::Pass), &[]),
        (Verdict::Pass, false)
    );
    assert_eq!(
        verdict(Severity::Fail, said(Said::Warn), &[]),
        (Verdict::Warn, false)
    );
    assert_eq!(
        verdict(Severity::Fail, said(Said::Fail), &[]),
        (Verdict::Fail, true)
    );
    assert_eq!(
        verdict(Severity::Warn, said(Said::Fail), &[]),
        (Verdict::Warn, false)
    );
    let late = Verdict::Unknown("late".into());
    let unknown = || Some(Fact::Unknown("late".into()));
    assert_eq!(
        verdict(Severity::Fail, unknown(), &[]),
        (late.clone(), true)
    );
    assert_eq!(verdict(Severity::Warn, unknown(), &[]), (late, false));
    let (never, bars) = verdict(Severity::Fail, None, &[]);
    assert!(matches!(never, Verdict::Unknown(_)) && bars);
    let (odd, bars) = verdict(Severity::Fail, Some(Fact::Truth(true)), &[]);
    assert!(
        matches!(odd, Verdict::Unknown(_)) && bars,
        "another shape is no answer"
    );
}

#[test]
fn an_own_check_can_be_waived_unless_it_says_otherwise() {
    let waiver = Waiver {
        check: "own.backup".into(),
        by: "ada".into(),
        reason: "known".into(),
        until: Wall(101),
    };
    let failed = || Some(Fact::Said(Said::Fail, Vec::new()));
    let waivers = [waiver];
    assert!(!verdict(Severity::Fail, failed(), &waivers).1);
    assert!(verdict(Severity::FailAlways, failed(), &waivers).1);
}

fn lacks() -> Fact {
    Fact::List(vec![Found {
        object: "topic a".into(),
        seen: "1 replica".into(),
    }])
}

fn waived(world: &World, length: Ms) -> Command {
    let micros = i64::try_from(length.0 * 1_000).expect("a length");
    Command::Waive(Waiver {
        check: "spare".into(),
        by: "ada".into(),
        reason: "known".into(),
        until: Wall(world.now.wall.0 + micros),
    })
}

/// Two fly at once, so that something is always in flight: the waiver ends, and nothing more begins.
#[test]
fn a_waiver_that_ends_while_members_move_holds_the_next_until_it_is_given_anew() {
    let mut world = World::of("1-6 arm 3.9.1").paced(Ramp::Fixed, 2, Mode::Sliding);
    world.cluster.facts.insert("spare".into(), lacks());
    world.taken(1, 1).pass(Ms::seconds(1));
    assert_eq!(world.phase(), "barred");
    world.hold("2").hold("3").hold("4");
    let command = waived(&world, Ms::seconds(30));
    world.say(command).pass(Ms::seconds(6));
    let flying = |world: &World| world.run.flights().len();
    assert_eq!((world.phase(), flying(&world)), ("rolling", 2));
    world
        .pass(Ms::seconds(60))
        .release("2")
        .pass(Ms::seconds(2));
    assert_eq!(
        flying(&world),
        1,
        "nothing begins after the waiver has ended"
    );
    world.release("3").pass(Ms::seconds(2));
    assert_eq!((world.phase(), flying(&world)), ("barred", 0));
    let command = waived(&world, Ms::minutes(30));
    world.release("4").say(command).ends();
    assert_eq!(world.phase(), "finished");
}
