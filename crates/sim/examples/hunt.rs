//! Hunts for what the judge objects to: scenes, drawn seeds, deaths at instants, words at moments, pairs.
//! Built once for each planted bug (the figure `planted-bugs`); says what it found in one line:
//! `found`, the rule, what plays it again, what was seen, how many plays it took; or `nothing`.
//!
//! Must never know: which bug was planted. Tests: the figure; `xtask/tests/it/planted.rs`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use windlass_engine::run::Phase;
use windlass_sim::again::Again;
use windlass_sim::play::Outcome;
use windlass_sim::scenes;
use windlass_sim::seed::draw;
use windlass_sim::store::KINDS;

/// So long is looked for.
const HUNT: Duration = Duration::from_secs(150);
/// A play takes some tens of milliseconds: one that takes so long does not come to an end.
const PLAY: Duration = Duration::from_secs(20);
/// Seeds that are played before deaths are tried, and after.
const SEEDS: (u64, u64) = (120, 4_000);
/// Instants and calls are tried in steps of so many.
const STEP: usize = 7;
/// Pairs of instants in steps of so many.
const PAIR_STEPS: (usize, usize) = (13, 11);

/// What was found, and with what.
struct Found {
    rule: String,
    with: String,
    says: String,
}

/// What plays, and tells what it is about to play.
struct Hunter {
    about: Sender<String>,
    plays: u64,
}

impl Hunter {
    fn played(&mut self, again: &Again) -> Result<Outcome, Found> {
        self.plays += 1;
        // Whoever listens has ended only when all is over.
        let _ = self.about.send(again.to_string());
        let found = |rule: &str, says: String| Found {
            rule: rule.into(),
            with: again.to_string(),
            says,
        };
        let came = catch_unwind(AssertUnwindSafe(|| again.play()))
            .map_err(|_| found("a play does not break off", "it panicked".into()))?
            .map_err(|why| found("a play can be played", why.to_string()))?;
        match came.violations.first() {
            None => Ok(came),
            Some(first) => Err(found(first.rule, first.to_string())),
        }
    }

    /// The same as a play without what befell it here.
    fn same(&mut self, again: &Again, whole: &Outcome) -> Result<Outcome, Found> {
        let came = self.played(again)?;
        match came.wrong_beside(whole) {
            None => Ok(came),
            Some(says) => Err(Found {
                rule: "it ends the same".into(),
                with: again.to_string(),
                says,
            }),
        }
    }

    fn seeds(&mut self, from: u64, to: u64) -> Result<(), Found> {
        for seed in from..=to {
            if draw(seed).is_ok() {
                self.played(&Again::of(seed))?;
            }
        }
        Ok(())
    }

    fn all(&mut self) -> Result<(), Found> {
        let mut whole = Vec::new();
        for story in scenes::all().unwrap_or_default() {
            let came = self.played(&Again::of(&story.name))?;
            let (word, end) = (scenes::end_of(&story.name), came.end.clone());
            if end.clone().map(|end| Phase::Ended(end).word()) != Some(word) {
                return Err(Found {
                    rule: "a scene ends as it is written".into(),
                    with: story.name.clone(),
                    says: format!("{end:?}, not {word}"),
                });
            }
            whole.push((story, came));
        }
        self.seeds(1, SEEDS.0)?;
        for (story, whole) in &whole {
            for at in scenes::moments(story, whole) {
                self.played(&Again::of(&story.name).pausing(at))?;
            }
        }
        for (story, whole) in &whole {
            for at in (1..=whole.instants).step_by(STEP) {
                self.same(&Again::of(&story.name).dying(&[at]), whole)?;
            }
            for (at, call) in (1..=whole.calls).step_by(STEP).enumerate() {
                let fault = KINDS[at % KINDS.len()];
                self.same(&Again::of(&story.name).failing(call, fault), whole)?;
            }
        }
        self.seeds(SEEDS.0 + 1, SEEDS.1)?;
        for (story, whole) in &whole {
            for first in (1..=whole.instants).step_by(PAIR_STEPS.0) {
                let once = self.same(&Again::of(&story.name).dying(&[first]), whole)?;
                for second in (first + 1..=once.instants).step_by(PAIR_STEPS.1) {
                    self.same(&Again::of(&story.name).dying(&[first, second]), whole)?;
                }
            }
        }
        Ok(())
    }
}

fn main() {
    // What breaks off is told in the one line.
    std::panic::set_hook(Box::new(|_| {}));
    let (about, hears) = channel();
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut hunter = Hunter { about, plays: 0 };
        let found = hunter.all().err();
        let _ = tell.send((found, hunter.plays));
    });
    let begun = Instant::now();
    let mut last = String::new();
    let mut plays = 0;
    while begun.elapsed() < HUNT {
        match hears.recv_timeout(PLAY) {
            Ok(again) => {
                last = again;
                plays += 1;
            }
            Err(RecvTimeoutError::Timeout) => {
                println!(
                    "found\ta play comes to an end\t{last}\tit did not within {PLAY:?}\t{plays}"
                );
                return;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match told.try_recv() {
        Ok((Some(Found { rule, with, says }), plays)) => {
            let says = says.replace(['\n', '\t'], " ");
            println!("found\t{rule}\t{with}\t{says}\t{plays}");
        }
        Ok((None, plays)) => println!("nothing\t{plays}"),
        Err(_) => println!("nothing\t{plays}"),
    }
}
