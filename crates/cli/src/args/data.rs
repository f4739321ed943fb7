//! Options of the commands that show or change data.
//!
//! Must never know: what a command does. Stories: `tests/it/help.rs`.

use super::reach::Reach;
use super::value;
use clap::{Args, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;
use windlass_engine::ask::Ask;
use windlass_engine::names::{ClusterName, RiskName};
use windlass_engine::version::Version;
use windlass_wire::value::Address;

/// `windlass init`
#[derive(Args, Clone, Debug)]
pub struct InitArgs {
    /// Which system.
    #[command(subcommand)]
    pub system: InitSystem,
}

/// The systems that a file can be written for.
#[derive(Clone, Debug, Subcommand)]
pub enum InitSystem {
    /// An Apache Kafka cluster in KRaft mode
    Kafka(InitKafkaArgs),
}

/// `windlass init kafka`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Lines marked `# FILL IN:` wait for what only you know: where releases and
members lie. Nothing is registered.

Examples:
  windlass init kafka --bootstrap 127.0.0.1:9092 > orders.yaml
  windlass init kafka --bootstrap k1:9092,k2:9092 --name orders
  windlass init kafka --bootstrap k1:9093 --tls-ca ca.pem \\
    --sasl SCRAM-SHA-512 --user ops --password-file ops.password")]
pub struct InitKafkaArgs {
    /// Where clients first connect
    #[arg(long, required = true, value_parser = value::address, value_delimiter = ',', value_name = "HOST:PORT")]
    pub bootstrap: Vec<Address>,
    /// The name to register it under
    #[arg(long, value_parser = value::name, default_value = "kafka")]
    pub name: ClusterName,
    /// TLS and login.
    #[command(flatten)]
    pub reach: Reach,
}

/// `windlass apply`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
`kind: Cluster` is registered or changed; `kind: Upgrade` is asked for, as
`windlass upgrade -d` would, and waits for `windlass approve` unless it says
`approve: true`; `kind: Waiver` lets one finding pass, until it ends. The same
file again changes nothing.

Examples:
  windlass apply -f orders.yaml --dry-run
  cat orders.yaml | windlass apply -f -")]
pub struct ApplyArgs {
    /// The file; `-` reads what is piped in
    #[arg(short, long = "file", required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `windlass clusters`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Example:
  windlass clusters -o wide")]
pub struct ClustersArgs {}

/// `windlass describe`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass describe orders
  windlass describe orders -o yaml > orders.yaml")]
pub struct DescribeArgs {
    /// The registered cluster
    pub cluster: ClusterName,
}

/// `windlass forget`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The cluster itself is not touched, and its runs stay readable. A cluster with a
live run is not forgotten. With --waiver only that waiver is forgotten: what it
let pass bars the next run again.

Examples:
  windlass forget orders
  windlass forget orders --waiver audit-may-pause")]
pub struct ForgetArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// Only this waiver of it
    #[arg(long, value_name = "NAME")]
    pub waiver: Option<String>,
}

/// What is looked at: a registered cluster, addresses, or a snapshot in a file.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// The registered cluster
    pub cluster: Option<ClusterName>,
    /// Addresses of a Kafka cluster that is not registered
    #[arg(long, value_parser = value::address, value_delimiter = ',', value_name = "HOST:PORT")]
    pub bootstrap: Vec<Address>,
    /// A snapshot in a file, of any system; no cluster is asked
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

impl Which {
    /// What it is called: its name, its first address, or its file.
    #[must_use]
    pub fn shown(&self) -> String {
        let address = || self.bootstrap.first().map(ToString::to_string);
        let file = || self.file.as_ref().map(|path| path.display().to_string());
        let name = self.cluster.as_ref().map(ToString::to_string);
        name.or_else(address).or_else(file).unwrap_or_default()
    }
}

/// `windlass observe`
#[derive(Args, Clone, Debug)]
#[command(override_usage = "windlass observe [OPTIONS] <CLUSTER|--bootstrap H:P|-f FILE>")]
#[command(after_help = "\
Changes nothing. Exit code 3 where something could not be seen that an upgrade
needs.

Examples:
  windlass observe orders
  windlass observe orders -o yaml > snapshot.yaml
  windlass observe --bootstrap 127.0.0.1:9092 -o json")]
pub struct ObserveArgs {
    /// What is looked at.
    #[command(flatten)]
    pub which: Which,
    /// TLS and login.
    #[command(flatten)]
    pub reach: Reach,
}

/// `windlass targets`
#[derive(Args, Clone, Debug)]
#[command(override_usage = "windlass targets [OPTIONS] <CLUSTER|--bootstrap H:P|-f FILE>")]
#[command(after_help = "\
Examples:
  windlass targets orders
  windlass targets -f snapshot.yaml
  windlass targets --bootstrap 127.0.0.1:9092")]
pub struct TargetsArgs {
    /// What is looked at.
    #[command(flatten)]
    pub which: Which,
    /// Risks of hops that are taken with open eyes
    #[arg(long, value_parser = value::risk, value_delimiter = ',', value_name = "NAME")]
    pub accept_risk: Vec<RiskName>,
    /// TLS and login.
    #[command(flatten)]
    pub reach: Reach,
}

/// `windlass window`, `windlass freeze`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass window orders
  windlass window orders --from 2026-12-15T00:00 -n 20
  windlass freeze orders -o json")]
pub struct HoursArgs {
    /// The registered cluster
    pub cluster: ClusterName,
    /// How many
    #[arg(short = 'n', long, default_value_t = 10, value_name = "N")]
    pub last: usize,
    /// From this moment on, instead of now; without a zone in that of this machine
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
}

/// `windlass check`
#[derive(Args, Clone, Debug)]
#[command(override_usage = "windlass check [OPTIONS] <CLUSTER|--bootstrap H:P|-f FILE|--all>")]
#[command(after_help = "\
Exit code 1 where a condition bars the upgrade, 3 where one could not be looked
at; with --all that of the worst cluster. `-o wide` shows what passed, too.

Examples:
  windlass check orders --to 4.1
  windlass check orders --to 4.1 --strict -o json
  windlass check --all --to 4.1 -o junit > checks.xml")]
pub struct CheckArgs {
    /// What is looked at.
    #[command(flatten)]
    pub which: Which,
    /// Every registered cluster, a line each
    #[arg(long, group = "Which")]
    pub all: bool,
    /// As of plan; without it only what binds anywhere
    #[arg(long, value_parser = value::ask, value_name = "GOAL")]
    pub to: Option<Ask>,
    /// Releases or lines to stop at on the way
    #[arg(long, value_parser = value::release, value_delimiter = ',', value_name = "RELEASE")]
    pub via: Vec<Version>,
    /// Risks of hops that are taken with open eyes
    #[arg(long, value_parser = value::risk, value_delimiter = ',', value_name = "NAME")]
    pub accept_risk: Vec<RiskName>,
    /// Of the way back, to the release that the last run started from unless --to
    /// names one
    #[arg(long, conflicts_with_all = ["via", "all"])]
    pub rollback: bool,
    /// TLS and login.
    #[command(flatten)]
    pub reach: Reach,
}

/// `windlass plan`
#[derive(Args, Clone, Debug)]
#[command(override_usage = "windlass plan [OPTIONS] <CLUSTER|--bootstrap H:P|-f FILE> --to <GOAL>")]
#[command(after_help = "\
Changes nothing. Where there is no way, it says why, and what would open one.
`-o svg` draws the plan.

Examples:
  windlass plan orders --to 4.1
  windlass plan orders --to newest --via 4.0 --explain
  windlass plan -f snapshot.yaml --to kubelet=1.31,kube-proxy=1.31
  windlass plan orders --to 4.1 --out plan.json
  windlass plan diff plan.json newer.json
  windlass plan orders --rollback
  windlass plan --bootstrap 127.0.0.1:9092 --to 4.1")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct PlanArgs {
    /// Two plans side by side, instead of one.
    #[command(subcommand)]
    pub diff: Option<PlanDiff>,
    /// What is looked at.
    #[command(flatten)]
    pub which: Which,
    /// A release; a line of releases: its newest advised; newest; newest-patch; or
    /// NAME=RELEASE[,…] of components or schemes of versions
    #[arg(long, value_parser = value::ask, value_name = "GOAL", required_unless_present_any = ["finalize", "rollback"])]
    pub to: Option<Ask>,
    /// Releases or lines to stop at on the way
    #[arg(long, value_parser = value::release, value_delimiter = ',', value_name = "RELEASE")]
    pub via: Vec<Version>,
    /// Risks of hops that are taken with open eyes
    #[arg(long, value_parser = value::risk, value_delimiter = ',', value_name = "NAME")]
    pub accept_risk: Vec<RiskName>,
    /// Raise the feature levels, too; alone: only them
    #[arg(long)]
    pub finalize: bool,
    /// The way back, to the release that the last run started from unless --to
    /// names one
    #[arg(long, conflicts_with_all = ["finalize", "via"])]
    pub rollback: bool,
    /// Show each mix of releases that will stand on the way, why this way, and the
    /// next best
    #[arg(long)]
    pub explain: bool,
    /// Write the plan as JSON, for `upgrade --plan` and `plan diff`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit code 0: nothing to do; 10: there is something to do
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// TLS and login.
    #[command(flatten)]
    pub reach: Reach,
}

