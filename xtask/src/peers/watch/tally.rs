//! Samples and how they are judged. No sockets here.
//!
//! Must never know: where sights come from.
//! Tests: below.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{FRESH_MS, Partition};

/// After an active controller ended, another must be found within this; such samples are counted apart.
const HANDOVER_MS: u64 = 5000;

/// An answer later than this is none: a controller silent for so long is bad by itself.
pub(super) const LATE_MS: u64 = 5000;

/// What one listener says of in-sync sets.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// When it last answered.
    pub answered: Option<Instant>,
    /// Size of each partition's in-sync set in the last answer.
    pub now: BTreeMap<Partition, usize>,
    /// The smallest size of those that changed since the last sample.
    pub smallest: BTreeMap<Partition, usize>,
    /// Whether every topic in the last answer has a known minimum.
    pub known: bool,
}

impl Sight {
    /// Takes a whole answer.
    pub fn saw(&mut self, at: Instant, sizes: BTreeMap<Partition, usize>) {
        for (partition, size) in &sizes {
            if self.now.get(partition).is_some_and(|before| before != size) {
                self.dipped(partition.clone(), *size);
            }
        }
        self.now = sizes;
        self.answered = Some(at);
    }

    /// Remembers a size until the next sample, though it may be larger again by then.
    pub fn dipped(&mut self, partition: Partition, size: usize) {
        let smallest = self.smallest.entry(partition).or_insert(size);
        *smallest = size.min(*smallest);
    }
}

/// The active controller's sight, and how it was lost.
#[derive(Debug, Default)]
pub(super) struct Controller {
    pub sight: Sight,
    pub answered: Option<Instant>,
    /// Since when the active controller is known to have ended or stepped down; not set by mere silence.
    pub ended: Option<Instant>,
    /// How often that happened.
    pub handovers: u64,
    /// Samples that wait for an answer: the log that comes with it covers them.
    pub waiting: u64,
    /// The log had to be read from its beginning again: what came and went before is not known.
    pub torn: bool,
}

/// What a watch counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub samples: u64,
    /// Samples with a partition under its minimum, or without the controller's answer.
    pub bad: u64,
    /// Of those, with a partition under its minimum.
    pub under_min: u64,
    /// Of those, without the controller's answer.
    pub without_controller: u64,
    /// Without the controller's answer, but within 5 s of an active controller's end: not bad.
    pub excused: u64,
    /// Answered late, by a log without a gap, which covers the silence: dips in it make the next sample bad.
    pub late: u64,
    /// Ends of active controllers that were seen.
    pub handovers: u64,
    /// Samples without any broker's answer: not bad by themselves, the controller's counts.
    pub without_broker: u64,
    /// The smallest in-sync set of any judged partition.
    pub smallest: Option<usize>,
    /// The most partitions under their minimum in one sample.
    pub most_under_min: usize,
    /// What the first bad sample was about.
    pub first_bad: Option<String>,
    /// Askers that broke; anything but 0 makes the watch worthless.
    pub broken: u64,
    /// How long was watched.
    pub millis: u64,
}

