//! Events as they became durable, held against the world at that moment.
//!
//! Must never know: the fold. Stories: `tests/it/judge.rs`.

use super::{Judge, cap, is_meant};
use crate::fleet::{Fleet, Health, Node};
use windlass_engine::calendar::{Stretch, When, second};
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::policy::{Mode, Ramp};
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::{Began, End, Event};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;
use windlass_runner::ports::store::Stored;

/// How the text of events begins that say something about the world or about our decisions.
const READ: [&str; 18] = [
    "began",
    "settled",
    "skipped",
    "confirmed",
    "failed",
    "halted",
    "opened",
    "commanded",
    "ended",
    "taken",
    "refused",
    "replanning",
    "soak-began",
    "soak-broken",
    "soak-span",
    "stage-done",
    "kept",
    "soak-passed",
];

/// An event as far as it is read here.
enum Read {
    Event(Box<Event>),
    /// A plan, whose text lies elsewhere.
    Plan,
}

fn read(stored: &Stored) -> Option<Read> {
    let told = stored.payload.trim_start_matches('{').strip_prefix('"')?;
    let word = READ.iter().find(|word| told.starts_with(**word))?;
    if *word == "kept" {
        return Some(Read::Plan);
    }
    serde_json::from_str(&stored.payload).ok().map(Read::Event)
}

impl Judge {
    /// Events became durable.
    pub fn heard(&mut self, fleet: &Fleet, events: &[Stored], at: u64) {
        self.batch += 1;
        for stored in events {
            self.written(stored, at);
            match read(stored) {
                Some(Read::Event(event)) => self.event(fleet, *event, stored.at, at),
                Some(Read::Plan) => {
                    self.soak.disturbed();
                    self.planned();
                }
                None => {}
            }
            self.soak.heard(at);
        }
    }

    fn event(&mut self, fleet: &Fleet, event: Event, wall: Wall, at: u64) {
        self.in_order(fleet, &event, at);
        self.in_health(fleet, &event, at);
        match event {
            Event::Began(began) => self.began(fleet, &began, wall, at),
            Event::Settled {
                subject: Subject::Member(id),
                version,
                ..
            } => {
                self.flying.remove(&Subject::Member(id.clone()));
                self.hand.remove(&id);
                self.ramp.settled();
                self.settled(fleet, &id, version.as_ref(), at);
            }
            Event::Settled { subject, .. } => {
                self.flying.remove(&subject);
            }
            Event::Skipped { subject, .. } | Event::Confirmed { subject, .. } => {
                self.flying.remove(&subject);
                if let Subject::Member(id) = &subject {
                    self.hand.remove(id);
                }
                self.left.insert(subject);
            }
            Event::Failed { .. } | Event::Opened { .. } | Event::StageDone { .. } => {
                self.ramp.again()
            }
            Event::Halted { .. } => {
                self.ramp.again();
                // Whoever goes on after a pause goes on within the hours.
                self.windows = true;
            }
            Event::Commanded {
                seq,
                command,
                answered,
                ..
            } => {
                self.answered.insert(seq);
                if matches!(answered, Answered::Taken(_)) {
                    self.taken(&command);
                }
            }
            Event::Ended(end) => {
                self.ended = true;
                self.end(fleet, &end, at);
            }
            Event::Requested(_)
            | Event::Taken { .. }
            | Event::Observed(_)
            | Event::Judged { .. }
            | Event::Planned(_)
            | Event::PlanKept
            | Event::Refused(_)
            | Event::Approved { .. }
            | Event::Claimed { .. }
            | Event::ClaimRefused { .. }
            | Event::StageBegan { .. }
            | Event::Moved { .. }
            | Event::NotYet { .. }
            | Event::Progressed { .. } => {}
            Event::SoakBegan { .. }
            | Event::SoakSpan { .. }
            | Event::SoakBroken { .. }
            | Event::SoakPassed
            | Event::Shut { .. }
            | Event::Replanning { .. }
            | Event::ExpirySeen { .. }
            | Event::Proven => {}
        }
    }

