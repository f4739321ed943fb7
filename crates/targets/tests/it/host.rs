//! Deeds on this host: stop, start, prove, and what is refused.

use crate::host_world::{
    PATIENCE, World, claimed, ensure, executable, failed_as, failure, fence, running, runs,
    runs_at, signal, until,
};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use windlass_engine::effect::{FailureCode, Manner, Outcome};
use windlass_engine::time::Ms;
use windlass_engine::version::Range;
use windlass_runner::ports::hand::{Hand, Running};
use windlass_targets::host::{HostHand, Prepare, PreparedFile, Supervisor};

async fn deed_after_deed_on_one_member(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    assert_eq!(hand.claim(&run).await, claimed());
    let mut before = runs_at(&hand, "1.0.0").await;
    for (attempt, (old, new)) in [("1.0.0", "2.0.0"), ("2.0.0", "3.0.0")].iter().enumerate() {
        let mut deed = ensure(attempt as u32 + 1, &[old], new);
        deed.incarnation = Some(before.clone());
        assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
        let after = runs_at(&hand, new).await;
        assert_ne!(before, after);
        // Again: found done, nothing is touched.
        assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
        assert_eq!(runs_at(&hand, new).await, after);
        before = after;
    }
    let ends: Vec<String> = world.log().lines().map(Into::into).collect();
    assert_eq!(
        ends,
        [
            "1.0.0 begins with nothing and nothing as plain",
            "1.0.0 ends",
            "2.0.0 begins with nothing and nothing as plain",
            "2.0.0 ends",
            "3.0.0 begins with nothing and nothing as plain",
        ]
    );
    assert_eq!(hand.log(1).await.expect("a log"), ends[4..]);
    // The process holds neither our lock nor our pipes; what was open here before is no matter.
    let pid = world.pid().expect("a pid").to_string();
    let before = open_files("self");
    for to in open_files(&pid) {
        let ours = to.contains("fence") || (to.contains("pipe:") && !before.contains(&to));
        assert!(!ours, "holds {to}");
    }
}

fn open_files(pid: &str) -> Vec<String> {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).expect("its files");
    let to = links.filter_map(|link| fs::read_link(link.ok()?.path()).ok());
    to.map(|to| to.display().to_string()).collect()
}

async fn a_folder_that_is_not_there_is_told_and_is_no_member_at_rest(world: World) {
    assert_eq!(world.hand().look().await.running, Running::Nothing);
    let mut spec = world.spec();
    spec.dir.push_str("-gone");
    let seen = world.hand_of(spec).look().await.running;
    let Running::Unknown(why) = seen else {
        panic!("unknown is never nothing: {seen:?}");
    };
    assert!(why.contains("-gone is not there"), "{why}");
}

