//! Options of `windlass catalog`.
//!
//! Must never know: what a catalog holds. Stories: `tests/it/help.rs`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `windlass catalog`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
A catalog is one file of a maker's facts about a system, each with its source;
docs/catalog.md teaches how to write one for a system of your own.

Examples:
  windlass catalog show kubernetes
  windlass catalog lint mine.yaml")]
pub struct CatalogArgs {
    /// What is done with them.
    #[command(subcommand)]
    pub deed: Deed,
}

impl CatalogArgs {
    /// Whether it writes in a form of others.
    #[must_use]
    pub fn exports(&self) -> bool {
        matches!(self.deed, Deed::Export(_))
    }
}

/// What is done with catalogs.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// What a catalog says
    Show(ShowArgs),
    /// What in catalogs cannot be meant so
    Lint(LintArgs),
    /// What turns one catalog into another
    Diff(DiffArgs),
    /// One rule, hop, check or hazard with its reason and source
    Explain(ExplainArgs),
    /// Read what others publish as a catalog
    Import(ImportArgs),
    /// Write a catalog in a form of others
    Export(ExportArgs),
    /// The JSON Schema of catalog files
    Schema(SchemaArgs),
}

/// `windlass catalog show`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
What a catalog extends is put together with it.

Examples:
  windlass catalog show kong-mesh
  windlass catalog show kafka -o json
  windlass catalog show ./mine.yaml -o yaml")]
pub struct ShowArgs {
    /// The system, or a file
    #[arg(value_name = "SYSTEM|FILE")]
    pub of: String,
}

/// `windlass catalog lint`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Exit code 1 where something was found.

Examples:
  windlass catalog lint
  windlass catalog lint mine.yaml theirs.yaml")]
pub struct LintArgs {
    /// The files; none: every catalog in use
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `windlass catalog diff`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass catalog diff kuma kong-mesh
  windlass catalog diff kafka ./kafka-new.yaml -o json")]
pub struct DiffArgs {
    /// The old one: a system or a file
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The new one: a system or a file
    #[arg(value_name = "NEW")]
    pub new: String,
}

/// `windlass catalog explain`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  windlass catalog explain kubelet-apiserver
  windlass catalog explain java.version --system kafka
  windlass catalog explain '3.3.. to 4.0..' --system kafka")]
pub struct ExplainArgs {
    /// Its name, as plans, refusals and findings give it
    #[arg(value_name = "NAME")]
    pub rule: String,
    /// Only in the catalog of this system, or in this file
    #[arg(long, value_name = "SYSTEM|FILE")]
    pub system: Option<String>,
}

/// `windlass catalog import`
#[derive(Args, Clone, Debug)]
pub struct ImportArgs {
    /// In which form.
    #[command(subcommand)]
    pub form: ImportForm,
}

/// The forms that are read.
#[derive(Clone, Debug, Subcommand)]
pub enum ImportForm {
    /// An update graph as Cincinnati serves it (OpenShift)
    Cincinnati(CincinnatiArgs),
}

/// `windlass catalog import cincinnati`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Edges, conditional edges with their risks, payloads and metadata are kept; the
catalog is printed as YAML, or as -o json.

Examples:
  windlass catalog import cincinnati stable-4.16.json > openshift.yaml
  windlass catalog import cincinnati graph.json --system okd -o json")]
pub struct CincinnatiArgs {
    /// The file, as it was served
    pub file: PathBuf,
    /// The system that the graph is about
    #[arg(long, default_value = "openshift")]
    pub system: String,
    /// The day on which it was served; none: today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<String>,
    /// Where it was served; none: the file
    #[arg(long)]
    pub source: Option<String>,
}

/// `windlass catalog export`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
-o cincinnati: the graph of releases and hops, as Cincinnati serves it. Rules
about what stands side by side, levels and checks have no words there.

Example:
  windlass catalog export ./openshift.yaml -o cincinnati")]
pub struct ExportArgs {
    /// The system, or a file
    #[arg(value_name = "SYSTEM|FILE")]
    pub of: String,
}

/// `windlass catalog schema`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
For editors: name it in the first line of a catalog,
`# yaml-language-server: $schema=catalog.schema.json`.

Example:
  windlass catalog schema > catalog.schema.json")]
pub struct SchemaArgs {}
