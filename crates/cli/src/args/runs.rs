//! Options of the commands about runs.
//!
//! Must never know: what a command does. Stories: `tests/it/help.rs`.

use super::value;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use windlass_engine::hash::Hash;
use windlass_engine::names::{CheckId, ClusterName, MemberId, RunId, Subject};
use windlass_engine::policy::{Cap, Mode, Pace, Ramp};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;

/// `windlass upgrade`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Shows plan and checks, asks, then carries the run and shows it moving. Ctrl-C
asks what to do; killed at any instant, the next carrier goes on where it was.
Where a run with the same goal lives already, this one watches it.

Examples:
  windlass upgrade orders --to 4.1
  windlass upgrade orders --to 4.1 --via 4.0 --yes -d
  windlass upgrade orders --plan plan.json
  windlass upgrade orders --to 4.1 --at 2026-11-21T22:00 --latest 2026-11-22T04:00")]
pub struct UpgradeArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// A release, or a line of releases: its newest advised
    #[arg(long, value_parser = value::release, value_name = "RELEASE", required_unless_present = "plan")]
    pub to: Option<Version>,
    /// Exactly the plan that `plan --out` wrote: where the cluster is no longer so
    /// that this is its plan, nothing is done
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "via", "finalize"])]
    pub plan: Option<PathBuf>,
    /// Releases or lines to stop at on the way
    #[arg(long, value_parser = value::release, value_delimiter = ',', value_name = "RELEASE")]
    pub via: Vec<Version>,
    /// Raise the feature levels at the end: the old release cannot come back
    #[arg(long)]
    pub finalize: bool,
    /// Healthy time after the first member on a new release, and after each stage
    #[arg(long, value_parser = value::soak, value_name = "TIME")]
    pub soak: Option<Ms>,
    /// How many at once.
    #[command(flatten)]
    pub pace: Paced,
    /// When it may begin.
    #[command(flatten)]
    pub when: When,
    /// How it is begun.
    #[command(flatten)]
    pub start: Start,
}

/// When a run may begin: within the cluster's windows and outside of its freezes in any case.
#[derive(Args, Clone, Debug)]
pub struct When {
    /// Begin nothing before; without a zone in that of this machine
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Begin nothing from then on; what has begun finishes
    #[arg(long, value_name = "TIME")]
    pub latest: Option<String>,
    /// Refuse where the cluster has no windows
    #[arg(long)]
    pub in_window: bool,
}

/// `windlass begin`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
A run that waits for its window, or was asked to begin later, begins now and
goes on until it is paused. Freezes hold all the same.

Example:
  windlass begin orders")]
pub struct BeginArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// How a run is begun.
#[derive(Args, Clone, Debug)]
pub struct Start {
    /// Approve the plan without being asked
    #[arg(short, long)]
    pub yes: bool,
    /// Go on in the background and return
    #[arg(short, long)]
    pub detach: bool,
    /// The same key again is the same run
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// `windlass finalize`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
A run of its own, with a plan and checks of its own. There is no way back.

Example:
  windlass finalize orders")]
pub struct FinalizeArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// When it may begin.
    #[command(flatten)]
    pub when: When,
    /// How it is begun.
    #[command(flatten)]
    pub start: Start,
}

/// `windlass status`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass status
  windlass status orders")]
pub struct StatusArgs {
    /// A registered cluster, or the number of a run; without it all live runs
    #[arg(value_name = "CLUSTER|RUN")]
    pub of: Option<String>,
}

/// A run, by its cluster or its number.
#[derive(Args, Clone, Debug)]
pub struct OfRun {
    /// A registered cluster (its live or newest run), or the number of a run
    #[arg(value_name = "CLUSTER|RUN")]
    pub of: String,
}

/// `windlass watch`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Ends with the run, and with its exit code. Leaving it changes nothing.

Example:
  windlass watch orders")]
pub struct WatchArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// `windlass why`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  windlass why orders")]
pub struct WhyArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// `windlass events`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass events orders
  windlass events 12 --from 40 -o json
  windlass events orders -f")]
pub struct EventsArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// Go on with what comes, until the run ends
    #[arg(short, long)]
    pub follow: bool,
    /// Begin at this position
    #[arg(long, default_value_t = 1, value_name = "SEQ")]
    pub from: u64,
}

/// `windlass logs`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  windlass logs orders 2 --lines 100")]
pub struct LogsArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// The member, by the system's own id
    pub member: MemberId,
    /// How many lines
    #[arg(short = 'n', long, default_value_t = 40, value_name = "N")]
    pub lines: usize,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// The goal holds, seen
    Finished,
    /// It has ended, however
    Ended,
    /// It stands still and needs a human
    Paused,
    /// Its plan waits for a human's word
    Approval,
    /// Members move
    Rolling,
}

/// `windlass wait`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Returns at once with the run's exit code where what is waited for cannot come
any more, and with 3 where the time is over.

Example:
  windlass wait 12 --for finished --timeout 1h")]
pub struct WaitArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// What for: finished, ended, paused, approval or rolling
    #[arg(
        long = "for",
        value_enum,
        default_value = "finished",
        value_name = "STATE"
    )]
    #[arg(hide_possible_values = true)]
    pub until: Until,
    /// At most so long
    #[arg(long, value_parser = value::length, value_name = "TIME")]
    pub timeout: Option<Ms>,
}

/// `windlass approve`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Without --plan the plan that waits is shown and asked for; without a terminal
--plan or --yes is needed.

Example:
  windlass approve orders --plan 7f3a9c")]
