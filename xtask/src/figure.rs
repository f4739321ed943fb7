//! `cargo xtask figure`: the numbers that windlass promises, each measured by a command of its own.
//!
//! Must never know: how a figure is measured. Each has a file under `figure/` and a line in the table.
//! Tests: below.

mod catalog_sourced;
mod cold_start;
mod counted;
mod disk;
mod durable_rate;
mod fsync_before_ack;
mod kafka_false_alarms;
mod kafka_lost;
mod kafka_overhead;
mod kafka_parallel;
mod kafka_prechecks;
mod kafka_troubles;
mod kafka_under_min_isr;
mod kill9;
mod paced;
mod planned;
mod planted_bugs;
mod reaction;
mod refusal_minimal;
mod rehearsed;
mod release;
mod rollback_lost;
mod ssh_equals_local;
mod step_overhead;
mod windows_vs_dateutil;

use std::fmt;

#[cfg(test)]
pub(crate) use planned::shipped;

use crate::workspace::{NotSo, Trouble};

/// What a value is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Neither below nor above: both would be untrue.
    Within(f64, f64),
    /// For counts, where one is too many.
    Zero,
    /// For shares in per cent, where none may be missing.
    All,
}

impl Goal {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Within(low, high) => (low..=high).contains(&value),
            Self::Zero => value == 0.0,
            Self::All => value == 100.0,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(out, "<= {limit}"),
            Self::AtLeast(limit) => write!(out, ">= {limit}"),
            Self::Within(low, high) => write!(out, "{low} to {high}"),
            Self::Zero => write!(out, "0"),
            Self::All => write!(out, "100"),
        }
    }
}

/// One figure. What belongs beside the value is printed by `measure` before it returns.
#[derive(Debug)]
pub struct Figure {
    pub name: &'static str,
    /// What it counts, in a few words.
    pub what: &'static str,
    pub unit: &'static str,
    pub goal: Goal,
    pub measure: fn() -> Result<f64, Trouble>,
}

