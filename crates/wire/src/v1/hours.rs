//! `kind: Openings`, `Freezes`: when windows open and freezes hold; and what a run waits for.
//!
//! Must never know: terminals. Stories: `tests/it/hours.rs`.

use crate::duration::Length;
use crate::stamp;
use serde::Serialize;
use windlass_engine::calendar::hours::{Shown, Why};
use windlass_engine::calendar::zone::{Moved, Zone};
use windlass_engine::calendar::{Second, wall};
use windlass_engine::run::Run;
use windlass_engine::time::Ms;

/// One time that a window opens or a freeze holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpeningView {
    /// Which window or freeze.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// Its first moment, UTC.
    pub from: String,
    /// The first moment after it, UTC.
    pub to: String,
    /// The same, there.
    pub from_there: String,
    /// The same, there.
    pub to_there: String,
    /// How long it lasts.
    pub lasts: Length,
    /// What the clocks do: `left-out`, `twice` (of its first moment), `change` (while it lasts).
    pub clocks: Option<&'static str>,
    /// Freezes that take of it.
    pub freezes: Vec<String>,
    /// What is left of it, UTC: first moment, and the first after it.
    pub left: Vec<(String, String)>,
}

impl OpeningView {
    /// Of one time, as the engine lists it.
    #[must_use]
    pub fn of(shown: &Shown<'_>) -> Self {
        let zone = shown.stretch.zone();
        let (from, to) = (shown.coming.from, shown.coming.to);
        let utc = |second: Second| stamp::rfc3339(wall(second));
        Self {
            name: shown.stretch.name.clone(),
            zone: zone.name.clone(),
            from: utc(from),
            to: utc(to),
            from_there: zone.text(from),
            to_there: zone.text(to),
            lasts: Ms(u64::try_from(to - from)
                .unwrap_or_default()
                .saturating_mul(1_000))
            .into(),
            clocks: clocks(zone, shown),
            freezes: shown.takes.iter().map(|name| (*name).to_owned()).collect(),
            left: shown
                .rest
                .iter()
                .map(|(from, to)| (utc(*from), utc(*to)))
                .collect(),
        }
    }
}

/// What the clocks of a zone do to one time.
#[must_use]
pub fn clocks(zone: &Zone, shown: &Shown<'_>) -> Option<&'static str> {
    match shown.coming.moved {
        Moved::LeftOut => Some("left-out"),
        Moved::Twice => Some("twice"),
        Moved::No if zone.turns_within(shown.coming.from, shown.coming.to) => Some("change"),
        Moved::No => None,
    }
}

/// What a run waits for before anything more begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitsView {
    /// `early`, `late`, `closed`, `frozen`, `too-short`
    pub why: &'static str,
    /// The window that opens next.
    pub window: Option<String>,
    /// When something may begin, UTC; none: never.
    pub opens: Option<String>,
    /// Freezes that hold now, or take windows before that.
    pub freezes: Vec<String>,
}

impl WaitsView {
    /// Of a run, where it waits for its hours.
    #[must_use]
    pub fn of(run: &Run) -> Option<Self> {
        let bar = &run.shut()?.bar;
        Some(Self {
            why: match bar.why {
                Why::Early { .. } => "early",
                Why::Late { .. } => "late",
                Why::Closed => "closed",
                Why::Frozen { .. } => "frozen",
                Why::TooShort { .. } => "too-short",
            },
            window: bar.window.clone(),
            opens: bar.opens.map(stamp::rfc3339),
            freezes: bar.freezes.clone(),
        })
    }
}
