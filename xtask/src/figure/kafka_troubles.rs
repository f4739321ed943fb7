//! `kafka-troubles`: troubles whose test on real parts passes as the code is, and fails at its own
//! assertion once a patch takes the handling out of a copy of it.
//!
//! A test that cannot fail proves nothing. Each trouble of `troubles::TROUBLES` has a patch of its name
//! beside this file.
//! Must never know: what any trouble is.
//! Tests: below; the figure.

mod copy;

use std::process::Command;
use std::time::Instant;

use crate::troubles::{ASKED, TROUBLES, Trouble as Named};
use crate::workspace::Trouble;
use copy::Copied;

/// Where the stories' assertions stand, from the root of the workspace.
const STORIES: &str = "tests/it/trouble/";

pub(super) fn measure() -> Result<f64, Trouble> {
    let only = std::env::var(ASKED).ok().filter(|names| !names.is_empty());
    let asked = |one: &&Named| {
        let names = only.as_deref().map(|names| names.split(','));
        names.is_none_or(|mut names| names.any(|name| name == one.name))
    };
    let copied = Copied::checkout()?;
    let mut count = 0_u32;
    for trouble in TROUBLES.iter().filter(asked) {
        let begun = Instant::now();
        let verdict = tried(&copied, trouble)?;
        let took = begun.elapsed().as_secs();
        if verdict.is_none() {
            count += 1;
        }
        let says = verdict.unwrap_or_else(|| "the test needs the handling".into());
        println!("{:<24} {says} ({took} s)", trouble.name);
    }
    println!("{count} of {}", TROUBLES.len());
    let all = u32::try_from(TROUBLES.len())?;
    Ok(f64::from(count) / f64::from(all) * 100.0)
}

/// What is not as it should be, in words; none: the test passes, and fails without the handling.
fn tried(copied: &Copied, trouble: &Named) -> Result<Option<String>, Trouble> {
    let name = trouble.name;
    let whole = told(copied, name)?;
    if !is_met(&whole, name) {
        copied.keep(name, "whole", &whole)?;
        return Ok(Some("the test does not pass as the code is".into()));
    }
    let patch = copied.patch(name);
    if !patch.is_file() {
        return Ok(Some("no patch takes the handling out".into()));
    }
    if !copied.apply(&patch, &[])? {
        return Ok(Some("the patch does not apply any more".into()));
    }
    let patched = built_and_told(copied, name);
    copied.apply(&patch, &["--reverse"])?;
    let Some(patched) = patched? else {
        return Ok(Some("the patched code does not build".into()));
    };
    if is_met(&patched, name) {
        return Ok(Some("the test passes without the handling".into()));
    }
    copied.keep(name, "patched", &patched)?;
    match failed_at(&patched, name) {
        Some(at) => {
            println!("{name:<24} without its handling: {at}");
            Ok(None)
        }
        None => Ok(Some(
            "the test fails elsewhere than at its assertion".into(),
        )),
    }
}

fn built_and_told(copied: &Copied, name: &str) -> Result<Option<String>, Trouble> {
    let builds: [&[&str]; 2] = [
        &["build", "--locked", "--quiet", "--package", "windlass"],
        &[
            "test",
            "--locked",
            "--quiet",
            "--package",
            "xtask",
            "--test",
            "it",
            "--no-run",
        ],
    ];
    for words in builds {
        if !copied.cargo(words)?.status()?.success() {
            return Ok(None);
        }
    }
    told(copied, name).map(Some)
}

/// Tells one story in the copy, and gives all that was said.
fn told(copied: &Copied, name: &str) -> Result<String, Trouble> {
    let words = [
        "test",
        "--locked",
        "--quiet",
        "--package",
        "xtask",
        "--test",
        "it",
        "--",
        "trouble::troubles_of",
        "--nocapture",
        "--test-threads",
        "1",
    ];
    let mut cargo: Command = copied.cargo(&words)?;
    let output = cargo.env(ASKED, name).env("RUST_BACKTRACE", "0").output()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(text)
}

fn is_met(text: &str, name: &str) -> bool {
    text.contains(&format!("trouble {name} was met"))
}

/// The place of the story's own assertion, where that is what failed.
fn failed_at(text: &str, name: &str) -> Option<String> {
    let (_, after) = text.split_once(&format!("trouble {name} begins"))?;
    let line = after.lines().find(|line| line.contains(" panicked at "))?;
    let (_, at) = line.split_once(" panicked at ")?;
    at.contains(STORIES)
        .then(|| at.trim_end_matches(':').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_storys_own_assertion_counts() {
        let begun = "trouble store-full begins: the disk\n";
        let own = "thread 'x' (1) panicked at xtask/tests/it/trouble/room.rs:7:5:\nno “full”\n";
        let other = "thread 'x' (1) panicked at xtask/src/peers/kafka/lab.rs:7:5:\n";
        assert_eq!(
            failed_at(&format!("{begun}{own}"), "store-full").as_deref(),
            Some("xtask/tests/it/trouble/room.rs:7:5")
        );
        assert_eq!(failed_at(&format!("{begun}{other}"), "store-full"), None);
        assert_eq!(failed_at(own, "store-full"), None);
        assert_eq!(failed_at(begun, "store-full"), None);
    }

    #[test]
    fn each_trouble_has_its_patch() {
        let here = crate::workspace::root().join("xtask/src/figure/kafka_troubles");
        for trouble in TROUBLES {
            let patch = here.join(format!("{}.patch", trouble.name));
            assert!(patch.is_file(), "{}", patch.display());
        }
    }
}
