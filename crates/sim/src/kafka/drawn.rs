//! Stories of KRaft clusters: written by their shape, or drawn from seeds.
//!
//! Must never know: how they are played. Stories: `xtask/tests/it/wires.rs` of xtask; the figure `seeds-per-hour`.

use super::layout::{BROKER, CONTROLLER, Layout, Topic};
use super::levels::METADATA_VERSION;
use crate::cluster;
use crate::dice::Dice;
use crate::seed;
use crate::story::Story;
use std::collections::BTreeMap;
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Component, MemberId};
use windlass_engine::plan::Goal;
use windlass_engine::snapshot::Member;
use windlass_engine::version::{Version, VersionError};

/// Ids of controllers that are no brokers begin here.
const CONTROLLER_ID_FIRST: i32 = 101;
/// Copies of each partition.
const COPIES: usize = 3;
/// Fewest members of a drawn cluster, and most.
const MEMBERS_MOST: u64 = 12;
/// Carriers die within so many instants: each request passes one.
const DEADLY_INSTANTS: u64 = 3_000;
/// A look is some forty messages, any of which may fare badly: each so much more seldom.
const MESSAGES_A_LOOK: u64 = 10;
/// Two hops each: from, by way of, to.
const WAYS: [[&str; 3]; 6] = [
    ["3.7.2", "3.9", "4.1.2"],
    ["3.8.1", "4.0", "4.1.2"],
    ["3.9.1", "4.0", "4.2.1"],
    ["3.9.2", "4.0", "4.1.2"],
    ["3.9.2", "4.1", "4.3.1"],
    ["4.0.2", "4.1", "4.2.1"],
];

/// Who sits where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seating {
    /// So many nodes that are both, ids from 1.
    Combined(u32),
    /// So many controllers, ids from 101, and so many brokers, ids from 1.
    Apart(u32, u32),
}

/// A drawn story, its layout, and the instants at which its carriers die.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The story.
    pub story: Story,
    /// What its cluster is besides.
    pub layout: Layout,
    /// The deaths.
    pub deaths: Vec<u64>,
}

fn member(id: i32, name: &str, carries: &[&str], runs: &Version) -> Member {
    let carried = carries.iter();
    Member {
        components: carried
            .map(|part| (Component::from(*part), runs.clone()))
            .collect(),
        ..Member::named(MemberId::from(id.to_string()), format!("{name} {id}"))
    }
}

fn up_to(first: i32, count: u32) -> impl Iterator<Item = i32> {
    (first..).take(count as usize)
}

/// The members of a cluster that runs one release.
#[must_use]
pub fn cast(seating: Seating, runs: &Version) -> Vec<Member> {
    match seating {
        Seating::Combined(count) => up_to(1, count)
            .map(|id| member(id, "node", &[CONTROLLER, BROKER], runs))
            .collect(),
        Seating::Apart(controllers, brokers) => {
            let brokers = up_to(1, brokers).map(|id| member(id, "broker", &[BROKER], runs));
            let controllers = up_to(CONTROLLER_ID_FIRST, controllers);
            let controllers = controllers.map(|id| member(id, "controller", &[CONTROLLER], runs));
            brokers.chain(controllers).collect()
        }
    }
}

/// The brokers of a seating.
#[must_use]
pub fn brokers(seating: Seating) -> Vec<i32> {
    match seating {
        Seating::Combined(count) | Seating::Apart(_, count) => up_to(1, count).collect(),
    }
}

/// A story of a cluster in which nothing goes wrong: from a release to another, with stops at lines.
///
/// # Errors
/// Where one of them is no version.
pub fn story(
    name: &str,
    catalog: &Arc<Catalog>,
    seating: Seating,
    layout: &Layout,
    way: [&str; 3],
) -> Result<Story, VersionError> {
    let [from, via, to] = way;
    let from = Version::parse(from)?;
    let mut story = cluster::story(name, Catalog::default(), cast(seating, &from), 1)?;
    story.catalog = catalog.clone();
    story.identity = "windlassFalseAAAAAAAAA".into();
    story.goal = Goal::Version(Version::parse(to)?);
    story.policy.via = vec![Version::parse(via)?];
    story.groups = layout.groups(&story.cast);
    let line = from.line();
    let line = catalog.lines.iter().find(|facts| facts.line == line);
    let stands = line.and_then(|line| line.levels.get(&METADATA_VERSION.into()));
    let stands = stands.map(|(_, high)| (METADATA_VERSION.into(), *high));
    story.levels = stands.into_iter().collect::<BTreeMap<_, _>>();
    Ok(story)
}

/// Draws the story of a seed.
///
/// # Errors
/// None: what stands in it are versions.
pub fn draw(number: u64, catalog: &Arc<Catalog>) -> Result<Drawn, VersionError> {
    let mut dice = Dice::apart(number, &[0x6b61_666b]);
    let seating = match dice.below(4) {
        0 => Seating::Combined(seed::small(&mut dice, 3, 5)),
        // Five controllers leave room for few brokers.
        1 => Seating::Apart(5, seed::small(&mut dice, 3, MEMBERS_MOST - 5)),
        _ => Seating::Apart(3, seed::small(&mut dice, 3, MEMBERS_MOST - 3)),
    };
    let ids = brokers(seating);
    // The first topic gives each broker something to hold.
    let topics = (0..dice.between(1, 3)).map(|topic| {
        let more = usize::try_from(dice.between(0, 4)).unwrap_or(0);
        let name = format!("topic-{topic}");
        Topic::round(&name, &ids, ids.len() + more, COPIES)
    });
    let layout = Layout::of(topics.collect());
    let way = dice.one(&WAYS).copied().unwrap_or(WAYS[0]);
    let name = format!("kafka seed {number}");
    let mut story = story(&name, catalog, seating, &layout, way)?;
    story.seed = number;
    seed::will(&mut story, &mut dice);
    story.groups = layout.groups(&story.cast);
    seed::trouble(&mut story, &mut dice);
    let weather = &mut story.weather;
    for rate in [&mut weather.lost, &mut weather.late, &mut weather.doubled] {
        *rate = rate.div_ceil(MESSAGES_A_LOOK);
    }
    seed::words(&mut story, &mut dice);
    let deaths = (0..dice.between(1, 3)).map(|_| dice.between(1, DEADLY_INSTANTS));
    Ok(Drawn {
        deaths: deaths.collect(),
        story,
        layout,
    })
}
