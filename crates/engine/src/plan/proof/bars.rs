//! The facts that can bar a way: what runs, missing paths, blocked hops, risks, levels, rules.
//!
//! Must never know: which of them bar. Stories: `tests/it/refusal.rs`.

use crate::catalog::{Blocked, Catalog, Matching, Moved};
use crate::names::{Component, LevelName, RiskName};
use crate::plan::seen::{Seen, list};
use crate::plan::world::edges::is_ruled_out;
use crate::plan::world::{At, Ease, Heading, Part, Patches, World};
use crate::refusal::{Because, Code, FactRef};
use crate::snapshot::Fact;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// One fact that can bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    /// Some members run this.
    Runs(Part, Vec<Component>, Vec<Version>),
    /// No path is offered from one line of a scheme to another.
    Absent(usize, Version, Version),
    /// A hop that is blocked, by its place in the catalog.
    Blocked(usize),
    /// A risk that is not ruled out.
    Risk(RiskName),
    /// A level that stands where it stands.
    Level(LevelName),
    /// A skew rule, by its place in the catalog.
    Rule(usize),
}

/// All of them in a picture, those first that a proof should rather be made of.
pub(super) fn all(world: &World, seen: &Seen) -> Vec<Bar> {
    let offered = whole(world.catalog);
    let offered = World::of(seen, world.aim, Patches::All, &offered);
    let mut bars = Vec::new();
    for class in &world.classes {
        for group in &class.groups {
            let group = &world.groups[*group];
            let (names, versions) = world.named(&class.components, &group.start);
            let bar = Bar::Runs(group.part, names, versions);
            if !bars.contains(&bar) {
                bars.push(bar);
            }
        }
    }
    bars.extend(absent(&offered));
    bars.extend((0..world.catalog.blocked.len()).map(Bar::Blocked));
    let risks = world.catalog.risks.iter().map(|risk| &risk.name);
    let risks = risks.filter(|name| {
        !world.aim.accepted.contains(*name) && !is_ruled_out(world.catalog, seen.snapshot, name)
    });
    bars.extend(risks.map(|name| Bar::Risk(name.clone())));
    bars.extend(world.axes.iter().map(|axis| Bar::Level(axis.name.clone())));
    let rules: BTreeSet<usize> = world.rules.iter().map(|rule| rule.index).collect();
    bars.extend(rules.into_iter().map(Bar::Rule));
    bars
}

/// A picture in which every hop that the maker names is open.
fn whole(catalog: &Catalog) -> Ease {
    Ease {
        blocked: (0..catalog.blocked.len()).collect(),
        risks: catalog.risks.iter().map(|risk| risk.name.clone()).collect(),
        levels: catalog
            .levels
            .iter()
            .map(|level| level.name.clone())
            .collect(),
        ..Ease::default()
    }
}

/// Pairs of lines between which some hop is missing for some component, of the schemes in which
/// something moves.
fn absent(world: &World) -> Vec<Bar> {
    let mut found = BTreeSet::new();
    let carried: BTreeSet<usize> = world
        .classes
        .iter()
        .flat_map(|class| class.components.iter().copied())
        .collect();
    let strands = world.classes.iter().flat_map(|class| &class.strands);
    let moving: BTreeMap<usize, At> = strands
        .filter_map(|strand| Some((strand.track, strand.goal?)))
        .fold(BTreeMap::new(), |mut most, (track, goal)| {
            let known = most.entry(track).or_insert(goal);
            *known = goal.max(*known);
            most
        });
    for (track, goal) in moving {
        let oldest = oldest(world, track).unwrap_or(goal);
        let targets = world
            .targets
            .iter()
            .filter(|to| (oldest..=goal).contains(to));
        for to in targets {
            for from in oldest..*to {
                if !is_whole(world, &carried, from, *to) {
                    let (from, to) = (world.version(from).line(), world.version(*to).line());
                    found.insert((track, from, to));
                }
            }
        }
    }
    found
        .into_iter()
        .map(|(track, from, to)| Bar::Absent(track, from, to))
        .collect()
}

/// Whether a hop is offered to all that is carried of its scheme.
fn is_whole(world: &World, carried: &BTreeSet<usize>, from: At, to: At) -> bool {
    let track = world.track_of[usize::from(from)];
    let mut of_track = carried
        .iter()
        .filter(|component| world.atlas.track_of[**component] == track);
    of_track.all(|component| {
        let mut ways = world.ways(from, to);
        ways.any(|way| way.is_of(*component))
    })
}

