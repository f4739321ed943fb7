//! Windows and freezes: what was declared, and the next times they come.
//!
//! Must never know: the present moment, or where the policy came from. Stories: `tests/it/hours.rs`.

use super::table::{Cell, Table};
use crate::outlet::Outlet;
use crate::outlet::style::Tone;
use windlass_engine::calendar::hours::{Answer, Hours, Keep, Shown, Why};
use windlass_engine::calendar::zone::Zone;
use windlass_engine::calendar::{Second, Stretch, second};
use windlass_engine::time::{Ms, Wall};
use windlass_wire::duration::short;
use windlass_wire::hours::show::StretchView;
use windlass_wire::v1::hours::clocks;

/// What was declared, a line for each.
#[must_use]
pub fn declared(outlet: &Outlet, stretches: &[Stretch]) -> Vec<String> {
    let said = |stretch: &Stretch| {
        let view = StretchView::from(stretch);
        let when = match (view.rule, view.start, view.duration, view.from, view.to) {
            (Some(rule), Some(start), Some(length), _, _) => {
                format!("{rule} at {start} for {length}")
            }
            (_, _, _, Some(from), Some(to)) => format!("{from} to {to}"),
            (_, _, _, _, _) => String::new(),
        };
        let text = format!("{when}, {}", view.zone);
        super::flowing(
            outlet,
            &format!("  {}  ", outlet.style.bold(&view.name)),
            &text,
        )
    };
    stretches.iter().flat_map(said).collect()
}

/// The next times, a line for each.
#[must_use]
pub fn table(outlet: &Outlet, head: &'static str, all: &[Shown<'_>]) -> Vec<String> {
    let mut table = Table::new(&[head, "FROM", "UTC", "FOR", "NOTE"]);
    for shown in all {
        let zone = shown.stretch.zone();
        let (from, to) = (shown.coming.from, shown.coming.to);
        let eaten = !shown.takes.is_empty() && shown.rest.is_empty();
        let name = if eaten { Tone::Dim } else { Tone::Bold };
        table.row(vec![
            Cell::toned(shown.stretch.name.clone(), name),
            Cell::plain(there(zone, from)),
            Cell::plain(utc(from)),
            Cell::plain(length(to - from)),
            Cell::toned(note(shown), if eaten { Tone::Warn } else { Tone::Plain }),
        ]);
    }
    table.lines(outlet)
}

/// What freezes take of it, and what the clocks do.
fn note(shown: &Shown<'_>) -> String {
    let zone = shown.stretch.zone();
    let mut notes = Vec::new();
    let by = shown.takes.join(" and ");
    if shown.rest.is_empty() && !by.is_empty() {
        notes.push(format!("frozen by {by}"));
    } else if !by.is_empty() {
        let left: Vec<String> = shown
            .rest
            .iter()
            .map(|(from, to)| format!("{} for {}", hour(zone, *from), length(to - from)))
            .collect();
        notes.push(format!("{by} leaves {}", left.join(" and ")));
    }
    match clocks(zone, shown) {
        Some("left-out") => notes.push("the clocks leave its start out".into()),
        Some("twice") => notes.push("its start comes twice: the first".into()),
        Some(_) => notes.push(format!(
            "the clocks change: ends {} there",
            hour(zone, shown.coming.to)
        )),
        None => {}
    }
    notes.join("; ")
}

/// `Sat 2026-11-21 22:00+01:00`
fn there(zone: &Zone, at: Second) -> String {
    let text = zone.text(at);
    let local = text.strip_suffix(&format!(" {}", zone.name));
    let offset = zone.offset(at);
    let (sign, size) = if offset < 0 {
        ('-', -offset)
    } else {
        ('+', offset)
    };
    format!(
        "{}{sign}{:02}:{:02}",
        local.unwrap_or(&text),
        size / 3_600,
        size / 60 % 60
    )
}

/// `03:30`, there.
fn hour(zone: &Zone, at: Second) -> String {
    there(zone, at)
        .split(' ')
        .nth(2)
        .unwrap_or_default()
        .chars()
        .take(5)
        .collect()
}

/// `2026-11-21 21:00Z`
fn utc(at: Second) -> String {
    let text = there(&Zone::utc(), at);
    let text = text.split_once(' ').map_or("", |(_, rest)| rest);
    text.replace("+00:00", "Z")
}

fn length(seconds: Second) -> String {
    short(Ms(u64::try_from(seconds)
        .unwrap_or_default()
        .saturating_mul(1_000)))
}

/// When a run that is asked for at a moment begins, and whether it is done within its window; none
/// where it begins at once and nothing holds it.
#[must_use]
pub fn begins(hours: &Hours, now: Wall, expected: Ms) -> Option<String> {
    if hours.is_empty() {
        return None;
    }
    let zone = |name: Option<&str>| hours.zone_of(name);
    let within = |window: Option<&String>, from: Second, until: Option<Second>| {
        let window = window
            .map(|name| format!(" in window {name}"))
            .unwrap_or_default();
        match until {
            Some(until) if seconds_of(expected) > until - from => format!(
                "{window}; of about {} it is open for {}: the rest waits for the next",
                short(expected),
                length(until - from)
            ),
            Some(until) => format!("{window}, open for {}", length(until - from)),
            None => window,
        }
    };
    Some(match hours.ask(now, Ms(0), Keep::All) {
        Answer::Open { until, window } => {
            format!("at once{}", within(window.as_ref(), second(now), until))
        }
        Answer::Shut(bar) => {
            let mut text = match bar.opens {
                None => "never: no window opens any more".into(),
                Some(opens) => {
                    let until = match hours.ask(opens, Ms(0), Keep::All) {
                        Answer::Open { until, .. } => until,
                        Answer::Shut(_) => None,
                    };
                    let at = zone(bar.window.as_deref()).text(second(opens));
                    format!("{at}{}", within(bar.window.as_ref(), second(opens), until))
                }
            };
            match &bar.why {
                Why::Frozen { name, until } => {
                    let until = zone(Some(name)).text(second(*until));
                    text.push_str(&format!("; freeze {name} holds until {until}"));
                }
                Why::Early { .. } | Why::Late { .. } | Why::Closed | Why::TooShort { .. } => {
                    for name in &bar.freezes {
                        text.push_str(&format!("; freeze {name} takes windows before that"));
                    }
                }
            }
            text
        }
    })
}

fn seconds_of(length: Ms) -> Second {
    windlass_engine::calendar::seconds(length)
}
