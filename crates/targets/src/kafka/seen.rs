//! Seen: what nodes and hosts said, as a snapshot. Pure.
//!
//! Kafka's answers have three traps, and each is met here: the quorum goes on calling a voter caught
//! up that died a moment ago, metadata goes on listing a killed broker with all its replicas until its
//! session ends, and brokers without a quorum answer from memory as if all was well. So nobody counts
//! as up whose own listener did not answer in this look, and nothing is well unless the quorum answers.
//! Must never know: connections, clocks. Stories: `tests/it/kafka_seen.rs`.

mod declared;
mod facts;
mod health;
mod levels;
mod partitions;
mod release;
mod roster;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Component, Identity, MemberId};
use windlass_engine::snapshot::{Budget, Gap, Health, Member, Snapshot, Weight};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;
use windlass_runner::ports::hand::{HostView, Running};

use super::answers::Gathered;
use super::files::Files;
use partitions::Tally;
use roster::{Node, Roster};

pub use levels::METADATA_VERSION;

/// The component of nodes that lead the cluster.
pub const CONTROLLER: &str = "controller";
/// The component of nodes that hold topics.
pub const BROKER: &str = "broker";

/// The metadata log gets a record each 500 ms even when nothing happens
/// (`metadata.max.idle.interval.ms`): a high watermark that stood still six times as long has no
/// majority behind it.
const STILL_MAX: Ms = Ms::seconds(3);

/// What a host said of its member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostSeen {
    /// Name of the host.
    pub host: String,
    /// What was seen there.
    pub view: HostView,
}

/// All that a snapshot is made of.
#[derive(Debug)]
pub struct Sight<'a> {
    /// What nodes answered.
    pub gathered: &'a Gathered,
    /// What hosts said; a member that is not in it has no declared host.
    pub hosts: &'a BTreeMap<MemberId, HostSeen>,
    /// Components that members with hosts are declared to carry, or were seen to carry before.
    pub carried: &'a BTreeMap<MemberId, BTreeSet<Component>>,
    /// For how long the high watermark of the metadata log has stood still.
    pub still: Option<Ms>,
    /// The releases that will be needed, and where they do not lie ready.
    pub ready: &'a Readiness,
    /// What members with hosts run on (their Java); none: not told.
    pub runtimes: &'a BTreeMap<MemberId, Result<Option<Version>, String>>,
    /// What hosts show of the files of their members; none: not looked at, or no host is declared.
    pub files: &'a BTreeMap<MemberId, Result<Files, String>>,
    /// The maker's facts.
    pub catalog: &'a Catalog,
}

/// Whether releases lie ready on each host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Which releases; empty: none is wanted yet.
    pub releases: Vec<Version>,
    /// For which member which of them does not, and in words why.
    pub missing: Vec<(MemberId, Version, String)>,
}

/// The cluster as seen.
#[must_use]
pub fn snapshot(sight: &Sight<'_>, at: Wall) -> Snapshot {
    let roster = Roster::of(sight);
    let tally = Tally::of(sight, &roster);
    let mut out = Snapshot::empty("kafka", at);
    out.identity = roster.identity.as_deref().map(Identity::from);
    out.gaps.extend(roster.gaps.iter().cloned());
    for node in roster.nodes.values() {
        let member = member(sight, &roster, &tally, node, &mut out.gaps);
        out.members.insert(member.id.clone(), member.into());
    }
    out.levels = levels::levels(sight, &roster);
    out.budgets = tally.budgets();
    out.budgets.extend(quorum_budget(sight, &roster));
    out.troubles = troubles(sight, &roster, &tally);
    out.gaps.extend(tally.gaps());
    facts::answer(sight, &roster, &tally, &mut out);
    out
}

