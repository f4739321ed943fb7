//! One look at a cluster, registered or only known by its addresses.
//!
//! Who answers is asked first and within its limit, so that a wrong address is an error in words and
//! not a cluster without members.
//! Must never know: what the look is for. Stories: `tests/it/address.rs`.

use crate::args::data::Which;
use crate::args::reach::Reach;
use crate::context::{Bare, Context};
use crate::exit::Failed;
use crate::outlet::{Outlet, spoken};
use crate::will;
use jiff::tz::TimeZone;
use std::sync::Arc;
use windlass_engine::ask::{Ask, meant};
use windlass_engine::catalog::Catalog;
use windlass_engine::check::Waiver;
use windlass_engine::names::{ClusterName, Identity, RiskName};
use windlass_engine::plan::Goal;
use windlass_engine::plan::order::Times;
use windlass_engine::policy::Policy;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::{Ms, Now};
use windlass_engine::version::Version;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::store::Registration;
use windlass_runner::ports::target::Target;
use windlass_runner::system::SystemClock;
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::duration::short;
use windlass_wire::v1::cluster::System;
use windlass_wire::value::Address;

/// The target bounds each of its requests, and commands of the user's own end within a minute; a look
/// that takes longer than all of them together hangs.
const LOOK_LIMIT_MS: Ms = Ms::minutes(2);

/// What a command stands in: with the store, or without.
#[derive(Debug)]
pub enum Room {
    /// Only addresses are known; no store is opened.
    Bare(Bare),
    /// With the store.
    Full(Box<Context>),
}

impl Room {
    /// Where output goes.
    #[must_use]
    pub fn outlet(&self) -> &Outlet {
        match self {
            Self::Bare(bare) => &bare.outlet,
            Self::Full(context) => &context.outlet,
        }
    }

    /// The zone of this user.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        match self {
            Self::Bare(bare) => &bare.zone,
            Self::Full(context) => &context.zone,
        }
    }

    /// Looks at what was named.
    ///
    /// # Errors
    /// Where it is not registered, does not answer, or is another cluster than it was.
    pub async fn look(&self, which: &Which, reach: &Reach, way: Way<'_>) -> Result<Looked, Failed> {
        match (self, &which.cluster) {
            (Self::Full(context), Some(name)) => registered(context, name, way).await,
            (Self::Bare(bare), _) => match &which.file {
                Some(path) => super::file::snapshot(bare, path),
                None => addresses(bare, &which.bootstrap, reach, way).await,
            },
            (Self::Full(_), None) => Err(Failed::says("no cluster is named")),
        }
    }
}

/// What a goal means for what was named, and a look at it: where only a look tells what the newest is,
/// one more follows, which asks whether the releases on the way lie ready.
///
/// # Errors
/// As [`Room::look`].
pub async fn asked(
    room: &Room,
    which: &Which,
    reach: &Reach,
    ask: &Ask,
    want: &Want<'_>,
) -> Result<(Looked, Goal), Failed> {
    let via = want.via;
    let willed = |looked: Looked| want.willed(looked);
    if let Ask::Goal(goal) = ask {
        let way = Way {
            goal: Some(goal),
            via,
        };
        let looked = room.look(which, reach, way).await?;
        return Ok((willed(looked), goal.clone()));
    }
    let looked = willed(room.look(which, reach, Way::default()).await?);
    let goal = meant(ask, &looked.catalog, &looked.policy, &looked.snapshot).ok_or_else(|| {
        Failed::hinted(
            format!(
                "what the newest is for {} cannot be told: no release was seen",
                looked.shown
            ),
            format!("windlass observe {} shows what was", looked.typed),
        )
    })?;
    if which.file.is_some() {
        return Ok((looked, goal));
    }
    let way = Way {
        goal: Some(&goal),
        via,
    };
    Ok((willed(room.look(which, reach, way).await?), goal))
}

