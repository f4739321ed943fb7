//! Releases in a row by age, hops of the maker above it, the way below it, what is barred dashed.
//!
//! Of one component: the first that the catalog moves. Must never know: how a way is found.
//! Stories: `tests/it/scenarios.rs`.

use super::{Bow, Canvas, LETTER_PX, LINE_PX, MARGIN_PX, Paint, Thick, width};
use std::collections::BTreeSet;
use windlass_engine::catalog::{Catalog, Moved, Release};
use windlass_engine::names::{Component, Track};
use windlass_engine::plan::{Plan, Stage};
use windlass_engine::refusal::Refusal;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::version::Version;

/// More releases than these in a row are no picture any more.
const NODES_MAX_COUNT: usize = 26;
/// More hops than these above the row are a thicket: those that others make up for are left out.
const EDGES_MAX_COUNT: usize = 60;
const NODE_HIGH_PX: usize = 30;
const GAP_PX: usize = 22;
/// An arc rises so much for each release that it passes, and no higher than the most.
const RISE_PX: usize = 20;
const RISE_MAX_PX: usize = 190;

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Whose releases.
    pub catalog: &'a Catalog,
    /// What runs.
    pub snapshot: Option<&'a Snapshot>,
    /// The way that is marked.
    pub plan: Option<&'a Plan>,
    /// Why there is none.
    pub barred: Option<&'a Refusal>,
}

/// A hop between two of the releases drawn.
struct Hop {
    from: usize,
    to: usize,
    paint: Paint,
    thick: Thick,
    says: String,
}

/// The whole picture.
#[must_use]
pub fn picture(scene: &Scene<'_>) -> String {
    let mut canvas = Canvas::default();
    let of = subject(scene);
    let title = format!(
        "{}: releases of {} and the hops of {of}",
        scene.title, scene.catalog.system
    );
    canvas.bold(MARGIN_PX, MARGIN_PX + LINE_PX, &title);
    let runs = running(scene, &of);
    let way = way(scene, &of);
    let (nodes, left) = nodes(scene, &of, &runs, &way);
    let supported = supported(scene.catalog, &of, &nodes);
    let barred = barred(scene.catalog, &of, &nodes);
    let rise = |hop: &Hop| ((hop.to - hop.from) * RISE_PX + RISE_PX).min(RISE_MAX_PX);
    let above = supported.iter().map(rise).max().unwrap_or(0);
    let row = MARGIN_PX + 4 * LINE_PX + above;
    let mut middles = Vec::new();
    let mut x = MARGIN_PX;
    for release in &nodes {
        let text = release.version.to_string();
        let wide = width(&text) + 2 * LETTER_PX;
        let is_goal = way.last().is_some_and(|(_, to)| to == &release.version);
        let paint = match (runs.contains(&release.version), is_goal, &release.avoid) {
            (true, _, _) => Paint::Moves,
            (false, true, _) => Paint::Goal,
            (false, false, Some(_)) => Paint::Warns,
            (false, false, None) => Paint::Quiet,
        };
        canvas.cell(
            (x, row),
            (wide, NODE_HIGH_PX),
            paint,
            &text,
            &about(release),
        );
        middles.push(x + wide / 2);
        x += wide + GAP_PX;
    }
    let place = |index: usize| middles.get(index).copied().unwrap_or(MARGIN_PX);
    for hop in &supported {
        let bow = Bow::Above(rise(hop));
        canvas.arc(
            (place(hop.from), row),
            place(hop.to),
            bow,
            hop.paint,
            hop.thick,
            &hop.says,
        );
    }
    let foot = row + NODE_HIGH_PX;
    let mut deepest = 0;
    for hop in &barred {
        deepest = deepest.max(rise(hop));
        let bow = Bow::Below(rise(hop));
        canvas.arc(
            (place(hop.from), foot),
            place(hop.to),
            bow,
            hop.paint,
            hop.thick,
            &hop.says,
        );
    }
    for (from, to) in &way {
        let at = |version: &Version| nodes.iter().position(|r| &r.version == version);
        if let (Some(from), Some(to)) = (at(from), at(to)) {
            let high = (to.abs_diff(from) * RISE_PX + RISE_PX).min(RISE_MAX_PX);
            deepest = deepest.max(high);
            let says = format!("the way: {} → {}", nodes[from].version, nodes[to].version);
            let bow = Bow::Below(high);
            canvas.arc(
                (place(from), foot),
                place(to),
                bow,
                Paint::Goal,
                Thick::Way,
                &says,
            );
        }
    }
    legend(&mut canvas, scene, foot + deepest + 2 * LINE_PX, left);
    canvas.document(&title)
}

