//! The table of phases and commands, generated: every phase, every command, no undefined cell.

use crate::stage::{same, v};
use crate::world::{Actions, SMALL, World};
use std::fmt::Write as _;
use windlass_engine::check::Waiver;
use windlass_engine::hash::Hash;
use windlass_engine::names::Subject;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Ramp};
use windlass_engine::run::Phase;
use windlass_engine::run::command::{Answered, Command, Retry};
use windlass_engine::snapshot::{Fact, Found};
use windlass_engine::time::{Ms, Wall};

/// The members that `stage` has in one column each: a run in each phase, with the subject that a
/// command about it would name.
fn phases() -> Vec<(World, &'static str)> {
    let requested = World::of(SMALL);
    let mut observing = World::of(SMALL);
    observing.blind().taken(1, 1);
    let mut barred = World::of(SMALL);
    let lacks = Found {
        object: "topic a".into(),
        seen: "1 replica".into(),
    };
    barred
        .cluster
        .facts
        .insert("spare".into(), Fact::List(vec![lacks]));
    barred.taken(1, 1).pass(Ms::seconds(1));
    let mut approval = World::of(SMALL).asked();
    approval.taken(1, 1).pass(Ms::seconds(1));
    let mut human = World::with("1 brain+arm 3.9.1", Actions::Once);
    human
        .breaks("action/bless", "lost")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    let rolling = || {
        let mut world = World::of(SMALL);
        world.hold("2").taken(1, 1).pass(Ms::seconds(1));
        world
    };
    let mut waiting = World::of(SMALL).open(&[(2_000, 3_000)], &[]);
    waiting.taken(1, 1).pass(Ms::seconds(5));
    let mut never = World::of(SMALL).open(&[(1, 2)], &[]);
    never.taken(1, 1).pass(Ms::seconds(5));
    let mut soaking = World::of(SMALL).soaking(60);
    soaking.taken(1, 1).pass(Ms::seconds(5));
    let mut pausing = rolling();
    pausing.say(Command::Pause);
    let mut paused = rolling();
    paused.say(Command::Pause).release("2").pass(Ms::seconds(1));
    let mut failed = World::of(SMALL);
    failed
        .breaks("2", "its port is taken")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    let mut stranger = rolling();
    stranger.cluster.identity = Some("another".into());
    stranger.look_begins().look_ends();
    let mut unmarked = failed_again();
    unmarked.go();
    let mut cancelling = rolling();
    cancelling.say(Command::Pause).say(Command::Cancel);
    let mut stopping = rolling();
    stopping.say(Command::Stop);
    let mut ended = World::of(SMALL);
    ended.taken(1, 1).ends();
    vec![
        (requested, "2"),
        (observing, "2"),
        (barred, "2"),
        (approval, "2"),
        (human, "action/bless"),
        (rolling(), "2"),
        (waiting, "2"),
        (never, "2"),
        (soaking, "2"),
        (pausing, "2"),
        (paused, "3"),
        (failed, "2"),
        (stranger, "2"),
        (unmarked, "2"),
        (cancelling, "2"),
        (stopping, "2"),
        (ended, "2"),
    ]
}

fn failed_again() -> World {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "its port is taken")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    world.claim = windlass_engine::effect::ClaimAnswer::Unreachable {
        member: "3".into(),
        why: "no route".into(),
    };
    world.taken(2, 1);
    world
}

/// Every command; the compiler asks for a new one here.
fn commands(world: &World, subject: &str) -> Vec<Command> {
    let subject = Subject::parse(subject);
    let plan = world.run.plan().map_or(Hash::default(), |(name, _)| *name);
    let all = vec![
        Command::Approve { plan },
        Command::Waive(Waiver {
            check: "spare".into(),
            by: "bob".into(),
            reason: "a test cluster".into(),
            until: Wall(i64::MAX),
        }),
        Command::Pause,
        Command::Continue,
        Command::Cancel,
        Command::Stop,
        Command::Retry {
            subject: Some(subject.clone()),
            how: Retry::Again,
        },
        Command::Retry {
            subject: Some(subject.clone()),
            how: Retry::Old,
        },
        Command::Confirm {
            subject: subject.clone(),
        },
        Command::Skip { subject },
        Command::Pace(Pace {
            ramp: Ramp::Double,
            cap: Cap::Members(1),
            mode: Mode::Barrier,
        }),
        Command::Retarget(Goal::Version(v("4.1"))),
        Command::Begin,
    ];
    for command in &all {
        match command {
            Command::Approve { .. } | Command::Waive(_) | Command::Pause | Command::Continue => {}
            Command::Cancel | Command::Stop | Command::Retry { .. } => {}
            Command::Confirm { .. } | Command::Skip { .. } => {}
            Command::Pace(_) | Command::Retarget(_) | Command::Begin => {}
        }
    }
    all
}

