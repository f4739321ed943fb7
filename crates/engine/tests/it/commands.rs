//! The table of phases and commands, generated: every phase, every command, no undefined cell.

use crate::stage::{same, v};
use crate::world::{Actions, World};
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

const SMALL: &str = "1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1";

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
    ];
    for command in &all {
        match command {
            Command::Approve { .. } | Command::Waive(_) | Command::Pause | Command::Continue => {}
            Command::Cancel | Command::Stop | Command::Retry { .. } => {}
            Command::Confirm { .. } | Command::Skip { .. } => {}
            Command::Pace(_) | Command::Retarget(_) => {}
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
        | Command::Retarget(_) => command.word().into(),
    }
}

#[test]
fn every_command_has_an_answer_in_every_phase() {
    let mut met = [false; 12];
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
    same(
        &table,
        "
            requested
              approve      no plan waits for approval, then requested
              waive        yes, then requested
              pause        yes, then paused
              continue     it is not paused, then requested
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        nothing has failed, then requested
              retry --old  nothing has failed, then requested
              confirm      no subject's state is in question, then requested
              skip         it can be left out only while the run is paused, then requested
              pace         yes, then requested
              retarget     another goal can be set only while it is paused, then requested
            observing
              approve      no plan waits for approval, then observing
              waive        yes, then observing
              pause        yes, then paused
              continue     it is not paused, then observing
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        nothing has failed, then observing
              retry --old  nothing has failed, then observing
              confirm      no subject's state is in question, then observing
              skip         it can be left out only while the run is paused, then observing
              pace         yes, then observing
              retarget     another goal can be set only while it is paused, then observing
            barred
              approve      no plan waits for approval, then barred
              waive        yes, then rolling
              pause        yes, then paused
              continue     it is not paused, then barred
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        nothing has failed, then barred
              retry --old  nothing has failed, then barred
              confirm      no subject's state is in question, then barred
              skip         it can be left out only while the run is paused, then barred
              pace         yes, then barred
              retarget     another goal can be set only while it is paused, then barred
            awaiting-approval
              approve      yes, then rolling
              waive        yes, then awaiting-approval
              pause        yes, then paused
              continue     it is not paused, then awaiting-approval
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        nothing has failed, then awaiting-approval
              retry --old  nothing has failed, then awaiting-approval
              confirm      no subject's state is in question, then awaiting-approval
              skip         it can be left out only while the run is paused, then awaiting-approval
              pace         yes, then awaiting-approval
              retarget     another goal can be set only while it is paused, then awaiting-approval
            awaiting-human
              approve      no plan waits for approval, then awaiting-human
              waive        yes, then awaiting-human
              pause        yes, then paused
              continue     it is not paused, then awaiting-human
              cancel       whether a subject was done is not known, then awaiting-human
              stop         yes, then stopped
              retry        yes, then rolling
              retry --old  only a member has an old release, then awaiting-human
              confirm      yes, then rolling
              skip         yes, then rolling
              pace         yes, then awaiting-human
              retarget     another goal can be set only while it is paused, then awaiting-human
            rolling
              approve      no plan waits for approval, then rolling
              waive        yes, then rolling
              pause        yes, then pausing
              continue     it is not paused: it is moving, then rolling
              cancel       members are moving, then rolling
              stop         yes, then stopping
              retry        nothing has failed, then rolling
              retry --old  nothing has failed, then rolling
              confirm      no subject's state is in question, then rolling
              skip         it can be left out only while the run is paused, then rolling
              pace         yes, then rolling
              retarget     another goal can be set only while it is paused, then rolling
            soaking
              approve      no plan waits for approval, then soaking
              waive        yes, then soaking
              pause        yes, then paused
              continue     it is not paused: it is moving, then soaking
              cancel       members are moving, then soaking
              stop         yes, then stopped
              retry        nothing has failed, then soaking
              retry --old  nothing has failed, then soaking
              confirm      no subject's state is in question, then soaking
              skip         it can be left out only while the run is paused, then soaking
              pace         yes, then soaking
              retarget     another goal can be set only while it is paused, then soaking
            pausing (pausing)
              approve      no plan waits for approval, then pausing
              waive        yes, then pausing
              pause        it is paused already, then pausing
              continue     yes, then rolling
              cancel       yes, then cancelling
              stop         yes, then stopping
              retry        something is still in flight, then pausing
              retry --old  something is still in flight, then pausing
              confirm      no subject's state is in question, then pausing
              skip         something is still in flight, then pausing
              pace         yes, then pausing
              retarget     another goal can be set only while it is paused, then pausing
            paused (asked)
              approve      no plan waits for approval, then paused
              waive        yes, then paused
              pause        it is paused already, then paused
              continue     yes, then observing
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        nothing has failed, then paused
              retry --old  nothing has failed, then paused
              confirm      no subject's state is in question, then paused
              skip         yes, then paused
              pace         yes, then paused
              retarget     yes, then observing
            paused (failure)
              approve      no plan waits for approval, then paused
              waive        yes, then paused
              pause        it is paused already, then paused
              continue     arm 2 has failed and is not settled, then paused
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        yes, then rolling
              retry --old  yes, then pausing
              confirm      no subject's state is in question, then paused
              skip         yes, then paused
              pace         yes, then paused
              retarget     yes, then observing
            pausing (pausing)
              approve      another cluster answers at the address, then pausing
              waive        another cluster answers at the address, then pausing
              pause        another cluster answers at the address, then pausing
              continue     another cluster answers at the address, then pausing
              cancel       yes, then cancelling
              stop         yes, then stopping
              retry        another cluster answers at the address, then pausing
              retry --old  another cluster answers at the address, then pausing
              confirm      another cluster answers at the address, then pausing
              skip         another cluster answers at the address, then pausing
              pace         another cluster answers at the address, then pausing
              retarget     another cluster answers at the address, then pausing
            paused (not-claimed)
              approve      no plan waits for approval, then paused
              waive        yes, then paused
              pause        it is paused already, then paused
              continue     yes, then paused
              cancel       yes, then cancelled
              stop         yes, then stopped
              retry        its mark is not at every member, then paused
              retry --old  its mark is not at every member, then paused
              confirm      no subject's state is in question, then paused
              skip         yes, then paused
              pace         yes, then paused
              retarget     yes, then observing
            cancelling (cancelling)
              approve      no plan waits for approval, then cancelling
              waive        the run is ending, then cancelling
              pause        the run is ending, then cancelling
              continue     the run is ending, then cancelling
              cancel       the run is ending, then cancelling
              stop         yes, then stopping
              retry        the run is ending, then cancelling
              retry --old  the run is ending, then cancelling
              confirm      no subject's state is in question, then cancelling
              skip         something is still in flight, then cancelling
              pace         the run is ending, then cancelling
              retarget     another goal can be set only while it is paused, then cancelling
            stopping
              approve      no plan waits for approval, then stopping
              waive        the run is ending, then stopping
              pause        the run is ending, then stopping
              continue     the run is ending, then stopping
              cancel       the run is ending, then stopping
              stop         the run is ending, then stopping
              retry        the run is ending, then stopping
              retry --old  the run is ending, then stopping
              confirm      no subject's state is in question, then stopping
              skip         something is still in flight, then stopping
              pace         the run is ending, then stopping
              retarget     another goal can be set only while it is paused, then stopping
            finished
              approve      the run has ended, then finished
              waive        the run has ended, then finished
              pause        the run has ended, then finished
              continue     the run has ended, then finished
              cancel       the run has ended, then finished
              stop         the run has ended, then finished
              retry        the run has ended, then finished
              retry --old  the run has ended, then finished
              confirm      the run has ended, then finished
              skip         the run has ended, then finished
              pace         the run has ended, then finished
              retarget     the run has ended, then finished
        ",
    );
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
