//! `reaction`: after an acknowledged pause nothing is touched that the acknowledgement did not name.
//!
//! This process carries runs over targets that do nothing but write down when they are touched; a
//! second one pauses them, at any moment of a member's time. First the same without the look into the
//! inbox at each append, which must be caught touching.
//! Must never know: how a run is paused.
//! Tests: the figure itself.

mod carry;
pub(super) mod child;
mod word;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use windlass_engine::names::{RunId, Subject};
use windlass_runner::conformance::noop::NoopTarget;

use super::counted::Inbox;
use super::{CHILD, disk, release};
use crate::workspace::{NotSo, Trouble};
use carry::Carrier;
use word::Word;

pub(super) const NAME: &str = "reaction";
/// Pauses that count.
const PAUSES: u64 = 10_000;
/// Without the look into the inbox it must show itself within so many.
const WITHOUT: u64 = 200;
/// A pause counts only where so many are in flight, and so many have not begun.
const LEAST: usize = 2;
/// How many of the things that are wrong are printed.
const SHOWN: usize = 10;

pub(super) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let without = tried(Inbox::Ignored, WITHOUT)?;
    println!(
        "without the look into the inbox: {} subjects touched after {} pauses that did not name them (must be > 0)",
        without.touched.len(),
        without.counted
    );
    if without.touched.is_empty() {
        return Err(NotSo("the measurement cannot see what it looks for".into()).into());
    }
    let began = Instant::now();
    let with = tried(Inbox::Checked, PAUSES)?;
    let shown = with.touched.iter().take(SHOWN);
    shown.for_each(|(run, subject)| println!("run {run}: {subject} was touched"));
    println!(
        "{} pauses counted of {} posted, over {} runs in {:.0} s; named in flight: {:.1} on average; load {}",
        with.counted,
        with.posted,
        with.runs,
        began.elapsed().as_secs_f64(),
        number(with.named) / number(with.counted).max(1.0),
        disk::load(),
    );
    if with.counted < PAUSES {
        return Err(NotSo(format!("only {} pauses count", with.counted)).into());
    }
    Ok(number(with.touched.len() as u64))
}

#[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

/// What came of it.
#[derive(Default)]
struct Found {
    posted: u64,
    counted: u64,
    named: u64,
    runs: usize,
    touched: Vec<(RunId, Subject)>,
}

fn tried(inbox: Inbox, pauses: u64) -> Result<Found, Trouble> {
    let folder = disk::folder()?;
    let carrier = Carrier::start(folder.path(), inbox)?;
    let words = posted(folder.path(), pauses)?;
    let targets = carrier.stop()?;
    Ok(judge(&words, &targets))
}

/// Lets the second process post until so many count, and hears what it was told.
fn posted(folder: &Path, pauses: u64) -> Result<Vec<Word>, Trouble> {
    let mut child = Command::new(std::env::current_exe()?)
        .args([CHILD, NAME])
        .arg(folder)
        .arg(pauses.to_string())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut words = Vec::new();
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            words.push(Word::read(&line?)?);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(NotSo(format!("the process that posts ended with {status}")).into());
    }
    Ok(words)
}

/// Touches between an acknowledgement and the `continue` after it, of what it did not name.
fn judge(words: &[Word], targets: &BTreeMap<RunId, Arc<NoopTarget>>) -> Found {
    let mut found = Found {
        runs: targets.len(),
        ..Found::default()
    };
    let touches: BTreeMap<&RunId, Vec<_>> = targets
        .iter()
        .map(|(run, target)| (run, target.touches()))
        .collect();
    for word in words {
        found.posted += 1;
        if word.named.len() < LEAST || word.waiting < LEAST {
            continue;
        }
        found.counted += 1;
        found.named += word.named.len() as u64;
        let named: BTreeSet<&Subject> = word.named.iter().collect();
        let all = touches
            .get(&word.run)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let from = all.partition_point(|touch| touch.at_ns <= word.acknowledged_ns);
        let late = all[from..]
            .iter()
            .take_while(|touch| touch.at_ns < word.continued_ns)
            .filter(|touch| !named.contains(&touch.subject));
        found
            .touched
            .extend(late.map(|touch| (word.run.clone(), touch.subject.clone())));
    }
    found
}
