//! Release: which one each seat of a node runs, told by the host and confirmed on the wire.
//!
//! On the wire a node tells its line only: all patches of a line answer alike. The exact release is
//! told by the host, from the files that the process holds open.
//! Must never know: health. Stories: `tests/it/kafka_seen.rs`.

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
    let (mut lines, mut odd, mut untold) = (BTreeSet::new(), Vec::new(), Vec::new());
    for (name, chair) in node.chairs() {
        let line = line(sight, chair);
        let component = Component::from(name);
        match (running, line) {
            (
                Some(Running::Process {
                    release: Some(release),
                    ..
                }),
                line,
            ) => {
                if line.as_ref().is_some_and(|line| *line != release.line()) {
                    let shown = line.map(|line| line.to_string()).unwrap_or_default();
                    odd.push((name, release.clone(), shown));
                    out.unversioned.insert(component);
                } else {
                    out.exact.insert(component, release.clone());
                }
            }
            // Without a process, or a sight of it, the line alone must not pass for the release:
            // health, or the gap of the host, says so.
            (
                Some(
                    Running::Process { release: None, .. } | Running::Nothing | Running::Unknown(_),
                ),
                _,
            ) => {
                out.unversioned.insert(component);
            }
            (None, Some(line)) => {
                lines.insert(line.to_string());
                out.exact.insert(component, line);
            }
            (None, None) => {
                untold.push(name);
                out.unversioned.insert(component);
            }
        }
    }
    let mut gap = |what: String, mend: &str, weight| {
        gaps.push(Gap {
            about: node.name(),
            member: Some(node.member.clone()),
            what,
            mend: mend.to_string(),
            weight,
        });
    };
    // A process that has just started holds nothing open yet, and listens nowhere either.
    let unreadable = matches!(running, Some(Running::Process { release: None, .. }));
    if unreadable && node.answers() {
        let what = "the release of its process could not be told from the files it holds open";
        gap(
            what.to_string(),
            "run Kafka from the jars of one release, as declared",
            Weight::Bars,
        );
    }
    for (name, release, shown) in odd {
        let what = format!(
            "its process holds files of {release}, and its {name} listener answers as {shown}"
        );
        gap(
            what,
            "look which process listens there: the declared one, or another",
            Weight::Bars,
        );
    }
    if !lines.is_empty() {
        let lines = lines.into_iter().collect::<Vec<_>>().join(" and ");
        let what = format!("it shows the line {lines} only, not the exact release");
        gap(
            what,
            "declare its host: the exact release is read there",
            Weight::Informs,
        );
    }
    if !untold.is_empty() {
        let what = format!(
            "the release of its {} could not be told",
            untold.join(" and ")
        );
        gap(
            what,
            "declare its host, and make its listeners reachable",
            Weight::Bars,
        );
    }
    out
}
