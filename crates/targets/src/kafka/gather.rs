//! Gather: asks everybody at once, and brings home what each said, or why not.
//!
//! First all nodes at their own listeners, in rounds, as each answer may name more of them; then one
//! broker whose view of the metadata is fresh, for all topics; in a whole look also settings and log
//! directories. A look at one member while it comes back (a glance) leaves the last part out.
//! Must never know: what the answers mean for an upgrade. Stories: `xtask/tests/it/target.rs`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
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

    /// How long the answer with all topics may take: 100 000 partitions are 10 MB. What a glance asked first is
    /// decided on with what it asked last: one lost answer must not make it older than ten seconds.
    fn topics_limit(self) -> Ms {
        match self {
            Self::Whole => LARGE_LIMIT,
            Self::Glance => Ms::seconds(4),
        }
    }
}

/// How long an answer with all topics, or all settings, may take.
const LARGE_LIMIT: Ms = Ms::seconds(20);

/// How long a broker may take to ask the active controller for us. Without a quorum it never answers,
/// and a look must not wait long to say so.
const FORWARD_LIMIT: Ms = Ms::seconds(2);

/// Where a node's settings say that controllers listen: static voters, or dynamic ones (3.9 on).
const CONTROLLER_SETTINGS: [&str; 2] = [
    "controller.quorum.voters",
    "controller.quorum.bootstrap.servers",
];

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
        wires.are_controllers(addresses.controllers.values());
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
            forwarded = forward(wires, &met, addresses).await;
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

/// What one broker told of the quorum, and where it says that controllers listen.
struct Forwarded {
    quorum: Asked<Quorum>,
    servers: Vec<(Option<i32>, String)>,
}

/// Asks for the quorum through some brokers at once, and learns from the first that knows, or from
/// their settings, where the controllers listen.
async fn forward(
    wires: &Wires,
    met: &BTreeMap<String, Asked<Met>>,
    addresses: &mut Addresses,
) -> Option<Asked<Quorum>> {
    let mut brokers = Vec::new();
    for (address, one) in met {
        if let Ok(Met {
            seat: Seat::Broker,
            view,
            ..
        }) = one
        {
            // A given address may be that of no one node: its settings are asked by the id behind it.
            let rows = view.iter().flat_map(|view| &view.rows);
            let own = rows.filter(|row| row.address == *address).map(|row| row.id);
            brokers.push((
                address.clone(),
                own.chain(addresses.brokers.keys().copied()).next(),
            ));
        }
    }
    brokers.truncate(TELLERS);
    let known = addresses.controllers.clone();
    let asks = brokers
        .iter()
        .map(|(address, id)| ask_through(wires, address, *id, &known));
    let mut asks: FuturesUnordered<_> = asks.collect();
    let mut wrong: Vec<Miss> = Vec::new();
    while let Some(answer) = asks.next().await {
        let (quorum, servers) = match answer {
            Ok(Forwarded { quorum, servers }) => (quorum, servers),
            Err(miss) => (Err(miss), Vec::new()),
        };
        for (id, address) in servers {
            // A server without an id gets a key below 0 until it says who it is.
            let next = addresses
                .controllers
                .keys()
                .next()
                .copied()
                .unwrap_or(0)
                .min(0)
                - 1;
            if !addresses.controllers.values().any(|one| *one == address) {
                addresses
                    .controllers
                    .entry(id.unwrap_or(next))
                    .or_insert(address);
            }
        }
        match quorum {
            Ok(quorum) => {
                let told = quorum.addresses.iter();
                addresses
                    .controllers
                    .extend(told.map(|(id, address)| (*id, address.clone())));
                return Some(Ok(quorum));
            }
            Err(miss) => wrong.push(miss),
        }
    }
    // The same one of them each time: what is said must not change with who was last.
    wrong.sort_by(|a, b| a.why.cmp(&b.why));
    wrong.into_iter().next().map(Err)
}

async fn ask_through(
    wires: &Wires,
    address: &str,
    id: Option<i32>,
    known: &BTreeMap<i32, String>,
) -> Asked<Forwarded> {
    let mut line = wires.line(address, FORWARD_LIMIT).await?;
    let quorum = requests::quorum(line.open(), FORWARD_LIMIT)
        .await
        .map_err(Miss::from);
    let unknown = match &quorum {
        Ok(quorum) => quorum.voters.iter().any(|voter| {
            !known.contains_key(&voter.id) && !quorum.addresses.contains_key(&voter.id)
        }),
        Err(_) => known.is_empty(),
    };
    let mut servers = Vec::new();
    if let Some(id) = id.filter(|_| unknown) {
        // A line on which an answer is owed asks nothing more.
        if !line.open().is_whole() {
            line = wires.again(line, FORWARD_LIMIT).await?;
        }
        let asked =
            requests::settings(line.open(), id, Some(&CONTROLLER_SETTINGS), FORWARD_LIMIT).await;
        for setting in asked.into_iter().flatten() {
            servers.extend(super::voters::read(&setting.value.unwrap_or_default()));
        }
    }
    line.keep();
    Ok(Forwarded { quorum, servers })
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
        out.topics = requests::topics(open, depth.topics_limit())
            .await
            .map_err(Miss::from);
        let Ok(topics) = &out.topics else { continue };
        let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        out.topic_settings = settings_of(open, &names, settled, depth.topics_limit()).await;
        out.registered_brokers = registered(open, depth.limit()).await;
        out.moving = match &out.quorum {
            Ok(_) => requests::moving(open, depth.limit())
                .await
                .map_err(Miss::from),
            // The broker would ask the active controller, and wait.
            Err(miss) => Err(miss.clone()),
        };
        line.keep();
        return;
    }
}

async fn settings_of(
    open: &mut Connection,
    topics: &[&str],
    settled: &BTreeMap<String, TopicSettings>,
    limit: Ms,
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
    out.extend(requests::topic_settings(open, &ask, limit).await?);
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
