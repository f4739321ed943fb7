//! Standing: who leads the quorum and each partition, and who is in sync, as a fold of how members came and
//! went. Read whenever somebody asks: what is told is as if it had been looked at all the time.
//!
//! Must never know: requests. Stories: in this file.

use super::Shape;
use super::layout::majority;
use crate::fleet::{Fleet, Health};
use std::collections::BTreeMap;
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::Member;

/// What is seen of a controllers' log at the beginning: nobody asks a cluster that was made this moment.
const FIRST_RECORD: i64 = 50;
/// A record each so often when nothing happens (`metadata.max.idle.interval.ms`).
const IDLE_MS: u64 = 500;

/// How a node stands with the others.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) health: Health,
    /// When it last ceased to be well.
    pub(super) left_at: u64,
    /// When it ended before it was well again: it was behind, and is told as it was.
    pub(super) fell_at: Option<u64>,
    /// Its session is held until then, though it is gone without a word.
    held_until: Option<u64>,
    controller: bool,
}

impl Place {
    /// Whether others count it in sync.
    fn is_in_sync(&self) -> bool {
        self.health == Health::Well || self.held_until.is_some()
    }
}

/// All of it.
#[derive(Debug)]
pub(super) struct Standing {
    read: usize,
    places: BTreeMap<i32, Place>,
    /// Active controller; none: there is no majority.
    pub(super) active: Option<i32>,
    pub(super) epoch: i32,
    /// By topic and partition: who leads, or led last.
    leaders: Vec<Vec<i32>>,
    /// How often levels were raised.
    pub(super) raised: i64,
}

impl Standing {
    /// Of a cluster at its beginning.
    pub(super) fn of(cast: &[Member], shape: &Shape) -> Self {
        let ids: BTreeMap<&MemberId, bool> = cast
            .iter()
            .map(|member| (&member.id, member.health.is_healthy()))
            .collect();
        let place = |(id, seats): (&i32, &super::Seats)| {
            let well = ids.get(&seats.member).copied().unwrap_or(false);
            let place = Place {
                health: if well { Health::Well } else { Health::Gone },
                left_at: 0,
                fell_at: None,
                held_until: None,
                controller: seats.controller,
            };
            (*id, place)
        };
        let first = |replicas: &Vec<i32>| replicas.first().copied().unwrap_or(-1);
        let topics = shape.layout.topics.iter();
        let mut standing = Self {
            read: 0,
            places: shape.seats.iter().map(place).collect(),
            active: shape.layout.active,
            epoch: 1,
            leaders: topics
                .map(|topic| topic.partitions.iter().map(first).collect())
                .collect(),
            raised: 0,
        };
        standing.settle(shape);
        standing
    }

    /// Takes in all that has happened until now.
    pub(super) fn catch_up(&mut self, shape: &Shape, fleet: &Fleet, now: u64) {
        let history = fleet.history();
        for (at, id, health) in history.iter().skip(self.read) {
            self.sessions_end(shape, *at);
            let Some(node) = fleet.nodes.get(id) else {
                continue;
            };
            let Some(place) = id
                .as_str()
                .parse()
                .ok()
                .and_then(|id: i32| self.places.get_mut(&id))
            else {
                continue;
            };
            if place.health == Health::Well {
                place.left_at = *at;
                // Who is told to stop says so; who dies is missed when its session ends.
                let clean = node.stopped_at == Some(*at);
                let dies = *health == Health::Gone && !clean;
                place.held_until = dies.then_some(at + shape.layout.session_ms);
            } else {
                place.held_until = None;
            }
            let falls = place.health == Health::Coming && *health == Health::Gone;
            let still = place.fell_at.filter(|_| *health == Health::Coming);
            place.fell_at = falls.then_some(*at).or(still);
            place.health = *health;
            self.settle(shape);
        }
        self.read = history.len();
        self.sessions_end(shape, now);
    }

    fn sessions_end(&mut self, shape: &Shape, now: u64) {
        let mut some = false;
        for place in self.places.values_mut() {
            if place.held_until.is_some_and(|until| until <= now) {
                place.held_until = None;
                some = true;
            }
        }
        if some {
            self.settle(shape);
        }
    }

    /// Elects where somebody is missing.
    fn settle(&mut self, shape: &Shape) {
        let voters = || self.places.iter().filter(|(_, place)| place.controller);
        let up = voters()
            .filter(|(_, place)| place.health != Health::Gone)
            .count();
        let well = |id: &i32| {
            self.places
                .get(id)
                .is_some_and(|p| p.health == Health::Well)
        };
        let first = voters().map(|(id, _)| *id).find(|id| well(id));
        let has_majority = u32::try_from(up).unwrap_or(0) >= majority(voters().count());
        let active = match self.active.filter(|id| has_majority && well(id)) {
            Some(id) => Some(id),
            None => first.filter(|_| has_majority),
        };
        if active != self.active {
            self.epoch += 1;
        }
        self.active = active;
        for (topic, leaders) in shape.layout.topics.iter().zip(&mut self.leaders) {
            for (replicas, leader) in topic.partitions.iter().zip(leaders) {
                let stays = self.places.get(leader).is_some_and(Place::is_in_sync);
                let in_sync = |id: &&i32| self.places.get(*id).is_some_and(Place::is_in_sync);
                if let (false, Some(next)) = (stays, replicas.iter().find(in_sync)) {
                    *leader = *next;
                }
            }
        }
    }

