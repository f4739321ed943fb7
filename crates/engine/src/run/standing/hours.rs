//! A run that waits for its hours, in words: which window, when it opens, which freeze bars.
//!
//! Moments are told in the zone in which the window was written.
//! Must never know: how the calendar reckons. Stories: `tests/it/hours.rs`.

use super::{Standing, stands, waits};
use crate::calendar::hours::{Bar, Why};
use crate::calendar::second;
use crate::plan::Goal;
use crate::run::Run;
use crate::time::{Ms, Now, Wall};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

impl Run {
    pub(super) fn window_words(&self, now: Now) -> Standing {
        let Some(shut) = self.shut() else {
            return waits("window", "waits for its window", &[]);
        };
        let bar = &shut.bar;
        let opens = bar.opens.map(|at| self.told_at(at, bar.window.as_deref()));
        let opens = opens.unwrap_or_else(|| "never".into());
        let sentence = match (&bar.window, &bar.why) {
            (Some(window), _) => format!("window {window} opens {opens}"),
            (None, Why::Frozen { name, .. }) => {
                format!("freeze {name} holds, and nothing may begin before {opens}")
            }
            (None, Why::Early { .. } | Why::Late { .. } | Why::Closed | Why::TooShort { .. }) => {
                format!("nothing may begin before {opens}")
            }
        };
        let frozen = matches!(bar.why, Why::Frozen { until, .. } if until > now.wall);
        let mut next = Vec::new();
        if !frozen {
            next.push("at once, outside of windows: windlass begin {cluster}".to_string());
        }
        next.push("windlass cancel {cluster}".into());
        Standing {
            details: self.bar_lines(bar),
            lasts: Some(now.wall.since(shut.wall)),
            next,
            ..waits("window", sentence, &[])
        }
    }

    /// What bars, one a line.
    fn bar_lines(&self, bar: &Bar) -> Vec<String> {
        let mut lines = Vec::new();
        match &bar.why {
            Why::Early { until } => {
                lines.push(format!(
                    "it was asked to begin from {}",
                    self.told_at(*until, None)
                ));
            }
            Why::Late { since } => {
                lines.push(format!(
                    "it was asked to begin before {}",
                    self.told_at(*since, None)
                ));
            }
            Why::Closed => lines.push("no window is open".into()),
            Why::Frozen { name, until } => {
                let until = self.told_at(*until, Some(name));
                lines.push(format!("freeze {name} holds until {until}"));
            }
            Why::TooShort { closes, takes } => lines.push(format!(
                "what is next takes {}, and would not be done by {}",
                length(*takes),
                self.told_at(*closes, bar.window.as_deref())
            )),
        }
        let told =
            |name: &&String| !matches!(&bar.why, Why::Frozen { name: now, .. } if now == *name);
        for name in bar.freezes.iter().filter(told) {
            lines.push(format!("freeze {name} takes windows before that"));
        }
        if *self.goal() == Goal::Finalize {
            lines.push("it will raise levels: the old release cannot come back then".into());
        }
        lines
    }

    /// That nothing more begins while something is in flight.
    pub(super) fn shut_line(&self) -> Option<String> {
        let bar = &self.shut()?.bar;
        let opens = self.told_at(bar.opens?, bar.window.as_deref());
        Some(format!(
            "nothing more begins before {opens}; what has begun finishes"
        ))
    }

    pub(super) fn never_opens(&self, bar: &Bar) -> Standing {
        let sentence = match (&bar.why, bar.longest) {
            (Why::Late { since }, _) => format!(
                "it was asked to begin nothing from {} on",
                self.told_at(*since, None)
            ),
            (Why::TooShort { takes, .. }, Some(longest)) => format!(
                "what is next takes {}, and no window is open for longer than {}",
                length(*takes),
                length(longest)
            ),
            (_, Some(longest)) => format!(
                "what is next fits into no window: none is open for longer than {}",
                length(longest)
            ),
            (Why::Early { .. } | Why::Closed | Why::Frozen { .. } | Why::TooShort { .. }, None) => {
                "no window opens any more".into()
            }
        };
        let details = bar
            .freezes
            .iter()
            .map(|name| format!("freeze {name} takes windows away"))
            .collect();
        let next = [
            "windlass window {cluster}",
            "at once, outside of windows: windlass begin {cluster}",
            "windlass cancel {cluster}",
        ];
        Standing {
            details,
            ..stands("never-opens", sentence, &next)
        }
    }

    fn told_at(&self, at: Wall, stretch: Option<&str>) -> String {
        self.policy().hours.zone_of(stretch).text(second(at))
    }
}

/// A length of time in its two largest units.
fn length(ms: Ms) -> String {
    let seconds = ms.0.div_ceil(1_000);
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut left = seconds;
    let parts: Vec<String> = units
        .iter()
        .filter_map(|(unit, name)| {
            let count = left / unit;
            left %= unit;
            (count > 0).then(|| format!("{count}{name}"))
        })
        .take(2)
        .collect();
    if parts.is_empty() {
        "no time".into()
    } else {
        parts.concat()
    }
}