/// What a command says besides its goal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Want<'a> {
    /// Stops on the way; none: those of the policy.
    pub via: &'a [Version],
    /// Risks that are taken, besides those of the policy.
    pub risks: &'a [RiskName],
}

impl Want<'_> {
    /// What was seen, with this will.
    #[must_use]
    pub fn willed(&self, mut looked: Looked) -> Looked {
        if !self.via.is_empty() {
            looked.policy.via = self.via.to_vec();
        }
        looked.policy.risks.extend(self.risks.iter().cloned());
        looked
    }
}

/// What is asked for: the look tells whether its releases lie ready.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way<'a> {
    /// Where to; none: nowhere yet.
    pub goal: Option<&'a Goal>,
    /// Stops on the way; none: those of the policy.
    pub via: &'a [Version],
}

impl Way<'_> {
    /// The releases that hosts will need, as far as they were named.
    fn releases(self, policy: &Policy, catalog: &Catalog) -> Vec<Version> {
        let via = if self.via.is_empty() {
            policy.via.as_slice()
        } else {
            self.via
        };
        self.goal
            .map_or_else(Vec::new, |goal| goal.needs(via, catalog))
    }
}

/// A cluster as it was just seen, with all that judging it needs.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The name it is registered under.
    pub cluster: Option<ClusterName>,
    /// What it is called in headings: its name, or its first address.
    pub shown: String,
    /// What stands for it in commands: its name, or `--bootstrap H:P`.
    pub typed: String,
    /// The user's will.
    pub policy: Policy,
    /// What may pass, as far as it has not ended.
    pub waivers: Vec<Waiver>,
    /// What its members took in its newest run.
    pub took: Times,
    /// The makers' facts.
    pub catalog: Arc<Catalog>,
    /// What was seen.
    pub snapshot: Snapshot,
    /// Where it was seen.
    pub origin: Origin,
}

/// Where a snapshot is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The cluster itself, just now.
    Live,
    /// A file.
    File,
}

impl Looked {
    /// What the engine says, in words for what was named. A file has no runs: what is told of those falls
    /// away (none).
    #[must_use]
    pub fn hint(&self, text: &str) -> Option<String> {
        match self.origin {
            Origin::Live => Some(spoken(text, &self.typed)),
            Origin::File if text.contains("windlass retry") => None,
            Origin::File => {
                let shown = text.replace(
                    "windlass rollback {cluster}",
                    "windlass plan {cluster} --rollback",
                );
                Some(spoken(&shown, &self.typed))
            }
        }
    }

    /// The name for programs; none where only addresses are known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.cluster.as_ref().map(ClusterName::as_str)
    }
}

/// The present.
#[must_use]
pub fn now() -> Now {
    SystemClock::new().now()
}

/// Looks at a registered cluster; who it is, is remembered with its registration.
///
/// # Errors
/// Where it is not registered, does not answer, or is another cluster than it was.
pub async fn registered(
    context: &Context,
    name: &ClusterName,
    way: Way<'_>,
) -> Result<Looked, Failed> {
    let registration = context.desk.registered(name).await?;
    if let Some(stage) = &context.stage {
        let in_words = |why: crate::demo::stage::BookError| Failed::says(why.to_string());
        let target = stage.cluster(name).map_err(in_words)?;
        return looked(context, &registration, target.as_ref(), &way).await;
    }
    let registered = crate::assemble::registered(&registration)?;
    let declared = ClusterDeclared::of(&registered.cluster);
    let catalog = context.catalogs.of(declared.system.name())?;
    let target = context.assembly.join(&declared)?;
    match target.identity().await {
        Ok(identity) => same(context, &registration, &identity).await?,
        // With hands on its hosts, what runs there can be told even where nobody answers.
        Err(why) if declared.members.is_empty() => {
            return Err(silent(name.as_str(), &declared.bootstrap, &why));
        }
        Err(_) => {}
    }
    Ok(Looked {
        cluster: Some(name.clone()),
        shown: name.to_string(),
        typed: name.to_string(),
        snapshot: seen(target.as_ref(), &way.releases(&declared.policy, &catalog)).await?,
        policy: declared.policy,
        waivers: registered.given(context.now().wall),
        took: context.desk.took(name).await,
        catalog,
        origin: Origin::Live,
    })
}

