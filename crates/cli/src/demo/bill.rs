//! What is played: a false cluster for each system of the catalogs, in a few lines each, and where it goes.
//!
//! Must never know: how it is played. Stories: `tests/it/demo.rs`.

use crate::catalogs::Catalogs;
use crate::exit::Failed;
use std::sync::Arc;
use windlass_engine::ask::meant;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::ClusterName;
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::version::Version;
use windlass_sim::facts;
use windlass_wire::read::snapshot;
use windlass_wire::value;

/// What stands before the system in the name of a false cluster: whoever reads it anywhere knows.
pub const PREFIX: &str = "false-";
/// What is played where no system is named.
pub const FIRST: &str = "kafka";

/// One false cluster.
#[derive(Clone, Copy, Debug)]
pub struct Bill {
    /// Its system.
    pub system: &'static str,
    /// The cluster, as a snapshot file.
    text: &'static str,
    /// Where it goes.
    to: &'static str,
    /// Where it stops on the way.
    via: &'static [&'static str],
}

macro_rules! bills {
    ($($system:literal to $to:literal via $via:expr;)*) => {
        &[$(Bill {
            system: $system,
            text: include_str!(concat!("clusters/", $system, ".yaml")),
            to: $to,
            via: $via,
        }),*]
    };
}

/// One for each catalog that is built in, the first first.
pub const BILLS: &[Bill] = bills![
    "kafka" to "4.1" via &["4.0"];
    "ckafka" to "kernel=newest" via &[];
    "kubedb-kafka" to "4.0" via &[];
    "kubernetes" to "1.34" via &[];
    "ack" to "1.32" via &[];
    "acp" to "4.3" via &[];
    "kuma" to "2.13" via &[];
    "kong-mesh" to "2.13.10" via &[];
    "istio" to "1.22" via &[];
];

/// A false cluster as it stands at the beginning, and what is asked of it.
#[derive(Clone, Debug)]
pub struct Cast {
    /// What it is called.
    pub cluster: ClusterName,
    /// The maker's facts.
    pub catalog: Arc<Catalog>,
    /// How it stands: all is well.
    pub snapshot: Snapshot,
    /// What is asked for.
    pub goal: Goal,
    /// Where it stops.
    pub via: Vec<Version>,
}

impl Bill {
    /// What it is called.
    #[must_use]
    pub fn cluster(&self) -> ClusterName {
        ClusterName::from(format!("{PREFIX}{}", self.system))
    }

    /// The cluster of the file, in which all that the catalog asks about is well.
    ///
    /// # Errors
    /// Where catalogs of the user's own no longer fit it.
    pub fn cast(&self, catalogs: &Catalogs) -> Result<Cast, Failed> {
        let catalog = catalogs.of(self.system)?;
        let name = format!("{} (built in)", self.cluster());
        let read = snapshot::snapshot(&name, self.text, &[self.system], Some(&catalog));
        let mut snapshot = read.map_err(Failed::Files)?.snapshot;
        snapshot.facts = facts::well(&catalog, &snapshot.facts);
        let unread = |wrong: value::Wrong| Failed::says(format!("{name}: {wrong}"));
        let stop = |text: &&str| value::version(text).map_err(unread);
        let ask = value::ask(self.to).map_err(unread)?;
        let goal = meant(&ask, &catalog, &Policy::default(), &snapshot);
        let goal = goal.ok_or_else(|| Failed::says(format!("{name}: where to cannot be told")))?;
        Ok(Cast {
            cluster: self.cluster(),
            goal,
            via: self.via.iter().map(stop).collect::<Result<_, _>>()?,
            catalog,
            snapshot,
        })
    }
}

/// The bill of a system, or of a false cluster by its name.
#[must_use]
pub fn of(name: &str) -> Option<&'static Bill> {
    let system = name.strip_prefix(PREFIX).unwrap_or(name);
    BILLS.iter().find(|bill| bill.system == system)
}