fn column(phase: &Phase) -> usize {
    match phase {
        Phase::Requested => 0,
        Phase::Observing => 1,
        Phase::Barred => 2,
        Phase::AwaitingApproval(_) => 3,
        Phase::AwaitingHuman(_) => 4,
        Phase::Rolling => 5,
        Phase::Soaking => 6,
        Phase::Pausing(_) => 7,
        Phase::Paused => 8,
        Phase::Cancelling => 9,
        Phase::Stopping => 10,
        Phase::Ended(_) => 11,
        Phase::AwaitingWindow => 12,
    }
}

fn word(command: &Command) -> String {
    match command {
        Command::Retry {
            how: Retry::Old, ..
        } => "retry --old".into(),
        Command::Retry { .. }
        | Command::Approve { .. }
        | Command::Waive(_)
        | Command::Pause
        | Command::Continue
        | Command::Cancel
        | Command::Stop
        | Command::Confirm { .. }
        | Command::Skip { .. }
        | Command::Pace(_)
        | Command::Retarget(_)
        | Command::Begin => command.word().into(),
    }
}

#[test]
fn every_command_has_an_answer_in_every_phase() {
    let mut met = [false; 13];
    let mut table = String::new();
    let count = phases().len();
    for at in 0..count {
        let (world, subject) = phases().swap_remove(at);
        met[column(&world.run.phase())] = true;
        let reason = world
            .run
            .halt()
            .map(|_| world.run.standing(world.now).reason);
        let reason = reason.map(|r| format!(" ({r})")).unwrap_or_default();
        let _ = writeln!(table, "{}{reason}", world.phase());
        for command in commands(&world, subject) {
            let (mut world, _) = phases().swap_remove(at);
            let mut answer = String::new();
            world.answer(command.clone(), |answered| {
                answer = match answered {
                    Answered::Taken(_) => "yes".into(),
                    Answered::NotNow { why, .. } => why.clone(),
                };
            });
            assert!(!answer.is_empty());
            let _ = writeln!(
                table,
                "  {:<12} {answer}, then {}",
                word(&command),
                world.phase()
            );
        }
    }
    assert!(
        met.iter().all(|met| *met),
        "a phase is not in the table: {met:?}"
    );
    same(&table, include_str!("commands.txt"));
}

#[test]
fn a_plan_is_approved_by_its_own_hash_only() {
    let mut world = World::of(SMALL).asked();
    world.taken(1, 1).pass(Ms::seconds(1)).quietly();
    world.say(Command::Approve {
        plan: Hash::of(b"another"),
    });
    assert_eq!(world.phase(), "awaiting-approval");
    let said = world.told();
    assert!(said.starts_with("approve not now: plan "), "{said}");
    let plan = world.plan();
    world.say(Command::Approve { plan }).ends();
}

#[test]
fn a_waiver_lets_a_finding_pass_and_an_expired_one_does_not() {
    let mut world = World::of(SMALL);
    let lacks = Found {
        object: "topic a".into(),
        seen: "1 replica".into(),
    };
    world
        .cluster
        .facts
        .insert("spare".into(), Fact::List(vec![lacks]));
    world.taken(1, 1).pass(Ms::minutes(30)).tells(
        "
            taken 1
            seen 1 2 3 budgets troubles 0 levels gaps 0 spare
            judged: spare bars
            planned: brain 1 to 4.0.0; arm 2 3 to 4.0.0
        ",
    );
    let waive = |check: &str, until: i64| {
        Command::Waive(Waiver {
            check: check.into(),
            by: "bob".into(),
            reason: "a test cluster".into(),
            until: Wall(until),
        })
    };
    world
        .say(waive("spare", 1))
        .say(waive("sparse", i64::MAX))
        .say(waive("spare", i64::MAX))
        .ends()
        .tells(
            "
            waive not now: the waiver has expired before it was given; give a time to come: --for 7d
            waive not now: there is no check sparse; windlass check {cluster} names them
            waive: spare may pass
            judged: nothing bars
            approved by ada
            claimed 1
            stage 0.0 begins
            member/1 begins → 4.0.0, limit 1
            member/1 moved
            member/1 settled at 4.0.0
            stage 0.0 done
            stage 0.1 begins
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            member/2 settled at 4.0.0
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
        );
}

#[test]
fn what_bars_is_mended_and_the_run_goes_on_by_itself() {
    let mut world = World::of(SMALL);
    let lacks = Found {
        object: "topic a".into(),
        seen: "1 replica".into(),
    };
    world
        .cluster
        .facts
        .insert("spare".into(), Fact::List(vec![lacks]));
    world.taken(1, 1).pass(Ms::minutes(30)).quietly();
    world
        .cluster
        .facts
        .insert("spare".into(), Fact::List(Vec::new()));
    world.ends();
}
