//! Hunts for what the judge objects to: scenes, drawn seeds, deaths at instants, words at moments, pairs.
//! Built once for each planted bug (the figure `planted-bugs`); says what it found in one line:
//! `found`, the rule, what plays it again, what was seen, how many plays it took; or `nothing`.
//!
//! Must never know: which bug was planted. Tests: the figure; `xtask/tests/it/planted.rs`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use windlass_engine::run::Phase;
use windlass_sim::again::Again;
use windlass_sim::play::Outcome;
use windlass_sim::scenes;
use windlass_sim::store::KINDS;
use windlass_sim::story::Story;

/// So many are played after the scenes: the same whatever else the machine does.
const PLAYS: usize = 8_000;
/// A play takes some tens of milliseconds: one that takes so long does not come to an end.
const PLAY: Duration = Duration::from_secs(60);
/// Seeds that are played.
const SEEDS: u64 = 4_000;
/// Instants and calls are tried in steps of so many.
const STEP: usize = 5;
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

    fn all(&mut self) -> Result<(), Found> {
        let mut whole = Vec::new();
        let long = scenes::long().unwrap_or_default();
        let most = scenes::all().unwrap_or_default().into_iter();
        for story in most.chain(long) {
            let came = self.played(&Again::of(&story.name))?;
            let (word, end) = (scenes::end_of(&story.name), came.end.clone());
            if end.clone().map(|end| Phase::Ended(end).word()) != Some(word) {
                return Err(Found {
                    rule: "a scene ends as it is written".into(),
                    with: story.name.clone(),
                    says: format!("{end:?}, not {word}"),
                });
            }
            if scenes::is_tried_everywhere(&story) {
                whole.push((story, came));
            }
        }
        for (again, scene) in tries(&whole).take(PLAYS) {
            match scene.and_then(|at| whole.get(at)) {
                Some((_, whole)) => self.same(&again, whole)?,
                None => self.played(&again)?,
            };
        }
        Ok(())
    }
}

/// What a play is held against.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// The same scene undisturbed: it ends the same.
    BesideTheWhole,
    /// Nothing but the judge.
    ByItself,
}

/// What is tried, with the scene beside which it must end the same.
type Try = (Again, Option<usize>);

/// Each kind of trouble in turn, so that none waits for all of another.
fn tries(whole: &[(Story, Outcome)]) -> impl Iterator<Item = Try> {
    let seeds = (1..=SEEDS).map(|seed| (Again::of(seed), None));
    let each = |of: &dyn Fn(&Story, &Outcome) -> Vec<Again>, held: Held| {
        let scenes = whole.iter().enumerate();
        let all = scenes.map(|(at, (story, whole))| {
            let tries = of(story, whole).into_iter();
            tries
                .map(|again| (again, (held == Held::BesideTheWhole).then_some(at)))
                .collect()
        });
        in_turn(all.collect())
    };
    let name = |story: &Story| Again::of(&story.name);
    let deaths = each(
        &|story, whole| {
            let instants = (1..=whole.instants).step_by(STEP);
            instants.map(|at| name(story).dying(&[at])).collect()
        },
        Held::BesideTheWhole,
    );
    let calls = each(
        &|story, whole| {
            let calls = (1..=whole.calls).step_by(STEP).enumerate();
            let fault = |at: usize| KINDS[at % KINDS.len()];
            calls
                .map(|(at, call)| name(story).failing(call, fault(at)))
                .collect()
        },
        Held::BesideTheWhole,
    );
    let words = each(
        &|story, whole| {
            let moments = scenes::moments(story, whole).into_iter();
            moments.map(|at| name(story).pausing(at)).collect()
        },
        Held::ByItself,
    );
    let pairs = each(
        &|story, whole| {
            let firsts = (2..=whole.instants).step_by(PAIR_STEPS.0);
            let pair = |first: u64| {
                let seconds = (first + 1..=whole.instants).step_by(PAIR_STEPS.1);
                seconds.map(move |second| [first, second])
            };
            firsts
                .flat_map(pair)
                .map(|pair| name(story).dying(&pair))
                .collect()
        },
        Held::BesideTheWhole,
    );
    in_turn(vec![seeds.collect(), deaths, calls, words, pairs]).into_iter()
}

/// The first of each, then the second of each, as long as there are any.
fn in_turn(lists: Vec<Vec<Try>>) -> Vec<Try> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    while !lists.is_empty() {
        lists.retain_mut(|list| match list.next() {
            Some(one) => {
                all.push(one);
                true
            }
            None => false,
        });
    }
    all
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
    let mut last = String::new();
    let mut plays = 0;
    loop {
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
