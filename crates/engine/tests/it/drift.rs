//! Stories of drift: what somebody else does to a cluster while a run is on.

use crate::world::World;
use std::sync::Arc;
use windlass_engine::names::Subject;
use windlass_engine::run::command::Command;
use windlass_engine::snapshot::{Member, Snapshot};
use windlass_engine::time::Ms;

const SMALL: &str = "1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1\n4 arm 3.9.1";

/// A run with member 2 in flight, and looks now and then because there is room for another.
fn rolling() -> World {
    let mut world = World::of(SMALL);
    world.hold("2").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world
}

fn added(world: &World, id: &str) -> Member {
    let like: &Snapshot = &world.cluster;
    Member {
        id: id.into(),
        name: format!("arm {id}"),
        ..Member::clone(&like.members[&"3".into()])
    }
}

#[test]
fn a_member_at_another_release_pauses_the_run() {
    let mut world = rolling();
    world
        .restart("3", "4.0.0")
        .release("2")
        .pass(Ms::seconds(12))
        .tells(
            "
            member/2 moved
            seen 3
            halted: someone else acts: arm 3 went from 3.9.1 to 4.0.0, not by this run
            member/2 settled at 4.0.0
        ",
        );
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
            judged: nothing bars
            planned: arm 4 to 4.0.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/4 begins → 4.0.0, limit 1
            member/4 moved
            member/4 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn a_member_that_somebody_restarted_pauses_the_run() {
    let mut world = rolling();
    world
        .restart("1", "4.0.0")
        .release("2")
        .pass(Ms::seconds(12))
        .tells(
            "
            member/2 moved
            seen 1
            halted: someone else acts: brain 1 was restarted, not by this run
            member/2 settled at 4.0.0
        ",
        );
}

#[test]
fn what_somebody_does_during_a_pause_is_met_when_it_goes_on() {
    let mut world = rolling();
    world.say(Command::Pause).release("2").pass(Ms::seconds(2));
    world.restart("3", "3.9.1").pass(Ms::seconds(2)).quietly();
    world.say(Command::Continue).pass(Ms::seconds(2)).tells(
        "
            continue: goes on; it looks at the cluster first
            seen 3
            halted: someone else acts: arm 3 was restarted, not by this run
        ",
    );
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
            plan kept
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            member/4 begins → 4.0.0, limit 1
            member/4 moved
            member/4 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
    );
}