pub struct ApproveArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// The plan's name, or its beginning
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<String>,
    /// Whatever plan waits now
    #[arg(short, long)]
    pub yes: bool,
}

/// `windlass pause`
#[derive(Args, Clone, Debug)]
pub struct PauseArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// `windlass continue`
#[derive(Args, Clone, Debug)]
pub struct ContinueArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// `windlass cancel`
#[derive(Args, Clone, Debug)]
#[command(after_help = "Nothing that was done is undone.")]
pub struct CancelArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// `windlass stop`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
A member that was told to stop is still started again. Nothing that was done is
undone.")]
pub struct StopArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
}

/// `windlass retry`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass retry orders 2
  windlass retry orders 2 --old")]
pub struct RetryArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// What failed: a member, `level/NAME` or `action/NAME`; not needed where it is the only one
    #[arg(value_parser = value::subject)]
    pub subject: Option<Subject>,
    /// Put the old release back on it
    #[arg(long, conflicts_with = "kill")]
    pub old: bool,
    /// Kill what does not end
    #[arg(long)]
    pub kill: bool,
}

/// `windlass skip`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The rest of the plan is audited again with the member as it stands; what falls
away is said first.

Example:
  windlass skip orders 3")]
pub struct SkipArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// A member, `level/NAME` or `action/NAME`
    #[arg(value_parser = value::subject)]
    pub subject: Subject,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// `windlass confirm`
#[derive(Args, Clone, Debug)]
pub struct ConfirmArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// A member, `level/NAME` or `action/NAME`
    #[arg(value_parser = value::subject)]
    pub subject: Subject,
}

/// `windlass waive`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
For all runs to come: `kind: Waiver` in a file, and windlass apply.
It counts at the moment when the check binds: a waiver that has ended by then
bars again. Some checks can never be waived.

Examples:
  windlass waive orders topics.no-headroom --reason \"audit may pause\" --for 7d
  windlass waive orders own.backup --reason known --until 2026-12-01T08:00:00Z")]
pub struct WaiveArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// The check
    pub check: CheckId,
    /// Why it may pass
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// For how long
    #[arg(long = "for", value_parser = value::length, default_value = "1d", value_name = "TIME")]
    pub length: Ms,
    /// Until when, instead: date, time and zone
    #[arg(long, value_parser = value::moment, conflicts_with = "length", value_name = "MOMENT")]
    pub until: Option<Wall>,
}

/// `windlass pace`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
What is not given stays as it is.

Examples:
  windlass pace orders --cap 1
  windlass pace orders --ramp double --cap 10% --mode sliding")]
pub struct PaceArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// What changes.
    #[command(flatten)]
    pub pace: Paced,
}

/// A pace; what is not given stays as it is.
#[derive(Args, Clone, Debug)]
pub struct Paced {
    /// How the limit on members down at once grows: double or fixed
    #[arg(long, value_parser = value::ramp, value_name = "RAMP")]
    pub ramp: Option<Ramp>,
    /// The most members down at once: a number, or a share as 10%
    #[arg(long, value_parser = value::cap, value_name = "CAP")]
    pub cap: Option<Cap>,
    /// When the next begins: sliding or barrier
    #[arg(long, value_parser = value::mode, value_name = "MODE")]
    pub mode: Option<Mode>,
}

impl Paced {
    /// The pace that stood, with what is given here.
    #[must_use]
    pub fn over(&self, stood: Pace) -> Pace {
        Pace {
            ramp: self.ramp.unwrap_or(stood.ramp),
            cap: self.cap.unwrap_or(stood.cap),
            mode: self.mode.unwrap_or(stood.mode),
        }
    }
}

/// `windlass retarget`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The new plan waits for `windlass approve`. With --rollback the run goes back, to
the release that it started from unless --to names one.

Examples:
  windlass retarget orders --to 4.0
  windlass retarget orders --rollback")]
pub struct RetargetArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OfRun,
    /// A release, or a line of releases
    #[arg(long, value_parser = value::release, value_name = "RELEASE", required_unless_present = "rollback")]
    pub to: Option<Version>,
    /// The way back
    #[arg(long)]
    pub rollback: bool,
}

/// `windlass runs`
#[derive(Args, Clone, Debug)]
pub struct RunsArgs {
    /// Only of this cluster
    pub cluster: Option<ClusterName>,
    /// At most so many
    #[arg(short = 'n', long, default_value_t = 20, value_name = "N")]
    pub last: usize,
}

/// `windlass replay`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  windlass replay 12 --at 40")]
pub struct ReplayArgs {
    /// The number of the run
    pub run: RunId,
    /// Up to this position of its journal
    #[arg(long, value_name = "SEQ")]
    pub at: Option<u64>,
}

/// `windlass serve`
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {}

/// `windlass carry`
#[derive(Args, Clone, Debug)]
pub struct CarryArgs {
    /// The number of the run; without it all that live
    pub run: Option<RunId>,
    /// In a session of its own: a terminal that is closed does not end it
    #[arg(long, hide = true)]
    pub own_session: bool,
}

/// `windlass adopt`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Shows whose marks lie at the members and since when, and asks for the cluster's
name. Only for marks whose store is lost: two stores that act on one cluster
harm it.

Example:
  windlass adopt orders")]
pub struct AdoptArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// The cluster's name again, instead of being asked for it
    #[arg(long, value_name = "CLUSTER")]
    pub confirm: Option<ClusterName>,
}

/// The plan that is meant by its name or the beginning of it.
#[must_use]
pub fn is_named(plan: &Hash, by: &str) -> bool {
    by.len() >= 6 && plan.to_string().starts_with(&by.to_lowercase())
}
