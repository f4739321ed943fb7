//! A rehearsal on a terminal: who moves when as bars, and what is said between them.
//!
//! Must never know: how it was played. Stories: `tests/it/scenarios.rs`.

use super::told::{Row, Tale, Told};
use super::{Played, sums};
use crate::live::words::Weight;
use crate::outlet::Outlet;
use crate::outlet::style::{Glyphs, Tone, columns};
use crate::render::plan::way as render_way;
use crate::render::{count, flowing};
use windlass_engine::plan::name;
use windlass_engine::time::Ms;
use windlass_wire::duration::short;
use windlass_wire::read::story::Weather;

/// Columns before the words of a line: its time, which is wider where days pass.
const TIME: usize = 11;
/// Names are cut beyond this.
const NAME_MOST: usize = 30;
/// A stage of more members is told in as many lines, several members each.
const ROWS_MOST: usize = 16;
/// Who begins within this after another began with them.
const TOGETHER_MS: u64 = 1_500;
/// Time in which nobody moves is drawn as long as this share of the rest, in percent, at most.
const IDLE_PERCENT: u64 = 8;
/// The whole of it.
#[must_use]
pub fn lines(outlet: &Outlet, played: &Played) -> Vec<String> {
    let mut lines = head(outlet, played);
    lines.push(String::new());
    if played.events {
        lines.extend(facts(outlet, &played.tale));
    } else {
        lines.extend(picture(outlet, &played.tale));
    }
    lines.push(String::new());
    lines.extend(sums::lines(outlet, played));
    lines
}

fn head(outlet: &Outlet, played: &Played) -> Vec<String> {
    let style = &outlet.style;
    let plan = &played.staged.plan;
    let story = &played.staged.story;
    let weather = match played.staged.weather {
        Weather::Fair => "fair weather",
        Weather::Rough => "rough weather",
        Weather::Storm => "a storm",
    };
    let title = format!(
        "{}  {}  {}  {}, {}",
        style.bold("Rehearsal"),
        style.bold(&played.staged.shown),
        render_way(outlet, plan, &story.catalog),
        count(plan.hops.len(), "hop"),
        count(plan.moves(), "restart"),
    );
    let mut lines = vec![title];
    let says = format!(
        "plan {}, seed {}, {weather}; a false cluster: nothing real was asked to move",
        name(plan).short(),
        story.seed
    );
    lines.extend(flowing(outlet, "  ", &says));
    for note in &played.staged.notes {
        lines.extend(flowing(outlet, "  ", note));
    }
    lines
}

/// `0:07`, `12:30`, `2:04:10`, `3d 2:04:10`.
#[must_use]
pub fn clock(at: Ms) -> String {
    let all = at.0 / 1_000;
    let (days, hours) = (all / 86_400, all / 3_600 % 24);
    let (minutes, seconds) = (all / 60 % 60, all % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{seconds:02}"),
        (0, hours) => format!("{hours}:{minutes:02}:{seconds:02}"),
        (days, hours) => format!("{days}d {hours}:{minutes:02}:{seconds:02}"),
    }
}

fn timed(at: Ms, tale: &Tale) -> String {
    format!("{:>width$}  ", clock(at), width = time(tale) - 2)
}

/// Columns of the time, with the blanks behind it.
fn time(tale: &Tale) -> usize {
    TIME.max(clock(tale.took).len() + 3)
}

fn facts(outlet: &Outlet, tale: &Tale) -> Vec<String> {
    let mut lines = Vec::new();
    for line in &tale.lines {
        let tone = match line.weight {
            Weight::Quiet => Tone::Dim,
            Weight::Told => Tone::Plain,
            Weight::Loud => Tone::Bold,
        };
        let text = flowing(
            outlet,
            &timed(line.at, tale),
            &outlet.style.text(&line.says),
        );
        lines.extend(text.iter().map(|line| outlet.style.paint(tone, line)));
    }
    lines
}

/// Several that are drawn as one.
struct Bar {
    name: String,
    began: Ms,
    until: Ms,
    is_whole: bool,
    failed: Vec<Ms>,
}

/// Time as columns: where nobody moves for long it is drawn short.
pub struct Axis {
    /// From, until, and where it begins as it is drawn.
    busy: Vec<(u64, u64, u64)>,
    length: u64,
}

