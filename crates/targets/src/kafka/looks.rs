//! Looks: gathers, shares what was gathered, and makes snapshots of it.
//!
//! Also the memory from look to look: where nodes were, whether the metadata log moves, what hosts
//! said a moment ago. All of it may be lost; the next whole look finds it again.
//! Must never know: what is done with a snapshot. Stories: `xtask/tests/it/target.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use futures_util::future::{Either, join, join_all, select};
use windlass_engine::effect::{Failure, FailureCode, Sample};
use windlass_engine::names::{Component, MemberId};
use windlass_engine::snapshot::{Health, Member, Snapshot};
use windlass_engine::time::{Mark, Ms};
use windlass_engine::version::Version;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::hand::{Hand, HostView, Running};

use super::KafkaTarget;
use super::answers::{Gathered, TopicSettings};
use super::files::{self, Files};
use super::gate::{self, Fetched, Watches};
use super::gather::{Addresses, Depth, gather};
use super::recovery;
use super::seen::{self, HostSeen, Readiness, Sight};

/// How long settings of topics are taken as known while members come back: they change rarely, and
/// a whole look asks them anew.
const TOPIC_SETTINGS_MAX_AGE: Ms = Ms::seconds(10);

/// How long what other hosts said is good enough while one member is looked at.
const HOSTS_MAX_AGE: Ms = Ms::seconds(2);

/// A whole look that took longer than this asks anew how members are: a lost answer about settings would
/// have made what it asked first older than ten seconds, and members are begun on it.
const WHOLE_MAX_AGE: Ms = Ms::seconds(3);

/// How long a host may take to say what runs there: over SSH a slow login is seconds.
const HOST_LIMIT: Ms = Ms::seconds(15);

/// How long an answer on a release that lies ready is taken as known: it is read from disk.
const READY_MAX_AGE: Ms = Ms::minutes(1);

/// Lines of a log that are told when a process is gone: a stack trace and what led to it.
const LOG_LINES: usize = 40;

/// How long what a log said last is taken as known: it is read from disk, and a member that comes back
/// is looked at ten times a second.
const TOLD_MAX_AGE: Ms = Ms::seconds(1);

/// Facts that only a whole look asks for: a glance leaves them as they were.
const WHOLE_FACTS: [&str; 18] = [
    "clients.old",
    "config.bad-value",
    "config.controlled-shutdown",
    "config.edited",
    "config.file",
    "config.identity",
    "disk.space",
    "logging.log4j1",
    "mode.migration",
    "storage.formatted",
    "storage.identity",
    "java.version",
    "config.removed-keys",
    "config.below-minimum",
    "unclean.election",
    "logdirs.failed",
    "logdirs.space",
    "release.ready",
];

/// What members run on, or why that could not be told.
type Runtimes = BTreeMap<MemberId, Result<Option<Version>, String>>;

/// What hosts show of the files of members, or why they do not.
type Shown = BTreeMap<MemberId, Result<Files, String>>;

/// What only a whole look asks of hosts.
#[derive(Default)]
struct OfHosts {
    ready: Readiness,
    runtimes: Runtimes,
    files: Shown,
}

/// The last gathering of one depth.
#[derive(Default)]
pub(super) struct Shared {
    last: Option<(Mark, Arc<Gathered>)>,
}

/// What is remembered from look to look.
#[derive(Default)]
pub(super) struct Memory {
    pub addresses: Addresses,
    pub carried: BTreeMap<MemberId, BTreeSet<Component>>,
    pub wanted: BTreeMap<MemberId, Version>,
    pub busy: BTreeSet<MemberId>,
    pub watches: Watches,
    pub glimpse: Option<String>,
    told: BTreeMap<MemberId, Told>,
    topic_settings: Option<(Mark, BTreeMap<String, TopicSettings>)>,
    water: Option<(i32, i64, Mark)>,
    idle_records: Idle,
    hosts: BTreeMap<MemberId, (Mark, HostSeen)>,
    ready: Option<(Mark, Readiness)>,
}

/// What the log of a member said last, while it comes back.
#[derive(Clone, Default)]
struct Told {
    at: Mark,
    incarnation: Option<String>,
    lines: Vec<String>,
    /// The most logs that this process of it was seen to have read again.
    recovered: u64,
}

/// Whether the metadata log gets records when nothing happens.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Idle {
    #[default]
    Written,
    Off,
}