/// The first version of a scheme, in the order of a way, that a member that is to move runs.
fn oldest(world: &World, track: usize) -> Option<At> {
    let (first, end) = world.blocks[track];
    let movers = world.groups.iter().filter(|g| g.part == Part::Moves);
    let runs = movers.flat_map(|group| group.start.iter().copied());
    runs.filter(|at| (first..end).contains(at)).min()
}

/// A picture without these.
pub(super) fn ease<'a>(bars: impl Iterator<Item = &'a Bar>) -> Ease {
    let mut ease = Ease::default();
    for bar in bars.cloned() {
        match bar {
            Bar::Runs(part, names, versions) => {
                ease.gone.insert((part, names, versions));
            }
            Bar::Absent(track, from, to) => {
                ease.absent.insert((track, from, to));
            }
            Bar::Blocked(index) => {
                ease.blocked.insert(index);
            }
            Bar::Risk(name) => {
                ease.risks.insert(name);
            }
            Bar::Level(name) => {
                ease.levels.insert(name);
            }
            Bar::Rule(index) => {
                ease.rules.insert(index);
            }
        }
    }
    ease
}

impl Bar {
    /// The "no" that it makes; none: what runs is a part of every proof.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Runs(..) => None,
            Self::Absent(..) => Some(Code::NoPath),
            Self::Blocked(_) => Some(Code::Blocked),
            Self::Risk(_) => Some(Code::Risk),
            Self::Level(_) => Some(Code::Level),
            Self::Rule(_) => Some(Code::Skew),
        }
    }

    /// What a user can do about it, in words.
    pub fn mend(&self, seen: &Seen) -> Vec<String> {
        match self {
            Self::Runs(_, names, _) => names
                .iter()
                .filter(|name| {
                    let facts = seen.catalog.component(name);
                    facts.is_some_and(|facts| facts.moved == Moved::Elsewhere)
                })
                .map(|name| {
                    format!(
                        "{name} is moved by plans of its own: bring it to a release that fits first"
                    )
                })
                .collect(),
            Self::Absent(..) | Self::Level(_) | Self::Rule(_) => Vec::new(),
            Self::Blocked(index) => {
                let blocked = seen.catalog.blocked.get(*index);
                blocked
                    .map(|blocked| blocked.mend.clone())
                    .into_iter()
                    .collect()
            }
            Self::Risk(name) => {
                let Some(risk) = seen.catalog.risks.iter().find(|risk| &risk.name == name) else {
                    return Vec::new();
                };
                let mut hints: Vec<String> = risk
                    .matching
                    .iter()
                    .filter_map(|matching| match matching {
                        Matching::Always => None,
                        Matching::Fact(fact) => {
                            Some(format!("whether {name} applies is told by the fact {fact}"))
                        }
                        Matching::Promql(query) => {
                            let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
                            Some(format!(
                                "whether {name} applies is told by Prometheus, 1 for yes: {query}"
                            ))
                        }
                    })
                    .collect();
                hints.push(format!(
                    "take the risk with open eyes: --accept-risk {name}"
                ));
                hints
            }
        }
    }
}

/// Facts as they are read: what runs, then what is not offered, a sentence a goal, then the others.
pub(super) fn told(world: &World, seen: &Seen, bars: &[Bar], goal: &Version) -> Vec<Because> {
    let mut missing: BTreeMap<(usize, &Version), Vec<&Version>> = BTreeMap::new();
    let mut others = Vec::new();
    for bar in bars {
        match bar {
            Bar::Runs(..) => {}
            Bar::Absent(track, from, to) => missing.entry((*track, to)).or_default().push(from),
            Bar::Blocked(index) => others.extend(blocked(seen.catalog, *index)),
            Bar::Risk(name) => others.extend(risk(seen, name)),
            Bar::Level(name) => others.extend(level(seen.catalog, world, name, goal)),
            Bar::Rule(index) => others.extend(rule(seen.catalog, *index)),
        }
    }
    let is_risky = |bar: &Bar| matches!(bar, Bar::Risk(_));
    let word = match (world.aim.heading, bars.iter().any(is_risky)) {
        (Heading::Forth, false) => "no path is offered",
        (Heading::Forth, true) => "no other path is offered",
        (Heading::Back, false) => "no path that may be gone back is offered",
        (Heading::Back, true) => "no other path that may be gone back is offered",
    };
    let missing = missing.into_iter().map(|((track, to), from)| {
        let refs = from.iter().map(|from| FactRef::Absent {
            track: world.atlas.tracks[track].track.clone(),
            from: (*from).clone(),
            to: to.clone(),
        });
        let names: Vec<String> = from.iter().map(ToString::to_string).collect();
        let text = format!("{word} to {to} from {}", names.join(", "));
        Because::seen(text, refs.collect())
    });
    let here = runs(seen, bars);
    here.into_iter().chain(missing).chain(others).collect()
}

