//! The fleet: members on their hosts, changed by deeds and by what happens, over false time.
//!
//! - `host`: deeds on a host, as its script does them, with marks; `mark`: those of single hosts; `seen`: what
//!   a look tells.
//!
//! What is under way is a queue of what happens when; whoever comes lets happen first what is due.
//! Must never know: runs, stores, carriers. Stories: `tests/it/`.

mod doom;
mod host;
mod mark;
mod seen;

pub use host::{Reply, Said};
pub use seen::IDENTITY;

use crate::dice::Dice;
use crate::story::{Fate, Group, Happening, Lengths, Story};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::Failure;
use windlass_engine::names::{ActionName, Component, Identity, LevelName, MemberId};
use windlass_engine::snapshot::{Fact, Member};
use windlass_engine::version::Version;

/// Whose mark lies on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Store and run.
    pub whose: String,
    /// Under which epoch.
    pub epoch: u64,
}

/// How a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Does its work.
    Well,
    /// Its process runs, and is not yet whole.
    Coming,
    /// No process.
    Gone,
}

/// A deed on a host, under way or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Of which attempt.
    pub attempt: u32,
    /// Under which epoch.
    pub epoch: u64,
    /// To which release.
    pub wanted: Version,
    /// What of the member moves.
    pub parts: BTreeSet<Component>,
    /// How far it is, in words.
    pub step: &'static str,
    /// When what is next happens.
    pub next: u64,
    /// The process that it started.
    pub started: Option<u64>,
    /// How it ended; none: it is under way.
    pub ended: Option<Result<(), Failure>>,
}

/// A member on its host.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id.
    pub id: MemberId,
    /// As it was told at the beginning.
    pub told: Member,
    /// What it runs, or ran last.
    pub runs: BTreeMap<Component, Version>,
    /// Which process runs.
    pub process: Option<u64>,
    /// How it is.
    pub health: Health,
    /// Since when it is so.
    pub since: u64,
    /// When it was last seen to become well; it is well still, or was until `since`.
    pub well_at: u64,
    /// Whose mark lies there.
    pub mark: Option<Mark>,
    /// The last deed.
    pub deed: Option<Deed>,
    /// Whether it tells the releases that it had at the beginning.
    pub lies: bool,
    /// Deeds that changed it.
    pub touches: u32,
    /// When its process was started.
    pub started_at: u64,
    /// When a deed stopped it last, by a gentle word.
    pub stopped_at: Option<u64>,
    processes: u64,
    /// Its place among all, in the order of ids.
    place: u64,
    shown: Option<Shown>,
}

