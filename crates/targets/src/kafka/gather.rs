//! Gather: asks everybody at once, and brings home what each said, or why not.
//!
//! First all nodes at their own listeners, in rounds, as each answer may name more of them; then one
//! broker whose view of the metadata is fresh, for all topics; in a whole look also settings and log
//! directories. A look at one member while it comes back (a glance) leaves the last part out.
//! Must never know: what the answers mean for an upgrade. Stories: `tests/it/real.rs`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use windlass_engine::time::Ms;

use super::answers::{Asked, Gathered, Hello, Miss, NodeAnswers, Quorum, Row, TopicSettings, View};
use super::connection::Connection;
use super::requests;
use super::wires::Wires;

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All of it.
    Whole,
    /// What tells whether members are whole; cheap, asked many times a minute.
    Glance,
}

impl Depth {
    /// How long one small answer may take. Healthy nodes answer within milliseconds; in a glance the
    /// next one follows at once, so it need not be patient.
    fn limit(self) -> Ms {
        match self {
            Self::Whole => Ms::seconds(5),
            Self::Glance => Ms::seconds(2),
        }
    }
}

/// How long the answer with all topics, or all settings, may take: 100 000 partitions are 10 MB.
const LARGE_LIMIT: Ms = Ms::seconds(20);

/// Rounds of meeting nodes that earlier answers named: given address, brokers, controllers, one spare.
const ROUNDS: usize = 4;

/// How many brokers are tried for the topics before we say that nobody tells them.
const TELLERS: usize = 3;

/// Where nodes were found before; carried from look to look, so that a node that is down is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Brokers by id.
    pub brokers: BTreeMap<i32, String>,
    /// Controllers by id.
    pub controllers: BTreeMap<i32, String>,
}

/// What one listener said when met.
struct Met {
    hello: Hello,
    view: Asked<View>,
    seat: Seat,
}

enum Seat {
    Broker,
    Controller(Asked<Quorum>),
}

/// Asks everybody. `addresses` learns what was found; `settled` are settings of topics known already.
pub async fn gather(
    wires: &Wires,
    bootstrap: &[String],
    addresses: &mut Addresses,
    settled: &BTreeMap<String, TopicSettings>,
    depth: Depth,
) -> Gathered {
    let mut met: BTreeMap<String, Asked<Met>> = BTreeMap::new();
    let mut forwarded: Option<Asked<Quorum>> = None;
    for _ in 0..ROUNDS {
        let mut want: BTreeSet<&String> = bootstrap.iter().collect();
        want.extend(addresses.brokers.values());
        want.extend(addresses.controllers.values());
        want.retain(|address| !met.contains_key(*address));
        if want.is_empty() {
            break;
        }
        let asked = want
            .iter()
            .map(|address| meet(wires, address, depth.limit()));
        let answers = join_all(asked).await;
        let found: Vec<String> = want.into_iter().cloned().collect();
        met.extend(found.into_iter().zip(answers));
        learn(&met, addresses);
        if leaders_answer(&met).is_none() && forwarded.is_none() {
            forwarded = forward(wires, &met, addresses, depth.limit()).await;
        }
    }
    let quorum = leaders_answer(&met)
        .cloned()
        .map(Ok)
        .or(forwarded)
        .unwrap_or_else(|| Err(nobody(&met)));
    let mut out = sort(bootstrap, addresses, &met, quorum);
    tell_topics(wires, &mut out, settled, depth).await;
    if depth == Depth::Whole {
        tell_settings(wires, &mut out).await;
    }
    out
}

async fn meet(wires: &Wires, address: &str, limit: Ms) -> Asked<Met> {
    let mut line = wires.line(address, limit).await?;
    let open = line.open();
    let met = if requests::is_broker(open) {
        Met {
            view: requests::brokers(open, limit).await.map_err(Miss::from),
            hello: open.hello().clone(),
            seat: Seat::Broker,
        }
    } else {
        let view = requests::controllers(open, limit).await.map_err(Miss::from);
        let quorum = requests::quorum(open, limit).await.map_err(Miss::from);
        Met {
            view,
            hello: open.hello().clone(),
            seat: Seat::Controller(quorum),
        }
    };
    line.keep();
    Ok(met)
}

/// Takes addresses of more nodes out of what was said.
fn learn(met: &BTreeMap<String, Asked<Met>>, addresses: &mut Addresses) {
    for one in met.values().flatten() {
        let rows = one.view.iter().flat_map(|view| &view.rows);
        let known = match &one.seat {
            Seat::Broker => &mut addresses.brokers,
            Seat::Controller(quorum) => {
                for (id, address) in quorum.iter().flat_map(|quorum| &quorum.addresses) {
                    addresses.controllers.insert(*id, address.clone());
                }
                &mut addresses.controllers
            }
        };
        for row in rows {
            known.insert(row.id, row.address.clone());
        }
    }
}