impl Memory {
    /// Makes the next look ask the host anew.
    pub(super) fn forget_host(&mut self, member: &MemberId) {
        self.hosts.remove(member);
    }

    /// For how long the high watermark of the metadata log has stood still, counted from look to look:
    /// a look may end long after the quorum answered.
    fn still(&mut self, gathered: &Gathered, begun: Mark) -> Option<Ms> {
        const NAME: &str = "metadata.max.idle.interval.ms";
        let nodes = gathered
            .brokers
            .values()
            .chain(gathered.controllers.values());
        let settings = nodes.flat_map(|node| node.settings.iter().flatten());
        for setting in settings.filter(|setting| setting.name == NAME) {
            let off = setting.value.as_deref() == Some("0");
            self.idle_records = if off { Idle::Off } else { Idle::Written };
        }
        let quorum = gathered.quorum.as_ref().ok()?;
        let same = self
            .water
            .filter(|(epoch, high, _)| (*epoch, *high) == (quorum.epoch, quorum.high_watermark));
        let since = same.map_or(begun, |(_, _, since)| since);
        self.water = Some((quorum.epoch, quorum.high_watermark, since));
        (self.idle_records == Idle::Written)
            .then(|| begun.since(since))
            .flatten()
    }
}

fn younger(now: Mark, then: Mark, age: Ms) -> bool {
    now.since(then).is_some_and(|passed| passed < age)
}

impl KafkaTarget {
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gathers, or takes what another look gathered that began after this one was asked for.
    pub(super) async fn gathered(&self, depth: Depth) -> (Mark, Arc<Gathered>) {
        let asked = self.clock.now().mono;
        let mut shared = match depth {
            Depth::Whole => self.whole.lock().await,
            Depth::Glance => self.glance.lock().await,
        };
        if let Some((begun, gathered)) = &shared.last
            && begun.since(asked).is_some()
            && begun.ms > asked.ms
        {
            return (*begun, Arc::clone(gathered));
        }
        let begun = self.clock.now().mono;
        let (mut addresses, settled) = {
            let memory = self.memory();
            let settled = match (&memory.topic_settings, depth) {
                (Some((at, all)), Depth::Glance) if younger(begun, *at, TOPIC_SETTINGS_MAX_AGE) => {
                    all.clone()
                }
                (Some(_) | None, Depth::Glance | Depth::Whole) => BTreeMap::new(),
            };
            (memory.addresses.clone(), settled)
        };
        let fresh = settled.is_empty();
        let gathered = gather(
            &self.wires,
            &self.spec.bootstrap,
            &mut addresses,
            &settled,
            depth,
        )
        .await;
        let gathered = Arc::new(gathered);
        let mut memory = self.memory();
        memory.addresses.brokers.extend(addresses.brokers);
        memory.addresses.controllers.extend(addresses.controllers);
        if let Ok(all) = &gathered.topic_settings {
            let at = memory
                .topic_settings
                .take()
                .map(|(at, _)| at)
                .filter(|_| !fresh);
            memory.topic_settings = Some((at.unwrap_or(begun), all.clone()));
        }
        shared.last = Some((begun, Arc::clone(&gathered)));
        (begun, gathered)
    }

    /// What the hosts say; for a glance at one member, the others as they were a moment ago.
    async fn hosts(&self, fresh: Option<&MemberId>) -> BTreeMap<MemberId, HostSeen> {
        let now = self.clock.now().mono;
        let kept: BTreeMap<MemberId, HostSeen> = {
            let memory = self.memory();
            // That a host did not answer is no answer: it may be back.
            let young = memory.hosts.iter().filter(|(id, (at, seen))| {
                fresh.is_some_and(|fresh| fresh != *id)
                    && !memory.busy.contains(*id)
                    && !matches!(seen.view.running, Running::Unknown(_))
                    && younger(now, *at, HOSTS_MAX_AGE)
            });
            young
                .map(|(id, (_, seen))| (id.clone(), seen.clone()))
                .collect()
        };
        self.others(kept).await
    }

