//! Several who would carry one run, and carriers that stand still past their lease: only the newest epoch acts.

use std::sync::Mutex;
use windlass_engine::run::Phase;
use windlass_engine::run::event::End;
use windlass_sim::again::Again;
use windlass_sim::instant::{Blow, LEASE_MS};
use windlass_sim::play::{Outcome, play};
use windlass_sim::scenes::{self, FREEZES_MS};
use windlass_sim::story::{Begins, Freeze, Happening, Story};

fn scene(name: &str) -> Story {
    let all = scenes::all().unwrap();
    all.into_iter().find(|story| story.name == name).unwrap()
}

/// Who took the run, by the journal, one after the other.
fn took(came: &Outcome) -> Vec<String> {
    let journal = String::from_utf8_lossy(&came.journal).into_owned();
    let taken = journal
        .lines()
        .filter(|line| line.contains("\"{\\\"taken\\\""));
    let whose = |line: &str| {
        let (_, rest) = line.split_once("author: \"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    taken.map(whose).collect()
}

fn finished(came: &Outcome) {
    assert_eq!(came.violations, [], "{:#?}", came.struck);
    assert_eq!(came.end, Some(End::Finished));
}

#[test]
fn of_five_one_carries_and_the_others_wait() {
    let mut story = scene("two components");
    let alone = play(&story, &[]);
    story.carriers.count = 5;
    let came = play(&story, &[]);
    finished(&came);
    assert_eq!(took(&came), ["carrier 1"]);
    assert_eq!(came.carriers, 5);
    assert_eq!(came.runs, alone.runs);
    // Whoever only waits passes no instants.
    assert_eq!(came.instants, alone.instants);
}

#[test]
fn where_one_is_killed_another_that_waits_takes_over() {
    let mut story = scene("two components");
    story.carriers.count = 2;
    story.relief_ms = (60_000, 60_000);
    story.happenings = vec![(3_000, Happening::Killed)];
    let came = play(&story, &[]);
    finished(&came);
    assert_eq!(took(&came), ["carrier 1", "carrier 2"]);
}

#[test]
fn who_stands_still_for_less_than_a_lease_goes_on() {
    let mut story = scene("two components");
    story.carriers.count = 2;
    story.carriers.freezes = vec![Freeze {
        begins: Begins::At(3_000, 1),
        for_ms: LEASE_MS - 1,
    }];
    let came = play(&story, &[]);
    finished(&came);
    assert_eq!(took(&came), ["carrier 1"]);
    assert!(came.took_ms > LEASE_MS, "{}", came.took_ms);
}

#[test]
fn who_stands_still_for_longer_is_superseded_and_finds_another_carrying() {
    let mut story = scene("two components");
    story.carriers.count = 2;
    story.carriers.freezes = vec![Freeze {
        begins: Begins::At(3_000, 1),
        for_ms: LEASE_MS + 3_000,
    }];
    let came = play(&story, &[]);
    finished(&came);
    assert_eq!(took(&came), ["carrier 1", "carrier 2"]);
}

/// Its lease is gone, and nobody else took it: it must be taken anew.
#[test]
fn who_is_alone_and_stood_still_past_its_lease_takes_the_run_again() {
    for at in (5..120).step_by(10) {
        let again = Again::of("straight")
            .freezing(at, LEASE_MS * 2)
            .carried_by(1);
        let came = again.play().unwrap();
        let blows: Vec<Blow> = came.struck.iter().map(|one| one.blow).collect();
        assert_eq!(blows, [Blow::Freezes(LEASE_MS * 2)], "at {at}");
        finished(&came);
    }
}

#[test]
fn clocks_that_differ_by_minutes_change_nothing() {
    for name in ["two components", "unwell in a soak", "raised"] {
        let mut story = scene(name);
        let alone = play(&story, &[]);
        story.carriers.count = 3;
        story.carriers.clocks = vec![0, -400_000, 600_000];
        let freeze = |at, seat| Freeze {
            begins: Begins::At(at, seat),
            for_ms: LEASE_MS + 4_000,
        };
        story.carriers.freezes = vec![freeze(2_500, 1), freeze(14_500, 2), freeze(27_000, 3)];
        let came = play(&story, &[]);
        finished(&came);
        assert_eq!(came.runs, alone.runs, "{name}");
        assert!(took(&came).len() > 1, "{name}");
    }
}

/// A share of them here; the figure `freezes` lets a freeze of each length begin at every instant.
#[test]
fn a_scene_ends_the_same_whenever_its_carrier_stands_still() {
    let smallest = scenes::smallest(10).unwrap();
    let wrong = Mutex::new(Vec::new());
    let superseded = Mutex::new(0);
    std::thread::scope(|scope| {
        for (at, for_ms) in FREEZES_MS.into_iter().enumerate() {
            let (wrong, superseded, smallest) = (&wrong, &superseded, &smallest);
            scope.spawn(move || {
                for (whole, story) in smallest {
                    for instant in (1 + at as u64..=whole.instants).step_by(13) {
                        let again = Again::of(&story.name).freezing(instant, for_ms);
                        let came = again.play().unwrap();
                        *superseded.lock().unwrap() += usize::from(took(&came).len() > 1);
                        let why = scenes::wrong_when_frozen(story, whole, &came);
                        let line = why.map(|why| format!("{again} {why} {:?}", came.struck));
                        wrong.lock().unwrap().extend(line);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(superseded.into_inner().unwrap() > 100);
}

/// What it saw before says nothing of the time since: a member may have been unwell meanwhile.
#[test]
fn healthy_time_is_not_cut_short_whenever_its_carrier_stands_still() {
    let soaks = scene("unwell in a soak");
    let instants = play(&soaks, &[]).instants;
    for at in 1..=instants {
        let again = Again::of(&soaks.name).freezing(at, LEASE_MS / 2);
        finished(&again.play().unwrap());
    }
}

#[test]
fn every_scene_ends_as_it_should_with_five_carriers() {
    for mut story in scenes::all().unwrap() {
        story.carriers.count = 5;
        let came = play(&story, &[]);
        assert_eq!(came.violations, [], "{}", story.name);
        let word = came.end.map(|end| Phase::Ended(end).word());
        assert_eq!(word, Some(scenes::end_of(&story.name)), "{}", story.name);
    }
}