fn legend(canvas: &mut Canvas, scene: &Scene<'_>, top: usize, left: usize) {
    let mut y = top;
    let mut say = |text: &str| {
        canvas.dim(MARGIN_PX, y, text);
        y += LINE_PX;
    };
    say(
        "above: hops that the maker supports; below, thick: the way; dashed: barred or only under a condition (hover says why)",
    );
    say("blue: runs now; green: the goal; yellow: not advised");
    if left > 0 {
        say(&format!(
            "{left} more releases are not drawn: windlass catalog show {}",
            scene.catalog.system
        ));
    }
    if let Some(refusal) = scene.barred {
        say(&format!(
            "refused, {}: {}",
            refusal.code.name(),
            refusal.says
        ));
        for because in &refusal.because {
            say(&format!("  {}", because.fact));
        }
    }
}

/// The component whose hops are drawn.
fn subject(scene: &Scene<'_>) -> Component {
    let main = scene.catalog.components.iter();
    let mut movable = main.filter(|c| c.track.is_main() && c.moved == Moved::Here);
    let seen = |name: &Component| {
        scene.snapshot.is_none_or(|snapshot| {
            let mut members = snapshot.members.values();
            members.any(|member| member.components.contains_key(name))
        })
    };
    let found = movable.find(|c| seen(&c.name));
    found.map_or_else(|| Component::from("all"), |c| c.name.clone())
}

fn running(scene: &Scene<'_>, of: &Component) -> BTreeSet<Version> {
    let members = scene.snapshot.into_iter().flat_map(|s| s.members.values());
    members
        .filter_map(|m| m.components.get(of))
        .cloned()
        .collect()
}

/// The hops of the way that move this component.
fn way(scene: &Scene<'_>, of: &Component) -> Vec<(Version, Version)> {
    let (Some(plan), Some(snapshot)) = (scene.plan, scene.snapshot) else {
        return Vec::new();
    };
    let mut hops = Vec::new();
    for (_, _, stage) in plan.stages() {
        let Stage::Move(step) = stage else { continue };
        let carries = step
            .members
            .iter()
            .filter_map(|id| snapshot.members.get(id));
        if carries
            .into_iter()
            .any(|member| member.components.contains_key(of))
        {
            for from in &step.from {
                let hop = (from.clone(), step.to.clone());
                if !hops.contains(&hop) {
                    hops.push(hop);
                }
            }
        }
    }
    hops
}

/// What is worth drawing, oldest first: what runs and what the way touches, the newest of each line,
/// from the line before what runs on; of too many the ones nearest to the way. And how many are left out.
fn nodes<'c>(
    scene: &Scene<'c>,
    of: &Component,
    runs: &BTreeSet<Version>,
    way: &[(Version, Version)],
) -> (Vec<&'c Release>, usize) {
    let catalog = scene.catalog;
    let track = catalog.track_of(of);
    let mut all: Vec<&Release> = catalog
        .releases
        .iter()
        .filter(|r| r.track == track)
        .collect();
    all.sort_by(|a, b| a.version.cmp(&b.version));
    let named = |version: &Version| {
        runs.contains(version)
            || way
                .iter()
                .any(|(from, to)| from == version || to == version)
    };
    let newest = |release: &Release| {
        let line = release.version.line();
        let mut newer = all
            .iter()
            .filter(|r| r.avoid.is_none() && line.names(&r.version));
        release.avoid.is_none() && !newer.any(|r| r.version > release.version)
    };
    let lines = catalog.lines_of(of);
    let first = runs.first().map(Version::line).map(|here| {
        let before = lines.all().iter().rev().find(|line| **line < here);
        before.cloned().unwrap_or(here)
    });
    let last = way.iter().map(|(_, to)| to.line()).max();
    let is_near = |version: &Version| {
        first.as_ref().is_none_or(|first| &version.line() >= first)
            && last.as_ref().is_none_or(|last| version.line() <= *last)
    };
    let mut kept: Vec<&Release> = all
        .iter()
        .filter(|r| named(&r.version) || (newest(r) && is_near(&r.version)))
        .copied()
        .collect();
    while kept.len() > NODES_MAX_COUNT {
        // Without a snapshot the newest are the ones looked for, else what lies on the way.
        match kept.iter().position(|r| !named(&r.version)) {
            Some(oldest) => {
                kept.remove(oldest);
            }
            None => break,
        }
    }
    let left = all.len() - kept.len();
    (kept, left)
}