    /// What the hosts say of which nothing is known here.
    async fn others(&self, known: BTreeMap<MemberId, HostSeen>) -> BTreeMap<MemberId, HostSeen> {
        let now = self.clock.now().mono;
        let ask = self.hands.iter().filter(|(id, _)| !known.contains_key(*id));
        let looks =
            ask.map(|(id, hand)| async move { (id.clone(), look(&**hand, &*self.clock).await) });
        let looked = join_all(looks).await;
        let mut memory = self.memory();
        for (id, seen) in &looked {
            memory.hosts.insert(id.clone(), (now, seen.clone()));
        }
        drop(memory);
        known.into_iter().chain(looked).collect()
    }

    /// Whether these releases lie ready on each host.
    async fn readiness(&self, releases: &[Version]) -> Readiness {
        let now = self.clock.now().mono;
        if let Some((at, ready)) = &self.memory().ready
            && younger(now, *at, READY_MAX_AGE)
            && ready.releases == releases
            && ready.missing.is_empty()
        {
            return ready.clone();
        }
        let asks = self.hands.iter().flat_map(|(id, hand)| {
            releases.iter().map(move |release| async move {
                let answer = hand.release_ready(release).await;
                Some((id.clone(), release.clone(), answer.err()?))
            })
        });
        let ready = Readiness {
            releases: releases.to_vec(),
            missing: join_all(asks).await.into_iter().flatten().collect(),
        };
        self.memory().ready = Some((now, ready.clone()));
        ready
    }

    /// What the members run on.
    async fn runtimes(&self) -> Runtimes {
        let asks = self.hands.iter().map(|(id, hand)| async move {
            let asked = select(hand.runtime(), self.clock.sleep(HOST_LIMIT)).await;
            let told = match asked {
                Either::Left((told, _)) => told,
                Either::Right(((), _)) => Err(format!("no answer within {} ms", HOST_LIMIT.0)),
            };
            (id.clone(), told)
        });
        join_all(asks).await.into_iter().collect()
    }

    /// What the hosts show of files.
    async fn files(&self, releases: &[Version]) -> Shown {
        // What the last of them will be started with tells of those before it, too.
        let goal = releases.iter().max();
        let asks = self.hands.iter().map(|(id, hand)| async move {
            let looked = Box::pin(files::look(&**hand, goal));
            let told = match select(looked, self.clock.sleep(HOST_LIMIT)).await {
                Either::Left((told, _)) => told,
                Either::Right(((), _)) => Err(format!("no answer within {} ms", HOST_LIMIT.0)),
            };
            (id.clone(), told)
        });
        join_all(asks).await.into_iter().collect()
    }

    /// The snapshot of what was gathered.
    fn snapshot(
        &self,
        (begun, gathered): &(Mark, Arc<Gathered>),
        hosts: &BTreeMap<MemberId, HostSeen>,
        of_hosts: &OfHosts,
    ) -> Snapshot {
        let now = self.clock.now();
        let mut memory = self.memory();
        let still = memory.still(gathered, *begun);
        let sight = Sight {
            gathered,
            hosts,
            carried: &memory.carried,
            still,
            ready: &of_hosts.ready,
            runtimes: &of_hosts.runtimes,
            files: &of_hosts.files,
            catalog: &self.catalog,
        };
        let snapshot = seen::snapshot(&sight, now.wall);
        for member in snapshot
            .members
            .values()
            .filter(|member| hosts.contains_key(&member.id))
        {
            let answered = member.health.is_healthy();
            if answered {
                memory
                    .carried
                    .insert(member.id.clone(), member.carries().cloned().collect());
            }
        }
        snapshot
    }

    /// Looks at all of it, and whether these releases lie ready.
    pub(super) async fn whole(&self, releases: &[Version]) -> Snapshot {
        let begun = self.clock.now().mono;
        let asked = join(self.gathered(Depth::Whole), self.hosts(None));
        let more = join(
            self.readiness(releases),
            join(self.runtimes(), self.files(releases)),
        );
        let ((gathered, mut hosts), (ready, (runtimes, files))) = join(asked, more).await;
        let of_hosts = OfHosts {
            ready,
            runtimes,
            files,
        };
        if younger(self.clock.now().mono, begun, WHOLE_MAX_AGE) {
            return self.snapshot(&gathered, &hosts, &of_hosts);
        }
        // Whoever let us wait is not asked twice.
        hosts.retain(|_, seen| matches!(seen.view.running, Running::Unknown(_)));
        let anew = join(self.gathered(Depth::Glance), self.others(hosts));
        let ((at, quick), hosts) = anew.await;
        let quick = Arc::new(quick.with_settings_of(&gathered.1));
        self.snapshot(&(at, quick), &hosts, &of_hosts)
    }