impl Axis {
    /// Of rows, until the end.
    #[must_use]
    pub fn of(rows: &[&Row], took: Ms) -> Self {
        let mut spans: Vec<(u64, u64)> = rows
            .iter()
            .map(|row| (row.began.0, row.settled.unwrap_or(took).0))
            .collect();
        spans.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (from, to) in spans {
            match joined.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                Some(_) | None => joined.push((from, to)),
            }
        }
        let moving: u64 = joined.iter().map(|(from, to)| to - from).sum();
        let idle = (moving * IDLE_PERCENT / 100).max(1);
        let (mut at, mut last) = (0, joined.first().map_or(0, |(from, _)| *from));
        let mut busy = Vec::new();
        for (from, to) in joined {
            at += (from - last).min(idle);
            busy.push((from, to, at));
            at += to - from;
            last = to;
        }
        Self {
            busy,
            length: at.max(1),
        }
    }

    /// Where a moment is drawn, in parts of so many.
    #[must_use]
    pub fn place(&self, at: Ms, wide: usize) -> usize {
        let wide = u64::try_from(wide).unwrap_or(1);
        let before = self.busy.iter().rev().find(|(from, _, _)| *from <= at.0);
        let place = before.map_or(0, |(from, to, drawn)| drawn + at.0.min(*to) - from);
        usize::try_from(place * wide / self.length).unwrap_or(0)
    }
}

fn picture(outlet: &Outlet, tale: &Tale) -> Vec<String> {
    let rows: Vec<&Row> = rows(tale);
    let axis = Axis::of(&rows, tale.took);
    let told = gathered(tale);
    let named = told.iter().filter_map(|(_, told)| match told {
        Shown::Bar(bar) => Some(columns(&bar.name)),
        Shown::Stage(_) | Shown::Note(..) => None,
    });
    let wide = named.max().unwrap_or(0).min(NAME_MOST);
    let mut lines = Vec::new();
    for (at, told) in &told {
        match told {
            Shown::Stage(text) => {
                let text = flowing(outlet, &timed(*at, tale), &outlet.style.text(text));
                lines.extend(text.iter().map(|line| outlet.style.paint(Tone::Bold, line)));
            }
            Shown::Note(text, weight) => {
                let tone = match weight {
                    Weight::Quiet | Weight::Told => Tone::Plain,
                    Weight::Loud => Tone::Bold,
                };
                let text = outlet.style.text(text);
                let text = flowing(outlet, &timed(*at, tale), &text);
                lines.extend(text.iter().map(|line| outlet.style.paint(tone, line)));
            }
            Shown::Bar(bar) => lines.push(drawn(outlet, bar, &axis, wide, tale)),
        }
    }
    lines
}

/// Those who move.
#[must_use]
pub fn rows(tale: &Tale) -> Vec<&Row> {
    let row = |told: &'_ Told| matches!(told, Told::Row(_));
    let told = tale.told.iter().filter(|told| row(told));
    told.filter_map(|told| match told {
        Told::Row(row) => Some(row),
        Told::Stage(..) | Told::Note(..) => None,
    })
    .collect()
}

enum Shown {
    Stage(String),
    Bar(Bar),
    Note(String, Weight),
}

/// Large stages in fewer lines.
fn gathered(tale: &Tale) -> Vec<(Ms, Shown)> {
    let mut shown = Vec::new();
    let mut waiting: Vec<&Row> = Vec::new();
    let mut notes: Vec<(Ms, Shown)> = Vec::new();
    for told in &tale.told {
        match told {
            Told::Row(row) => waiting.push(row),
            Told::Note(at, text, weight) => {
                notes.push((*at, Shown::Note(text.clone(), *weight)));
            }
            Told::Stage(at, text) => {
                put(&mut shown, &mut waiting, &mut notes, tale.took);
                shown.push((*at, Shown::Stage(text.clone())));
            }
        }
    }
    put(&mut shown, &mut waiting, &mut notes, tale.took);
    shown
}

