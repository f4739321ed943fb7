//! `cargo xtask fuzz`: readers of windlass against bytes that a driver makes up, guided by what code they reach.
//!
//! Must never know: what must hold of a target; that is `fuzz/`, a crate outside the workspace.
//! Tests: `cargo xtask test` runs every target on its kept corpus; the words of the command below.

mod build;
mod dictionary;
mod drive;

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use crate::workspace::{NotSo, Trouble};
use build::Built;
pub(crate) use build::lock;
use drive::Growth;

/// The targets, by what they are fed. Each has a binary of its name in `fuzz/src/bin/`.
pub const TARGETS: [&str; 5] = ["versions", "ranges", "catalogs", "snapshots", "cincinnati"];

/// In the tests: long enough for a million short inputs, short enough to be run each time.
const TESTED_FOR: Duration = Duration::from_secs(30);

/// By hand, where nothing is said: twice as long as the driver needs to go through a grown corpus.
const TRIED_FOR: Duration = Duration::from_secs(60);

/// As many as the smallest machine of the tests has cores.
const TOGETHER_COUNT: usize = 2;

const USAGE: &str = "usage: cargo xtask fuzz [NAME] [--seconds N] [--keep]
       cargo xtask fuzz NAME --again FILE";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked<'a> {
    /// To look for inputs that break these targets.
    Hunt {
        targets: Vec<&'static str>,
        time: Duration,
        growth: Growth,
    },
    /// To feed one input to one target again.
    Again {
        target: &'static str,
        input: &'a Path,
    },
}

/// Builds the targets and runs what the words ask for.
///
/// # Errors
/// When the words cannot be understood, it cannot be built, or an input breaks a target.
pub fn run(words: &[&str]) -> Result<(), Trouble> {
    match asked(words)? {
        Asked::Hunt {
            targets,
            time,
            growth,
        } => hunt(&targets, time, growth),
        Asked::Again { target, input } => drive::again(&build::targets()?, target, input),
    }
}

/// The step of the tests: lint, build, and all targets on what is kept.
///
/// # Errors
/// As [`run`].
pub fn test() -> Result<(), Trouble> {
    build::lint()?;
    hunt(&TARGETS, TESTED_FOR, Growth::Forgotten)
}

fn hunt(targets: &[&'static str], time: Duration, growth: Growth) -> Result<(), Trouble> {
    let built = build::targets()?;
    let left = Mutex::new(targets.iter());
    let next = || left.lock().map_or(None, |mut left| left.next().copied());
    let worker = |built: &Built| {
        let mut broken = Vec::new();
        while let Some(target) = next() {
            match drive::hunt(built, target, time, growth) {
                Ok(line) => eprintln!("{line}"),
                Err(trouble) => {
                    eprintln!("{trouble}");
                    broken.push(target);
                }
            }
        }
        broken
    };
    let broken: Vec<&str> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..TOGETHER_COUNT)
            .map(|_| scope.spawn(|| worker(&built)))
            .collect();
        let ends = workers.into_iter().map(|worker| worker.join());
        ends.flat_map(|end| end.unwrap_or_else(|_panic| vec!["a worker"]))
            .collect()
    });
    if broken.is_empty() {
        Ok(())
    } else {
        Err(NotSo(format!("broken: {}", broken.join(", "))).into())
    }
}

fn asked<'a>(words: &[&'a str]) -> Result<Asked<'a>, NotSo> {
    let wrong = |what: String| NotSo(format!("{what}\n{USAGE}"));
    let (mut names, mut time, mut growth, mut input) = (Vec::new(), None, None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => {
                let seconds = words.next().and_then(|word| word.parse().ok());
                let seconds =
                    seconds.ok_or_else(|| wrong("--seconds needs a whole number".into()))?;
                time = Some(Duration::from_secs(seconds));
            }
            "--keep" => growth = Some(Growth::Kept),
            "--again" => {
                let file = words.next();
                input = Some(*file.ok_or_else(|| wrong("--again needs a file".into()))?);
            }
            name => {
                let known = TARGETS.iter().find(|target| **target == name);
                let known = known.ok_or_else(|| {
                    wrong(format!(
                        "`{name}` is no target: there are {}",
                        TARGETS.join(", ")
                    ))
                })?;
                names.push(*known);
            }
        }
    }
    match (input, names.as_slice(), time, growth) {
        (Some(input), [target], None, None) => Ok(Asked::Again {
            target,
            input: Path::new(input),
        }),
        (Some(_), ..) => Err(wrong(
            "--again goes with one target and nothing else".into(),
        )),
        (None, ..) => Ok(Asked::Hunt {
            targets: if names.is_empty() {
                TARGETS.to_vec()
            } else {
                names
            },
            time: time.unwrap_or(TRIED_FOR),
            growth: growth.unwrap_or(Growth::Remembered),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_say_what_is_run() {
        let all = asked(&[]).expect("all of them");
        assert!(matches!(all, Asked::Hunt { targets, .. } if targets == TARGETS));
        let one = asked(&["ranges", "--seconds", "5", "--keep"]).expect("one");
        let meant = Asked::Hunt {
            targets: vec!["ranges"],
            time: Duration::from_secs(5),
            growth: Growth::Kept,
        };
        assert_eq!(one, meant);
        let again = asked(&["catalogs", "--again", "crash-1"]).expect("again");
        let meant = Asked::Again {
            target: "catalogs",
            input: Path::new("crash-1"),
        };
        assert_eq!(again, meant);
        for words in [
            &["nets"][..],
            &["--seconds"],
            &["--seconds", "soon"],
            &["--again", "crash-1"],
        ] {
            assert!(asked(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn each_target_has_a_binary_and_a_kept_corpus() {
        let folder = crate::workspace::root().join("fuzz");
        for target in TARGETS {
            assert!(folder.join(format!("src/bin/{target}.rs")).is_file());
            let kept = std::fs::read_dir(folder.join("corpus").join(target));
            assert!(kept.is_ok_and(|kept| kept.count() > 0), "{target}");
        }
    }
}
