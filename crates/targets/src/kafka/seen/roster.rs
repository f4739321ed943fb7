//! Roster: who belongs to the cluster, and in which seats.
//!
//! Must never know: partitions, releases. Stories: `tests/it/kafka_seen.rs`.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::names::{Component, MemberId};
use windlass_engine::snapshot::{Gap, Weight};

use super::super::answers::{NodeAnswers, Quorum, Replica};
use super::{BROKER, CONTROLLER, Sight};

/// A voter further behind than this is not caught up: Kafka's own tool and controllers use the same
/// order of magnitude (`controller.quorum.fetch.timeout.ms` is 2000).
const LAG_MAX_MS: i64 = 2_000;

/// Records that a voter may be behind where the release tells no times: five seconds of idle records.
const LAG_MAX_RECORDS: i64 = 10;

/// What is said of a listener that is guarded otherwise than was declared (`connection::CallError`).
const GUARDED: [&str; 4] = [
    "no TLS with",
    "does not let us in",
    "declare `sasl`",
    "declare `tls`",
];

/// One node.
pub struct Node<'a> {
    /// Its id.
    pub id: i32,
    /// Its id as a member.
    pub member: MemberId,
    /// As a broker.
    pub broker: Option<Chair<'a>>,
    /// As a controller.
    pub controller: Option<Chair<'a>>,
    /// Its rack.
    pub rack: Option<String>,
}

/// One seat of a node, with what was said at its listener.
pub enum Chair<'a> {
    /// It was asked there.
    Asked(&'a NodeAnswers),
    /// Its address is not known.
    Nowhere,
    /// Somebody of another cluster answers at its address.
    Foreign(String),
}

impl Chair<'_> {
    /// Whether its own listener answered in this look.
    pub fn answers(&self) -> bool {
        match self {
            Self::Asked(node) => node.hello.is_ok(),
            Self::Nowhere | Self::Foreign(_) => false,
        }
    }
}

impl Chair<'_> {
    /// Whether nobody listens there, for sure.
    pub fn refuses(&self) -> bool {
        match self {
            Self::Asked(node) => node.hello.as_ref().is_err_and(|miss| miss.refused),
            Self::Nowhere | Self::Foreign(_) => false,
        }
    }
}

impl Node<'_> {
    /// What people call it.
    pub fn name(&self) -> String {
        match (&self.broker, &self.controller) {
            (Some(_), Some(_)) => format!("node {}", self.id),
            (None, Some(_)) => format!("controller {}", self.id),
            (Some(_), None) => format!("broker {}", self.id),
            (None, None) => format!("node {}", self.id),
        }
    }

    /// Its seats.
    pub fn chairs(&self) -> impl Iterator<Item = (&'static str, &Chair<'_>)> {
        let controller = self.controller.iter().map(|chair| (CONTROLLER, chair));
        controller.chain(self.broker.iter().map(|chair| (BROKER, chair)))
    }

    /// Where it says that it is reached: where clients call, else where the quorum meets.
    pub fn address(&self) -> Option<String> {
        let told = |chair: &Option<Chair<'_>>| match chair {
            Some(Chair::Asked(asked)) => asked.address.clone(),
            Some(Chair::Nowhere | Chair::Foreign(_)) | None => None,
        };
        told(&self.broker).or_else(|| told(&self.controller))
    }

    /// Whether its controller wants to be spoken to in another way, by TLS or a login.
    pub fn controller_is_apart(&self) -> bool {
        match &self.controller {
            Some(Chair::Asked(asked)) => asked
                .hello
                .as_ref()
                .is_err_and(|miss| GUARDED.iter().any(|words| miss.why.contains(words))),
            Some(Chair::Nowhere | Chair::Foreign(_)) | None => false,
        }
    }

    /// Whether all its listeners answered in this look.
    pub fn answers(&self) -> bool {
        let mut chairs = self.chairs().peekable();
        chairs.peek().is_some() && chairs.all(|(_, chair)| chair.answers())
    }
}