    /// Looks at one member that comes back.
    pub(super) async fn sample(&self, member: &MemberId, attempt: u32) -> Sample {
        let (gathered, hosts) = join(self.gathered(Depth::Glance), self.hosts(Some(member))).await;
        let mut snapshot = self.snapshot(&gathered, &hosts, &OfHosts::default());
        snapshot
            .facts
            .retain(|name, _| !WHOLE_FACTS.contains(&name.as_str()));
        let owes = {
            let mut memory = self.memory();
            let fetched = if memory.watches.fetched(member, &snapshot, &gathered.1) {
                Fetched::Since
            } else {
                Fetched::NotYet
            };
            gate::owes(&snapshot, member, memory.wanted.get(member), fetched)
        };
        let (gone, hidden) = match hosts.get(member).map(|seen| &seen.view.running) {
            Some(Running::Nothing) => (Some(self.gone(member).await), None),
            Some(Running::Unknown(why)) => (None, Some(why.clone())),
            Some(Running::Process { .. }) | None => (None, None),
        };
        let seen = snapshot.members.get(member);
        let mut seen = seen.map_or_else(|| unseen(member), |seen| Member::clone(seen));
        let is_whole = owes.is_empty() && seen.health.is_healthy();
        let told = if is_whole || gone.is_some() {
            self.memory().told.remove(member).unwrap_or_default()
        } else {
            self.told(member, seen.incarnation.as_ref()).await
        };
        // Its listener is closed while it reads its logs again: only its own log tells that it moves.
        seen.progress += told.recovered;
        Sample {
            attempt,
            member: seen,
            log: told.lines,
            budgets: Some(snapshot.budgets.clone()),
            cluster: Some(snapshot),
            owes,
            gone,
            unseen: hidden,
        }
    }

    /// What its log said last.
    async fn told(&self, member: &MemberId, incarnation: Option<&String>) -> Told {
        let now = self.clock.now().mono;
        let before = self.memory().told.get(member).cloned();
        let before = before.filter(|told| told.incarnation.as_ref() == incarnation);
        if let Some(told) = &before
            && younger(now, told.at, TOLD_MAX_AGE)
        {
            return told.clone();
        }
        let lines = match self.hands.get(member) {
            Some(hand) => hand.log(LOG_LINES).await.unwrap_or_default(),
            None => Vec::new(),
        };
        let recovered = before.map_or(0, |told| told.recovered);
        let told = Told {
            at: now,
            incarnation: incarnation.cloned(),
            recovered: recovered.max(recovery::recovered(&lines)),
            lines,
        };
        self.memory().told.insert(member.clone(), told.clone());
        told
    }

    async fn gone(&self, member: &MemberId) -> Failure {
        let log = match self.hands.get(member) {
            Some(hand) => hand.log(LOG_LINES).await,
            None => Ok(Vec::new()),
        };
        let wanted = self.memory().wanted.get(member).map(ToString::to_string);
        Failure {
            code: FailureCode::DidNotStay,
            step: format!("started {}", wanted.unwrap_or_default())
                .trim_end()
                .to_string(),
            what: format!("the process of member {member} is gone"),
            log: log.unwrap_or_else(|why| vec![format!("(its log could not be read: {why})")]),
        }
    }
}

async fn look(hand: &dyn Hand, clock: &dyn Clock) -> HostSeen {
    let view = match select(hand.look(), clock.sleep(HOST_LIMIT)).await {
        Either::Left((view, _)) => view,
        Either::Right(((), _)) => HostView {
            running: Running::Unknown(format!("no answer within {} ms", HOST_LIMIT.0)),
            claimed_by: None,
        },
    };
    HostSeen {
        host: hand.host().to_string(),
        view,
    }
}

/// A member of which nobody speaks.
fn unseen(member: &MemberId) -> Member {
    Member {
        id: member.clone(),
        name: format!("member {member}"),
        components: BTreeMap::new(),
        unversioned: BTreeSet::new(),
        host: None,
        address: None,
        zone: None,
        health: Health::Unknown("nobody speaks of it".to_string()),
        incarnation: None,
        since: None,
        active: false,
        load: 0,
        progress: 0,
        state: "unknown".to_string(),
    }
}