async fn another_release_or_another_process_than_expected_is_left_alone(world: World) {
    let hand = world.raised("1.0.0").await;
    let before = runs_at(&hand, "1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let release = failure(
        hand.ensure(&ensure(1, &["2.0.0"], "3.0.0"), &run, PATIENCE)
            .await,
    );
    assert_eq!(release.code, FailureCode::NotAsExpected);
    assert!(release.what.contains("runs 1.0.0"), "{}", release.what);
    let mut deed = ensure(2, &["1.0.0"], "2.0.0");
    deed.incarnation = Some("0000dead:1:2".into());
    let process = failure(hand.ensure(&deed, &run, PATIENCE).await);
    assert_eq!(process.code, FailureCode::NotAsExpected);
    assert!(
        process.what.contains("someone else acts"),
        "{}",
        process.what
    );
    // An attempt that failed is closed, whatever it asks for now.
    let again = hand
        .ensure(&ensure(2, &["1.0.0"], "2.0.0"), &run, PATIENCE)
        .await;
    assert_eq!(failed_as(again), FailureCode::NotAsExpected);
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_member_that_was_seen_and_is_gone_is_not_started_by_itself(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let mut deed = ensure(1, &["1.0.0"], "2.0.0");
    deed.incarnation = Some(runs_at(&hand, "1.0.0").await);
    let pid = world.pid().expect("a pid");
    signal(pid, Signal::KILL);
    until("it is gone", || !runs(pid)).await;
    let outcome = hand.ensure(&deed, &run, PATIENCE).await;
    assert_eq!(failed_as(outcome), FailureCode::NotAsExpected);
    assert_eq!(hand.look().await.running, Running::Nothing);
    // Seen as down, it may be raised.
    let outcome = hand
        .ensure(&ensure(2, &["1.0.0"], "2.0.0"), &run, PATIENCE)
        .await;
    assert_eq!(outcome, Outcome::Done);
}

async fn what_does_not_end_is_told_once_more_and_killed_only_where_that_is_allowed(world: World) {
    world.mode("stubborn");
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let before = runs_at(&hand, "1.0.0").await;
    until("it listens", || world.log().contains("as stubborn")).await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    let stuck = failure(hand.ensure(&deed, &run, Ms(300)).await);
    assert_eq!(
        (stuck.code, stuck.step.as_str()),
        (FailureCode::DidNotStop, "told to stop")
    );
    assert_eq!(
        stuck.log.last().map(String::as_str),
        Some("told to stop, goes on")
    );
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
    // The old release put back: this process was told to stop, so it is not "found done".
    let mut kill = ensure(2, &["1.0.0"], "1.0.0");
    kill.incarnation = Some(before.clone());
    kill.manner = Manner::Kill;
    world.mode("plain");
    assert_eq!(hand.ensure(&kill, &run, Ms(100)).await, Outcome::Done);
    assert_ne!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_member_that_does_not_stay_fails_with_its_last_words_and_the_old_can_be_put_back(
    world: World,
) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    runs_at(&hand, "1.0.0").await;
    world.mode("refuses");
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    let gone = failure(hand.ensure(&deed, &run, PATIENCE).await);
    assert_eq!(gone.code, FailureCode::DidNotStay);
    assert!(gone.what.contains("status 7"), "{}", gone.what);
    assert_eq!(gone.log.last().map(String::as_str), Some("cannot start"));
    assert_eq!(
        hand.ensure(&deed, &run, PATIENCE).await,
        Outcome::Failed(gone)
    );
    world.mode("plain");
    let back = ensure(2, &["2.0.0"], "1.0.0");
    assert_eq!(hand.ensure(&back, &run, PATIENCE).await, Outcome::Done);
    runs_at(&hand, "1.0.0").await;
}

async fn a_release_that_is_not_there_changes_nothing(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let before = runs_at(&hand, "1.0.0").await;
    let missing = failure(
        hand.ensure(&ensure(1, &["1.0.0"], "9.0.0"), &run, PATIENCE)
            .await,
    );
    assert_eq!(missing.code, FailureCode::NotReady);
    assert!(
        missing.what.contains("releases/9.0.0 is not there"),
        "{}",
        missing.what
    );
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_stopping_run_leaves_what_it_has_not_begun(world: World) {
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let before = runs_at(&hand, "1.0.0").await;
    let mut deed = ensure(1, &["1.0.0"], "2.0.0");
    deed.leave = true;
    let left = Outcome::NotYet {
        step: "not begun".into(),
    };
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, left);
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
}

async fn a_member_started_by_other_means_is_found_and_a_recycled_pid_fools_nobody(world: World) {
    let hand = world.hand();
    let stranger = Command::new("sleep").arg("60").spawn().expect("a process");
    let mut stranger = Ended(stranger);
    fs::create_dir_all(world.dir().join("run")).expect("a folder");
    fs::write(world.dir().join("run/7.pid"), stranger.0.id().to_string()).expect("written");
    assert_eq!(hand.look().await.running, Running::Nothing);
    // Someone started it by hand, from its folder, with a relative path.
    let by_hand = Command::new(world.root().join("releases/1.0.0/bin/start.sh"))
        .arg("./member.conf")
        .current_dir(world.dir())
        .stdout(Stdio::null())
        .spawn()
        .expect("a process");
    let mut by_hand = Ended(by_hand);
    let begun = std::time::Instant::now();
    while hand.look().await.running == Running::Nothing {
        assert!(begun.elapsed().as_secs() < 30, "never seen");
    }
    let (release, incarnation) = running(&hand).await;
    assert_eq!(release, "1.0.0");
    assert!(
        incarnation.contains(&format!(":{}:", by_hand.0.id())),
        "{incarnation}"
    );
    // A deed stops the very same process, and not the one whose pid stands in the file.
    let run = fence(2);
    hand.claim(&run).await;
    let mut deed = ensure(1, &["1.0.0"], "2.0.0");
    deed.incarnation = Some(incarnation);
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    assert_eq!(by_hand.0.wait().expect("ended").code(), Some(143));
    assert!(stranger.0.try_wait().expect("asked").is_none());
    runs_at(&hand, "2.0.0").await;
}

struct Ended(std::process::Child);
impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn what_differs_by_release_is_put_in_place_and_taken_back(world: World) {
    let mut spec = world.spec();
    spec.prepare = vec![Prepare {
        range: Range::parse("2.0..").expect("a range"),
        env: BTreeMap::from([("SETTING".into(), "a 'quoted' $value".into())]),
        args: vec!["--new={version}".into()],
        files: BTreeMap::from([
            (
                "log.yaml".into(),
                PreparedFile::From("{release}/log.yaml".into()),
            ),
            (
                "more.yaml".into(),
                PreparedFile::From("{release}/log.yaml".into()),
            ),
        ]),
    }];
    let hand = world.hand_of(spec);
    let (old, more) = (world.dir().join("log.yaml"), world.dir().join("more.yaml"));
    fs::write(&old, "of old").expect("written");
    fs::write(world.root().join("releases/2.0.0/log.yaml"), "of 2").expect("written");
    fs::write(world.root().join("releases/3.0.0/log.yaml"), "of 3").expect("written");
    let run = fence(1);
    hand.claim(&run).await;
    let read = |path| fs::read_to_string(path).ok();
    for (attempt, version, text) in [
        (1, "1.0.0", "of old"),
        (2, "2.0.0", "of 2"),
        (3, "3.0.0", "of 3"),
    ] {
        let deed = ensure(attempt, &["1.0.0", "2.0.0"], version);
        assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
        runs_at(&hand, version).await;
        assert_eq!(read(&old).as_deref(), Some(text));
        assert_eq!(read(&more).is_some(), version != "1.0.0");
    }
    until("it spoke", || world.log().contains("3.0.0 begins")).await;
    assert!(
        world
            .log()
            .contains("3.0.0 begins with --new=3.0.0 and a 'quoted' $value as plain")
    );
    let back = ensure(4, &["3.0.0"], "1.0.0");
    assert_eq!(hand.ensure(&back, &run, PATIENCE).await, Outcome::Done);
    assert_eq!(read(&old).as_deref(), Some("of old"));
    assert_eq!(read(&more), None);
}

/// A supervisor of its own, told by commands: as systemd would be, with a link for the release.
fn commands(world: &World) -> HostHand {
    let tool = world.root().join("ctl.sh");
    let text = r#"#!/bin/sh
cd "$(dirname "$0")/member" || exit 1
case $1 in
use) ln -sfn "$2" current ;;
start) setsid ./current/bin/start.sh "$PWD/member.conf" >>out.txt 2>&1 </dev/null &
  echo $! >main.pid ;;
