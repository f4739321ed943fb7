//! May something begin now, and if not, when: windows joined, freezes cut out, what must fit.
//!
//! Windows that touch or overlap are one. A freeze wins over every window. What would not be done
//! before the window closes, or before a freeze begins, does not begin in it.
//! Must never know: what it is that begins. Stories: `tests/it/calendar.rs`.

use super::civil::DAY_SECONDS;
use super::rule::HORIZON;
use super::zone::Zone;
use super::{Coming, Second, Stretch, second, seconds, wall};
use crate::time::{Ms, Wall};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// So many windows and freezes are looked through for one in which something fits; a daily window is
/// followed over two years by it.
const LOOKED_THROUGH: usize = 1_500;
/// Windows that follow on one another without end are followed so far; nothing takes longer.
const FOLLOWED_SECONDS: Second = 400 * DAY_SECONDS;

/// What must be done before a window closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Each member that begins.
    #[default]
    Member,
    /// The whole stage that begins.
    Stage,
}

/// When something may begin. Empty: at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Where there are any, nothing begins outside of them.
    pub windows: Vec<Stretch>,
    /// Nothing begins in them, whatever else is said.
    pub freezes: Vec<Stretch>,
    /// Nothing begins before.
    pub earliest: Option<Wall>,
    /// Nothing begins from here on.
    pub latest: Option<Wall>,
    /// What must fit into the rest of a window.
    pub fit: Fit,
}

/// Which of the hours are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All.
    All,
    /// Freezes alone: a human said to begin.
    Freezes,
}

/// Whether something may begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Now, and until then.
    Open {
        /// The first second that is not open any more; none: no end in sight.
        until: Option<Second>,
        /// The window, where one is needed.
        window: Option<String>,
    },
    /// Not now.
    Shut(Bar),
}

/// Why nothing may begin now, and when it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What bars now.
    pub why: Why,
    /// When something may begin again; none: never.
    pub opens: Option<Wall>,
    /// The window that opens then, where one is needed.
    pub window: Option<String>,
    /// Freezes between now and then that take a window, or a part of one, away.
    pub freezes: Vec<String>,
    /// The longest that is open without a break until then, where it is too short.
    pub longest: Option<Ms>,
}

/// What bars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It was asked not to begin before.
    Early {
        /// When it may.
        until: Wall,
    },
    /// It was asked not to begin from then on.
    Late {
        /// Since when.
        since: Wall,
    },
    /// No window is open.
    Closed,
    /// A freeze.
    Frozen {
        /// Which.
        name: String,
        /// Its end.
        until: Wall,
    },
    /// It would not be done before the window closes or a freeze begins.
    TooShort {
        /// When that is.
        closes: Wall,
        /// How long it takes.
        takes: Ms,
    },
}

