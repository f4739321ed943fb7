//! What the child says on its pipe, one line each, and all of it that was ever heard.
//!
//! Must never know: whether it is true.
//! Tests: below.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout};

use windlass_engine::hash::Hash;
use windlass_engine::names::RunId;

use crate::workspace::{NotSo, Trouble};

/// One line of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The process is there.
    Up,
    /// It holds a run and carries it.
    Carries,
    /// An append or post is asked of the store.
    Asks,
    /// It was answered that it was not done.
    Refused,
    /// Events up to this position were acknowledged, of which these are the last, by hash of their text.
    Events(RunId, u64, Vec<Hash>),
    /// A command of this author was acknowledged at this position.
    Command(RunId, u64, String),
}

impl Said {
    /// Says it, in one write.
    pub(super) fn say(&self) {
        let line = match self {
            Self::Up => "up\n".into(),
            Self::Carries => "carries\n".into(),
            Self::Asks => "asks\n".into(),
            Self::Refused => "refused\n".into(),
            Self::Events(run, seq, hashes) => {
                let hashes: Vec<String> = hashes.iter().map(Hash::to_string).collect();
                format!("events {run} {seq} {} .\n", hashes.join(","))
            }
            Self::Command(run, seq, by) => format!("command {run} {seq} {by} .\n"),
        };
        // The parent may be gone; then nobody listens.
        drop(std::io::stdout().lock().write_all(line.as_bytes()));
    }

    /// Reads it; none: it was cut.
    pub(super) fn of(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["up"] => Some(Self::Up),
            ["carries"] => Some(Self::Carries),
            ["asks"] => Some(Self::Asks),
            ["refused"] => Some(Self::Refused),
            ["events", run, seq, hashes, "."] => {
                let hashes: Option<Vec<Hash>> = hashes.split(',').map(Hash::parse).collect();
                Some(Self::Events(run.into(), seq.parse().ok()?, hashes?))
            }
            ["command", run, seq, by, "."] => {
                Some(Self::Command(run.into(), seq.parse().ok()?, by.into()))
            }
            _ => None,
        }
    }

    /// Whether more was asked of the store than it had answered.
    pub(super) fn outstanding(said: &[Self]) -> bool {
        let asked = said.iter().filter(|word| **word == Self::Asks).count();
        let answered = said.iter().filter(|word| word.is_answer()).count();
        asked > answered
    }

    fn is_answer(&self) -> bool {
        match self {
            Self::Refused | Self::Events(..) | Self::Command(..) => true,
            Self::Up | Self::Carries | Self::Asks => false,
        }
    }
}

/// The lines that a child writes.
pub(super) fn lines(child: &mut Child) -> Result<Lines<BufReader<ChildStdout>>, Trouble> {
    let out = child.stdout.take();
    let out = out.ok_or_else(|| NotSo("the child has no pipe".into()))?;
    Ok(BufReader::new(out).lines())
}

/// What was acknowledged of one run.
#[derive(Debug, Default)]
pub(super) struct Acknowledged {
    /// Events, by position.
    pub(super) events: BTreeMap<u64, Hash>,
    /// Commands, by position: who gave them.
    pub(super) commands: BTreeMap<u64, String>,
}

/// All that was ever acknowledged.
#[derive(Debug, Default)]
pub(super) struct Heard(BTreeMap<RunId, Acknowledged>);

impl Heard {
    /// Keeps it, and says of which runs it was.
    pub(super) fn take_in(&mut self, said: Vec<Said>) -> BTreeSet<RunId> {
        let mut runs = BTreeSet::new();
        for word in said {
            match word {
                Said::Events(run, last, hashes) => {
                    let of = self.0.entry(run.clone()).or_default();
                    let places = (0..=last).rev();
                    of.events.extend(places.zip(hashes.into_iter().rev()));
                    runs.insert(run);
                }
                Said::Command(run, seq, by) => {
                    self.0
                        .entry(run.clone())
                        .or_default()
                        .commands
                        .insert(seq, by);
                    runs.insert(run);
                }
                Said::Up | Said::Carries | Said::Asks | Said::Refused => {}
            }
        }
        runs
    }

    pub(super) fn of(&self, run: &RunId) -> Option<&Acknowledged> {
        self.0.get(run)
    }

    pub(super) fn runs(&self) -> BTreeSet<RunId> {
        self.0.keys().cloned().collect()
    }

    pub(super) fn events(&self) -> usize {
        self.0.values().map(|of| of.events.len()).sum()
    }

    pub(super) fn commands(&self) -> usize {
        self.0.values().map(|of| of.commands.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_is_not_heard() {
        let hash = Hash::of(b"x");
        let whole = format!("events 1 7 {hash},{hash} .");
        assert!(Said::of(&whole).is_some());
        for cut in 0..whole.len() {
            assert_eq!(Said::of(&whole[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn the_last_hash_stands_at_the_last_position() {
        let (one, two) = (Hash::of(b"1"), Hash::of(b"2"));
        let mut heard = Heard::default();
        heard.take_in(vec![Said::Events("1".into(), 7, vec![one, two])]);
        let events = &heard.0[&RunId::from("1")].events;
        assert_eq!(events, &BTreeMap::from([(6, one), (7, two)]));
    }

    #[test]
    fn an_answer_ends_what_is_outstanding() {
        assert!(Said::outstanding(&[Said::Up, Said::Asks]));
        assert!(!Said::outstanding(&[Said::Asks, Said::Refused]));
        assert!(Said::outstanding(&[Said::Asks, Said::Asks, Said::Refused]));
    }
}
