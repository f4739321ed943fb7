//! Why there is no way: the fewest facts that together bar it, and what would open one.
//!
//! Every rule is left aside in turn: one without which there is still no way has no part in the
//! proof. What remains bars together, and nothing in it is superfluous.
//! Must never know: how a proof is rendered. Stories: `tests/it/refusal.rs`.

use super::search::{Ease, Found, search};
use super::seen::{Seen, list};
use super::world::{Heading, Part, Patches, World};
use crate::catalog::{Catalog, Path};
use crate::refusal::{Because, Code, Refusal};
use crate::version::Version;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The search passed its limit.
pub(super) fn too_large(world: &World) -> Refusal {
    Refusal {
        code: Code::TooLarge,
        says: "the search for a way was given up: too many ways to look at".into(),
        because: vec![Because {
            fact: format!(
                "{} kinds of members at {} different starts",
                world.classes.len(),
                world.groups.len()
            ),
            source: None,
        }],
        hints: vec!["name a nearer goal, or stops on the way: windlass plan {cluster} --to VERSION --via LINE".into()],
    }
}

/// There is no way to the last of the stops.
pub(super) fn barred(
    catalog: &Catalog,
    seen: &Seen,
    stops: &[Version],
    heading: Heading,
) -> Refusal {
    let world = World::of(catalog, seen, stops, Patches::All, heading);
    let goal = world.version(world.goal()).clone();
    let direct = core::slice::from_ref(&goal);
    if stops.len() > 1 && opens(catalog, seen, direct) {
        return by_stops(stops, &goal);
    }
    let ways = far(&world);
    if !ways.is_empty() {
        return match heading {
            Heading::Forth => no_path(catalog, seen, &goal, &ways),
            Heading::Back => no_path_back(catalog, seen, &goal, &ways),
        };
    }
    by_rules(catalog, seen, &world, &goal)
}

fn opens(catalog: &Catalog, seen: &Seen, stops: &[Version]) -> bool {
    [Patches::Newest, Patches::All].into_iter().any(|patches| {
        let world = World::of(catalog, seen, stops, patches, Heading::Forth);
        matches!(search(&world, &Ease::default()), Found::Way(_))
    })
}

/// Releases that run and from which no chain of paths leads to the goal.
fn far(world: &World) -> Vec<Version> {
    let running: BTreeSet<u16> = world
        .groups
        .iter()
        .filter(|g| g.part == Part::Moves)
        .flat_map(|g| g.start.iter().copied())
        .collect();
    running
        .into_iter()
        .filter(|at| world.far[usize::from(*at)].is_none())
        .map(|at| world.version(at).clone())
        .collect()
}

fn by_stops(stops: &[Version], goal: &Version) -> Refusal {
    let named: Vec<String> = stops
        .iter()
        .filter(|stop| *stop != goal)
        .map(ToString::to_string)
        .collect();
    let names: Vec<&str> = named.iter().map(String::as_str).collect();
    Refusal {
        code: Code::Via,
        says: format!("no way to {goal} stops at {}", list(&names)),
        because: vec![Because {
            fact: format!(
                "there is a way to {goal} without stopping at {}",
                list(&names)
            ),
            source: None,
        }],
        hints: vec![format!("windlass plan {{cluster}} --to {goal}")],
    }
}

fn no_path(catalog: &Catalog, seen: &Seen, goal: &Version, from: &[Version]) -> Refusal {
    let mut because: Vec<Because> = from
        .iter()
        .map(|version| Because {
            fact: format!("{version} runs on {}", who(seen, version)),
            source: None,
        })
        .collect();
    let mut leads: Vec<&Path> = Vec::new();
    for path in catalog.paths.iter().filter(|path| path.to.holds(goal)) {
        if !leads.iter().any(|known| known.from == path.from) {
            leads.push(path);
        }
    }
    because.extend(leads.iter().map(|path| Because {
        fact: format!("{goal} is reached from {} only", path.from),
        source: Some(path.source.clone()),
    }));
    if leads.is_empty() {
        because.push(Because {
            fact: format!("no path of the {} catalog leads to {goal}", catalog.system),
            source: None,
        });
    }
    Refusal {
        code: Code::NoPath,
        says: format!("no chain of supported paths leads from what runs to {goal}"),
        because,
        hints: nearest(catalog, seen, goal),
    }
}

fn no_path_back(catalog: &Catalog, seen: &Seen, goal: &Version, from: &[Version]) -> Refusal {
    let mut because: Vec<Because> = from
        .iter()
        .map(|version| Because {
            fact: format!("{version} runs on {}", who(seen, version)),
            source: None,
        })
        .collect();
    because.push(Because {
        fact: format!(
            "the {} catalog knows no path from {goal} up to it that may also be gone back",
            catalog.system
        ),
        source: None,
    });
    Refusal {
        code: Code::NoPath,
        says: format!("no chain of supported paths leads back from what runs to {goal}"),
        because,
        hints: vec!["what can be reached: windlass targets {cluster}".into()],
    }
}

/// What may not be broken, and together bars.
enum Bar {
    Rule(usize),
    Level(usize),
}

