//! Wire-level plays: the real Kafka target inside the false world, over its false brokers.
//!
//! The crates of targets and of the false world never see each other: they are joined here.
//! Must never know: what a story is about. Tests: `tests/it/wires.rs`; the figure `seeds-per-hour`.

use std::sync::Arc;

use windlass_engine::catalog::Catalog;
use windlass_engine::version::VersionError;
use windlass_sim::kafka::Cluster;
use windlass_sim::kafka::drawn::{Drawn, draw};
use windlass_sim::kafka::layout::Layout;
use windlass_sim::play::{Between, Outcome, play_with};
use windlass_sim::story::Story;
use windlass_targets::kafka::door::Doors;
use windlass_targets::kafka::{KafkaSpec, KafkaTarget};

use crate::workspace::{NotSo, Trouble};

/// The shipped facts about Kafka.
///
/// # Errors
/// None: the file is shipped with us.
pub fn catalog() -> Result<Arc<Catalog>, Trouble> {
    let text = include_str!("../../catalogs/kafka.yaml");
    let read = windlass_wire::catalog::load("kafka.yaml", text);
    let read = read.map_err(|wrong| NotSo(format!("catalogs/kafka.yaml: {wrong:?}")))?;
    Ok(Arc::new(read))
}

/// The real target over false brokers, for each process of a play.
#[must_use]
pub fn between(story: &Story, layout: &Layout) -> Between {
    let cluster = Cluster::of(story, layout.clone());
    let (catalog, patience) = (story.catalog.clone(), story.policy.patience);
    Arc::new(move |process| {
        let ways = cluster.ways(&process);
        let mut spec = KafkaSpec::at(ways.bootstrap.clone());
        spec.stop_patience = patience;
        let target = KafkaTarget::new(
            spec,
            Doors::open(ways.dial.clone()),
            ways.clock.clone(),
            ways.hands.clone(),
            catalog.clone(),
        );
        ways.noting(Arc::new(target))
    })
}

/// Plays a story with the real target, with deaths at these instants.
#[must_use]
pub fn play(story: &Story, layout: &Layout, deaths: &[u64]) -> Outcome {
    play_with(story, deaths, Some(between(story, layout)))
}

/// What stands before a seed of this kind where it is named.
pub const PREFIX: &str = "kafka:";

/// Plays a seed again: `189`, or `189:57:80` with these deaths in place of those drawn.
///
/// # Errors
/// When it is none.
pub fn again(what: &str) -> Result<Outcome, Trouble> {
    let numbers: Result<Vec<u64>, _> = what.split(':').map(str::parse).collect();
    let numbers = numbers.map_err(|_| {
        NotSo(format!(
            "{PREFIX}{what} is no seed with instants: {PREFIX}189, {PREFIX}189:57"
        ))
    })?;
    let (number, deaths) = numbers
        .split_first()
        .ok_or_else(|| NotSo("no seed".into()))?;
    let drawn = draw(*number, &catalog()?)?;
    let deaths = if deaths.is_empty() {
        &drawn.deaths
    } else {
        deaths
    };
    Ok(play(&drawn.story, &drawn.layout, deaths))
}

/// Plays the story of a seed.
///
/// # Errors
/// None: what stands in it are versions.
pub fn seed(number: u64, catalog: &Arc<Catalog>) -> Result<(Drawn, Outcome), VersionError> {
    let drawn = draw(number, catalog)?;
    let came = play(&drawn.story, &drawn.layout, &drawn.deaths);
    Ok((drawn, came))
}