fn about(release: &Release) -> String {
    let mut says = vec![release.version.to_string()];
    says.extend(
        release
            .released
            .as_ref()
            .map(|day| format!("released {day}")),
    );
    says.extend(
        release
            .support_ends
            .as_ref()
            .map(|day| format!("supported until {day}")),
    );
    says.extend(
        release
            .avoid
            .as_ref()
            .map(|why| format!("not advised: {why}")),
    );
    says.push(release.source.clone());
    says.join("\n")
}

/// Hops that the maker supports; of a thicket only those that no two others make up for.
fn supported(catalog: &Catalog, of: &Component, nodes: &[&Release]) -> Vec<Hop> {
    let track = catalog.track_of(of);
    let lead = |from: &Version, to: &Version| {
        let path = catalog.paths.iter().find(|path| {
            path.track == track
                && (path.of.is_empty() || path.of.contains(of))
                && catalog.leads(path, from, to)
        });
        path.map(|path| path.source.clone())
    };
    let mut hops = Vec::new();
    for (from, one) in nodes.iter().enumerate() {
        for (to, other) in nodes.iter().enumerate().skip(from + 1) {
            let (one, other) = (&one.version, &other.version);
            let edge = catalog
                .edges
                .iter()
                .find(|e| &e.from == one && &e.to == other);
            let edge = edge.filter(|_| track == Track::default());
            let risks = edge.map(|edge| edge.risks.as_slice()).unwrap_or_default();
            let Some(source) = edge
                .map(|_| "an edge of its graph".to_owned())
                .or_else(|| lead(one, other))
            else {
                continue;
            };
            let names: Vec<&str> = risks.iter().map(|risk| risk.as_str()).collect();
            let (paint, thick, more) = match names.as_slice() {
                [] => (Paint::Quiet, Thick::Thin, source),
                names => (
                    Paint::Warns,
                    Thick::Dashed,
                    format!("only unless {} applies", names.join(", ")),
                ),
            };
            let says = format!("{one} → {other}\n{more}");
            hops.push(Hop {
                from,
                to,
                paint,
                thick,
                says,
            });
        }
    }
    if hops.len() > EDGES_MAX_COUNT {
        let pairs: BTreeSet<(usize, usize)> = hops.iter().map(|hop| (hop.from, hop.to)).collect();
        hops.retain(|hop| {
            let mut between = hop.from + 1..hop.to;
            !between.any(|at| pairs.contains(&(hop.from, at)) && pairs.contains(&(at, hop.to)))
        });
    }
    hops
}

/// Hops that the maker forbids, of each rule and release the nearest.
fn barred(catalog: &Catalog, of: &Component, nodes: &[&Release]) -> Vec<Hop> {
    let track = catalog.track_of(of);
    let rules = catalog.blocked.iter();
    let rules = rules.filter(|r| r.track == track && (r.of.is_empty() || r.of.contains(of)));
    let mut hops = Vec::new();
    for rule in rules {
        for (from, one) in nodes
            .iter()
            .enumerate()
            .filter(|(_, r)| rule.from.holds(&r.version))
        {
            let mut later = nodes.iter().enumerate().skip(from + 1);
            if let Some((to, other)) = later.find(|(_, r)| rule.to.holds(&r.version)) {
                let says = format!(
                    "{} → {} is barred: {}\n{}",
                    one.version, other.version, rule.why, rule.mend
                );
                hops.push(Hop {
                    from,
                    to,
                    paint: Paint::Bars,
                    thick: Thick::Dashed,
                    says,
                });
            }
        }
    }
    hops
}