/// What the active controller itself said of the quorum; of two that claim to lead, the later epoch.
fn leaders_answer(met: &BTreeMap<String, Asked<Met>>) -> Option<&Quorum> {
    let quorums = met.values().flatten().filter_map(|one| match &one.seat {
        Seat::Controller(quorum) => quorum.as_ref().ok(),
        Seat::Broker => None,
    });
    quorums.max_by_key(|quorum| quorum.epoch)
}

/// Asks for the quorum through brokers, and learns from it, or from their settings, where the
/// controllers listen.
async fn forward(
    wires: &Wires,
    met: &BTreeMap<String, Asked<Met>>,
    addresses: &mut Addresses,
    limit: Ms,
) -> Option<Asked<Quorum>> {
    let mut last = None;
    for (address, one) in met {
        let Ok(Met {
            seat: Seat::Broker,
            view,
            ..
        }) = one
        else {
            continue;
        };
        // A given address may be that of no one node: its settings are asked by the id behind it.
        let own = view.iter().flat_map(|view| &view.rows);
        let own = own.filter(|row| row.address == *address).map(|row| row.id);
        let id = own.chain(addresses.brokers.keys().copied()).next();
        match ask_through(wires, address, id, addresses, limit).await {
            Ok(quorum) => return Some(Ok(quorum)),
            Err(miss) => last = Some(Err(miss)),
        }
    }
    last
}

async fn ask_through(
    wires: &Wires,
    address: &str,
    id: Option<i32>,
    addresses: &mut Addresses,
    limit: Ms,
) -> Asked<Quorum> {
    let mut line = wires.line(address, limit).await?;
    let quorum = requests::quorum(line.open(), limit).await;
    if let Ok(quorum) = &quorum {
        let told = quorum.addresses.iter();
        addresses
            .controllers
            .extend(told.map(|(id, address)| (*id, address.clone())));
    }
    let unknown = match &quorum {
        Ok(quorum) => quorum
            .voters
            .iter()
            .any(|voter| !addresses.controllers.contains_key(&voter.id)),
        Err(_) => addresses.controllers.is_empty(),
    };
    if let Some(id) = id.filter(|_| unknown) {
        const VOTERS: &str = "controller.quorum.voters";
        const SERVERS: &str = "controller.quorum.bootstrap.servers";
        let settings = requests::settings(line.open(), id, Some(&[VOTERS, SERVERS]), limit).await;
        for setting in settings.into_iter().flatten() {
            let value = setting.value.unwrap_or_default();
            for (id, address) in super::voters::read(&value) {
                // A server without an id gets its own key below 0 until it says who it is.
                let id = id.unwrap_or_else(|| {
                    -1 - i32::try_from(addresses.controllers.len()).unwrap_or(0)
                });
                let known = addresses.controllers.values().any(|one| *one == address);
                if !known {
                    addresses.controllers.entry(id).or_insert(address);
                }
            }
        }
    }
    line.keep();
    Ok(quorum?)
}

fn nobody(met: &BTreeMap<String, Asked<Met>>) -> Miss {
    let why = met.values().find_map(|one| match one {
        Err(miss) => Some(miss.why.clone()),
        Ok(Met {
            seat: Seat::Controller(Err(miss)),
            ..
        }) => Some(miss.why.clone()),
        Ok(_) => None,
    });
    Miss::because(why.unwrap_or_else(|| "no node could be asked".to_string()))
}

/// Puts what was said under the node that said it.
fn sort(
    bootstrap: &[String],
    addresses: &Addresses,
    met: &BTreeMap<String, Asked<Met>>,
    quorum: Asked<Quorum>,
) -> Gathered {
    let at = |address: &String| -> NodeAnswers {
        let here = Some(address.clone());
        match met.get(address) {
            Some(Ok(one)) => NodeAnswers::met(here, Ok(one.hello.clone()), one.view.clone()),
            Some(Err(miss)) => NodeAnswers::met(here, Err(miss.clone()), Err(miss.clone())),
            None => {
                let miss = Miss::because("not reached in this look");
                NodeAnswers::met(here, Err(miss.clone()), Err(miss))
            }
        }
    };
    let told = |address: &String| -> Asked<Option<String>> {
        match met.get(address) {
            Some(Ok(one)) => one.view.clone().map(|view| view.cluster),
            Some(Err(miss)) => Err(miss.clone()),
            None => Err(Miss::because("not asked")),
        }
    };
    let registered = met.values().flatten().filter_map(|one| match &one.seat {
        Seat::Controller(_) => one.view.as_ref().ok().map(|view| view.rows.clone()),
        Seat::Broker => None,
    });
    Gathered {
        brokers: addresses
            .brokers
            .iter()
            .map(|(id, address)| (*id, at(address)))
            .collect(),
        controllers: addresses
            .controllers
            .iter()
            .filter(|(id, _)| **id >= 0)
            .map(|(id, address)| (*id, at(address)))
            .collect(),
        bootstrap: bootstrap
            .iter()
            .map(|address| (address.clone(), told(address)))
            .collect(),
        quorum,
        registered: registered
            .max_by_key(Vec::len)
            .ok_or_else(|| Miss::because("no controller listener answered")),
        registered_brokers: Err(Miss::because("no broker answered")),
        asked: None,
        topics: Err(Miss::because("no broker answered")),
        topic_settings: Err(Miss::because("no broker answered")),
        moving: Err(Miss::because("no broker answered")),
    }
}