    pub(super) fn place(&self, id: i32) -> Option<&Place> {
        self.places.get(&id)
    }

    pub(super) fn is_in_sync(&self, id: i32) -> bool {
        self.places.get(&id).is_some_and(Place::is_in_sync)
    }

    /// Who leads a partition, and who of its replicas is in sync; none leads where none is. The last one that
    /// was in sync stays so: nobody else may lead.
    pub(super) fn partition(
        &self,
        topic: usize,
        index: usize,
        replicas: &[i32],
    ) -> (i32, Vec<i32>) {
        let leader = self.leaders.get(topic).and_then(|all| all.get(index));
        let leader = leader.copied().unwrap_or(-1);
        let in_sync = replicas.iter().filter(|id| self.is_in_sync(**id));
        let in_sync: Vec<i32> = in_sync.copied().collect();
        if in_sync.is_empty() {
            return (-1, vec![leader]);
        }
        (leader, in_sync)
    }

    /// Lets the preferred replicas lead where they are in sync; by topic and partition, whether one moved.
    pub(super) fn prefer(&mut self, shape: &Shape) -> Vec<Vec<bool>> {
        let mut moved = Vec::new();
        for (topic, leaders) in shape.layout.topics.iter().zip(&mut self.leaders) {
            let mut here = Vec::new();
            for (replicas, leader) in topic.partitions.iter().zip(leaders) {
                let first = replicas.first().copied().unwrap_or(-1);
                let well = self.places.get(&first).is_some_and(Place::is_in_sync);
                here.push(well && first != *leader);
                if well {
                    *leader = first;
                }
            }
            moved.push(here);
        }
        moved
    }

    /// The end of the metadata log at a moment.
    pub(super) fn end(&self, at: u64) -> i64 {
        let idle = i64::try_from(at / IDLE_MS).unwrap_or(0);
        FIRST_RECORD + idle + i64::from(self.epoch) + self.raised
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawn::{Seating, brokers, story};
    use super::super::layout::{Layout, SESSION_MS, Topic, seats};
    use super::*;
    use crate::story::Happening;
    use windlass_engine::version::VersionError;

    fn world(flaps: &[(u64, &str, u64)]) -> Result<(Shape, Fleet, Standing), VersionError> {
        let seating = Seating::Combined(3);
        let layout = Layout::of(vec![Topic::round("orders", &brokers(seating), 3, 3)]);
        let way = ["3.9.2", "4.0", "4.1.2"];
        let mut story = story("standing", &Default::default(), seating, &layout, way)?;
        let flap = |(at, id, long): &(u64, &str, u64)| (*at, Happening::Flaps((*id).into(), *long));
        story.happenings = flaps.iter().map(flap).collect();
        let shape = Shape {
            identity: story.identity.clone(),
            catalog: story.catalog.clone(),
            layout,
            seats: seats(&story.cast),
        };
        let standing = Standing::of(&story.cast, &shape);
        Ok((shape, Fleet::of(&story), standing))
    }

    #[test]
    fn who_dies_is_listed_until_its_session_ends_and_its_leaders_come_back_only_when_told() {
        let (shape, mut fleet, mut standing) = world(&[(1_000, "1", 20_000)]).expect("a world");
        let mut at = |now, standing: &mut Standing| {
            while fleet.happen(now).is_some() {}
            standing.catch_up(&shape, &fleet, now);
            (
                standing.active,
                standing.epoch,
                standing.partition(0, 0, &[1, 2, 3]),
            )
        };
        let all = vec![1, 2, 3];
        assert_eq!(at(500, &mut standing), (Some(1), 2, (1, all.clone())));
        // The quorum misses its leader at once, the brokers do not.
        assert_eq!(at(1_500, &mut standing), (Some(2), 3, (1, all.clone())));
        let over = 1_000 + SESSION_MS;
        assert_eq!(at(over, &mut standing), (Some(2), 3, (2, vec![2, 3])));
        assert_eq!(at(60_000, &mut standing), (Some(2), 3, (2, all)));
        assert_eq!(standing.prefer(&shape), [[true, false, false]]);
        assert_eq!(standing.partition(0, 0, &[1, 2, 3]).0, 1);
    }

    #[test]
    fn without_a_majority_nobody_leads_and_the_last_in_sync_stays_so() {
        let flaps = [
            (1_000, "1", 40_000),
            (1_100, "2", 40_000),
            (1_200, "3", 40_000),
        ];
        let (shape, mut fleet, mut standing) = world(&flaps).expect("a world");
        while fleet.happen(20_000).is_some() {}
        standing.catch_up(&shape, &fleet, 20_000);
        assert_eq!(standing.active, None);
        assert_eq!(standing.partition(0, 0, &[1, 2, 3]).0, -1);
        while fleet.happen(90_000).is_some() {}
        standing.catch_up(&shape, &fleet, 90_000);
        assert!(standing.active.is_some());
        assert!(standing.partition(0, 0, &[1, 2, 3]).0 > 0);
    }
}