/// What was told of a member last, of which health and process, and whether it lied: looks at a fleet share
/// what has not changed.
#[derive(Clone, Debug)]
struct Shown {
    of: (Health, Option<u64>, bool),
    told: Arc<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Stopped,
    Started(Option<Fate>),
    Exits(u64),
    Well(u64),
    DeedFails(&'static str),
    Down(u64),
    Lags(u64),
    Back,
    Restarted,
    Lies(u64),
    Honest,
}

/// All members.
#[derive(Debug)]
pub struct Fleet {
    /// By id.
    pub nodes: BTreeMap<MemberId, Node>,
    /// Who may not be down together.
    pub groups: Vec<Group>,
    /// Levels of the whole cluster.
    pub levels: BTreeMap<LevelName, u16>,
    /// How often each action was done, by attempt.
    pub acts: BTreeMap<(ActionName, u32), u32>,
    identity: Identity,
    catalog: Arc<Catalog>,
    facts: BTreeMap<String, Fact>,
    /// When a condition does not hold: from, until.
    spoils: Vec<(u64, u64)>,
    /// Until when all has happened.
    now: u64,
    lengths: Lengths,
    own_lengths: BTreeMap<Component, Lengths>,
    fates: BTreeMap<(MemberId, u32), Fate>,
    patience_ms: u64,
    seed: u64,
    /// How members became otherwise, in order.
    history: Vec<(u64, MemberId, Health)>,
    queue: BTreeMap<(u64, u64), (MemberId, What)>,
    queued: u64,
}

impl Fleet {
    /// The fleet of a story at its beginning.
    #[must_use]
    pub fn of(story: &Story) -> Self {
        let node = |told: &Member| Node {
            id: told.id.clone(),
            runs: told.components.clone(),
            process: told.health.is_healthy().then_some(1),
            health: if told.health.is_healthy() {
                Health::Well
            } else {
                Health::Gone
            },
            told: told.clone(),
            since: 0,
            well_at: 0,
            mark: None,
            deed: None,
            lies: false,
            touches: 0,
            started_at: 0,
            stopped_at: None,
            processes: 1,
            place: 0,
            shown: None,
        };
        let mut fleet = Self {
            nodes: story.cast.iter().map(|c| (c.id.clone(), node(c))).collect(),
            groups: story.groups.clone(),
            levels: story.levels.clone(),
            acts: BTreeMap::new(),
            identity: story.identity.clone(),
            catalog: story.catalog.clone(),
            facts: story.facts.clone(),
            spoils: Vec::new(),
            now: 0,
            lengths: story.lengths,
            own_lengths: story.own_lengths.clone(),
            fates: story.fates.clone(),
            patience_ms: story.policy.patience.0,
            seed: story.seed,
            history: Vec::new(),
            queue: BTreeMap::new(),
            queued: 0,
        };
        for (place, node) in fleet.nodes.values_mut().enumerate() {
            node.place = place as u64;
        }
        for (at, happening) in &story.happenings {
            match happening {
                Happening::Flaps(id, length) => fleet.put(*at, id, What::Down(*length)),
                Happening::Lags(id, length) => fleet.put(*at, id, What::Lags(*length)),
                Happening::Restarted(id) => fleet.put(*at, id, What::Restarted),
                Happening::Lies(id, length) => fleet.put(*at, id, What::Lies(*length)),
                Happening::Spoils(length) => fleet.spoils.push((*at, at + length)),
                Happening::WallJumps(_) | Happening::Killed | Happening::Hurt(_) => {}
            }
        }
        fleet
    }

    fn put(&mut self, at: u64, id: &MemberId, what: What) {
        self.queued += 1;
        self.queue.insert((at, self.queued), (id.clone(), what));
    }

    /// Lengths of the so-manieth deed on a member are the same whoever does it and when.
    fn dice(&self, id: &MemberId, touch: u32) -> Dice {
        let place = self.nodes.get(id).map_or(0, |node| node.place);
        Dice::apart(self.seed, &[place, u64::from(touch)])
    }

    /// How long a part of a member takes: the longest of what moves with it.
    fn lengths(&self, parts: &BTreeSet<Component>) -> Lengths {
        let own = parts.iter().filter_map(|part| self.own_lengths.get(part));
        let longest =
            own.max_by_key(|own| own.stop.median_ms + own.start.median_ms + own.well.median_ms);
        longest.copied().unwrap_or(self.lengths)
    }

    /// A human brings back a member that the run leaves: with the release that it ran last.
    pub fn mended(&mut self, id: &MemberId, now: u64) {
        self.put(now, id, What::Back);
    }

    /// Since when a condition has not held; none: it holds.
    #[must_use]
    pub fn spoilt_since(&self) -> Option<u64> {
        let spoilt = self.spoils.iter();
        let on = spoilt.filter(|(from, until)| (*from..*until).contains(&self.now));
        on.map(|(from, _)| *from).min()
    }

    /// How members became otherwise, and when, oldest first.
    #[must_use]
    pub fn history(&self) -> &[(u64, MemberId, Health)] {
        &self.history
    }

    /// Lets happen the first thing that is due; when, and to whom. None: nothing is due.
    pub fn happen(&mut self, now: u64) -> Option<(u64, MemberId)> {
        self.now = self.now.max(now);
        let (&(at, number), _) = self.queue.first_key_value()?;
        if at > now {
            return None;
        }
        let (id, what) = self.queue.remove(&(at, number))?;
        let before = self.nodes.get(&id).map(|node| node.health);
        self.befall(at, &id, what);
        let after = self.nodes.get(&id).map(|node| node.health);
        if let Some(health) = after.filter(|after| before != Some(*after)) {
            self.history.push((at, id.clone(), health));
        }
        Some((at, id))
    }

