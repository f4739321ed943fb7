//! How data looks on a terminal: tables and words, fitted to its width.
//!
//! Must never know: where the data came from. Stories: `stories`, whole outputs.

pub mod catalog;
pub mod cluster;
pub mod findings;
pub mod hours;
pub mod junit;
pub mod plan;
pub mod refusal;
pub mod snapshot;
#[cfg(test)]
mod stories;
pub mod svg;
pub mod table;
pub mod targets;
mod xml;

use crate::outlet::Outlet;
use crate::outlet::style::{columns, wrap};
use windlass_engine::forecast::Forecast;
use windlass_engine::time::Ms;
use windlass_wire::duration::short;

/// Names shown of a long list before it says how many more there are.
const NAMES_SHOWN: usize = 12;

/// `  label     text`, the text flowing beside its label.
#[must_use]
pub fn labelled(outlet: &Outlet, label: &str, wide: usize, text: &str) -> Vec<String> {
    let pad = wide.saturating_sub(columns(label)).max(1);
    let head = format!("  {}{}", outlet.style.dim(label), " ".repeat(pad));
    let text = outlet.style.text(text);
    flowing(outlet, &head, &text)
}

/// A head, and a text that flows beside it.
#[must_use]
pub fn flowing(outlet: &Outlet, head: &str, text: &str) -> Vec<String> {
    let indent = columns(head);
    if outlet.is_wide() {
        return vec![format!("{head}{text}").trim_end().to_owned()];
    }
    let room = outlet.width.saturating_sub(indent).max(ROOM_LEAST);
    let lines = wrap(text, room, 0);
    if lines.is_empty() {
        return vec![head.trim_end().to_owned()];
    }
    let beside = |(index, line): (usize, String)| {
        let lead = if index == 0 {
            head.to_owned()
        } else {
            " ".repeat(indent)
        };
        format!("{lead}{line}").trim_end().to_owned()
    };
    lines.into_iter().enumerate().map(beside).collect()
}

/// Text beside a label needs at least this many columns to be read.
const ROOM_LEAST: usize = 20;

/// `1 member`, `2 members`.
#[must_use]
pub fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {one}s")
    }
}

/// Names in a row; of many only the first.
#[must_use]
pub fn names<S: AsRef<str>>(outlet: &Outlet, all: &[S], between: &str) -> String {
    let most = if outlet.is_wide() {
        all.len()
    } else {
        NAMES_SHOWN
    };
    let mut shown: Vec<&str> = all.iter().take(most).map(AsRef::as_ref).collect();
    let rest = format!("and {} more", all.len().saturating_sub(most));
    if all.len() > most {
        shown.push(&rest);
    }
    shown.join(between)
}

/// Whole seconds: what moves every tenth of a second is not read.
#[must_use]
pub fn whole(length: Ms) -> String {
    short(Ms(length.0 / 1_000 * 1_000))
}

/// Time that is left, as it is told: the middle, and what four of five keep to.
#[must_use]
pub fn until_done(left: &Forecast) -> String {
    let [about, low, high] = [left.about, left.low, left.high].map(whole);
    if low == about && high == about {
        return format!("about {about}");
    }
    format!("about {about} ({low}–{high})")
}