fn member(
    sight: &Sight<'_>,
    roster: &Roster<'_>,
    tally: &Tally,
    node: &Node<'_>,
    gaps: &mut Vec<Gap>,
) -> Member {
    let told = release::tell(sight, node, gaps);
    let host = sight.hosts.get(&node.member);
    let (incarnation, since) = match host.map(|seen| &seen.view.running) {
        Some(Running::Process {
            incarnation, since, ..
        }) => (Some(incarnation.clone()), Some(Wall(*since))),
        Some(Running::Nothing | Running::Unknown(_)) | None => (None, None),
    };
    let state = health::look(sight, roster, tally, node);
    let about = |what: String, mend: &str| Gap {
        about: node.name(),
        member: Some(node.member.clone()),
        what,
        mend: mend.to_string(),
        weight: Weight::Bars,
    };
    match host.map(|seen| (&seen.host, &seen.view.running)) {
        None => gaps.push(about(
            format!("the host of {} is not declared", node.name()),
            "declare its host in the cluster's file, so that its process can be seen and moved",
        )),
        Some((host, Running::Unknown(why))) => gaps.push(about(
            format!("host {host} could not be looked at: {why}"),
            "mend what it says, there or in the cluster's file: docs/ssh.md, When it says no",
        )),
        Some((_, Running::Process { .. } | Running::Nothing)) => {}
    }
    if let Health::Unknown(why) = &state.health {
        let nothing = host.is_some_and(|seen| seen.view.running == Running::Nothing);
        let mend = if nothing && node.answers() {
            "look whether `dir` and `config` are what it was started with: its process is told by that file"
        } else if node.controller_is_apart() {
            "say in `controllerSecurity` how controllers are spoken to: docs/kafka-security.md"
        } else {
            "see that its listeners can be reached from here, and that the cluster answers"
        };
        gaps.push(about(why.clone(), mend));
    }
    Member {
        id: node.member.clone(),
        name: node.name(),
        components: told.exact,
        unversioned: told.unversioned,
        host: host.map(|seen| seen.host.clone()),
        address: node.address(),
        zone: node.rack.clone(),
        health: state.health,
        incarnation,
        since,
        active: roster.leader == Some(node.id),
        load: tally.share(node.id).leads,
        progress: state.progress,
        state: state.words,
    }
}

/// Voters that are up and caught up: a majority of all voters must stay.
fn quorum_budget(sight: &Sight<'_>, roster: &Roster<'_>) -> Option<Budget> {
    let quorum = sight.gathered.quorum.as_ref().ok()?;
    let voters = quorum.voters.len();
    let need = u32::try_from(voters / 2 + 1).ok()?;
    Some(Budget {
        members: roster
            .caught_up
            .iter()
            .map(|id| roster::member_id(*id))
            .collect(),
        need,
        reason: format!("the metadata quorum, a majority of {voters} voters"),
    })
}

fn troubles(sight: &Sight<'_>, roster: &Roster<'_>, tally: &Tally) -> Vec<String> {
    let mut out = Vec::new();
    let nobody = sight.gathered.bootstrap.values().all(Result::is_err);
    if nobody && !roster.nodes.values().any(Node::answers) {
        let each = sight.gathered.bootstrap.values();
        let why: Vec<&str> = each
            .filter_map(|one| one.as_ref().err())
            .map(|miss| miss.why.as_str())
            .collect();
        out.push(format!("no given address answers: {}", why.join("; ")));
    } else if let Err(miss) = &sight.gathered.quorum {
        out.push(format!("no active controller answers: {}", miss.why));
    }
    if let Ok(quorum) = &sight.gathered.quorum {
        let (up, need) = (roster.caught_up.len(), quorum.voters.len() / 2 + 1);
        // Voters that could not be asked are gaps, and may well be there.
        if up + roster.unheard.len() < need {
            out.push(format!(
                "the metadata quorum has no majority: {up} of {} voters are up and caught up, {need} are needed",
                quorum.voters.len()
            ));
        }
    }
    if let Some(still) = sight.still.filter(|still| *still > STILL_MAX) {
        out.push(format!(
            "the metadata log stands still since {} ms: no majority confirms what is written",
            still.0
        ));
    }
    out.extend(roster.troubles.iter().cloned());
    out.extend(tally.leaderless_words());
    out
}
