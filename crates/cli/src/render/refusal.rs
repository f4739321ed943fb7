//! A "no": the answer, the facts that bar the way, what would open one.
//!
//! Must never know: how it was found. Stories: `stories`.

use super::flowing;
use crate::outlet::{Outlet, spoken};
use windlass_engine::refusal::{PLANNER_CALLS_MAX, Proof, Refusal};

/// All of it.
#[must_use]
pub fn lines(outlet: &Outlet, typed: &str, refusal: &Refusal) -> Vec<String> {
    let style = &outlet.style;
    let head = format!("{}  ", style.bad_word("refused"));
    let says = format!("{}: {}", refusal.code.name(), spoken(&refusal.says, typed));
    let mut lines = flowing(outlet, &head, &style.text(&says));
    for (index, because) in refusal.because.iter().enumerate() {
        let word = if index == 0 { "because" } else { "and    " };
        let source = because.source.as_ref().map(|source| format!(" ({source})"));
        let fact = format!(
            "{}{}",
            spoken(&because.fact, typed),
            source.unwrap_or_default()
        );
        lines.extend(flowing(
            outlet,
            &format!("  {}  ", style.dim(word)),
            &style.text(&fact),
        ));
    }
    if refusal.proof == Proof::NotMinimized {
        lines.extend(not_minimized(outlet, "is needed for the no"));
    }
    let mut opens = refusal.opens.iter();
    let says_more = refusal.opener == Proof::NotMinimized
        || !opens.all(|opens| refusal.because.contains(opens));
    for (index, opens) in refusal.opens.iter().filter(|_| says_more).enumerate() {
        let word = if index == 0 { "without" } else { "and    " };
        lines.extend(flowing(
            outlet,
            &format!("  {}  ", style.dim(word)),
            &style.text(&spoken(&opens.fact, typed)),
        ));
    }
    if says_more {
        lines.push(format!("           {}", style.dim("there would be a way")));
        if refusal.opener == Proof::NotMinimized {
            lines.extend(not_minimized(outlet, "has to go"));
        }
    }
    if !refusal.hints.is_empty() {
        lines.push(format!("  {}", style.dim("would open a way, or help")));
    }
    for hint in &refusal.hints {
        lines.extend(flowing(
            outlet,
            "           ",
            &style.text(&spoken(hint, typed)),
        ));
    }
    lines
}

/// Said wherever it is so: what is not known to be needed is never told as if it were.
fn not_minimized(outlet: &Outlet, what: &str) -> Vec<String> {
    let text = format!(
        "not minimized: whether each of these {what} was not found out in {PLANNER_CALLS_MAX} calls of the planner"
    );
    flowing(outlet, "           ", &outlet.style.dim(&text))
}