/// What a stage told so far: bars in the order of their beginning, notes between them.
fn put(
    shown: &mut Vec<(Ms, Shown)>,
    waiting: &mut Vec<&Row>,
    notes: &mut Vec<(Ms, Shown)>,
    took: Ms,
) {
    let parts = parted(waiting);
    let bars = parts.iter().filter_map(|rows| bar(rows, took));
    let mut all: Vec<(Ms, Shown)> = bars.map(|bar| (bar.began, Shown::Bar(bar))).collect();
    all.append(notes);
    all.sort_by_key(|(at, _)| *at);
    shown.append(&mut all);
    waiting.clear();
}

/// Rows one by one where they are few; else those together that began together, where these are few; else
/// so many each.
fn parted<'r>(rows: &[&'r Row]) -> Vec<Vec<&'r Row>> {
    if rows.len() <= ROWS_MOST {
        return rows.iter().map(|row| vec![*row]).collect();
    }
    let together = |one: &&&Row, other: &&&Row| {
        let apart = other.began.0.saturating_sub(one.began.0);
        apart < TOGETHER_MS
    };
    let batches: Vec<Vec<&Row>> = rows
        .chunk_by(|one, other| together(&one, &other))
        .map(<[&Row]>::to_vec)
        .collect();
    if batches.len() <= ROWS_MOST {
        return batches;
    }
    let each = rows.len().div_ceil(ROWS_MOST);
    rows.chunks(each).map(<[&Row]>::to_vec).collect()
}

fn bar(rows: &[&Row], took: Ms) -> Option<Bar> {
    let (first, last) = (rows.first()?, rows.last()?);
    let name = match rows.len() {
        1 => first.name.clone(),
        many => format!("{} {} {} ({many})", first.name, '…', last.name),
    };
    let until = rows.iter().map(|row| row.settled.unwrap_or(took)).max();
    Some(Bar {
        name,
        began: first.began,
        until: until.unwrap_or(took),
        is_whole: rows.iter().all(|row| row.settled.is_some()),
        failed: rows.iter().flat_map(|row| row.failed.clone()).collect(),
    })
}

/// Columns for how long it took, and a blank before.
const LENGTH: usize = 9;

fn drawn(outlet: &Outlet, bar: &Bar, axis: &Axis, wide: usize, tale: &Tale) -> String {
    let style = &outlet.style;
    let room = outlet
        .width
        .saturating_sub(time(tale) + 2 + wide + 2 + LENGTH)
        .max(10);
    let (from, to) = (axis.place(bar.began, room), axis.place(bar.until, room));
    let to = to.max(from + 1).min(room);
    let from = from.min(to - 1);
    let (line, cross, open) = match style.glyphs {
        Glyphs::Unicode => ('━', '✗', '╌'),
        Glyphs::Ascii => ('=', 'x', '-'),
    };
    let body = if bar.is_whole { line } else { open };
    let mut cells: Vec<char> = (0..room)
        .map(|at| if (from..to).contains(&at) { body } else { ' ' })
        .collect();
    for failed in &bar.failed {
        let at = axis.place(*failed, room).clamp(from, to - 1);
        if let Some(cell) = cells.get_mut(at) {
            *cell = cross;
        }
    }
    let cells: String = cells.into_iter().collect();
    let tone = if bar.failed.is_empty() && bar.is_whole {
        Tone::Good
    } else {
        Tone::Bad
    };
    let name = style.text(&cut(&bar.name, wide));
    let pad = " ".repeat(wide.saturating_sub(columns(&name)));
    let took = if bar.is_whole {
        short(Ms(rounded(bar.until.0 - bar.began.0)))
    } else {
        "not done".into()
    };
    let text = format!(
        "{}  {name}{pad}  {} {took:>width$}",
        timed(bar.began, tale),
        style.paint(tone, &cells),
        width = LENGTH - 1
    );
    text.trim_end().to_owned()
}

/// To the second where that is exact enough.
#[must_use]
pub fn rounded(ms: u64) -> u64 {
    if ms >= 10_000 { ms / 1_000 * 1_000 } else { ms }
}

fn cut(text: &str, wide: usize) -> String {
    if columns(text) <= wide {
        return text.to_owned();
    }
    let kept: String = text.chars().take(wide.saturating_sub(1)).collect();
    format!("{kept}…")
}
