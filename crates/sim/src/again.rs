//! What plays a story again, in one word: `189` a seed, `189:57` the same with these deaths in place of
//! those drawn, `paused:57:80` a scene with two, `paused:12=full` one whose twelfth call of the store fails,
//! `paused:word2=lost` one whose human's second word it fails to take,
//! `straight:pause=2000` one with a pause at that millisecond, `straight:~120+9000` one whose carrier stands still
//! at instant 120 for 9 s while another waits; `x3`: three would carry it.
//!
//! Must never know: what a story is about. Stories: in this file.

use crate::play::{Outcome, play};
use crate::scenes;
use crate::seed::draw;
use crate::store::Fault;
use crate::story::{Begins, Freeze, Story, Word};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use windlass_engine::version::VersionError;

/// A story, and what befalls its carriers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// A seed, or the name of a scene.
    pub of: String,
    /// Instants at which carriers die; none: those of the seed.
    pub deaths: Vec<u64>,
    /// Calls of the store that fail, beside those of the story.
    pub faults: BTreeMap<u64, Fault>,
    /// Words of the human that the store fails to take, beside those of the story.
    pub posts: BTreeMap<u64, Fault>,
    /// A human says to pause at this millisecond, beside all else, and to go on half a minute later.
    pub pause: Option<u64>,
    /// Instants at which carriers stand still, and for how many milliseconds, beside those of the story.
    pub freezes: BTreeMap<u64, u64>,
    /// So many would carry it; none: as many as the story says, and two where any stands still.
    pub carriers: Option<u32>,
}

/// So long after such a pause it is told to go on.
const PAUSED_MS: u64 = 30_000;

/// More would not carry one run.
const CARRIERS_MOST: u32 = 5;

/// What cannot be played again.
#[derive(Debug, Error)]
pub enum AgainError {
    /// It is no seed, and no scene is called so.
    #[error("no seed and no scene {name}; scenes are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// What follows the name is no instant and no call.
    #[error(
        "{found} is no instant (57), no call of the store (12=full, 12=lost, 12=written, 12=4000ms), no word that is said (word2=lost), no pause=2000, no freeze (~57+9000), no count of carriers (x2)"
    )]
    Word {
        /// What was found.
        found: String,
    },
    /// A scene could not be written: none of ours.
    #[error(transparent)]
    Version(#[from] VersionError),
}

impl Again {
    /// A story as it is, by its name.
    #[must_use]
    pub fn of(name: impl fmt::Display) -> Self {
        Self {
            of: name.to_string(),
            deaths: Vec::new(),
            faults: BTreeMap::new(),
            posts: BTreeMap::new(),
            pause: None,
            freezes: BTreeMap::new(),
            carriers: None,
        }
    }

    /// With these deaths.
    #[must_use]
    pub fn dying(mut self, deaths: &[u64]) -> Self {
        self.deaths = deaths.to_vec();
        self
    }

    /// With a call of the store that fails.
    #[must_use]
    pub fn failing(mut self, call: u64, fault: Fault) -> Self {
        self.faults.insert(call, fault);
        self
    }

    /// With a word that the store fails to take.
    #[must_use]
    pub fn unheard(mut self, word: u64, fault: Fault) -> Self {
        self.posts.insert(word, fault);
        self
    }

    /// With a pause.
    #[must_use]
    pub fn pausing(mut self, at_ms: u64) -> Self {
        self.pause = Some(at_ms);
        self
    }

    /// With a carrier that stands still from an instant on for so long.
    #[must_use]
    pub fn freezing(mut self, instant: u64, for_ms: u64) -> Self {
        self.freezes.insert(instant, for_ms);
        self
    }

    /// With so many that would carry it.
    #[must_use]
    pub fn carried_by(mut self, carriers: u32) -> Self {
        self.carriers = Some(carriers);
        self
    }