/// Every figure that can be measured today.
const FIGURES: &[Figure] = &[
    Figure {
        name: "plan-p99",
        what: "a whole plan with its audit, warm catalog, worst of three families: time that 99 of 100 keep",
        unit: "ms",
        goal: Goal::AtMost(1.0),
        measure: planned::p99::measure,
    },
    Figure {
        name: "plan-all-pairs",
        what: "hops between all pairs of the larger recorded graph, equal to a search written apart",
        unit: "s",
        goal: Goal::AtMost(0.5),
        measure: planned::all_pairs::measure,
    },
    Figure {
        name: "plan-large",
        what: "12 components, 6 hops, 5,000 members in 20 zones: plan and audit",
        unit: "ms",
        goal: Goal::AtMost(100.0),
        measure: planned::large::measure,
    },
    Figure {
        name: "mix-checks",
        what: "mixes held against all rules in a second, 8 components at two versions, 1,000,000 different",
        unit: "checks/s",
        goal: Goal::AtLeast(5_000_000.0),
        measure: planned::mix_checks::measure,
    },
    Figure {
        name: planned::oracle_disagreements::NAME,
        what: "worlds on which search, second judge and a brute force written apart differ: every small one, 100,000 larger",
        unit: "worlds",
        goal: Goal::Zero,
        measure: planned::oracle_disagreements::measure,
    },
    Figure {
        name: refusal_minimal::NAME,
        what: "refusals, over all barred pairs of all catalogs and 100,000 worlds, whose proof and opener are minimal",
        unit: "%",
        goal: Goal::All,
        measure: refusal_minimal::measure,
    },
    Figure {
        name: "kafka-lost",
        what: "acknowledged records missing after a full roll of 3 + 3 with 5 SIGKILLs",
        unit: "records",
        goal: Goal::Zero,
        measure: kafka_lost::measure,
    },
    Figure {
        name: "kafka-under-min-isr",
        what: "samples with a partition under min ISR, or without the controller, over the same roll",
        unit: "samples",
        goal: Goal::Zero,
        measure: kafka_under_min_isr::measure,
    },
    Figure {
        name: "kafka-overhead",
        what: "one hop by windlass / a bare stop-start-rejoin loop",
        unit: "ratio",
        goal: Goal::AtMost(1.15),
        measure: kafka_overhead::measure,
    },
    Figure {
        name: "kafka-prechecks",
        what: "faults planted on a real cluster that are named with the right object and remedy",
        unit: "%",
        goal: Goal::AtLeast(100.0),
        measure: kafka_prechecks::measure,
    },
    Figure {
        name: "kafka-false-alarms",
        what: "barring findings on five healthy clusters of different shapes",
        unit: "findings",
        goal: Goal::Zero,
        measure: kafka_false_alarms::measure,
    },
    Figure {
        name: "kafka-troubles",
        what: "troubles with a test on real parts that passes, and fails once a patch takes the handling out",
        unit: "%",
        goal: Goal::All,
        measure: kafka_troubles::measure,
    },
    Figure {
        name: "kafka-parallel",
        what: "broker stage of 6 in 3 racks, two at once by windlass / a bare loop one by one",
        unit: "ratio",
        goal: Goal::AtMost(0.65),
        measure: kafka_parallel::measure,
    },
    Figure {
        name: "rollback-lost",
        what: "acknowledged records missing after a half-rolled cluster went back under load",
        unit: "records",
        goal: Goal::Zero,
        measure: rollback_lost::measure,
    },
    Figure {
        name: "ssh-equals-local",
        what: "events that differ between the journals of one hop over ssh and local, but for times and addresses",
        unit: "events",
        goal: Goal::Zero,
        measure: ssh_equals_local::measure,
    },
    Figure {
        name: durable_rate::NAME,
        what: "durable events through the store, 64 runs at once / a bare loop of prepared inserts",
        unit: "ratio",
        goal: Goal::AtLeast(0.6),
        measure: durable_rate::measure,
    },
    Figure {
        name: kill9::NAME,
        what: "acknowledged events or commands missing, or runs in a wrong state, over 2,000 SIGKILLs",
        unit: "wrong",
        goal: Goal::Zero,
        measure: kill9::measure,
    },
    Figure {
        name: kill9::LONG,
        what: "the same over 10,000 SIGKILLs",
        unit: "wrong",
        goal: Goal::Zero,
        measure: kill9::measure_long,
    },
    Figure {
        name: fsync_before_ack::NAME,
        what: "acknowledgements not preceded by a sync of the log after their last write, as a tracer saw it",
        unit: "acknowledgements",
        goal: Goal::Zero,
        measure: fsync_before_ack::measure,
    },
    Figure {
        name: reaction::NAME,
        what: "subjects touched after an acknowledged pause that did not name them, 10,000 pauses",
        unit: "subjects",
        goal: Goal::Zero,
        measure: reaction::measure,
    },
    Figure {
        name: step_overhead::NAME,
        what: "wall a member beyond the answers: 1,000 members, begin, outcome and gate each durable",
        unit: "us",
        goal: Goal::AtMost(200.0),
        measure: step_overhead::measure,
    },
    Figure {
        name: rehearsed::crash_instants::NAME,
        what: "plays of scenes with a death at each instant, and one more in recovery, that end otherwise or break a promise",
        unit: "plays",
        goal: Goal::Zero,
        measure: rehearsed::crash_instants::measure,
    },
    Figure {
        name: rehearsed::crash_pairs::NAME,
        what: "plays of the ten smallest scenes with deaths at each ordered pair of instants that end otherwise or break a promise",
        unit: "plays",
        goal: Goal::Zero,
        measure: rehearsed::crash_pairs::measure,
    },
    Figure {
        name: rehearsed::freezes::NAME,
        what: "plays of scenes with two carriers, one of which stands still at each instant, for less than its lease and past it, that end otherwise or break a promise",
        unit: "plays",
        goal: Goal::Zero,
        measure: rehearsed::freezes::measure,
    },
    Figure {
        name: rehearsed::store_calls::NAME,
        what: "plays of scenes with each call of the store, or word of a human, failing once, in each way, that end otherwise or break a promise",
        unit: "plays",
        goal: Goal::Zero,
        measure: rehearsed::store_calls::measure,
    },
    Figure {
        name: rehearsed::seeds::NAME,
        what: "of 10,000 drawn stories with faults, deaths and a human's words those that break a promise",
        unit: "seeds",
        goal: Goal::Zero,
        measure: rehearsed::seeds::measure,
    },
    Figure {
        name: planted_bugs::NAME,
        what: "of 60 bugs planted in engine and runner, 30 of them by hand, those that the judge of the false world finds",
        unit: "bugs",
        goal: Goal::AtLeast(60.0),
        measure: planted_bugs::measure,
    },
    Figure {
        name: rehearsed::determinism::NAME,
        what: "of 1,000 seeds played twice those whose journals differ by a byte",
        unit: "seeds",
        goal: Goal::Zero,
        measure: rehearsed::determinism::measure,
    },
    Figure {
        name: rehearsed::member::NAME,
        what: "wall a member in the false world: 1,000 members, each moved and gated, full judge, best of five",
        unit: "ms",
        goal: Goal::AtMost(0.5),
        measure: rehearsed::member::measure,
    },
    Figure {
        name: rehearsed::status_truth::NAME,
        what: "of 10,000 random instants those at which status says what is not so, or shows as fresh what is old",
        unit: "breaches",
        goal: Goal::Zero,
        measure: rehearsed::status_truth::measure,
    },
    Figure {
        name: rehearsed::seeds_per_hour::NAME,
        what: "seeds played in an hour on two cores, full judge, abstract targets; at least 20,000 at the wire of Kafka besides",
        unit: "seeds/h",
        goal: Goal::AtLeast(1_000_000.0),
        measure: rehearsed::seeds_per_hour::measure,
    },
    Figure {
        name: paced::makespan::KNOWN,
        what: "makespan / lower bound, members' times known from runs of before, median of 1,000 drawn clusters",
        unit: "ratio",
        goal: Goal::AtMost(1.05),
        measure: paced::makespan::known,
    },
    Figure {
        name: paced::makespan::LEARNED,
        what: "the same, nothing known of members' times before",
        unit: "ratio",
        goal: Goal::AtMost(1.15),
        measure: paced::makespan::learned,
    },
    Figure {
        name: paced::makespan::VS_ACK,
        what: "makespan of ACK's batches / ours, same ramp and cap, median where four or more may be down",
        unit: "ratio",
        goal: Goal::AtLeast(1.3),
        measure: paced::makespan::vs_ack,
    },
    Figure {
        name: paced::eta::QUARTER,
        what: "error of the forecast at a quarter of 2,000 runs with failures, share of the whole time, median",
        unit: "%",
        goal: Goal::AtMost(10.0),
        measure: paced::eta::quarter,
    },
    Figure {
        name: paced::eta::THREE_QUARTERS,
        what: "the same at three quarters",
        unit: "%",
        goal: Goal::AtMost(5.0),
        measure: paced::eta::three_quarters,
    },
    Figure {
        name: paced::eta::COVERAGE,
        what: "runs that end within the interval of four fifths, at the worst of three moments",
        unit: "%",
        goal: Goal::Within(75.0, 85.0),
        measure: paced::eta::coverage,
    },
    Figure {
        name: "cold-start",
        what: "windlass status, 1,000 ended runs of 200 events and a live one, best of five medians of 20",
        unit: "ms",
        goal: Goal::AtMost(15.0),
        measure: cold_start::measure,
    },
    Figure {
        name: catalog_sourced::NAME,
        what: "of the facts of all catalogs those that name their source",
        unit: "%",
        goal: Goal::All,
        measure: catalog_sourced::measure,
    },
    Figure {
        name: windows_vs_dateutil::NAME,
        what: "of 120,000 random windows in all zones those whose openings differ from python-dateutil",
        unit: "windows",
        goal: Goal::Zero,
        measure: windows_vs_dateutil::measure,
    },
];

