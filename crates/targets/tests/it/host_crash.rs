//! Carriers that die or freeze at the wrong moment, and processes that do.

use crate::host_world::{
    PATIENCE, World, claimed, cmdline, ensure, failed_as, fence, runs, runs_at, signal, until,
};
use rustix::process::Signal;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use windlass_engine::effect::{FailureCode, Outcome};
use windlass_runner::ports::hand::{Hand, Running};

/// Not a test by itself: a carrier in a process of its own. The place of its world comes as one more
/// name to filter tests by, which no test has.
#[tokio::test]
async fn carrier() {
    let place = std::env::args().find_map(|word| Some(word.strip_prefix("world:")?.to_string()));
    let Some(place) = place else { return };
    let world = World::at(Path::new(&place));
    let hand = world.hand();
    let run = fence(2);
    assert_eq!(hand.claim(&run).await, claimed());
    fs::write(world.root().join("claimed"), "").expect("written");
    until("it may go on", || world.root().join("go").exists()).await;
    let outcome = hand
        .ensure(&ensure(1, &["1.0.0"], "2.0.0"), &run, PATIENCE)
        .await;
    fs::write(world.root().join("outcome"), format!("{outcome:?}")).expect("written");
}

struct Carrier(Child);

impl Carrier {
    fn start(world: &World) -> Self {
        let exe = std::env::current_exe().expect("this program");
        let child = Command::new(exe)
            .args(["--exact", "host_crash::carrier"])
            .arg(format!("world:{}", world.root().display()))
            .stdout(Stdio::null())
            .spawn()
            .expect("a carrier");
        Self(child)
    }
    fn signal(&self, what: Signal) {
        signal(self.0.id(), what);
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn touch(world: &World, name: &str) {
    fs::write(world.root().join(name), "").expect("written");
}

async fn a_carrier_killed_in_the_middle_leaves_a_deed_that_finishes(world: World) {
    world.mode("stubborn");
    let hand = world.raised("1.0.0").await;
    runs_at(&hand, "1.0.0").await;
    until("it listens", || world.log().contains("as stubborn")).await;
    let carrier = Carrier::start(&world);
    touch(&world, "go");
    until("it is told to stop", || {
        world.log().contains("told to stop")
    })
    .await;
    carrier.signal(Signal::KILL);
    drop(carrier);
    // A new carrier claims while the deed still waits for the process: the claim waits for the deed.
    let next = fence(3);
    let mut claim = hand.claim(&next);
    let waited = tokio::time::timeout(std::time::Duration::from_millis(100), &mut claim).await;
    assert!(waited.is_err(), "the claim passed a running deed");
    world.mode("plain");
    signal(world.pid().expect("a pid"), Signal::KILL);
    assert_eq!(claim.await, claimed());
    runs_at(&hand, "2.0.0").await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    assert_eq!(hand.ensure(&deed, &next, PATIENCE).await, Outcome::Done);
    assert_eq!(world.log().matches("2.0.0 begins").count(), 1);
    assert!(!world.root().join("outcome").exists());
}

async fn a_deed_that_is_killed_itself_says_how_far_it_came_and_is_taken_up(world: World) {
    world.mode("stubborn");
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    runs_at(&hand, "1.0.0").await;
    until("it listens", || world.log().contains("as stubborn")).await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    let mut first = hand.ensure(&deed, &run, PATIENCE);
    let told = until("it is told to stop", || {
        world.log().contains("told to stop")
    });
    tokio::select! {
        outcome = &mut first => panic!("answered early: {outcome:?}"),
        () = told => {}
    }
    let place = format!(" deed {}/.windlass/7.fence", world.dir().display());
    let scripts = fs::read_dir("/proc").expect("processes");
    let scripts = scripts.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let ours = |pid: &u32| cmdline(*pid).contains(&place);
    scripts
        .filter(ours)
        .for_each(|pid| signal(pid, Signal::KILL));
    let step = "told to stop".into();
    assert_eq!(first.await, Outcome::NotYet { step });
    world.mode("plain");
    signal(world.pid().expect("a pid"), Signal::KILL);
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    runs_at(&hand, "2.0.0").await;
}

async fn a_frozen_carrier_woken_after_a_skip_touches_nothing(world: World) {
    let hand = world.raised("1.0.0").await;
    let before = runs_at(&hand, "1.0.0").await;
    let carrier = Carrier::start(&world);
    until("it claims", || world.root().join("claimed").exists()).await;
    carrier.signal(Signal::STOP);
    touch(&world, "go");
    // Another took the run over; a human skipped the member.
    assert_eq!(hand.claim(&fence(3)).await, claimed());
    carrier.signal(Signal::CONT);
    until("it answers", || {
        fs::read_to_string(world.root().join("outcome")).is_ok_and(|t| t == "Fenced")
    })
    .await;
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_frozen_carrier_woken_after_a_stop_touches_nothing(world: World) {
    let hand = world.raised("1.0.0").await;
    let before = runs_at(&hand, "1.0.0").await;
    let carrier = Carrier::start(&world);
    until("it claims", || world.root().join("claimed").exists()).await;
    carrier.signal(Signal::STOP);
    touch(&world, "go");
    hand.release(&fence(2)).await;
    carrier.signal(Signal::CONT);
    until("it answers", || {
        fs::read_to_string(world.root().join("outcome")).is_ok_and(|t| t == "Fenced")
    })
    .await;
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_process_that_died_between_start_and_report_is_not_started_again(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    runs_at(&hand, "1.0.0").await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    // The carrier died before it could journal that; the process too, before the repeat.
    let pid = world.pid().expect("a pid");
    signal(pid, Signal::KILL);
    until("it is gone", || !runs(pid)).await;
    let again = hand.ensure(&deed, &run, PATIENCE).await;
    assert_eq!(failed_as(again), FailureCode::DidNotStay);
    assert_eq!(hand.look().await.running, Running::Nothing);
    assert_eq!(world.log().matches("2.0.0 begins").count(), 1);
}

/// Writes the mark as a deed would have left it that died at this step.
fn died_at(
    world: &World,
    hand: &windlass_targets::host::HostHand,
    step: &str,
    more: &[(&str, String)],
) {
    let mut mark = world.mark();
    let mut fields = vec![
        ("step", format!("\"{step}\"")),
        ("attempt", "1".into()),
        ("acted", "\"yes\"".into()),
        ("wanted", "\"2.0.0\"".into()),
    ];
    fields.extend(more.iter().cloned());
    for (name, value) in fields {
        let lead = format!("\"{name}\": ");
        let lines = mark.lines().map(|line| match line.strip_prefix(&lead) {
            Some(_) => format!("{lead}{value},"),
            None => line.into(),
        });
        mark = lines.collect::<Vec<String>>().join("\n") + "\n";
    }
    fs::write(hand.mark_path(), mark).expect("written");
}

async fn a_deed_that_died_is_taken_up_at_its_step(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    runs_at(&hand, "1.0.0").await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    // `stopping`: told again, waited for, started.
    died_at(&world, &hand, "stopping", &[("told", "\"yes\"".into())]);
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    runs_at(&hand, "2.0.0").await;
    // `stopped`: goes on to the start.
    let pid = world.pid().expect("a pid");
    signal(pid, Signal::KILL);
    until("it is gone", || !runs(pid)).await;
    died_at(&world, &hand, "stopped", &[("pid", "0".into())]);
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    let incarnation = runs_at(&hand, "2.0.0").await;
    // `starting`, and the process is there: found done.
    let start = incarnation.rsplit(':').next().expect("a start").to_string();
    died_at(
        &world,
        &hand,
        "starting",
        &[("pid", "0".into()), ("start", start.clone())],
    );
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    assert_eq!(runs_at(&hand, "2.0.0").await, incarnation);
    // `starting`, and it is gone: failed, and not started again.
    let pid = world.pid().expect("a pid");
    signal(pid, Signal::KILL);
    until("it is gone", || !runs(pid)).await;
    died_at(
        &world,
        &hand,
        "starting",
        &[("pid", "0".into()), ("start", start)],
    );
    assert_eq!(
        failed_as(hand.ensure(&deed, &run, PATIENCE).await),
        FailureCode::DidNotStay
    );
    assert_eq!(hand.look().await.running, Running::Nothing);
}

async fn someone_elses_process_in_the_gap_is_left_alone(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let before = runs_at(&hand, "1.0.0").await;
    // The mark says that all was stopped; the host booted, say, and its init started the old.
    died_at(&world, &hand, "stopped", &[("pid", "0".into())]);
    let outcome = hand
        .ensure(&ensure(1, &["1.0.0"], "2.0.0"), &run, PATIENCE)
        .await;
    assert_eq!(failed_as(outcome), FailureCode::NotAsExpected);
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

crate::host_world::stories! {
    a_carrier_killed_in_the_middle_leaves_a_deed_that_finishes,
    a_deed_that_is_killed_itself_says_how_far_it_came_and_is_taken_up,
    a_frozen_carrier_woken_after_a_skip_touches_nothing,
    a_frozen_carrier_woken_after_a_stop_touches_nothing,
    a_process_that_died_between_start_and_report_is_not_started_again,
    a_deed_that_died_is_taken_up_at_its_step,
    someone_elses_process_in_the_gap_is_left_alone,
}