fn by_rules(catalog: &Catalog, seen: &Seen, world: &World, goal: &Version) -> Refusal {
    let rules: BTreeSet<usize> = world.rules.iter().map(|rule| rule.index).collect();
    let all = rules
        .into_iter()
        .map(Bar::Rule)
        .chain((0..world.axes.len()).map(Bar::Level));
    let mut ease = Ease::default();
    let mut bars = Vec::new();
    for bar in all {
        let mut tried = ease.clone();
        match bar {
            Bar::Rule(index) => tried.rules.insert(index),
            Bar::Level(axis) => tried.axes.insert(axis),
        };
        match search(world, &tried) {
            Found::Nothing => ease = tried,
            Found::Way(_) | Found::TooLarge => bars.push(bar),
        }
    }
    let only_levels = bars.iter().all(|bar| matches!(bar, Bar::Level(_)));
    let mut because = vec![Because {
        fact: runs(seen),
        source: None,
    }];
    because.extend(stays(seen));
    for bar in &bars {
        match bar {
            Bar::Rule(index) => because.extend(catalog.skew.get(*index).map(|rule| Because {
                fact: format!("{}: {}", rule.id, rule.why),
                source: Some(rule.source.clone()),
            })),
            Bar::Level(axis) => because.extend(level(catalog, world, *axis, goal)),
        }
    }
    let mut hints = Vec::new();
    if only_levels && world.heading == Heading::Forth {
        hints.push(
            "raise the levels to what runs supports first: windlass finalize {cluster}".into(),
        );
    }
    match world.heading {
        Heading::Forth => hints.extend(nearest(catalog, seen, goal)),
        Heading::Back => hints.push("what runs: windlass observe {cluster}".into()),
    }
    Refusal {
        code: if only_levels { Code::Level } else { Code::Skew },
        says: if only_levels {
            format!("a level that the way to {goal} requires cannot be reached")
        } else {
            format!("every way to {goal} passes versions that may not stand side by side")
        },
        because,
        hints,
    }
}

fn level(catalog: &Catalog, world: &World, axis: usize, goal: &Version) -> Vec<Because> {
    let axis = &world.axes[axis];
    let mut because = vec![Because {
        fact: format!(
            "{} is finalized at {}",
            axis.name,
            catalog.level_named(&axis.name, axis.start)
        ),
        source: None,
    }];
    let needs = catalog.paths.iter().find_map(|path| {
        let number = path.needs.get(&axis.name)?;
        (path.to.holds(goal) && *number > axis.start).then_some((*number, &path.source))
    });
    let bounds = catalog
        .line(goal)
        .and_then(|line| Some((*line.levels.get(&axis.name)?, &line.source)));
    because.extend(match (needs, bounds) {
        (Some((number, source)), _) => Some(Because {
            fact: format!(
                "{goal} requires it at {} or more",
                catalog.level_named(&axis.name, number)
            ),
            source: Some(source.clone()),
        }),
        (None, Some(((low, high), source))) => Some(Because {
            fact: format!("{goal} supports it from {low} to {high}"),
            source: Some(source.clone()),
        }),
        (None, None) => None,
    });
    because
}

/// Members that stay as they are bar more than others: they never come along.
fn stays(seen: &Seen) -> Option<Because> {
    let members = seen.snapshot.members.values();
    let names: Vec<&str> = members
        .filter(|m| seen.left.contains(&m.id))
        .map(|m| m.name.as_str())
        .collect();
    (!names.is_empty()).then(|| Because {
        fact: format!("left as it stands: {}", list(&names)),
        source: None,
    })
}

/// `controller 3.9.1; broker 3.9.1, 4.0.2`.
fn runs(seen: &Seen) -> String {
    let parts: Vec<String> = seen
        .runs()
        .into_iter()
        .map(|(component, versions)| {
            let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
            format!("{component} {}", versions.join(", "))
        })
        .collect();
    format!("what runs: {}", parts.join("; "))
}

fn who(seen: &Seen, version: &Version) -> String {
    let names: Vec<&str> = seen
        .snapshot
        .members
        .values()
        .filter(|m| m.components.values().any(|v| v == version))
        .map(|m| m.name.as_str())
        .collect();
    list(&names)
}

/// The newest release below the goal that can be reached now, as a command.
fn nearest(catalog: &Catalog, seen: &Seen, goal: &Version) -> Vec<String> {
    let newest = seen.releases().into_iter().max();
    let mut near: Vec<&Version> = catalog
        .releases
        .iter()
        .filter(|r| r.avoid.is_none() && &r.version < goal)
        .map(|r| &r.version)
        .filter(|v| newest.as_ref().is_some_and(|newest| *v > newest))
        .filter(|v| catalog.newest(&v.line()).is_some_and(|r| &r.version == *v))
        .collect();
    near.sort();
    let found = near
        .into_iter()
        .rev()
        .find(|version| opens(catalog, seen, core::slice::from_ref(*version)));
    match found {
        Some(version) => vec![format!(
            "{version} can be reached now: windlass plan {{cluster}} --to {version}"
        )],
        None => vec!["what can be reached: windlass targets {cluster}".into()],
    }
}