/// The hidden command by which a figure starts xtask itself as a process that it watches or kills.
const CHILD: &str = "figure-child";

/// What such a process does: the figure's name, and words of its own.
///
/// # Errors
/// When the figure has none, or it cannot go on.
pub fn child(words: &[&str]) -> Result<(), Trouble> {
    match words.split_first() {
        Some((&kill9::NAME, rest)) => kill9::child::run(rest),
        Some((&reaction::NAME, rest)) => reaction::child::run(rest),
        Some((&fsync_before_ack::NAME, rest)) => fsync_before_ack::child::run(rest),
        Some(_) | None => Err(NotSo("no such process".into()).into()),
    }
}

/// Measures the named one and prints its line last; `--list` prints what there is.
///
/// # Errors
/// When there is none of that name, it could not be measured, or the goal is not met.
pub fn run(name: &str) -> Result<(), Trouble> {
    if name == "--list" {
        for figure in FIGURES {
            println!(
                "{:<20} {} ({}, goal: {})",
                figure.name, figure.what, figure.unit, figure.goal
            );
        }
        return Ok(());
    }
    let Some(figure) = FIGURES.iter().find(|figure| figure.name == name) else {
        let names: Vec<&str> = FIGURES.iter().map(|figure| figure.name).collect();
        return Err(NotSo(format!("no figure {name}; there are: {}", names.join(", "))).into());
    };
    let value = (figure.measure)()?;
    println!("{}", line(figure, value));
    if figure.goal.is_met(value) {
        Ok(())
    } else {
        Err(NotSo(format!("{name} misses its goal")).into())
    }
}