    fn taken(&mut self, command: &Command) {
        if let Command::Continue = command {
            self.ramp.again();
        }
        if let Command::Retarget(goal) = command {
            self.means(goal);
        }
        if let Command::Begin = command {
            self.windows = false;
        }
        if let Command::Pace(pace) = command {
            self.cap = self.cap.max(cap(pace.cap, self.to_move));
            // One above what was approved waits for a human's word: either may be in force.
            if pace.ramp == Ramp::Fixed {
                self.policy.pace.ramp = pace.ramp;
            }
            self.policy.pace.mode = Mode::Sliding;
        }
    }

    fn began(&mut self, fleet: &Fleet, began: &Began, wall: Wall, at: u64) {
        let subject = &began.subject;
        self.begun.insert((subject.clone(), began.attempt));
        self.begun_at.push(at);
        self.flying.insert(subject.clone());
        if self.ended {
            self.objects(at, "nothing after the end", format!("{subject} began"));
        }
        self.barred(subject, at);
        // A human's word lets it be tried again, whatever pace and hours say.
        if began.tries > 1 {
            return;
        }
        self.in_a_window(subject, wall, at);
        self.on_what_holds(fleet, subject, at);
        let Subject::Member(id) = subject else { return };
        // Whoever is down already is not taken down.
        let by_itself = |node: &Node| {
            let ours = node.deed.as_ref().and_then(|deed| deed.started);
            node.since > 0 && node.since + self.slack_ms >= at && ours != node.process
        };
        let up = |node: &Node| node.health == Health::Well && !by_itself(node);
        if fleet.nodes.get(id).is_some_and(up) {
            self.within_groups(fleet, id, at);
        }
        let waits = self.hand.values().any(|batch| *batch != self.batch);
        if waits && self.policy.pace.mode == Mode::Barrier {
            let says = format!(
                "{id} began, of the batch before {:?} are in flight",
                self.hand
            );
            self.objects(at, "a batch waits for the one before", says);
        }
        self.hand.insert(id.clone(), self.batch);
        self.needless(began, at);
        self.in_turn(fleet, began, at);
        let flying = self.hand.len();
        if flying > self.cap {
            let says = format!("{flying} are in flight, {} may be", self.cap);
            self.objects(at, "never more begun than the cap", says);
        }
        let down = self.down_by_themselves(fleet, id, at);
        if flying + down > self.cap && flying > 1 {
            let says = format!(
                "{flying} are in flight, {down} down besides, {} may be",
                self.cap
            );
            self.objects(at, "who is down counts against the cap", says);
        }
        if !self.ramp.allows(self.policy.pace, flying) {
            let says = format!("{flying} are in flight, {:?}", self.ramp);
            self.objects(at, "never more begun than the ramp", says);
        }
    }

    /// How many others have been down for longer than a look is old, in nobody's hands.
    fn down_by_themselves(&self, fleet: &Fleet, id: &MemberId, at: u64) -> usize {
        let down = |node: &&Node| {
            node.health != Health::Well
                && node.since + self.slack_ms < at
                && node.id != *id
                && !self.hand.contains_key(&node.id)
                && !self.left.contains(&Subject::Member(node.id.clone()))
        };
        fleet.nodes.values().filter(down).count()
    }

    /// Those that are in our hands, and those that have been unwell for longer than a look is old.
    fn within_groups(&mut self, fleet: &Fleet, id: &MemberId, at: u64) {
        let away = |other: &&MemberId| {
            let unwell =
                |node: &Node| node.health != Health::Well && node.since + self.slack_ms < at;
            self.hand.contains_key(*other) || fleet.nodes.get(*other).is_some_and(unwell)
        };
        let mut passed = Vec::new();
        for group in fleet
            .groups
            .iter()
            .filter(|group| group.members.contains(id))
        {
            let others = group.members.iter().filter(|other| *other != id);
            let up = others.clone().count() - others.filter(away).count();
            if up < group.need as usize {
                passed.push(format!(
                    "{id} began, {up} of its group are up, {} must be",
                    group.need
                ));
            }
        }
        for says in passed {
            self.objects(at, "no budget passed", says);
        }
    }