/// Found by the false world (seed 12): it was met anew after each `continue`, without end.
#[test]
fn what_a_gate_saw_during_a_pause_is_met_once() {
    let mut world = rolling();
    world.say(Command::Pause).restart("3", "3.9.1").quietly();
    world.release("2").pass(Ms::seconds(2)).tells(
        "
            member/2 moved
            seen 3
            member/2 settled at 4.0.0
        ",
    );
    world.say(Command::Continue).pass(Ms::seconds(2)).tells(
        "
            continue: goes on; it looks at the cluster first
            seen 3
            halted: someone else acts: arm 3 was restarted, not by this run
        ",
    );
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
            plan kept
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            member/4 begins → 4.0.0, limit 1
            member/4 moved
            member/4 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn unreachable_is_a_gap_and_never_drift() {
    let mut world = rolling();
    let lost = world.lose("4");
    world.release("2").hold("3").pass(Ms::seconds(12)).tells(
        "
            member/2 moved
            seen 4 gaps 1
            member/2 settled at 4.0.0
        ",
    );
    // It comes back as it was.
    world.cluster.gaps.clear();
    world.cluster.members.insert(lost.id.clone(), lost);
    world.release("3").ends().tells(
        "
            seen 4 gaps 0
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            member/4 begins → 4.0.0, limit 1
            member/4 moved
            member/4 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn what_cannot_be_told_after_a_pause_is_waited_for() {
    let mut world = rolling();
    world
        .say(Command::Pause)
        .release("2")
        .pass(Ms::seconds(2))
        .quietly();
    let whole = world.cluster.members[&"4".into()].clone();
    let untold = world.cluster.members.get_mut(&"4".into());
    let untold = Arc::make_mut(untold.expect("a member"));
    untold.components.clear();
    world.say(Command::Continue).pass(Ms::minutes(2)).quietly();
    let standing = world.run.standing(world.now);
    assert_eq!(
        (standing.reason, standing.sentence.as_str()),
        (
            "gap",
            "plans again once all of it can be seen: the exact release of arm 4 is not known"
        )
    );
    world.cluster.members.insert("4".into(), whole);
    world.ends().quietly();
    assert_eq!(world.phase(), "finished");
}

#[test]
fn a_restart_behind_a_gap_is_noticed_all_the_same() {
    let mut world = rolling();
    let lost = world.lose("4");
    world.release("2").hold("3").pass(Ms::seconds(12));
    world.cluster.gaps.clear();
    world.cluster.members.insert(lost.id.clone(), lost);
    world
        .quietly()
        .restart("4", "3.9.1")
        .release("3")
        .pass(Ms::seconds(12))
        .tells(
            "
            seen 4 gaps 0
            halted: someone else acts: arm 4 was restarted, not by this run
        ",
        );
}

#[test]
fn a_look_that_began_before_a_member_settled_is_no_drift() {
    let mut world = World::of("1-4 arm 3.9.1");
    world
        .hold("1")
        .hold("2")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .quietly();
    world.look_begins().release("1").pass(Ms::seconds(1)).tells(
        "
            member/1 moved
            member/1 settled at 4.0.0
            member/2 begins → 4.0.0, limit 1
        ",
    );
    world.look_ends().tells("");
    assert_eq!(world.phase(), "rolling");
}

#[test]
fn our_own_member_that_is_down_is_not_gone() {
    let mut world = World::of("1-3 arm 3.9.1");
    world.hold("1").taken(1, 1).pass(Ms::seconds(2)).quietly();
    let down = world.cluster.members.remove(&"1".into()).expect("a member");
    world.look_begins().look_ends().tells("");
    world.cluster.members.insert(down.id.clone(), down);
    world.release("1").ends().tells(
        "
            member/1 moved
            member/1 settled at 4.0.0
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            member/2 settled at 4.0.0
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn a_member_that_is_gone_is_a_successor_that_asks_nothing_new() {
    let mut world = rolling();
    world.cluster.members.remove(&"4".into());
    world.release("2").ends().tells(
        "
            member/2 moved
            seen 4 gone
            plans again: arm 4 is gone
            member/2 settled at 4.0.0
            judged: nothing bars
            planned: arm 3 to 4.0.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn a_member_that_was_added_needs_approval() {
    let mut world = rolling();
    let new = added(&world, "5");
    world.cluster.members.insert(new.id.clone(), new.into());
    world.release("2").pass(Ms::seconds(12)).tells(
        "
            member/2 moved
            seen 5
            plans again: arm 5 was added
            member/2 settled at 4.0.0
            judged: nothing bars
            planned: arm 3 4 5 to 4.0.0
        ",
    );
    assert_eq!(world.phase(), "awaiting-approval");
    let plan = world.plan();
    world.say(Command::Approve { plan }).ends().tells(
        "
            approve: plan 94b6b7 may run
            approved by bob
            stage 0.0 begins
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            member/4 begins → 4.0.0, limit 1
            member/4 moved
            member/4 settled at 4.0.0
            member/5 begins → 4.0.0, limit 1
            member/5 moved
            member/5 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn nothing_begins_while_a_successor_is_wanted() {
    let mut world = World::of("1-6 arm 3.9.1");
    world = world.paced(
        windlass_engine::policy::Ramp::Fixed,
        2,
        windlass_engine::policy::Mode::Sliding,
    );
    world
        .hold("1")
        .hold("2")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .quietly();
    world.cluster.members.remove(&"6".into());
    world.look_begins().look_ends();
    world.release("1").pass(Ms::seconds(3)).tells(
        "
            seen 6 gone
            plans again: arm 6 is gone
            member/1 moved
            member/1 settled at 4.0.0
        ",
    );
    world.release("2").ends().tells(
        "
            member/2 moved
            member/2 settled at 4.0.0
            judged: nothing bars
            planned: arm 3 4 5 to 4.0.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/3 begins → 4.0.0, limit 2
            member/4 begins → 4.0.0, limit 2
            member/3 moved
            member/3 settled at 4.0.0
            member/5 begins → 4.0.0, limit 2
            member/4 moved
            member/4 settled at 4.0.0
            member/5 moved
            member/5 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn at_most_three_successors_are_taken_without_approval() {
    let mut world = World::of("1-9 arm 3.9.1");
    for id in 1..=9 {
        world.hold(&id.to_string());
    }
    world.taken(1, 1).pass(Ms::seconds(1)).quietly();
    for (moves, goes) in [("1", "9"), ("2", "8"), ("3", "7"), ("4", "6")] {
        assert_eq!(world.phase(), "rolling");
        world.cluster.members.remove(&goes.into());
        world.release(moves).pass(Ms::seconds(1));
    }
    assert_eq!(world.phase(), "awaiting-approval");
    world.tells(
        "
            member/1 moved
            seen 9 gone
            plans again: arm 9 is gone
            member/1 settled at 4.0.0
            judged: nothing bars
            planned: arm 2 3 4 5 6 7 8 to 4.0.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            seen 8 gone
            plans again: arm 8 is gone
            member/2 settled at 4.0.0
            judged: nothing bars
            planned: arm 3 4 5 6 7 to 4.0.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            seen 7 gone
            plans again: arm 7 is gone
            member/3 settled at 4.0.0
            judged: nothing bars
            planned: arm 4 5 6 to 4.0.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/4 begins → 4.0.0, limit 1
            member/4 moved
            seen 6 gone
            plans again: arm 6 is gone
            member/4 settled at 4.0.0
            judged: nothing bars
            planned: arm 5 to 4.0.0
        ",
    );
}

#[test]
fn another_identity_can_only_be_cancelled_or_stopped() {
    let mut world = rolling();
    world.cluster.identity = Some("another".into());
    world.release("2").pass(Ms::seconds(12)).tells(
        "
            member/2 moved
            halted: identity changed to another
        ",
    );
    assert_eq!(world.phase(), "pausing");
    let plan = world.plan();
    for word in [
        Command::Continue,
        Command::Approve { plan },
        Command::Skip {
            subject: Subject::parse("3"),
        },
    ] {
        world.say(word);
    }
    world.say(Command::Cancel).tells("
            continue not now: another cluster answers at the address; windlass cancel {cluster}, then mend the address
            approve not now: another cluster answers at the address; windlass cancel {cluster}, then mend the address
            skip not now: another cluster answers at the address; windlass cancel {cluster}, then mend the address
            cancel: cancelled: what is done stays, what has begun finishes
            ended: cancelled
        ");
}