/// Who belongs to the cluster.
pub struct Roster<'a> {
    /// Who it says it is; none: nobody answered, or two clusters did.
    pub identity: Option<String>,
    /// The nodes.
    pub nodes: BTreeMap<i32, Node<'a>>,
    /// The active controller.
    pub leader: Option<i32>,
    /// Voters that are up and caught up.
    pub caught_up: BTreeSet<i32>,
    /// Voters that are not known to be down or behind, and could not be asked.
    pub unheard: BTreeSet<i32>,
    /// Brokers that are let in.
    pub listed: BTreeSet<i32>,
    /// Brokers that are registered and not let in, where told.
    pub fenced: BTreeSet<i32>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
    /// What is wrong with the whole.
    pub troubles: Vec<String>,
}

/// A node id as a member's.
pub fn member_id(id: i32) -> MemberId {
    MemberId::from(id.to_string())
}

impl<'a> Roster<'a> {
    /// Reads it out of what was said.
    pub fn of(sight: &Sight<'a>) -> Self {
        let gathered = sight.gathered;
        let (identity, troubles) = identity(sight);
        let quorum = gathered.quorum.as_ref().ok();
        let mut out = Self {
            identity,
            nodes: BTreeMap::new(),
            leader: quorum.map(|quorum| quorum.leader).filter(|id| *id >= 0),
            caught_up: BTreeSet::new(),
            unheard: BTreeSet::new(),
            listed: listed(sight),
            fenced: BTreeSet::new(),
            gaps: Vec::new(),
            troubles,
        };
        if let Ok(rows) = &gathered.registered_brokers {
            let fenced = rows.iter().filter(|row| row.fenced);
            out.fenced = fenced.map(|row| row.id).collect();
        }
        let (brokers, controllers) = out.seats(sight);
        let declared = sight
            .hosts
            .keys()
            .filter_map(|member| member.as_str().parse().ok());
        let mut all: BTreeSet<i32> = declared.collect();
        all.extend(brokers.union(&controllers));
        for id in &all {
            let chair = |seated: &BTreeSet<i32>, asked: &'a BTreeMap<i32, NodeAnswers>| {
                seated.contains(id).then(|| out.chair(asked.get(id)))
            };
            let node = Node {
                id: *id,
                member: member_id(*id),
                broker: chair(&brokers, &gathered.brokers),
                controller: chair(&controllers, &gathered.controllers),
                rack: rack(sight, *id),
            };
            out.nodes.insert(*id, node);
        }
        if let Some(quorum) = quorum {
            let lagging: BTreeSet<i32> = lagging(quorum).map(|voter| voter.id).collect();
            let voters = quorum.voters.iter().map(|voter| voter.id);
            for id in voters.filter(|id| !lagging.contains(id)) {
                let chair = out.nodes.get(&id).and_then(|node| node.controller.as_ref());
                if chair.is_some_and(Chair::answers) {
                    out.caught_up.insert(id);
                } else if !chair.is_some_and(Chair::refuses) {
                    out.unheard.insert(id);
                }
            }
        }
        out
    }

    /// Ids of brokers and of controllers.
    fn seats(&mut self, sight: &Sight<'a>) -> (BTreeSet<i32>, BTreeSet<i32>) {
        let gathered = sight.gathered;
        let mut brokers = self.listed.clone();
        brokers.extend(&self.fenced);
        let answering = gathered
            .brokers
            .iter()
            .filter(|(_, node)| node.hello.is_ok());
        brokers.extend(answering.map(|(id, _)| *id));
        let topics = gathered.topics.iter().flatten();
        for partition in topics.flat_map(|topic| &topic.partitions) {
            brokers.extend(&partition.replicas);
        }
        let mut controllers: BTreeSet<i32> = BTreeSet::new();
        let registered = gathered.registered.iter().flatten();
        controllers.extend(registered.map(|row| row.id));
        if let Ok(quorum) = &gathered.quorum {
            controllers.extend(quorum.voters.iter().map(|voter| voter.id));
            // Brokers read along, and so do controllers that do not vote: these are registered.
            let observers = quorum.observers.iter().map(|observer| observer.id);
            brokers.extend(observers.filter(|id| *id >= 0 && !controllers.contains(id)));
        } else {
            controllers.extend(gathered.controllers.keys());
        }
        for member in sight.hosts.keys() {
            let Ok(id) = member.as_str().parse::<i32>() else {
                self.gaps.push(Gap {
                    about: format!("member {member}"),
                    member: Some(member.clone()),
                    what: format!("`{member}` is no id of a Kafka node"),
                    mend: "declare members by their node.id".to_string(),
                    weight: Weight::Bars,
                });
                continue;
            };
            let carried = sight.carried.get(member);
            if carried.is_some_and(|set| set.contains(&Component::from(CONTROLLER))) {
                controllers.insert(id);
            }
            // With the quorum telling of all voters, a host that nobody speaks of, and of which
            // nothing is declared, can only be a broker that is down.
            let unheard = carried.is_none_or(BTreeSet::is_empty)
                && gathered.quorum.is_ok()
                && !controllers.contains(&id);
            if unheard || carried.is_some_and(|set| set.contains(&Component::from(BROKER))) {
                brokers.insert(id);
            }
        }
        (brokers, controllers)
    }

    fn chair(&self, asked: Option<&'a NodeAnswers>) -> Chair<'a> {
        let Some(node) = asked.filter(|node| node.address.is_some()) else {
            return Chair::Nowhere;
        };
        let told = node
            .view
            .as_ref()
            .ok()
            .and_then(|view| view.cluster.as_ref());
        match (told, &self.identity) {
            (Some(told), Some(identity)) if told != identity => Chair::Foreign(told.clone()),
            (Some(_) | None, Some(_) | None) => Chair::Asked(node),
        }
    }
}

