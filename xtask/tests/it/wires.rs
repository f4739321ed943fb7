//! The real Kafka target in the false world: scenes and seeds at the level of the wire.

use std::sync::Arc;

use windlass_engine::catalog::Catalog;
use windlass_engine::run::event::End;
use windlass_sim::kafka::drawn::{Seating, brokers, story};
use windlass_sim::kafka::layout::{Layout, Topic};
use windlass_sim::story::Story;
use xtask::wires;

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
    for seating in [Seating::Combined(3), Seating::Apart(3, 3)] {
        let (story, layout) = scene(seating);
        let begun = std::time::Instant::now();
        let came = wires::play(&story, &layout, &[]);
        eprintln!(
            "{seating:?}: {} instants, {} ms, took {:?}, {:?}",
            came.instants,
            came.took_ms,
            begun.elapsed(),
            came.end
        );
        if std::env::var("SHOW").is_ok() {
            eprintln!("{}", String::from_utf8_lossy(&came.journal));
        }
        assert!(came.violations.is_empty(), "{:#?}", came.violations);
        assert_eq!(came.end, Some(End::Finished));
        assert!(came.runs.values().all(|runs| runs.contains("4.1.2")));
    }
}