impl Hours {
    /// Whether something may begin at any time.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
            && self.freezes.is_empty()
            && self.earliest.is_none()
            && self.latest.is_none()
            && self.fit == Fit::Member
    }

    /// Whether what takes so long may begin at a moment; where not, why and when.
    #[must_use]
    pub fn ask(&self, now: Wall, takes: Ms, keep: Keep) -> Answer {
        let (start, need) = (second(now), seconds(takes));
        let mut at = start;
        let mut why: Option<Why> = None;
        let mut freezes: Vec<String> = Vec::new();
        let mut longest: Second = 0;
        let bounds = match keep {
            Keep::All => (self.earliest, self.latest),
            Keep::Freezes => (None, None),
        };
        // Seconds are whole here: what may begin within one begins with the next.
        if let Some((first, until)) = bounds.0.map(|at| (second_from(at), at))
            && first > start
        {
            why = Some(Why::Early { until });
            at = first;
        }
        for _ in 0..LOOKED_THROUGH {
            if at >= HORIZON * DAY_SECONDS {
                break;
            }
            if let Some(latest) = bounds.1.filter(|latest| second(*latest) <= at) {
                why.get_or_insert(Why::Late { since: latest });
                break;
            }
            if let Some((freeze, coming)) = now_in(&self.freezes, at) {
                why.get_or_insert_with(|| Why::Frozen {
                    name: freeze.name.clone(),
                    until: wall(coming.to),
                });
                name(&mut freezes, freeze);
                at = coming.to;
                continue;
            }
            let window = match keep {
                Keep::Freezes => None,
                Keep::All if self.windows.is_empty() => None,
                Keep::All => match now_in(&self.windows, at) {
                    Some(found) => Some(found),
                    None => {
                        why.get_or_insert(Why::Closed);
                        match next(&self.windows, at) {
                            Some((_, coming)) => at = coming.from,
                            None => break,
                        }
                        continue;
                    }
                },
            };
            let closes = window
                .map(|(_, coming)| followed(&self.windows, at, coming.to))
                .filter(|to| *to < at.saturating_add(FOLLOWED_SECONDS));
            let frozen = next(&self.freezes, at).map(|(freeze, coming)| (freeze, coming.from));
            let latest = bounds.1.map(second);
            let ends = [closes, frozen.map(|(_, from)| from), latest];
            let until = ends.into_iter().flatten().min();
            let Some(end) = until.filter(|end| end.saturating_sub(at) < need) else {
                let window = window.map(|(window, _)| window.name.clone());
                return match why {
                    None => Answer::Open { until, window },
                    Some(why) => Answer::Shut(Bar {
                        why,
                        opens: Some(wall(at)),
                        window,
                        freezes,
                        longest: None,
                    }),
                };
            };
            longest = longest.max(end - at);
            why.get_or_insert(Why::TooShort {
                closes: wall(end),
                takes,
            });
            if let Some((freeze, _)) = frozen.filter(|(_, from)| *from == end) {
                name(&mut freezes, freeze);
            }
            at = end;
        }
        Answer::Shut(Bar {
            why: why.unwrap_or(Why::Closed),
            opens: None,
            window: None,
            freezes,
            longest: (longest > 0).then(|| {
                Ms(u64::try_from(longest)
                    .unwrap_or_default()
                    .saturating_mul(1_000))
            }),
        })
    }

    /// The zone in which a moment is told: that of a window or a freeze of this name, else of the
    /// first there is, else universal time.
    #[must_use]
    pub fn zone_of(&self, name: Option<&str>) -> Zone {
        let all = || self.windows.iter().chain(&self.freezes);
        all()
            .find(|stretch| name == Some(stretch.name.as_str()))
            .or_else(|| all().next())
            .map_or_else(Zone::utc, |stretch| stretch.zone().clone())
    }

    /// The next times that windows open, soonest first, each with the freezes that take of it.
    #[must_use]
    pub fn openings(&self, now: Wall, count: usize) -> Vec<Shown<'_>> {
        listed(&self.windows, second(now), count)
            .into_iter()
            .map(|(window, coming)| self.shown(window, coming))
            .collect()
    }

    /// The next times that freezes come, soonest first.
    #[must_use]
    pub fn frozen(&self, now: Wall, count: usize) -> Vec<Shown<'_>> {
        listed(&self.freezes, second(now), count)
            .into_iter()
            .map(|(stretch, coming)| Shown {
                stretch,
                coming,
                takes: Vec::new(),
                rest: Vec::new(),
            })
            .collect()
    }

    /// A window with what freezes leave of it.
    fn shown<'a>(&'a self, stretch: &'a Stretch, coming: Coming) -> Shown<'a> {
        let mut takes = Vec::new();
        let mut rest = Vec::new();
        let mut at = coming.from;
        while at < coming.to {
            if let Some((freeze, frozen)) = now_in(&self.freezes, at) {
                if !takes.contains(&freeze.name.as_str()) {
                    takes.push(freeze.name.as_str());
                }
                at = frozen.to;
                continue;
            }
            let end = next(&self.freezes, at).map_or(coming.to, |(_, c)| c.from.min(coming.to));
            rest.push((at, end));
            at = end;
        }
        Shown {
            stretch,
            coming,
            takes,
            rest,
        }
    }
}

/// One time of a window or freeze, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Which.
    pub stretch: &'a Stretch,
    /// When.
    pub coming: Coming,
    /// Freezes that take of it, by name.
    pub takes: Vec<&'a str>,
    /// What is left of it.
    pub rest: Vec<(Second, Second)>,
}

/// The first second that begins at or after a moment.
fn second_from(at: Wall) -> Second {
    let second = second(at);
    second + i64::from(wall(second) < at)
}

fn name(names: &mut Vec<String>, stretch: &Stretch) {
    if !names.contains(&stretch.name) {
        names.push(stretch.name.clone());
    }
}

/// The stretch in which a second lies; of several the one that ends last.
fn now_in(all: &[Stretch], at: Second) -> Option<(&Stretch, Coming)> {
    all.iter()
        .filter_map(|stretch| {
            let holding = stretch
                .coming(at)
                .take_while(|coming| coming.from <= at)
                .filter(|coming| coming.holds(at))
                .max_by_key(|coming| coming.to)?;
            Some((stretch, holding))
        })
        .max_by_key(|(_, coming)| coming.to)
}

/// The next that begins after a second.
fn next(all: &[Stretch], at: Second) -> Option<(&Stretch, Coming)> {
    all.iter()
        .filter_map(|stretch| {
            let coming = stretch.coming(at).find(|coming| coming.from > at)?;
            Some((stretch, coming))
        })
        .min_by_key(|(_, coming)| coming.from)
}

/// Where windows that follow on one another without a gap end.
fn followed(all: &[Stretch], from: Second, to: Second) -> Second {
    let mut end = to;
    while end < from.saturating_add(FOLLOWED_SECONDS) {
        match now_in(all, end) {
            Some((_, coming)) => end = coming.to,
            None => break,
        }
    }
    end
}

/// The next of all, soonest first.
fn listed(all: &[Stretch], since: Second, count: usize) -> Vec<(&Stretch, Coming)> {
    let mut found: Vec<(&Stretch, Coming)> = all
        .iter()
        .flat_map(|stretch| {
            stretch
                .coming(since)
                .take(count)
                .map(move |coming| (stretch, coming))
        })
        .collect();
    found.sort_by_key(|(_, coming)| (coming.from, coming.to));
    found.truncate(count);
    found
}
