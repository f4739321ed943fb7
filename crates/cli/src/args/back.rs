//! Options of the way back.
//!
//! Must never know: where it leads. Stories: `tests/it/help.rs`.

use super::data::{PlanArgs, Which};
use super::reach::Reach;
use super::runs::{Paced, Start, When};
use super::value;
use clap::Args;
use windlass_engine::ask::Ask;
use windlass_engine::names::ClusterName;
use windlass_engine::plan::Goal;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;

/// `windlass rollback`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Only before levels are finalized above the old release. An ordinary run with a
plan and checks of its own: brokers before controllers, the last moved first.
Without --to it leads to the release that the last run started from. A live run
is in the way: see `windlass retarget --rollback`, or end it with cancel or stop.

Examples:
  windlass rollback orders --dry-run
  windlass rollback orders --to 3.9.1 --yes")]
pub struct RollbackArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// The older release, or a line of releases: the one of it that still runs
    #[arg(long, value_parser = value::release, value_name = "RELEASE")]
    pub to: Option<Version>,
    /// Show the plan and change nothing
    #[arg(long, conflicts_with_all = ["yes", "detach"])]
    pub dry_run: bool,
    /// Healthy time after the first member put back, and after each stage
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

impl RollbackArgs {
    /// The same as a question: `windlass plan CLUSTER --rollback`.
    #[must_use]
    pub fn shown(&self) -> PlanArgs {
        PlanArgs {
            which: Which {
                cluster: Some(self.cluster.clone()),
                bootstrap: Vec::new(),
                file: None,
            },
            diff: None,
            accept_risk: Vec::new(),
            out: None,
            reach: Reach::default(),
            to: self.to.clone().map(|to| Ask::Goal(Goal::Version(to))),
            via: Vec::new(),
            finalize: false,
            rollback: true,
            explain: false,
            detailed_exitcode: false,
        }
    }
}