stop) kill "$(cat main.pid)" ;;
status) kill -0 "$(cat main.pid)" 2>/dev/null && cat main.pid || echo 0 ;;
fail) echo "unit is masked" >&2; exit 5 ;;
esac
"#;
    executable(&tool, text);
    let words = |words: &[&str]| -> Vec<String> {
        let first = [tool.display().to_string()];
        first
            .into_iter()
            .chain(words.iter().map(ToString::to_string))
            .collect()
    };
    let mut spec = world.spec();
    spec.supervisor = Supervisor::Commands {
        start: vec![words(&["use", "{release}"]), words(&["start"])],
        stop: vec![words(&["stop"])],
        status: vec![words(&["status"])],
    };
    world.hand_of(spec)
}

async fn another_supervisor_is_told_by_its_commands(world: World) {
    let hand = commands(&world);
    let run = fence(1);
    hand.claim(&run).await;
    let first = hand.ensure(&ensure(1, &[], "1.0.0"), &run, PATIENCE).await;
    assert_eq!(first, Outcome::Done);
    let before = runs_at(&hand, "1.0.0").await;
    let mut deed = ensure(2, &["1.0.0"], "2.0.0");
    deed.incarnation = Some(before);
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    let after = runs_at(&hand, "2.0.0").await;
    // Without a mark too: the supervisor knows its pid.
    fs::remove_file(hand.mark_path()).expect("removed");
    assert_eq!(
        running(&commands(&world)).await,
        ("2.0.0".into(), after.clone())
    );
    let pid = after
        .split(':')
        .nth(1)
        .expect("a pid")
        .parse()
        .expect("a pid");
    signal(pid, Signal::KILL);
    until("it is gone", || !runs(pid)).await;
}

async fn a_start_command_that_fails_is_quoted(world: World) {
    let _ = commands(&world);
    let mut spec = world.spec();
    let fail = vec![
        world.root().join("ctl.sh").display().to_string(),
        "fail".into(),
    ];
    spec.supervisor = Supervisor::Commands {
        start: vec![fail.clone()],
        stop: vec![fail.clone()],
        status: vec![fail],
    };
    let hand = world.hand_of(spec);
    let run = fence(1);
    hand.claim(&run).await;
    let failed = failure(hand.ensure(&ensure(1, &[], "1.0.0"), &run, PATIENCE).await);
    assert_eq!(failed.code, FailureCode::DidNotStart);
    assert_eq!(failed.what, "the start command answered 5: unit is masked");
}

crate::host_world::stories! {
    deed_after_deed_on_one_member,
    a_folder_that_is_not_there_is_told_and_is_no_member_at_rest,
    another_release_or_another_process_than_expected_is_left_alone,
    a_member_that_was_seen_and_is_gone_is_not_started_by_itself,
    what_does_not_end_is_told_once_more_and_killed_only_where_that_is_allowed,
    a_member_that_does_not_stay_fails_with_its_last_words_and_the_old_can_be_put_back,
    a_release_that_is_not_there_changes_nothing,
    a_stopping_run_leaves_what_it_has_not_begun,
    a_member_started_by_other_means_is_found_and_a_recycled_pid_fools_nobody,
    what_differs_by_release_is_put_in_place_and_taken_back,
    another_supervisor_is_told_by_its_commands,
    a_start_command_that_fails_is_quoted,
}
