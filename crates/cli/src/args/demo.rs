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
  windlass demo pause          # from a second terminal; continue, why …
  windlass demo fail 2         # broker 2 fails its next move
  windlass demo retry          # and is mended"
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

macro_rules! words {
    ($($(#[$hidden:meta])? $word:ident $name:literal $about:literal;)*) => {
        /// What is typed in a second terminal. All but `fail` are the ordinary commands, in the demo's store;
        /// the cluster may be left out where only one is played.
        #[derive(Clone, Debug, Subcommand)]
        pub enum DemoWord {
            /// Make a member fail its next move
            Fail(FailArgs),
            $(
                #[doc = $about]
                $(#[$hidden])?
                $word(Passed),
            )*
        }

        /// Words that are passed on.
        pub const PASSED: &[&str] = &[$($name),*];

        impl DemoWord {
            /// The ordinary command that it is passed on to; none: it is the demo's own.
            #[must_use]
            pub fn command(&self) -> Option<(&'static str, &[String])> {
                match self {
                    Self::Fail(_) => None,
                    $(Self::$word(passed) => Some(($name, &passed.rest)),)*
                }
            }
        }
    };
}

words! {
    Pause "pause" "Begin nothing more; what has begun finishes";
    Continue "continue" "Go on after a pause";
    Retry "retry" "Try a failed member again, or put its old release back";
    Skip "skip" "Leave a member as it stands";
    Why "why" "Why a run does not move, and what would help";
    Status "status" "Where runs stand";
    Watch "watch" "Watch a run until it ends";
    Events "events" "The journal of a run";
    Pace "pace" "Change the pace of a run";
    Cancel "cancel" "End a run; what has begun finishes";
    Stop "stop" "End a run now, at the next safe point of each member";
    Rollback "rollback" "Go back to the older release";
    Finalize "finalize" "Raise feature levels";
    Upgrade "upgrade" "Raise it to another release";
    Observe "observe" "Look at the cluster";
    Check "check" "Every condition of an upgrade";
    Plan "plan" "The way to a release";
    #[command(hide = true)] Targets "targets" "Where it can go";
    #[command(hide = true)] Runs "runs" "List runs";
    Carry "carry" "Carry a run that nobody carries";
    #[command(hide = true)] Wait "wait" "Wait until a run has come so far";
    #[command(hide = true)] Replay "replay" "What was known at some time";
    #[command(hide = true)] Logs "logs" "The last lines of a member's log";
    #[command(hide = true)] Approve "approve" "Let a plan run";
    #[command(hide = true)] Confirm "confirm" "Say that something was done";
    #[command(hide = true)] Retarget "retarget" "Give a paused run another goal";
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