/// Voters that are not caught up, as the leader sees them.
pub fn lagging(quorum: &Quorum) -> impl Iterator<Item = &Replica> {
    let leader = quorum.voters.iter().find(|voter| voter.id == quorum.leader);
    quorum.voters.iter().filter(move |voter| {
        let Some(leader) = leader.filter(|leader| leader.id != voter.id) else {
            return false;
        };
        if leader.caught_up_ms < 0 {
            return leader.end - voter.end > LAG_MAX_RECORDS;
        }
        leader.caught_up_ms - voter.caught_up_ms >= LAG_MAX_MS
    })
}

/// Brokers that are let in: those that the broker lists which told of the topics. Without one, those
/// that any broker lists.
fn listed(sight: &Sight<'_>) -> BTreeSet<i32> {
    let gathered = sight.gathered;
    let teller = gathered.asked.and_then(|id| gathered.brokers.get(&id));
    let views = match teller {
        Some(node) => vec![&node.view],
        None => gathered.brokers.values().map(|node| &node.view).collect(),
    };
    let rows = views.into_iter().flatten().flat_map(|view| &view.rows);
    rows.map(|row| row.id).collect()
}

fn rack(sight: &Sight<'_>, id: i32) -> Option<String> {
    let views = sight.gathered.brokers.values().map(|node| &node.view);
    let rows = views.flatten().flat_map(|view| &view.rows);
    rows.filter(|row| row.id == id)
        .find_map(|row| row.rack.clone())
}

/// Who the cluster says it is. The given addresses decide; nodes that say otherwise are foreign.
fn identity(sight: &Sight<'_>) -> (Option<String>, Vec<String>) {
    let gathered = sight.gathered;
    let given = gathered.bootstrap.values().flatten().flatten();
    let mut told: BTreeSet<&String> = given.collect();
    if told.is_empty() {
        let nodes = gathered
            .brokers
            .values()
            .chain(gathered.controllers.values());
        let views = nodes.flat_map(|node| &node.view);
        told = views.filter_map(|view| view.cluster.as_ref()).collect();
    }
    let mut told = told.into_iter();
    match (told.next(), told.next()) {
        (Some(one), None) => (Some(one.clone()), Vec::new()),
        (Some(one), Some(other)) => {
            let says = format!("the given addresses lead to two clusters, {one} and {other}");
            (None, vec![says])
        }
        (None, _) => (None, Vec::new()),
    }
}
