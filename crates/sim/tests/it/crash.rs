//! Scenes by hand, with a death at every instant.

use windlass_engine::run::event::End;
use windlass_sim::play::play;
use windlass_sim::scenes;

#[test]
fn every_scene_ends_as_it_should_without_deaths() {
    for story in scenes::all().unwrap() {
        let came = play(&story, &[]);
        eprintln!(
            "{:<16} {:>5} instants {:>7} ms {:?}",
            story.name, came.instants, came.took_ms, came.end
        );
        assert!(
            came.violations.is_empty(),
            "{}: {:#?}",
            story.name,
            came.violations
        );
    }
}

/// Every seventh instant here; the figure `crash-instants` tries them all.
#[test]
fn a_scene_ends_the_same_wherever_its_carrier_dies() {
    let mut wrong = Vec::new();
    for story in scenes::all().unwrap() {
        let whole = play(&story, &[]);
        // Who is cancelled later has moved more: only what is finished stands the same.
        let finished = whole.end == Some(End::Finished);
        for at in (1..=whole.instants).step_by(7) {
            let came = play(&story, &[at]);
            let first = came.violations.first();
            if first.is_some() || came.end != whole.end || (finished && came.runs != whole.runs) {
                let (end, struck) = (&came.end, came.struck.first());
                wrong.push(format!("{}:{at} {first:?} {end:?} {struck:?}", story.name));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} plays:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