    /// While others are in flight their own absence may be why a condition does not hold.
    fn on_what_holds(&mut self, fleet: &Fleet, subject: &Subject, at: u64) {
        let spoilt = fleet.spoilt_since();
        let since = spoilt.filter(|since| since + self.slack_ms < at && self.flying.len() == 1);
        if let Some(since) = since {
            let says = format!("{subject} began, a condition has not held since {since} ms");
            self.objects(at, "nothing begins while a condition bars", says);
        }
    }

    fn in_a_window(&mut self, subject: &Subject, wall: Wall, at: u64) {
        let hours = &self.policy.hours;
        let now = second(wall);
        // Whether it holds; none: what a calendar's rule means is not read here.
        let holds = |stretch: &Stretch| match &stretch.when {
            When::Once { from, to, .. } => Some(*from <= now && now < *to),
            When::Rule(_) => None,
        };
        if let Some(freeze) = hours
            .freezes
            .iter()
            .find(|freeze| holds(freeze) == Some(true))
        {
            let says = format!("{subject} began in {}", freeze.name);
            self.objects(at, "nothing in a freeze", says);
            return;
        }
        if !self.windows || hours.windows.is_empty() {
            return;
        }
        if !hours
            .windows
            .iter()
            .any(|window| holds(window) != Some(false))
        {
            let says = format!("{subject} began outside of every window");
            self.objects(at, "nothing outside its window", says);
        }
    }

    /// What is called settled is so, or was so when it was last looked at.
    fn settled(&mut self, fleet: &Fleet, id: &MemberId, version: Option<&Version>, at: u64) {
        let Some(node) = fleet.nodes.get(id) else {
            self.objects(
                at,
                "nothing is called done that is not",
                format!("{id} is not there"),
            );
            return;
        };
        let touched = self.touched.get(id).copied().unwrap_or(0);
        let well = node.health == Health::Well || node.well_at > touched;
        let moved = node.moves();
        let mut runs = moved.iter().filter_map(|part| node.runs.get(part));
        if !well || version.is_some_and(|version| runs.any(|runs| runs != version)) {
            let says = format!("{id} runs {:?} and is {:?}", node.runs, node.health);
            self.objects(at, "nothing is called done that is not", says);
        }
    }

    fn is_well(&self, node: &Node, at: u64) -> bool {
        node.health == Health::Well || (node.well_at > 0 && node.since + self.slack_ms >= at)
    }

    fn end(&mut self, fleet: &Fleet, end: &End, at: u64) {
        let rule = "nothing is called finished that is not";
        match end {
            End::Finished | End::FinishedWithout(_) => {
                for node in fleet.nodes.values() {
                    if self.left.contains(&Subject::Member(node.id.clone())) {
                        continue;
                    }
                    let mut runs = node.runs.iter();
                    let there = runs.all(|(name, runs)| {
                        self.ends.get(name).is_none_or(|to| is_meant(to, runs))
                    });
                    if !there || !self.is_well(node, at) {
                        let says = format!("{} runs {:?}, {:?}", node.id, node.runs, node.health);
                        self.objects(at, rule, says);
                    }
                }
            }
            End::Cancelled | End::Expired | End::Refused => {
                for node in fleet.nodes.values().filter(|node| node.is_under_way()) {
                    let says = format!("a deed is under way on {}", node.id);
                    self.objects(at, "nothing in flight at the end", says);
                }
            }
            End::Stopped(left) => {
                for node in fleet.nodes.values().filter(|node| node.is_under_way()) {
                    let subject = Subject::Member(node.id.clone());
                    if !left.iter().any(|(named, _)| *named == subject) {
                        let says = format!("a deed is under way on {}, not named", node.id);
                        self.objects(at, "what is left is named", says);
                    }
                }
            }
        }
    }
}
