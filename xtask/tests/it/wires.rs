//! The real Kafka target in the false world: scenes and seeds at the level of the wire.

use std::sync::Arc;

use windlass_engine::catalog::Catalog;
use windlass_engine::policy::Finalize;
use windlass_engine::run::event::End;
use windlass_sim::kafka::drawn::{Seating, brokers, story};
use windlass_sim::kafka::layout::{Layout, Topic};
use windlass_sim::story::{Fate, Happening, Remedy, Story};
use xtask::wires;

/// So many seeds are played here; the figure `seeds-per-hour` plays thousands.
const SEEDS: u64 = 100;
/// Seeds far out that broke a promise once: 2669 began a member on what a lost answer had made 14 s old.
const ONCE_BROKEN: [u64; 1] = [2_669];

fn catalog() -> Arc<Catalog> {
    wires::catalog().expect("the built-in catalog")
}

fn scene(seating: Seating) -> (Story, Layout) {
    let topics = vec![Topic::round("orders", &brokers(seating), 6, 3)];
    let layout = Layout::of(topics);
    let way = ["3.9.2", "4.0", "4.1.2"];
    let story = story("a scene", &catalog(), seating, &layout, way);
    (story.expect("a story"), layout)
}

#[test]
fn clusters_rise_two_hops_and_the_judge_is_silent() {
    for seating in [
        Seating::Combined(3),
        Seating::Apart(3, 3),
        Seating::Apart(5, 7),
    ] {
        let (mut story, layout) = scene(seating);
        story.policy.finalize = Finalize::Soon;
        let came = wires::play(&story, &layout, &[]);
        eprintln!(
            "{seating:?}: {} instants, {} ms, {:?}",
            came.instants, came.took_ms, came.end
        );
        assert!(came.violations.is_empty(), "{:#?}", came.violations);
        assert_eq!(came.end, Some(End::Finished));
        assert!(
            came.runs
                .values()
                .all(|runs| runs == &came.runs[&"1".into()])
        );
        let journal = String::from_utf8_lossy(&came.journal);
        // What real releases call their levels, raised over the wire.
        assert!(journal.contains("level/metadata.version"), "{journal}");
    }
}

#[test]
fn a_carrier_may_die_at_any_instant() {
    let mut wrong = Vec::new();
    for (seating, step) in [(Seating::Combined(3), 53), (Seating::Apart(3, 3), 97)] {
        let (mut story, layout) = scene(seating);
        story.policy.finalize = Finalize::Soon;
        let whole = wires::play(&story, &layout, &[]);
        for at in (1..=whole.instants).step_by(step) {
            let came = wires::play(&story, &layout, &[at, at + 40]);
            let struck = came.struck.first();
            let why = came.wrong_beside(&whole);
            wrong.extend(why.map(|why| format!("{seating:?}:{at} {why} {struck:?}")));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_broker_that_does_not_come_back_stops_the_roll_until_a_human_says_so() {
    let (mut story, layout) = scene(Seating::Apart(3, 3));
    story.remedy = Remedy::Nothing;
    story.stands_ms = 60_000;
    story.fates.insert(("2".into(), 1), Fate::DoesNotStay);
    let came = wires::play(&story, &layout, &[]);
    assert!(came.violations.is_empty(), "{:#?}", came.violations);
    assert_eq!(came.end, None);
    let journal = String::from_utf8_lossy(&came.journal);
    assert!(journal.contains("did-not-stay"), "{journal}");
    // With a human who retries it goes on to its end.
    story.remedy = Remedy::Retry;
    let came = wires::play(&story, &layout, &[]);
    assert!(came.violations.is_empty(), "{:#?}", came.violations);
    assert_eq!(came.end, Some(End::Finished));
}

#[test]
fn no_broker_goes_down_while_an_in_sync_set_is_short() {
    let (mut story, layout) = scene(Seating::Apart(3, 3));
    let (from, length) = (4_500, 30_000);
    story
        .happenings
        .push((from, Happening::Flaps("3".into(), length)));
    let whole = wires::play(&scene(Seating::Apart(3, 3)).0, &layout, &[]);
    let late = |begun: &&u64| **begun > from + 1_000 && **begun < from + length;
    assert!(whole.begun.iter().any(|at| late(&at)), "{:?}", whole.begun);
    let came = wires::play(&story, &layout, &[]);
    assert!(came.violations.is_empty(), "{:#?}", came.violations);
    assert_eq!(came.begun.iter().find(late), None, "{:?}", came.begun);
    assert_eq!(came.end, Some(End::Finished));
}

#[test]
fn no_seed_breaks_a_promise_and_each_comes_again_to_the_byte() {
    let catalog = catalog();
    let seeds: Vec<u64> = (1..=SEEDS).chain(ONCE_BROKEN).collect();
    let bad = |number: &u64| {
        let (drawn, came) = wires::seed(*number, &catalog).expect("drawn");
        if let Some(first) = came.violations.first() {
            return Some(format!("seed {number}: {first}"));
        }
        let twice = number.is_multiple_of(10) && {
            wires::play(&drawn.story, &drawn.layout, &drawn.deaths) != came
        };
        twice.then(|| format!("seed {number} is another play the second time"))
    };
    let bad: Vec<String> = std::thread::scope(|scope| {
        let halves: Vec<_> = seeds
            .chunks(seeds.len() / 2)
            .map(|some| scope.spawn(|| some.iter().filter_map(bad).collect::<Vec<String>>()))
            .collect();
        halves
            .into_iter()
            .flat_map(|half| half.join().expect("played"))
            .collect()
    });
    assert!(bad.is_empty(), "{}:\n{}", bad.len(), bad.join("\n"));
}
