//! A plan as a picture: hops as columns, components in their zones as rows, the mixes below.
//!
//! Must never know: how the plan was found. Stories: `tests/it/scenarios.rs`.

use super::{Canvas, LETTER_PX, LINE_PX, MARGIN_PX, Paint, width};
use crate::render::count;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Component, MemberId};
use windlass_engine::plan::{Hop, Move, Plan, Stage, name};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::version::Version;
use windlass_wire::duration::short;

/// A row: a component where it stands.
type Row = (usize, Component, Option<String>);
/// What runs: of each component of each member.
type Runs = BTreeMap<(MemberId, Component), Version>;

/// Height of a cell with one line in it.
const CELL_PX: usize = 28;
/// Between columns, and between rows.
const GAP_PX: usize = 10;
/// A column is at least so wide.
const COLUMN_LEAST_PX: usize = 90;

/// The whole picture.
#[must_use]
pub fn picture(shown: &str, plan: &Plan, snapshot: &Snapshot, catalog: &Catalog) -> String {
    let mut canvas = Canvas::default();
    let title = format!(
        "Plan {} for {shown} ({})",
        name(plan).short(),
        snapshot.system
    );
    let mut y = MARGIN_PX + LINE_PX;
    canvas.bold(MARGIN_PX, y, &title);
    y += LINE_PX;
    if plan.is_empty() {
        canvas.text(MARGIN_PX, y, "nothing to do");
        return canvas.document(&title);
    }
    let facts = format!(
        "{}, {}, about {}",
        count(plan.hops.len(), "hop"),
        count(plan.moves(), "restart"),
        short(plan.expected)
    );
    canvas.dim(MARGIN_PX, y, &facts);
    y += LINE_PX;
    let grid = Grid::of(plan, snapshot, catalog);
    y = grid.draw(&mut canvas, plan, y);
    canvas.bold(
        MARGIN_PX,
        y + LINE_PX,
        "Every mix that will stand side by side",
    );
    y += 2 * LINE_PX;
    for mix in &plan.mixes {
        let runs = mix.runs.iter().map(|(component, versions)| {
            let versions: Vec<&str> = versions.iter().map(Version::as_str).collect();
            format!("{component} {}", versions.join(" and "))
        });
        let runs: Vec<String> = runs.collect();
        canvas.text(MARGIN_PX, y, &format!("{}: {}", mix.step, runs.join(", ")));
        y += LINE_PX;
    }
    canvas.document(&title)
}

/// What stands in each row after each hop.
struct Grid {
    rows: BTreeMap<Row, BTreeSet<(MemberId, Component)>>,
    columns: Vec<Runs>,
}

impl Grid {
    fn of(plan: &Plan, snapshot: &Snapshot, catalog: &Catalog) -> Self {
        let mut rows: BTreeMap<Row, BTreeSet<(MemberId, Component)>> = BTreeMap::new();
        let mut runs = Runs::new();
        for member in snapshot.members.values() {
            for (component, version) in &member.components {
                let order = catalog.components.iter().position(|c| &c.name == component);
                let row = (
                    order.unwrap_or(usize::MAX),
                    component.clone(),
                    member.zone.clone(),
                );
                let part = (member.id.clone(), component.clone());
                rows.entry(row).or_default().insert(part.clone());
                runs.insert(part, version.clone());
            }
        }
        let mut columns = vec![runs];
        for hop in &plan.hops {
            let mut next = columns.last().cloned().unwrap_or_default();
            for stage in &hop.stages {
                if let Stage::Move(step) = stage {
                    moved(&mut next, step, catalog);
                }
            }
            columns.push(next);
        }
        Self { rows, columns }
    }