impl Tally {
    /// Samples a second.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of minutes of samples are far below 2^52"
    )]
    pub fn per_second(&self) -> f64 {
        if self.millis == 0 {
            0.0
        } else {
            self.samples as f64 * 1000.0 / self.millis as f64
        }
    }

    /// Judges one sample.
    pub(super) fn take<'a>(
        &mut self,
        at: Instant,
        brokers: impl Iterator<Item = &'a mut Sight>,
        controller: &mut Controller,
        required: &BTreeMap<String, usize>,
    ) {
        let within = |since: Option<Instant>, limit_ms: u64| {
            since.is_some_and(|since| {
                at.saturating_duration_since(since) <= Duration::from_millis(limit_ms)
            })
        };
        let is_fresh = |answered: Option<Instant>| within(answered, FRESH_MS);
        let mut sizes: BTreeMap<Partition, usize> = BTreeMap::new();
        let mut merge = |partition: &Partition, size: usize| {
            let smallest = sizes.entry(partition.clone()).or_insert(size);
            *smallest = size.min(*smallest);
        };
        let mut live = 0;
        for sight in brokers {
            if is_fresh(sight.answered) {
                live += 1;
                sight
                    .now
                    .iter()
                    .for_each(|(partition, size)| merge(partition, *size));
            }
            std::mem::take(&mut sight.smallest)
                .iter()
                .for_each(|(partition, size)| merge(partition, *size));
        }
        controller
            .sight
            .now
            .iter()
            .for_each(|(partition, size)| merge(partition, *size));
        let dips = std::mem::take(&mut controller.sight.smallest);
        dips.iter()
            .for_each(|(partition, size)| merge(partition, *size));

        // A topic too new to have been asked for is held to the strictest minimum known.
        let strictest = required.values().copied().max().unwrap_or(0);
        let must = |topic: &String| required.get(topic).copied().unwrap_or(strictest);
        let under: Vec<(&Partition, usize)> = sizes
            .iter()
            .filter(|((topic, _number), size)| **size < must(topic))
            .map(|(partition, size)| (partition, *size))
            .collect();

        self.samples += 1;
        self.handovers = controller.handovers;
        self.smallest = self
            .smallest
            .into_iter()
            .chain(sizes.values().copied())
            .min();
        self.most_under_min = self.most_under_min.max(under.len());
        self.without_broker += u64::from(live == 0);
        let handing_over = within(controller.ended, HANDOVER_MS);
        let answered = is_fresh(controller.answered);
        if answered && !std::mem::take(&mut controller.torn) {
            self.late += std::mem::take(&mut controller.waiting);
        } else if !answered && handing_over {
            self.excused += 1;
        } else if !answered {
            controller.waiting += u64::from(under.is_empty());
        }
        if !handing_over && (answered || !within(controller.answered, LATE_MS)) {
            self.give_up(controller);
        }
        if let Some(((topic, number), size)) = under.first() {
            self.under_min += 1;
            let others = under.len() - 1;
            let what = format!("{topic}-{number} had {size} in sync, and {others} more partitions");
            self.count_bad(1, what);
        }
    }

    /// Those that wait for an answer get none that tells what was while they waited.
    pub(super) fn give_up(&mut self, controller: &mut Controller) {
        let unknown = std::mem::take(&mut controller.waiting);
        self.without_controller += unknown;
        self.count_bad(unknown, "the active controller did not answer".to_owned());
    }

    fn count_bad(&mut self, samples: u64, what: String) {
        if samples > 0 {
            self.bad += samples;
            self.first_bad.get_or_insert(what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(size: usize) -> BTreeMap<Partition, usize> {
        BTreeMap::from([(("t".to_owned(), 0), size)])
    }

    fn judged(broker: &mut Sight, controller: &mut Controller, at: Instant) -> Tally {
        let mut tally = Tally::default();
        let required = BTreeMap::from([("t".to_owned(), 2)]);
        tally.take(at, std::iter::once(broker), controller, &required);
        tally
    }

    fn well(at: Instant) -> (Sight, Controller) {
        let (mut broker, mut controller) = (Sight::default(), Controller::default());
        broker.saw(at, sizes(3));
        controller.sight.saw(at, sizes(3));
        controller.answered = Some(at);
        (broker, controller)
    }

    #[test]
    fn a_full_set_is_no_bad_sample() {
        let at = Instant::now();
        let (mut broker, mut controller) = well(at);
        assert_eq!(judged(&mut broker, &mut controller, at).bad, 0);
    }

    #[test]
    fn one_broker_that_sees_too_few_is_enough() {
        let at = Instant::now();
        let (mut broker, mut controller) = well(at);
        broker.saw(at, sizes(1));
        let tally = judged(&mut broker, &mut controller, at);
        assert_eq!(
            (tally.bad, tally.under_min, tally.smallest),
            (1, 1, Some(1))
        );
    }

    #[test]
    fn a_dip_between_samples_counts_once() {
        let at = Instant::now();
        let (mut broker, mut controller) = well(at);
        controller.sight.dipped(("t".to_owned(), 0), 1);
        assert_eq!(judged(&mut broker, &mut controller, at).bad, 1);
        assert_eq!(judged(&mut broker, &mut controller, at).bad, 0);
    }

    #[test]
    fn silence_is_bad_and_a_handover_is_excused_for_five_seconds() {
        let start = Instant::now();
        let (mut broker, mut controller) = well(start);
        let late = start + Duration::from_secs(4);
        let mut tally = judged(&mut broker, &mut controller, late);
        assert_eq!(tally.bad, 0, "it may be answered yet");
        tally.give_up(&mut controller);
        assert_eq!((tally.bad, tally.without_controller), (1, 1));
        controller.ended = Some(start);
        let tally = judged(&mut broker, &mut controller, late);
        assert_eq!((tally.bad, tally.excused), (0, 1));
        let too_late = start + Duration::from_secs(6);
        assert_eq!(judged(&mut broker, &mut controller, too_late).bad, 1);
    }

    #[test]
    fn a_late_answer_covers_the_silence_before_it_unless_its_log_has_a_gap() {
        let start = Instant::now();
        let late = start + Duration::from_secs(4);
        let answered = |torn: bool| {
            let (mut broker, mut controller) = well(start);
            judged(&mut broker, &mut controller, late);
            (controller.answered, controller.torn) = (Some(late), torn);
            judged(&mut broker, &mut controller, late)
        };
        assert_eq!((answered(false).bad, answered(false).late), (0, 1));
        assert_eq!((answered(true).bad, answered(true).late), (1, 0));

        let (mut broker, mut controller) = well(start);
        judged(&mut broker, &mut controller, late);
        controller.answered = Some(late);
        controller.sight.dipped(("t".to_owned(), 0), 1);
        assert_eq!(judged(&mut broker, &mut controller, late).under_min, 1);
    }

    #[test]
    fn a_controller_silent_for_longer_than_five_seconds_is_bad_by_itself() {
        let start = Instant::now();
        let (mut broker, mut controller) = well(start);
        judged(&mut broker, &mut controller, start + Duration::from_secs(4));
        let tally = judged(&mut broker, &mut controller, start + Duration::from_secs(6));
        assert_eq!((tally.bad, tally.without_controller), (2, 2));
    }

    #[test]
    fn a_dead_broker_says_nothing_more() {
        let start = Instant::now();
        let (mut broker, mut controller) = well(start);
        broker.saw(start, sizes(1));
        broker.smallest.clear();
        let later = start + Duration::from_secs(2);
        controller.answered = Some(later);
        let tally = judged(&mut broker, &mut controller, later);
        assert_eq!((tally.bad, tally.without_broker), (0, 1));
    }
}
