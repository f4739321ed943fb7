//! Bugs planted in a copy of engine, runner and planner, and what the judge of the false world finds of them.
//!
//! A judge that finds nothing may be blind. Each bug is a patch under `figure/planted_bugs/`, its first line
//! says in words what is wrong with it. Only engine, runner and sim are built.
//! Must never know: what any bug is.
//! Tests: `tests/it/planted.rs`; the figure `planted-bugs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::spoiled::Copy;
use crate::workspace::{self, NotSo, Trouble};

/// Names of the bugs to try, parted by commas; unset: all.
pub const ASKED: &str = "WINDLASS_BUGS";
/// Those that cargo's mutation of sources made begin so; the others are written by hand.
pub const MUTANT: &str = "mutant-";

/// One bug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bug {
    /// The name of its patch.
    pub name: String,
    /// What is wrong with it.
    pub words: String,
    patch: PathBuf,
}

/// What became of a hunt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hunted {
    /// The judge objects.
    Found {
        /// Which promise is broken.
        rule: String,
        /// What plays it again in the patched tree.
        again: String,
        /// What was seen.
        says: String,
    },
    /// It found nothing in so many plays.
    Nothing(String),
    /// In words, why there was no hunt.
    Not(&'static str),
}

/// All bugs, by name.
///
/// # Errors
/// When their folder cannot be read.
pub fn all() -> Result<Vec<Bug>, Trouble> {
    let folder = workspace::root().join("xtask/src/figure/planted_bugs");
    let mut bugs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let patch = entry?.path();
        let name = patch
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        let is_patch = patch.extension().is_some_and(|ending| ending == "patch");
        if let Some(name) = name.filter(|_| is_patch) {
            let text = fs::read_to_string(&patch)?;
            let words = text.lines().next().unwrap_or_default().to_owned();
            bugs.push(Bug { name, words, patch });
        }
    }
    bugs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(bugs)
}

/// Those of these names, or all.
///
/// # Errors
/// The name that is none.
pub fn asked(names: Option<&str>) -> Result<Vec<Bug>, Trouble> {
    let all = all()?;
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Ok(all);
    };
    let known = |name: &str| {
        let found = all.iter().find(|bug| bug.name == name).cloned();
        found.ok_or_else(|| NotSo(format!("no bug {name}")).into())
    };
    names.split(',').map(known).collect()
}

/// The copy that bugs are planted in.
#[derive(Debug)]
pub struct Field(Copy);

impl Field {
    /// The checkout as it is.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn of_the_checkout() -> Result<Self, Trouble> {
        Ok(Self(Copy::checkout("planted-bugs")?))
    }

    /// Plants a bug, hunts, and takes it out again.
    ///
    /// # Errors
    /// When git or cargo cannot be started.
    pub fn hunt(&self, bug: &Bug) -> Result<Hunted, Trouble> {
        if !self.0.apply(&bug.patch, &[])? {
            return Ok(Hunted::Not("its patch does not apply any more"));
        }
        let came = self.built_and_hunted();
        self.0.apply(&bug.patch, &["--reverse"])?;
        came
    }

    /// Hunts in the code as it is.
    ///
    /// # Errors
    /// As [`Field::hunt`].
    pub fn hunt_whole(&self) -> Result<Hunted, Trouble> {
        self.built_and_hunted()
    }

    fn built_and_hunted(&self) -> Result<Hunted, Trouble> {
        let words = [
            "build",
            "--locked",
            "--quiet",
            "--package",
            "windlass-sim",
            "--example",
            "hunt",
        ];
        // What is spoiled may well be warned of.
        let built = self
            .0
            .cargo(&words)?
            // Played by the thousand: a little optimized, the hunt is many times faster.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
            .stderr(Stdio::null())
            .status()?;
        if !built.success() {
            return Ok(Hunted::Not("what it spoils does not build"));
        }
        let program = self.0.target().join("debug/examples/hunt");
        hunted(&program)
    }
}

fn hunted(program: &Path) -> Result<Hunted, Trouble> {
    let output = Command::new("nice")
        .args(["-n", "10"])
        .arg(program)
        .stderr(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = text.trim_end().split('\t').collect();
    Ok(match words.as_slice() {
        ["found", rule, again, says, ..] => Hunted::Found {
            rule: (*rule).to_owned(),
            again: (*again).to_owned(),
            says: (*says).to_owned(),
        },
        ["nothing", plays] => Hunted::Nothing((*plays).to_owned()),
        [] | [..] => Hunted::Not("the hunt broke off"),
    })
}

#[cfg(test)]
mod tests {
    use super::{MUTANT, all, asked};

    #[test]
    fn there_are_sixty_half_of_them_by_hand_each_with_its_words() {
        let all = all().expect("read");
        let (mutants, by_hand): (Vec<_>, Vec<_>) =
            all.iter().partition(|bug| bug.name.starts_with(MUTANT));
        assert_eq!((by_hand.len(), mutants.len()), (30, 30));
        for bug in &all {
            assert!(bug.words.ends_with('.'), "{}: {}", bug.name, bug.words);
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        assert!(asked(Some("none")).is_err());
    }
}
