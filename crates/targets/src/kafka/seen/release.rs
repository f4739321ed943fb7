//! Release: which one each seat of a node runs, told by the host and confirmed on the wire.
//!
//! On the wire a node tells its line only: all patches of a line answer alike. The exact release is
//! told by the host, from the files that the process holds open.
//! Must never know: health. Stories: `tests/it/seen.rs`.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::names::{Component, LevelName};
use windlass_engine::snapshot::{Gap, Weight};
use windlass_engine::version::Version;
use windlass_runner::ports::hand::Running;

use super::Sight;
use super::levels::METADATA_VERSION;
use super::roster::{Chair, Node};

/// What was told of the releases of a node.
#[derive(Default)]
pub struct Told {
    /// Told exactly; by the line alone where no host is declared.
    pub exact: BTreeMap<Component, Version>,
    /// Could not be told.
    pub unversioned: BTreeSet<Component>,
}

/// The line that a listener shows, by the newest metadata.version that it supports.
pub fn line(sight: &Sight<'_>, chair: &Chair<'_>) -> Option<Version> {
    let Chair::Asked(asked) = chair else {
        return None;
    };
    let newest = asked
        .hello
        .as_ref()
        .ok()?
        .supported
        .get(METADATA_VERSION)?
        .1;
    let name = LevelName::from(METADATA_VERSION);
    let shows = |levels: &BTreeMap<LevelName, (u16, u16)>| {
        levels.get(&name).is_some_and(|(_, high)| *high == newest)
    };
    let found = sight
        .catalog
        .lines
        .iter()
        .find(|line| shows(&line.levels))?;
    Some(found.line.clone())
}

/// Tells the release of each seat; names what could not be told.
pub fn tell(sight: &Sight<'_>, node: &Node<'_>, gaps: &mut Vec<Gap>) -> Told {
    let mut out = Told::default();
    let running = sight.hosts.get(&node.member).map(|seen| &seen.view.running);
    let mut gap = |what: String, mend: &str, weight| {
        gaps.push(Gap {
            about: node.name(),
            member: Some(node.member.clone()),
            what,
            mend: mend.to_string(),
            weight,
        });
    };
    for (component, chair) in node.chairs() {
        let line = line(sight, chair);
        let component = Component::from(component);
        match (running, line) {
            (
                Some(Running::Process {
                    release: Some(release),
                    ..
                }),
                Some(line),
            ) if release.line() != line => {
                gap(
                    format!(
                        "its process holds files of {release}, and its {component} listener answers as {line}"
                    ),
                    "look which process listens there: the declared one, or another",
                    Weight::Bars,
                );
                out.unversioned.insert(component);
            }
            (
                Some(Running::Process {
                    release: Some(release),
                    ..
                }),
                line,
            ) => {
                if line.is_none() && chair.answers() {
                    let mend = "take a catalog that knows this line";
                    gap(
                        format!("its {component} listener answers as no line of the catalog"),
                        mend,
                        Weight::Informs,
                    );
                }
                out.exact.insert(component, release.clone());
            }
            (Some(Running::Process { release: None, .. }), _) => {
                gap(
                    "the release of its process could not be told from the files it holds open"
                        .to_string(),
                    "run Kafka from the jars of one release, as declared",
                    Weight::Bars,
                );
                out.unversioned.insert(component);
            }
            // No process, or no sight of it: health and the gap of the host say so. The line alone
            // must not pass for the release then.
            (Some(Running::Nothing | Running::Unknown(_)), _) => {
                out.unversioned.insert(component);
            }
            (None, Some(line)) => {
                gap(
                    format!("its {component} shows the line {line} only, not the exact release"),
                    "declare its host: the exact release is read there",
                    Weight::Informs,
                );
                out.exact.insert(component, line);
            }
            (None, None) => {
                gap(
                    format!("the release of its {component} could not be told"),
                    "declare its host, and make its listener reachable",
                    Weight::Bars,
                );
                out.unversioned.insert(component);
            }
        }
    }
    out
}