fn blocked(catalog: &Catalog, index: usize) -> Option<Because> {
    let Blocked {
        of,
        track,
        from,
        to,
        why,
        source,
        ..
    } = catalog.blocked.get(index)?;
    let fact = FactRef::Blocked {
        of: of.clone(),
        track: track.clone(),
        from: from.clone(),
        to: to.clone(),
    };
    let text = format!("{from} to {to} is blocked: {why}");
    Some(Because::stands(text, source, vec![fact]))
}

fn rule(catalog: &Catalog, index: usize) -> Option<Because> {
    let rule = catalog.skew.get(index)?;
    let fact = FactRef::Rule {
        rule: rule.id.clone(),
    };
    let text = format!("{}: {}", rule.id, rule.why);
    Some(Because::stands(text, &rule.source, vec![fact]))
}

fn risk(seen: &Seen, name: &RiskName) -> Option<Because> {
    let mut risks = seen.catalog.risks.iter();
    let risk = risks.find(|risk| &risk.name == name)?;
    let says = |fact: String| seen.snapshot.facts.get(&fact);
    let applies = risk.matching.contains(&Matching::Always)
        || risk
            .facts()
            .any(|fact| says(fact) == Some(&Fact::Truth(true)));
    let state = if applies {
        "it applies"
    } else {
        "whether it applies is not known"
    };
    let text = format!("{name}: {} ({state})", risk.message);
    let fact = FactRef::Risk { risk: name.clone() };
    Some(Because::stands(text, &risk.source, vec![fact]))
}

/// What runs, a sentence for all that run the same release: `1.0.0 runs on a 1 and b 2`.
fn runs(seen: &Seen, bars: &[Bar]) -> Vec<Because> {
    let mut told: Vec<(Part, String, Vec<&str>, Vec<FactRef>)> = Vec::new();
    for bar in bars {
        let Bar::Runs(part, names, versions) = bar else {
            continue;
        };
        let what = match versions.first() {
            Some(one) if versions.iter().all(|v| v == one) => one.to_string(),
            Some(_) | None => {
                let each = names.iter().zip(versions);
                let each: Vec<String> = each.map(|(name, v)| format!("{name} {v}")).collect();
                each.join(" with ")
            }
        };
        let carries = names.iter().cloned().zip(versions.iter().cloned());
        let carries: BTreeMap<Component, Version> = carries.collect();
        let members = seen.snapshot.members.values();
        let who = members
            .filter(|m| seen.left.contains(&m.id) == (*part == Part::Stays))
            .filter(|m| m.components == carries)
            .map(|m| m.name.as_str());
        let who: Vec<&str> = who.collect();
        let fact = match part {
            Part::Moves => FactRef::Runs { carries },
            Part::Stays => FactRef::Stays { carries },
        };
        let mut same = told.iter_mut();
        match same.find(|known| (known.0, &known.1) == (*part, &what)) {
            Some((_, _, names, refs)) => {
                names.extend(who);
                refs.push(fact);
            }
            None => told.push((*part, what, who, vec![fact])),
        }
    }
    let sentence = |(part, what, who, refs): (Part, String, Vec<&str>, Vec<FactRef>)| {
        let stays = match part {
            Part::Moves => "",
            Part::Stays => ", left as it stands",
        };
        Because::seen(format!("{what} runs on {}{stays}", list(&who)), refs)
    };
    told.into_iter().map(sentence).collect()
}

/// Where it stands, and what is asked of it.
fn level(catalog: &Catalog, world: &World, name: &LevelName, goal: &Version) -> Option<Because> {
    let axis = world.axes.iter().find(|axis| &axis.name == name)?;
    let at = catalog.level_named(name, axis.start);
    let stands = format!("{name} is finalized at {at}");
    let refs = vec![FactRef::Level {
        level: name.clone(),
    }];
    let needs = catalog.paths.iter().find_map(|path| {
        let number = path.needs.get(name)?;
        (path.to.holds(goal) && *number > axis.start).then_some((*number, &path.source))
    });
    let bounds = catalog
        .line(goal)
        .and_then(|line| Some((*line.levels.get(name)?, &line.source)));
    Some(match (needs, bounds) {
        (Some((number, source)), _) => {
            let least = catalog.level_named(name, number);
            let text = format!("{stands}, and {goal} requires it at {least} or more");
            Because::stands(text, source, refs)
        }
        (None, Some(((low, high), source))) => {
            let text = format!("{stands}, and {goal} supports it from {low} to {high}");
            Because::stands(text, source, refs)
        }
        (None, None) => Because::seen(stands, refs),
    })
}