/// A look at a false cluster: it always answers.
async fn looked(
    context: &Context,
    registration: &Registration,
    target: &dyn Target,
    way: &Way<'_>,
) -> Result<Looked, Failed> {
    let will = will::of(context, registration)?;
    Ok(Looked {
        cluster: Some(registration.name.clone()),
        shown: registration.name.to_string(),
        typed: registration.name.to_string(),
        snapshot: seen(target, &way.releases(&will.policy, &will.catalog)).await?,
        policy: will.policy,
        waivers: will.waivers,
        took: context.desk.took(&registration.name).await,
        catalog: will.catalog,
        origin: Origin::Live,
    })
}

/// The cluster that answers must be the one that answered before.
async fn same(
    context: &Context,
    registration: &Registration,
    identity: &Identity,
) -> Result<(), Failed> {
    match &registration.identity {
        Some(known) if known == identity => Ok(()),
        Some(known) => Err(Failed::hinted(
            format!(
                "another cluster answers as `{}`: {identity}, until now it was {known}",
                registration.name
            ),
            format!(
                "mend the addresses; or, if it was made anew, `windlass forget {0}` and apply its file again",
                registration.name
            ),
        )),
        None => {
            let known = Registration {
                identity: Some(identity.clone()),
                ..registration.clone()
            };
            Ok(context.world.store.register(known).await?)
        }
    }
}

/// Looks at what answers at addresses; nothing is remembered.
///
/// # Errors
/// Where nobody answers.
pub async fn addresses(
    bare: &Bare,
    bootstrap: &[Address],
    reach: &Reach,
    way: Way<'_>,
) -> Result<Looked, Failed> {
    let texts: Vec<String> = bootstrap.iter().map(ToString::to_string).collect();
    let shown = texts.first().cloned().unwrap_or_default();
    let name = ClusterName::from(shown.as_str());
    let declared = ClusterDeclared::only(name, System::Kafka, bootstrap.to_vec(), reach.security());
    let catalog = bare.catalogs.of(declared.system.name())?;
    let target = bare.assembly.join(&declared)?;
    target
        .identity()
        .await
        .map_err(|why| silent(&shown, bootstrap, &why))?;
    Ok(Looked {
        cluster: None,
        shown,
        typed: format!("--bootstrap {}{}", texts.join(","), reach.typed()),
        snapshot: seen(target.as_ref(), &way.releases(&declared.policy, &catalog)).await?,
        policy: declared.policy,
        waivers: Vec::new(),
        took: Times::new(),
        catalog,
        origin: Origin::Live,
    })
}

async fn seen(target: &dyn Target, releases: &[Version]) -> Result<Snapshot, Failed> {
    tokio::select! {
        snapshot = target.observe(releases) => Ok(snapshot),
        () = SystemClock::new().sleep(LOOK_LIMIT_MS) => Err(Failed::says(format!(
            "the look was not done within {}",
            short(LOOK_LIMIT_MS)
        ))),
    }
}

fn silent(shown: &str, bootstrap: &[Address], why: &str) -> Failed {
    let at: Vec<String> = bootstrap.iter().map(ToString::to_string).collect();
    let says = if at.first().is_some_and(|first| first == shown) {
        format!("no Kafka cluster answers at {}: {why}", at.join(", "))
    } else {
        format!("{shown} does not answer at {}: {why}", at.join(", "))
    };
    let here = if at.first().is_some_and(|first| first == shown) {
        "TLS and logins are told by --tls-ca FILE, --tls-cert and --tls-key, --sasl and --user: "
    } else {
        "TLS and logins: "
    };
    Failed::hinted(
        says,
        format!(
            "the address is a listener of a broker or a controller: host and port; {here}docs/kafka-security.md"
        ),
    )
}
