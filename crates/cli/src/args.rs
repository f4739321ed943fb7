//! The command line as it is typed: every command, its options, its help.
//!
//! Must never know: what a command does. Stories: `tests/it/help.rs`, the help of each as a whole.

pub mod back;
pub mod catalog;
pub mod data;
pub mod demo;
pub mod help;
pub mod keep;
pub mod reach;
pub mod rehearse;
pub mod runs;
pub mod value;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Green.on_default());

/// What stands below the list of commands.
const AFTER: &str = "\
A first upgrade:
  windlass init kafka --bootstrap 127.0.0.1:9092 > orders.yaml
  windlass apply -f orders.yaml
  windlass targets orders
  windlass upgrade orders --to 4.1

Exit codes: 0 done · 1 refused or barred · 2 error · 3 something could not be
looked at · 4 stands still and needs a human · 5 cancelled, stopped or expired";

/// Raises clusters to their next version, one safe notch at a time.
#[derive(Clone, Debug, Parser)]
#[command(name = "windlass", version, styles = STYLES, after_help = AFTER, max_term_width = 80)]
#[command(
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// How data is printed: table, wide, json or yaml; check: also junit; plan: also
    /// svg
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORM"
    )]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub output: Form,
    /// Colours: auto, always or never; NO_COLOR is obeyed
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Colour,
    /// ASCII only, for screen readers and old terminals
    #[arg(long, global = true)]
    pub plain: bool,
    /// The file that remembers, else WINDLASS_STORE, else
    /// windlass/windlass.db in XDG_STATE_HOME
    #[arg(
        long,
        global = true,
        env = "WINDLASS_STORE",
        hide_env = true,
        value_name = "FILE"
    )]
    pub store: Option<PathBuf>,
    /// A folder of catalogs that add to those built in
    #[arg(long, global = true, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Warnings count as refusals
    #[arg(long, global = true)]
    pub strict: bool,
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Fitted to the terminal
    #[default]
    Table,
    /// All columns, never cut
    Wide,
    /// JSON, stable
    Json,
    /// The same as YAML
    Yaml,
    /// JUnit XML, for pipelines: `check` only
    Junit,
    /// A picture: `plan` only
    Svg,
    /// An update graph as served: `catalog export` only
    Cincinnati,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal
    #[default]
    Auto,
    /// Also elsewhere
    Always,
    /// Not at all
    Never,
}

/// All commands, in the order of a user's way.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Play an upgrade of a false cluster: nothing is needed
    Demo(demo::DemoArgs),
    /// Write a cluster file from what is seen
    Init(data::InitArgs),
    /// Register or change what a file says; shows the difference
    Apply(data::ApplyArgs),
    /// List the registered clusters
    Clusters(data::ClustersArgs),
    /// Show a registered cluster as it was declared
    Describe(data::DescribeArgs),
    /// Take a cluster out of the register
    Forget(data::ForgetArgs),
    /// Look at a cluster: members, releases, health, gaps
    Observe(data::ObserveArgs),
    /// Where a cluster can go
    Targets(data::TargetsArgs),
    /// Every condition of an upgrade, with evidence and mending
    Check(data::CheckArgs),
    /// The way to a release, its order and its point of no return
    Plan(data::PlanArgs),
    /// Play an upgrade before it is real, on a false cluster
    Rehearse(rehearse::RehearseArgs),
    /// Draw releases and the ways between them
    Graph(data::GraphArgs),
    /// When windows open, and which freeze takes which
    Window(data::HoursArgs),
    /// When freezes hold
    Freeze(data::HoursArgs),
    /// Plan, check, approve, roll, and watch
    Upgrade(runs::UpgradeArgs),
    /// Raise feature levels; the old release cannot come back then
    Finalize(runs::FinalizeArgs),
    /// Go back to the older release, while no level bars it
    Rollback(back::RollbackArgs),
    /// Where runs stand
    Status(runs::StatusArgs),
    /// Watch a run until it ends
    Watch(runs::WatchArgs),
    /// Why a run does not move, and what would help
    Why(runs::WhyArgs),
    /// The journal of a run
    Events(runs::EventsArgs),
    /// The last lines of a member's log
    Logs(runs::LogsArgs),
    /// Wait until a run has come so far
    Wait(runs::WaitArgs),
    /// Let a plan run
    Approve(runs::ApproveArgs),
    /// Begin nothing more; what has begun finishes
    Pause(runs::PauseArgs),
    /// Go on after a pause
    Continue(runs::ContinueArgs),
    /// Begin although no window is open; freezes hold
    Begin(runs::BeginArgs),
    /// End a run; what has begun finishes
    Cancel(runs::CancelArgs),
    /// End a run now, at the next safe point of each member
    Stop(runs::StopArgs),
    /// Try a failed member again, or put its old release back
    Retry(runs::RetryArgs),
    /// Leave a member as it stands
    Skip(runs::SkipArgs),
    /// Say that something was done which windlass cannot see
    Confirm(runs::ConfirmArgs),
    /// Let one finding pass, for a reason and a time
    Waive(runs::WaiveArgs),
    /// Change the pace of a run
    Pace(runs::PaceArgs),
    /// Give a paused run another goal
    Retarget(runs::RetargetArgs),
    /// List runs, newest first
    Runs(runs::RunsArgs),
    /// What was known, decided and wanted at some time
    Replay(runs::ReplayArgs),
    /// Carry all runs until told to end
    Serve(runs::ServeArgs),
    /// Carry one run, or all that live, to their end
    Carry(runs::CarryArgs),
    /// Take over members that carry another store's mark
    Adopt(runs::AdoptArgs),
    /// Copy the store while runs go on
    Backup(keep::BackupArgs),
    /// Put a backup in the store's place
    Restore(keep::RestoreArgs),
    /// Take ended runs out of the store
    Prune(keep::PruneArgs),
    /// Read all of the store and name what is hurt
    Doctor(keep::DoctorArgs),
    /// Pack what whoever helps needs, without secrets
    Bundle(keep::BundleArgs),
    /// The makers' facts: show, prove, compare, bring in, give out
    Catalog(catalog::CatalogArgs),
    /// Version of windlass and its catalogs
    Version(data::VersionArgs),
    /// Completion script for a shell
    Completion(data::CompletionArgs),
}