/// Brokers that may tell of the topics, the freshest first: alive, let in, and near the end of the
/// metadata log as the active controller sees them.
fn tellers(gathered: &Gathered) -> Vec<(i32, String)> {
    let end = |id: i32| {
        let quorum = gathered.quorum.as_ref().ok()?;
        let mut all = quorum.voters.iter().chain(&quorum.observers);
        all.find(|replica| replica.id == id)
            .map(|replica| replica.end)
    };
    let mut out: Vec<(i64, i32, String)> = Vec::new();
    for (id, node) in &gathered.brokers {
        let listed = node
            .view
            .iter()
            .flat_map(|view| &view.rows)
            .any(|row| row.id == *id);
        if let (true, Some(address)) = (listed, &node.address) {
            out.push((-end(*id).unwrap_or(0), *id, address.clone()));
        }
    }
    out.sort();
    out.into_iter()
        .take(TELLERS)
        .map(|(_, id, address)| (id, address))
        .collect()
}

async fn tell_topics(
    wires: &Wires,
    out: &mut Gathered,
    settled: &BTreeMap<String, TopicSettings>,
    depth: Depth,
) {
    for (id, address) in tellers(out) {
        let mut line = match wires.line(&address, depth.limit()).await {
            Ok(line) => line,
            Err(error) => {
                out.topics = Err(error.into());
                continue;
            }
        };
        let open = line.open();
        out.asked = Some(id);
        out.topics = requests::topics(open, LARGE_LIMIT)
            .await
            .map_err(Miss::from);
        let Ok(topics) = &out.topics else { continue };
        let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        out.topic_settings = settings_of(open, &names, settled).await;
        out.registered_brokers = registered(open, depth.limit()).await;
        out.moving = requests::moving(open, depth.limit())
            .await
            .map_err(Miss::from);
        line.keep();
        return;
    }
}

async fn settings_of(
    open: &mut Connection,
    topics: &[&str],
    settled: &BTreeMap<String, TopicSettings>,
) -> Asked<BTreeMap<String, TopicSettings>> {
    let mut out: BTreeMap<String, TopicSettings> = BTreeMap::new();
    let mut ask = Vec::new();
    for topic in topics {
        match settled.get(*topic) {
            Some(known) => {
                out.insert((*topic).to_string(), *known);
            }
            None => ask.push(*topic),
        }
    }
    out.extend(requests::topic_settings(open, &ask, LARGE_LIMIT).await?);
    Ok(out)
}

async fn registered(open: &mut Connection, limit: Ms) -> Asked<Vec<Row>> {
    Ok(requests::registered(open, limit).await?.rows)
}

/// Settings of all nodes and log directories of all brokers, each at its own listener.
async fn tell_settings(wires: &Wires, out: &mut Gathered) {
    async fn ask(wires: &Wires, id: i32, node: &mut NodeAnswers) {
        let (Some(address), Ok(_)) = (&node.address, &node.hello) else {
            return;
        };
        let mut line = match wires.line(address, Depth::Whole.limit()).await {
            Ok(line) => line,
            Err(error) => {
                node.settings = Err(error.into());
                return;
            }
        };
        let open = line.open();
        node.settings = requests::settings(open, id, None, LARGE_LIMIT)
            .await
            .map_err(Miss::from);
        if requests::is_broker(open) {
            node.log_dirs = requests::log_dirs(open, LARGE_LIMIT)
                .await
                .map_err(Miss::from);
        }
        line.keep();
    }
    let brokers = out.brokers.iter_mut();
    let all = brokers.chain(out.controllers.iter_mut());
    join_all(all.map(|(id, node)| ask(wires, *id, node))).await;
}