    /// Draws it, and says where it ends.
    fn draw(&self, canvas: &mut Canvas, plan: &Plan, top: usize) -> usize {
        let labels: Vec<String> = self.rows.iter().map(label).collect();
        let left = labels.iter().map(|text| width(text)).max().unwrap_or(0) + GAP_PX + MARGIN_PX;
        let mut x = left;
        let mut bottom = top;
        for (index, runs) in self.columns.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|at| self.columns.get(at));
            let hop = index.checked_sub(1).and_then(|at| plan.hops.get(at));
            let head = match hop {
                None => "now".to_owned(),
                Some(hop) => format!("hop {index} → {}", hop.to),
            };
            let texts: Vec<(String, Paint)> = self
                .rows
                .values()
                .map(|parts| cell(parts, runs, before, hop))
                .collect();
            let notes = hop
                .map(|hop| notes(plan, index - 1, hop))
                .unwrap_or_default();
            let widest = texts.iter().map(|(text, _)| width(text)).max().unwrap_or(0);
            let noted = notes.iter().map(|(text, _)| width(text)).max().unwrap_or(0);
            let wide = widest.max(noted).max(width(&head)).max(COLUMN_LEAST_PX) + 2 * LETTER_PX;
            let mut y = top + LINE_PX;
            canvas.bold(x + LETTER_PX, y, &head);
            y += GAP_PX;
            for (at, (text, paint)) in texts.iter().enumerate() {
                if index == 0 {
                    let name = labels.get(at).map_or("", String::as_str);
                    canvas.text(MARGIN_PX, y + CELL_PX / 2 + 5, name);
                }
                canvas.cell((x, y), (wide, CELL_PX), *paint, text, "");
                y += CELL_PX + GAP_PX / 2;
            }
            for (text, paint) in &notes {
                canvas.cell((x, y), (wide, CELL_PX), *paint, text, text);
                y += CELL_PX + GAP_PX / 2;
            }
            bottom = bottom.max(y);
            x += wide + GAP_PX;
        }
        bottom + GAP_PX
    }
}

fn moved(runs: &mut Runs, step: &Move, catalog: &Catalog) {
    let track = catalog.track_of(&step.component);
    for ((member, component), version) in runs.iter_mut() {
        let is_moved = step.members.contains(member)
            && catalog.track_of(component) == track
            && step.from.contains(version);
        if is_moved {
            version.clone_from(&step.to);
        }
    }
}

fn label((row, parts): (&Row, &BTreeSet<(MemberId, Component)>)) -> String {
    let (_, component, zone) = row;
    let zone = zone.as_ref().map(|zone| format!(" in {zone}"));
    format!("{component}{} ×{}", zone.unwrap_or_default(), parts.len())
}

/// What a row runs, and whether that is news.
fn cell(
    parts: &BTreeSet<(MemberId, Component)>,
    runs: &Runs,
    before: Option<&Runs>,
    hop: Option<&Hop>,
) -> (String, Paint) {
    let of = |runs: &Runs| -> BTreeMap<Version, usize> {
        let mut counted = BTreeMap::new();
        for version in parts.iter().filter_map(|part| runs.get(part)) {
            *counted.entry(version.clone()).or_insert(0) += 1;
        }
        counted
    };
    let now = of(runs);
    let texts: Vec<String> = match now.len() {
        1 => now.keys().map(ToString::to_string).collect(),
        _ => now
            .iter()
            .map(|(version, many)| format!("{many}× {version}"))
            .collect(),
    };
    let paint = match (before.map(of), hop) {
        (Some(before), Some(_)) if before != now => Paint::Moves,
        (_, _) => Paint::Quiet,
    };
    (texts.join(", "), paint)
}

/// What a hop does besides moving members.
fn notes(plan: &Plan, index: usize, hop: &Hop) -> Vec<(String, Paint)> {
    let first = plan.point_of_no_return();
    let mut notes = Vec::new();
    for (at, stage) in hop.stages.iter().enumerate() {
        let back = if first == Some((index, at)) {
            ", no way back"
        } else {
            ""
        };
        match stage {
            Stage::Move(_) => {}
            Stage::Raise(raise) => {
                let text = format!("raise {} to {}{back}", raise.level, raise.named.1);
                notes.push((text, Paint::Bars));
            }
            Stage::Act(act) => notes.push((format!("then {}", act.action), Paint::Quiet)),
            Stage::Hold(hold) => {
                let paint = if hold.no_return {
                    Paint::Bars
                } else {
                    Paint::Warns
                };
                notes.push((format!("by hand: {}{back}", hold.title), paint));
            }
        }
    }
    notes
}