/// `windlass graph`
#[derive(Args, Clone, Debug)]
#[command(group(clap::ArgGroup::new("drawn").required(true).multiple(false).args(["of", "file"])))]
#[command(after_help = "\
A picture as SVG: releases by age, the hops that their maker supports above them,
the way marked below, what is barred dashed with its reason on hover. Of a large
graph only what matters to the way is drawn.

Examples:
  windlass graph kuma > kuma.svg
  windlass graph orders --to 4.1 > orders.svg
  windlass graph -f snapshot.yaml --to newest > way.svg")]
pub struct GraphArgs {
    /// A registered cluster, or a system that has a catalog
    #[arg(value_name = "CLUSTER|SYSTEM")]
    pub of: Option<String>,
    /// A snapshot in a file
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// As of plan: the way there is marked
    #[arg(long, value_parser = value::ask, value_name = "GOAL")]
    pub to: Option<Ask>,
}

/// What else `windlass plan` does.
#[derive(Clone, Debug, Subcommand)]
pub enum PlanDiff {
    /// What two plan files have in common, and where they differ
    #[command(after_help = "\
Exit code 0: the same; 10: they differ.

Example:
  windlass plan diff monday.json tuesday.json")]
    Diff {
        /// A plan, as `plan --out` writes it
        before: PathBuf,
        /// Another
        after: PathBuf,
    },
}

/// `windlass version`
#[derive(Args, Clone, Debug)]
pub struct VersionArgs {}

/// `windlass completion`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass completion bash > /etc/bash_completion.d/windlass
  source <(windlass completion zsh)")]
pub struct CompletionArgs {
    /// Which shell
    pub shell: Shell,
}