    /// The story that is meant, and the deaths in it.
    ///
    /// # Errors
    /// Where it is none.
    pub fn story(&self) -> Result<(Story, Vec<u64>), AgainError> {
        let (mut story, drawn) = if let Ok(seed) = self.of.parse() {
            let drawn = draw(seed)?;
            (drawn.story, drawn.deaths)
        } else {
            (scene(&self.of)?, Vec::new())
        };
        story.faults.extend(&self.faults);
        story.posts.extend(&self.posts);
        if let Some(at) = self.pause {
            story.words.push((at, Word::Pause));
            story.words.push((at + PAUSED_MS, Word::Continue));
        }
        let freezes = self.freezes.iter().map(|(at, for_ms)| Freeze {
            begins: Begins::Instant(*at),
            for_ms: *for_ms,
        });
        story.carriers.freezes.extend(freezes);
        let least = if self.freezes.is_empty() { 1 } else { 2 };
        let count = story.carriers.count.max(least);
        story.carriers.count = self.carriers.unwrap_or(count);
        let deaths = if self.deaths.is_empty() {
            drawn
        } else {
            self.deaths.clone()
        };
        Ok((story, deaths))
    }

    /// Plays it.
    ///
    /// # Errors
    /// Where it is none.
    pub fn play(&self) -> Result<Outcome, AgainError> {
        let (story, deaths) = self.story()?;
        Ok(play(&story, &deaths))
    }
}

fn scene(name: &str) -> Result<Story, AgainError> {
    let mut all = scenes::all()?;
    all.extend(scenes::long()?);
    match all.iter().position(|story| story.name == name) {
        Some(at) => Ok(all.swap_remove(at)),
        None => {
            let known: Vec<&str> = all.iter().map(|story| story.name.as_str()).collect();
            Err(AgainError::Unknown {
                name: name.into(),
                known: known.join(", "),
            })
        }
    }
}

fn fault(word: &str) -> Option<Fault> {
    match word {
        "full" => Some(Fault::Full),
        "lost" => Some(Fault::Lost),
        "written" => Some(Fault::Written),
        slow => slow.strip_suffix("ms")?.parse().ok().map(Fault::Slow),
    }
}

impl FromStr for Again {
    type Err = AgainError;

    fn from_str(text: &str) -> Result<Self, AgainError> {
        let mut words = text.split(':');
        let mut again = Self::of(words.next().unwrap_or_default());
        for word in words {
            let bad = || AgainError::Word { found: word.into() };
            if let Some(at) = word.strip_prefix("pause=") {
                again.pause = Some(at.parse().map_err(|_| bad())?);
            } else if let Some(freeze) = word.strip_prefix('~') {
                let (at, long) = freeze.split_once('+').ok_or_else(bad)?;
                let at = at.parse().map_err(|_| bad())?;
                again.freezes.insert(at, long.parse().map_err(|_| bad())?);
            } else if let Some(count) = word.strip_prefix('x') {
                let some = |count: &u32| (1..=CARRIERS_MOST).contains(count);
                again.carriers = Some(count.parse().ok().filter(some).ok_or_else(bad)?);
            } else if let Some((call, how)) = word.split_once('=') {
                let (of, number) = match call.strip_prefix("word") {
                    Some(word) => (&mut again.posts, word),
                    None => (&mut again.faults, call),
                };
                let number = number.parse().map_err(|_| bad())?;
                of.insert(number, fault(how).ok_or_else(bad)?);
            } else {
                again.deaths.push(word.parse().map_err(|_| bad())?);
            }
        }
        Ok(again)
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.of)?;
        for death in &self.deaths {
            write!(f, ":{death}")?;
        }
        for (call, fault) in &self.faults {
            write!(f, ":{call}={fault}")?;
        }
        for (word, fault) in &self.posts {
            write!(f, ":word{word}={fault}")?;
        }
        if let Some(at) = self.pause {
            write!(f, ":pause={at}")?;
        }
        for (at, long) in &self.freezes {
            write!(f, ":~{at}+{long}")?;
        }
        match self.carriers {
            Some(count) => write!(f, ":x{count}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_can_be_asked_for() {
        for text in [
            "189",
            "189:57",
            "paused:57:80",
            "paused:3:12=full:14=400ms",
            "paused:3:word1=written:word2=4000ms",
            "once:pause=9",
            "once:~120+9000",
            "189:57:~120+9000:~300+12000:x3",
        ] {
            let again: Again = text.parse().expect("read");
            assert_eq!(again.to_string(), text);
            assert!(again.story().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_story_is_told_with_those_there_are() {
        let why = Again::of("pausd").story().expect_err("refused").to_string();
        assert!(why.contains("pausd; scenes are: straight, "), "{why}");
        let why = "paused:12=broken"
            .parse::<Again>()
            .expect_err("refused")
            .to_string();
        assert!(why.starts_with("12=broken is no instant"), "{why}");
    }
}