    fn befall(&mut self, at: u64, id: &MemberId, what: What) {
        let Some(node) = self.nodes.get(id) else {
            return;
        };
        let touch = node.touches;
        let lengths = self.lengths(&node.moves());
        let mut dice = self.dice(id, touch);
        let Some(node) = self.nodes.get_mut(id) else {
            return;
        };
        match what {
            What::Stopped => {
                node.gone(at);
                node.stopped_at = Some(at);
                // What was thrown for the stop is thrown again, so that each part has its own.
                let fate = self.fates.get(&(id.clone(), touch)).copied();
                let times = times(fate);
                dice.throw();
                let start = dice.length_ms(lengths.start.median_ms, lengths.start.spread) * times;
                node.step("starting", at + start);
                self.put(at + start, id, What::Started(fate));
            }
            What::Started(Some(Fate::CannotStart)) => {
                node.fails(host::did_not_start());
            }
            What::Started(fate) => {
                let process = node.starts(at);
                if let Some(deed) = &mut node.deed {
                    for part in &deed.parts {
                        node.runs.insert(part.clone(), deed.wanted.clone());
                    }
                    deed.step = "started";
                    deed.started = Some(process);
                    deed.ended = Some(Ok(()));
                }
                dice.throw();
                dice.throw();
                let well = dice.length_ms(lengths.well.median_ms, lengths.well.spread);
                if fate == Some(Fate::DoesNotStay) {
                    self.put(at + well / 2, id, What::Exits(process));
                } else {
                    self.put(at + well * times(fate), id, What::Well(process));
                }
            }
            What::Exits(process) if node.process == Some(process) => node.gone(at),
            What::Well(process) if node.process == Some(process) => {
                node.turns(Health::Well, at);
                node.well_at = at;
            }
            What::Exits(_) | What::Well(_) => {}
            What::DeedFails(step) => node.fails(host::did_not_stop(step)),
            // Who is being moved is not struck besides: its fate is written elsewhere.
            What::Down(length) if node.health == Health::Well && !node.is_under_way() => {
                node.gone(at);
                self.put(at + length, id, What::Back);
            }
            What::Lags(length) if node.health == Health::Well && !node.is_under_way() => {
                node.turns(Health::Coming, at);
                if let Some(process) = node.process {
                    self.put(at + length, id, What::Well(process));
                }
            }
            What::Back | What::Restarted if node.is_under_way() => {}
            What::Back if node.process.is_some() => {}
            What::Restarted if node.process.is_none() => {}
            What::Back | What::Restarted => {
                let process = node.starts(at);
                let well = dice.length_ms(lengths.well.median_ms, lengths.well.spread);
                self.put(at + well, id, What::Well(process));
            }
            What::Down(_) | What::Lags(_) => {}
            What::Lies(length) => {
                node.lies = true;
                self.put(at + length, id, What::Honest);
            }
            What::Honest => node.lies = false,
        }
    }
}

fn times(fate: Option<Fate>) -> u64 {
    match fate {
        Some(Fate::Slow(times)) => times,
        Some(Fate::CannotStart | Fate::DoesNotStay | Fate::DoesNotStop) | None => 1,
    }
}

impl Node {
    /// Whether a deed is under way on its host.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.deed.as_ref().is_some_and(|deed| deed.ended.is_none())
    }

    /// What of it moved last; all that it carries, where none did.
    #[must_use]
    pub fn moves(&self) -> BTreeSet<Component> {
        match &self.deed {
            Some(deed) => deed.parts.clone(),
            None => self.runs.keys().cloned().collect(),
        }
    }

    fn turns(&mut self, health: Health, at: u64) {
        self.health = health;
        self.since = at;
    }

    fn gone(&mut self, at: u64) {
        self.process = None;
        self.turns(Health::Gone, at);
    }

    fn starts(&mut self, at: u64) -> u64 {
        self.processes += 1;
        self.process = Some(self.processes);
        self.started_at = at;
        self.turns(Health::Coming, at);
        self.processes
    }

    fn step(&mut self, step: &'static str, next: u64) {
        if let Some(deed) = &mut self.deed {
            deed.step = step;
            deed.next = next;
        }
    }

    fn fails(&mut self, failure: Failure) {
        if let Some(deed) = &mut self.deed {
            deed.ended = Some(Err(failure));
        }
    }
}
