//! `kill9`: a carrier of toy runs is killed with SIGKILL again and again, on a real disk; after each
//! kill the store is opened anew, and all that was acknowledged must be there, and every run whole.
//!
//! Must never know: how anything is judged (`judge`), or what the killed process does (`child`).
//! Tests: the figure itself; it fails where fewer than half of the kills met an append or post.

pub(super) mod child;
mod heard;
mod judge;
mod told;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use windlass_engine::names::RunId;
use windlass_sim::dice::Dice;
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::{CHILD, disk, release};
use crate::workspace::{NotSo, Trouble};
use heard::{Heard, Said};

pub(super) const NAME: &str = "kill9";
/// The same for long.
pub(super) const LONG: &str = "kill9-long";
/// So many in short, and in long.
const KILLS: (u64, u64) = (2_000, 10_000);
/// A life lasts until so many acknowledgements were heard at most …
const HEARD_MOST: u64 = 40;
/// … and then so long at most: about one commit, so that the kill may fall anywhere in it.
const JITTER_MOST_US: u64 = 1_500;
/// Every so manieth life is shorter and counted from the process's first line: kills while the store is
/// opened, leases are taken, a journal is read.
const EARLY_EVERY: u64 = 8;
/// How long such a life is at most.
const EARLY_MOST_US: u64 = 8_000;
/// How many of the things that are wrong are printed.
const SHOWN: usize = 10;

pub(super) fn measure() -> Result<f64, Trouble> {
    release::again(NAME).unwrap_or_else(|| killed(KILLS.0))
}

pub(super) fn measure_long() -> Result<f64, Trouble> {
    release::again(LONG).unwrap_or_else(|| killed(KILLS.1))
}

fn killed(kills: u64) -> Result<f64, Trouble> {
    let folder = disk::folder()?;
    let seed = u64::from(std::process::id());
    let mut dice = Dice::new(seed);
    let mut heard = Heard::default();
    let mut tally = Tally::default();
    let start = Instant::now();
    for kill in 1..=kills {
        let life = if kill % EARLY_EVERY == 0 {
            Life::Early(Duration::from_micros(dice.below(EARLY_MOST_US)))
        } else {
            let jitter = Duration::from_micros(dice.below(JITTER_MOST_US));
            Life::Carrying(dice.below(HEARD_MOST), jitter)
        };
        let about = live(folder.path(), kill, life, &mut heard)?;
        tally.outstanding += u64::from(about.outstanding);
        tally.judge(folder.path(), &heard, &about.runs)?;
        if kill % 250 == 0 {
            let rate = f64::from(u32::try_from(kill)?) / start.elapsed().as_secs_f64();
            println!(
                "{kill} kills ({rate:.1} a second), {} wrong",
                tally.wrong.len()
            );
        }
    }
    // Once more all that was ever acknowledged: nothing later may have harmed it.
    tally.judge(folder.path(), &heard, &heard.runs())?;
    tally
        .wrong
        .iter()
        .take(SHOWN)
        .for_each(|wrong| println!("wrong: {wrong}"));
    println!(
        "{kills} SIGKILLs in {:.0} s (seed {seed}), {} while an append or post was outstanding; acknowledged: {} events, {} commands in {} runs, of which {} ended; load {}",
        start.elapsed().as_secs_f64(),
        tally.outstanding,
        heard.events(),
        heard.commands(),
        heard.runs().len(),
        tally.ended.len(),
        disk::load(),
    );
    if tally.outstanding * 2 < kills {
        return Err(NotSo("fewer than half of the kills met an append or post".into()).into());
    }
    if heard.events() == 0 || heard.commands() == 0 || tally.ended.is_empty() {
        return Err(
            NotSo("no event, no command or no end was met: too little was tried".into()).into(),
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    Ok(tally.wrong.len() as f64)
}

#[derive(Default)]
struct Tally {
    outstanding: u64,
    wrong: Vec<String>,
    ended: BTreeSet<RunId>,
}

impl Tally {
    /// Opens the store as a carrier would after the crash, and looks at these runs and all live ones.
    fn judge(
        &mut self,
        folder: &Path,
        heard: &Heard,
        runs: &BTreeSet<RunId>,
    ) -> Result<(), Trouble> {
        let store = match SqliteStore::open(&folder.join(child::STORE), Opening::Carry) {
            Ok(store) => store,
            Err(why) => {
                self.wrong.push(format!("the store does not open: {why}"));
                return Ok(());
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let found = runtime.block_on(judge::judge(&store, folder, heard, runs));
        self.wrong.extend(found.wrong);
        self.ended.extend(found.ended);
        Ok(())
    }
}

/// When a life ends.
#[derive(Clone, Copy)]
enum Life {
    /// So long after the process's first line.
    Early(Duration),
    /// So long after so many acknowledgements were heard of a process that carries.
    Carrying(u64, Duration),
}

impl Life {
    fn is_over(self, said: &[Said]) -> bool {
        match self {
            Self::Early(_) => said.contains(&Said::Up),
            Self::Carrying(most, _) => {
                let heard = said.iter().filter(|word| word.is_answer()).count();
                said.contains(&Said::Carries) && u64::try_from(heard).is_ok_and(|n| n >= most)
            }
        }
    }

    fn jitter(self) -> Duration {
        match self {
            Self::Early(jitter) | Self::Carrying(_, jitter) => jitter,
        }
    }
}

/// What one life was about.
struct About {
    outstanding: bool,
    /// Runs of which it acknowledged something.
    runs: BTreeSet<RunId>,
}

/// Starts the child, listens until its life is over, kills it, and hears all that it still said.
fn live(folder: &Path, kill: u64, life: Life, heard: &mut Heard) -> Result<About, Trouble> {
    let mut child = start(folder, kill)?;
    let mut lines = heard::lines(&mut child)?;
    let mut said = Vec::new();
    while !life.is_over(&said) {
        let Some(line) = lines.next().transpose()? else {
            let status = child.wait()?;
            return Err(NotSo(format!("child {kill} ended by itself: {status}")).into());
        };
        said.extend(Said::of(&line));
    }
    std::thread::sleep(life.jitter());
    child.kill()?;
    for line in lines {
        // A last line that was cut was not acknowledged to anyone.
        said.extend(Said::of(&line?));
    }
    let status = child.wait()?;
    if status.code().is_some() {
        return Err(NotSo(format!("child {kill} ended before it was killed: {status}")).into());
    }
    Ok(About {
        outstanding: Said::outstanding(&said),
        runs: heard.take_in(said),
    })
}

fn start(folder: &Path, kill: u64) -> Result<Child, Trouble> {
    Ok(Command::new(std::env::current_exe()?)
        .args([CHILD, NAME])
        .arg(folder)
        .arg(kill.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?)
}
