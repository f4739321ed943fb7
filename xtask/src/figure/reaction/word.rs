//! What the second process tells of one pause: a line of text.
//!
//! Must never know: who judges it.
//! Tests: below.

use std::fmt;

use windlass_engine::names::{RunId, Subject};

use crate::workspace::{NotSo, Trouble};

/// One pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub run: RunId,
    /// When it was acknowledged.
    pub acknowledged_ns: u64,
    /// When `continue` was about to be posted.
    pub continued_ns: u64,
    /// Members that had not begun.
    pub waiting: usize,
    /// What the acknowledgement named as begun.
    pub named: Vec<Subject>,
}

impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} {} {} {}",
            self.run, self.acknowledged_ns, self.continued_ns, self.waiting
        )?;
        self.named
            .iter()
            .try_for_each(|subject| write!(out, " {subject}"))
    }
}

impl Word {
    pub(super) fn read(line: &str) -> Result<Self, Trouble> {
        let mut words = line.split(' ');
        let mut next = || {
            words
                .next()
                .ok_or_else(|| NotSo(format!("half a line: {line}")))
        };
        Ok(Self {
            run: next()?.into(),
            acknowledged_ns: next()?.parse()?,
            continued_ns: next()?.parse()?,
            waiting: next()?.parse()?,
            named: words.map(Subject::parse).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn a_word_reads_what_it_writes() {
        for line in ["7 12 34 5 member/1 member/2", "7 12 34 0"] {
            let read = Word::read(line).map(|word| word.to_string());
            assert_eq!(read.ok().as_deref(), Some(line));
        }
        assert!(Word::read("7 12").is_err());
    }
}
