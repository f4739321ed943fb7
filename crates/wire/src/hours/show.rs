//! Windows and freezes on their way out: in the words of the file.
//!
//! Must never know: the present moment. Stories: `tests/it/hours.rs`.

use super::rule;
use crate::duration;
use serde::Serialize;
use windlass_engine::calendar::civil::{DAY_SECONDS, date};
use windlass_engine::calendar::{Stretch, When};

/// A window or freeze in the words of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StretchView {
    /// What its owner calls it.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// When it comes again and again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Its first moment, or the time of day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// How long it lasts each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// When it comes once: its first moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The first moment after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl From<&Stretch> for StretchView {
    fn from(stretch: &Stretch) -> Self {
        let mut view = Self {
            name: stretch.name.clone(),
            zone: stretch.zone().name.clone(),
            rule: None,
            start: None,
            duration: None,
            from: None,
            to: None,
        };
        match &stretch.when {
            When::Rule(rule) => {
                view.rule = Some(rule::text(rule));
                view.start = Some(rule::start_text(rule));
                view.duration = Some(duration::text(rule.length));
            }
            When::Once { from, to, zone } => {
                view.from = Some(local(zone.local(*from)));
                view.to = Some(local(zone.local(*to)));
            }
        }
        view
    }
}

/// A local time as the file has it: `2026-12-20T18:00`.
#[must_use]
pub fn local(second: i64) -> String {
    let (day, of_day) = (
        second.div_euclid(DAY_SECONDS),
        second.rem_euclid(DAY_SECONDS),
    );
    let on = date(day);
    let (hour, minute, rest) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let seconds = if rest == 0 {
        String::new()
    } else {
        format!(":{rest:02}")
    };
    format!(
        "{:04}-{:02}-{:02}T{hour:02}:{minute:02}{seconds}",
        on.year, on.month, on.day
    )
}