/// `NAME value unit (goal: …) pass|fail`.
fn line(figure: &Figure, value: f64) -> String {
    let Figure {
        name, unit, goal, ..
    } = figure;
    let verdict = if goal.is_met(value) { "pass" } else { "fail" };
    // Counts stand whole, ratios and times with three places.
    let value = if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    };
    format!("{name} {value} {unit} (goal: {goal}) {verdict}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(goal: Goal) -> Figure {
        Figure {
            name: "some",
            what: "",
            unit: "records",
            goal,
            measure: || Ok(0.0),
        }
    }

    #[test]
    fn the_last_line_has_value_unit_goal_and_verdict() {
        assert_eq!(
            line(&figure(Goal::Zero), 0.0),
            "some 0 records (goal: 0) pass"
        );
        assert_eq!(
            line(&figure(Goal::Zero), 2.0),
            "some 2 records (goal: 0) fail"
        );
        assert_eq!(
            line(&figure(Goal::AtMost(1.15)), 1.0512),
            "some 1.051 records (goal: <= 1.15) pass"
        );
        assert_eq!(
            line(&figure(Goal::AtLeast(0.6)), 0.59),
            "some 0.590 records (goal: >= 0.6) fail"
        );
        assert_eq!(
            line(&figure(Goal::Within(75.0, 85.0)), 85.1),
            "some 85.100 records (goal: 75 to 85) fail"
        );
    }

    #[test]
    fn what_is_no_number_never_passes() {
        let held = [Goal::Zero, Goal::All, Goal::AtMost(1.0), Goal::AtLeast(1.0)];
        for goal in held.into_iter().chain([Goal::Within(0.0, 1.0)]) {
            assert!(!goal.is_met(f64::NAN));
        }
    }

    #[test]
    fn an_unknown_name_is_refused() {
        assert!(run("none").is_err());
    }
}
