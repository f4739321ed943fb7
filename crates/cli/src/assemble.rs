//! Joins what the second floor keeps apart: a declaration becomes hands on its hosts and a target.
//!
//! Must never know: runs. Stories: in this file, and `tests/it/` with real addresses.

mod doors;
mod host;
mod member;

use crate::catalogs::Catalogs;
use crate::demo::stage::OBJECT;
use crate::exit::Failed;
use crate::secrets::EdgeSecrets;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use windlass_engine::names::MemberId;
use windlass_runner::ports::Task;
use windlass_runner::ports::hand::Hand;
use windlass_runner::ports::secrets::Secrets;
use windlass_runner::ports::store::Registration;
use windlass_runner::ports::target::Target;
use windlass_runner::system::SystemClock;
use windlass_runner::world::Targets;
use windlass_targets::host::HostHand;
use windlass_targets::kafka::{KafkaSpec, KafkaTarget};
use windlass_targets::own::{About, Asking};
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::registered::Registered;
use windlass_wire::v1::cluster::{Cluster, System};

/// Joins declarations with hosts and systems.
pub struct Assembly {
    catalogs: Arc<Catalogs>,
    secrets: Arc<dyn Secrets>,
    /// The socket of this user's ssh-agent, if one runs.
    agent: Option<PathBuf>,
}

impl fmt::Debug for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assembly").finish_non_exhaustive()
    }
}

impl Assembly {
    /// One that knows these catalogs, and the agent that logs in at hosts.
    #[must_use]
    pub fn new(catalogs: Arc<Catalogs>, agent: Option<PathBuf>) -> Self {
        Self {
            catalogs,
            secrets: Arc::new(EdgeSecrets::default()),
            agent,
        }
    }

    /// The target of a declared cluster.
    ///
    /// # Errors
    /// Where the declaration cannot be used on its hosts, or there is no catalog.
    pub fn join(&self, declared: &ClusterDeclared) -> Result<Arc<dyn Target>, Failed> {
        let catalog = self.catalogs.of(declared.system.name())?;
        let reaches =
            host::reaches(declared, self.agent.as_deref(), &self.secrets).map_err(Failed::says)?;
        let mut hands: BTreeMap<MemberId, Arc<dyn Hand>> = BTreeMap::new();
        for member in &declared.members {
            let unusable = |why: String| Failed::says(format!("member {}: {why}", member.id));
            let spec = member::spec(declared, member).map_err(unusable)?;
            let reach = reaches.get(&member.host).cloned();
            let reach = reach.ok_or_else(|| unusable(format!("no host {}", member.host)))?;
            let hand = HostHand::new(member.host.clone(), spec, reach)
                .map_err(|why| unusable(why.to_string()))?;
            hands.insert(member.id.clone(), Arc::new(hand));
        }
        let target: Arc<dyn Target> = match declared.system {
            System::Kafka => {
                let bootstrap = declared.bootstrap.iter().map(ToString::to_string).collect();
                let mut spec = KafkaSpec::at(bootstrap);
                spec.stop_patience = declared.policy.patience;
                Arc::new(KafkaTarget::new(
                    spec,
                    doors::of(declared, &self.secrets),
                    Arc::new(SystemClock::new()),
                    hands,
                    catalog,
                ))
            }
        };
        Ok(asking(declared, target))
    }
}

impl Targets for Assembly {
    fn target<'a>(&'a self, of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>> {
        Box::pin(async move {
            let cluster = declared(of).map_err(in_words)?;
            self.join(&ClusterDeclared::of(&cluster)).map_err(in_words)
        })
    }
}

/// With the user's own checks, where there are any.
fn asking(declared: &ClusterDeclared, target: Arc<dyn Target>) -> Arc<dyn Target> {
    let checks = declared.policy.checks.clone();
    if checks.is_empty() {
        return target;
    }
    let bootstrap: Vec<String> = declared.bootstrap.iter().map(ToString::to_string).collect();
    let about = About {
        cluster: declared.name.to_string(),
        bootstrap: bootstrap.join(","),
    };
    let clock = Arc::new(SystemClock::new());
    Arc::new(Asking::new(target, clock, about, checks))
}

/// The cluster as it was registered.
///
/// # Errors
/// Where this windlass no longer understands what was registered.
pub fn declared(of: &Registration) -> Result<Cluster, Failed> {
    registered(of).map(|registered| registered.cluster)
}

/// The same, with the waivers given for it.
///
/// # Errors
/// As [`declared`].
pub fn registered(of: &Registration) -> Result<Registered, Failed> {
    if of.object == OBJECT {
        return Err(Failed::hinted(
            format!(
                "{} is a false cluster of the demo: no file declares it",
                of.name
            ),
            "windlass demo observe, check, plan and status know it",
        ));
    }
    let name = format!("{} as registered", of.name);
    let registered = Registered::read(&name, &of.object).map_err(Failed::Files)?;
    registered.ok_or_else(|| Failed::says(format!("{name} is no cluster")))
}

fn in_words(failed: Failed) -> String {
    match &failed {
        Failed::Files(wrong) => {
            let lines: Vec<String> = wrong
                .iter()
                .map(|one| format!("{}:{}: {}", one.file, one.line, one.message))
                .collect();
            lines.join("; ")
        }
        Failed::Unregistered { .. }
        | Failed::Says { .. }
        | Failed::File { .. }
        | Failed::Desk(_)
        | Failed::Store(_)
        | Failed::Ledger(_)
        | Failed::Carry(_)
        | Failed::Keep(_)
        | Failed::Write(_) => failed.to_string(),
    }
}
