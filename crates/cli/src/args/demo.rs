//! Options of the demo, and the words that it passes on.
//!
//! Must never know: what a command does. Stories: `tests/it/help.rs`.

use crate::demo::hosts::Doom;
use clap::{Args, Subcommand};

/// `windlass demo`
#[derive(Args, Clone, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "COMMAND",
    subcommand_help_heading = "While it is played, from a second terminal",
    after_help = "\
A false cluster stands in for a real one: no host is touched, no file is needed.
All else is real: plan, checks, journal, carrier. It lies in a folder of its own
beside your store and survives kill -9: `windlass demo` again goes on where it
was, and makes a fresh cluster once its run has ended.

Examples:
  windlass demo
  windlass demo kuma --speed 30
  windlass demo --all
  windlass demo pause                  # from a second terminal; continue, why, …
  windlass demo fail 2                 # broker 2 fails its next move
  windlass demo retry                  # and is mended"
)]
pub struct DemoArgs {
    /// Of which system; kafka where none is named
    #[arg(value_name = "SYSTEM")]
    pub system: Option<String>,
    /// One cluster of each system, all at once
    #[arg(long, conflicts_with = "system")]
    pub all: bool,
    /// Which clusters there are
    #[arg(long, conflicts_with_all = ["system", "all", "fresh", "speed"])]
    pub list: bool,
    /// So many times as fast as life; left out: done in about a minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub speed: Option<u64>,
    /// Throw away what was played before
    #[arg(long)]
    pub fresh: bool,
    /// From a second terminal.
    #[command(subcommand)]
    pub then: Option<DemoWord>,
}

/// What is typed in a second terminal. All but `fail` are the ordinary commands, in the demo's store; the
/// cluster may be left out where only one is played.
#[derive(Clone, Debug, Subcommand)]
pub enum DemoWord {
    /// Make a member fail its next move
    Fail(FailArgs),
    /// Begin nothing more; what has begun finishes
    Pause(Passed),
    /// Go on after a pause
    Continue(Passed),
    /// Try a failed member again
    Retry(Passed),
    /// Leave a member as it stands
    Skip(Passed),
    /// Why a run does not move, and what would help
    Why(Passed),
    /// Where runs stand
    Status(Passed),
    /// Watch a run until it ends
    Watch(Passed),
    /// The journal of a run
    Events(Passed),
    /// Change the pace of a run
    Pace(Passed),
    /// End a run; what has begun finishes
    Cancel(Passed),
    /// End a run now
    Stop(Passed),
    /// Go back to the older release
    Rollback(Passed),
    /// Raise feature levels
    Finalize(Passed),
    /// Carry a run that nobody carries
    Carry(Passed),
    /// Wait until a run has come so far
    Wait(Passed),
    /// List runs, newest first
    Runs(Passed),
    /// Look at a cluster
    Observe(Passed),
    /// Every condition of an upgrade
    Check(Passed),
    /// The way to a release
    Plan(Passed),
    /// Raise it to another release
    Upgrade(Passed),
}

/// What stands behind a word: read by the command that it belongs to.
#[derive(Args, Clone, Debug)]
#[command(disable_help_flag = true)]
pub struct Passed {
    /// As the command takes it
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "…")]
    pub rest: Vec<String>,
}

/// `windlass demo fail`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass demo fail 2
  windlass demo fail broker-3 --how does-not-stop
  windlass demo fail node-2 --of kubernetes")]
pub struct FailArgs {
    /// The member: `2`, `broker-2`
    pub member: String,
    /// How: cannot-start, does-not-stay, does-not-stop or slow
    #[arg(long, value_enum, default_value = "cannot-start", value_name = "HOW")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub how: Doom,
    /// Of which cluster, where several are played
    #[arg(long, value_name = "SYSTEM")]
    pub of: Option<String>,
}

/// Words that are passed on.
pub const PASSED: [&str; 20] = [
    "pause", "continue", "retry", "skip", "why", "status", "watch", "events", "pace", "cancel", "stop",
    "rollback", "finalize", "carry", "wait", "runs", "observe", "check", "plan", "upgrade",
];

impl DemoWord {
    /// The ordinary command that it is passed on to; none: it is the demo's own.
    #[must_use]
    pub fn command(&self) -> Option<(&'static str, &[String])> {
        let (name, passed) = match self {
            Self::Fail(_) => return None,
            Self::Pause(passed) => ("pause", passed),
            Self::Continue(passed) => ("continue", passed),
            Self::Retry(passed) => ("retry", passed),
            Self::Skip(passed) => ("skip", passed),
            Self::Why(passed) => ("why", passed),
            Self::Status(passed) => ("status", passed),
            Self::Watch(passed) => ("watch", passed),
            Self::Events(passed) => ("events", passed),
            Self::Pace(passed) => ("pace", passed),
            Self::Cancel(passed) => ("cancel", passed),
            Self::Stop(passed) => ("stop", passed),
            Self::Rollback(passed) => ("rollback", passed),
            Self::Finalize(passed) => ("finalize", passed),
            Self::Carry(passed) => ("carry", passed),
            Self::Wait(passed) => ("wait", passed),
            Self::Runs(passed) => ("runs", passed),
            Self::Observe(passed) => ("observe", passed),
            Self::Check(passed) => ("check", passed),
            Self::Plan(passed) => ("plan", passed),
            Self::Upgrade(passed) => ("upgrade", passed),
        };
        Some((name, &passed.rest))
    }
}
