//! Options of the commands that keep the store.
//!
//! Must never know: what a command does. Stories: `tests/it/help.rs`.

use super::value;
use clap::{ArgGroup, Args};
use std::path::PathBuf;
use windlass_engine::time::Ms;

/// `windlass backup`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Copies the store as it is at one moment, while runs go on, then reads the whole
copy and says what is in it. Exit code 4 where something in it is hurt: nothing
is written then.

Examples:
  windlass backup /var/backups/windlass-monday.db
  windlass backup windlass.db.copy --force")]
pub struct BackupArgs {
    /// The file that is written
    pub file: PathBuf,
    /// Take the place of a file that is there
    #[arg(long)]
    pub force: bool,
    /// Copy a store that is hurt, too
    #[arg(long)]
    pub even_hurt: bool,
}

/// `windlass restore`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The store that stands there is kept aside under a name that is told. Refused
while anybody carries a run of it or has it open.

What happened after the backup is not in it. Each live run comes back paused and
looks at its cluster before anything else; where members carry the mark of the
store that was lost, `windlass adopt` comes first.

Examples:
  windlass restore /var/backups/windlass-monday.db
  windlass restore windlass.db.copy --store /srv/windlass/windlass.db")]
pub struct RestoreArgs {
    /// A file that `windlass backup` wrote, or a store that was kept aside
    pub file: PathBuf,
    /// Restore a backup that is hurt, too
    #[arg(long)]
    pub even_hurt: bool,
}

/// `windlass prune`
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[command(group(ArgGroup::new("limits").required(true).multiple(true).args(["keep", "older_than"])))]
#[command(after_help = "\
Takes ended runs out of the store, and what only they named. A live run is never
touched. The newest run of a cluster stays unless --even-last is given. Where
both limits are given, both must allow it.

Examples:
  windlass prune --older-than 90d --dry-run
  windlass prune --keep 20 --older-than 90d")]
pub struct PruneArgs {
    /// The newest N ended runs of each cluster stay
    #[arg(long, value_name = "N")]
    pub keep: Option<usize>,
    /// Runs that ended less than so long ago stay: 12h, 90d
    #[arg(long, value_parser = value::length, value_name = "TIME")]
    pub older_than: Option<Ms>,
    /// Also the newest run of a cluster
    #[arg(long)]
    pub even_last: bool,
    /// Show what would go, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `windlass doctor`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Reads everything: the file and its log, every journal's chain of hashes, every
content by its hash, each run's row against its journal, registrations and
commands against their seals. Changes nothing without --mend.

Exit code 4 where something is hurt, 3 where something could not be looked at.

Examples:
  windlass doctor
  windlass doctor --mend
  windlass doctor -o json")]
pub struct DoctorArgs {
    /// Write rows anew from their journals; nothing else is changed
    #[arg(long)]
    pub mend: bool,
}

/// `windlass bundle`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Writes a tar.gz for whoever shall help: versions, the doctor's report, cluster
files, and of the named run its journal, its snapshot and its carrier's log.
Values of environments, arguments of commands and texts of prepared files are
masked, and so is what looks like a secret anywhere else. What is inside is
listed first.

Examples:
  windlass bundle orders --to orders.tar.gz
  windlass bundle 12 --to run-12.tar.gz --dry-run")]
pub struct BundleArgs {
    /// The run: its number, or its cluster's name; without it no run
    pub of: Option<String>,
    /// The file that is written
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// List what would be inside, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take the place of a file that is there
    #[arg(long)]
    pub force: bool,
}
