//! `kafka-troubles`: troubles whose test on real parts passes as the code is, and fails at its own
//! assertion once a patch takes the handling out of a copy of it.
//!
//! A test that cannot fail proves nothing. Each trouble of `troubles::TROUBLES` has a patch of its name
//! beside this file. All stories are told as the code is by one run of the tests, so that a cluster serves
//! many of them; without its handling each is told by a run of its own. What comes next is built meanwhile.
//! Must never know: what any trouble is.
//! Tests: below; the figure.

mod copy;
mod told;

use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant;

use crate::troubles::{self, ASKED, TROUBLES, Trouble as Named};
use crate::workspace::{NotSo, Trouble};
use copy::{Copied, Programs, WHOLE, What};

/// Programs that are built ahead of the stories: each is about 120 MB.
const AHEAD: usize = 3;

/// The stories are told by the tests' own process here: what is taken out of them is built into it, too.
/// All others are told of the real binary, by tests built from the code as it is.
const WITHIN_THE_TESTS: &[&str] = &["clock-jumps"];

/// A patch and the troubles whose handling it takes out.
struct Spoiled {
    patch: Vec<u8>,
    names: Vec<&'static str>,
}

/// What became of building without a handling.
enum Built {
    Programs(Programs),
    /// In words, why there are none.
    Not(&'static str),
}

pub(super) fn measure() -> Result<f64, Trouble> {
    let asked = asked()?;
    let names: Vec<&str> = asked.iter().map(|one| one.name).collect();
    let copied = Copied::checkout()?;
    println!("{} of {} troubles are tried", asked.len(), TROUBLES.len());
    let Some(whole) = copied.programs(WHOLE, What::BinaryAndTests)? else {
        return Err(NotSo("the copy does not build".into()).into());
    };
    let spoiled = spoiled(&copied, &names)?;
    let mut count = 0_u32;
    thread::scope(|scope| -> Result<(), Trouble> {
        let (give, take) = sync_channel(AHEAD);
        let copied = &copied;
        scope.spawn(move || {
            for one in spoiled {
                let built = without(copied, &one).map_err(|why| why.to_string());
                if give.send((one, built)).is_err() {
                    return;
                }
            }
        });
        let begun = Instant::now();
        let met = told::tell(copied, &whole, &names)?;
        println!("as the code is: {} s", begun.elapsed().as_secs());
        for (one, built) in take {
            let built = built?;
            for name in &one.names {
                let begun = Instant::now();
                let verdict = judged(copied, name, &met, &built)?;
                if verdict.is_none() {
                    count += 1;
                }
                let says = verdict.unwrap_or("the test needs the handling");
                println!("{name:<24} {says} ({} s)", begun.elapsed().as_secs());
            }
            if let Built::Programs(programs) = built {
                programs.remove()?;
            }
        }
        Ok(())
    })?;
    println!("{count} of {}", TROUBLES.len());
    let all = u32::try_from(TROUBLES.len())?;
    Ok(f64::from(count) / f64::from(all) * 100.0)
}

/// Every trouble, or those that are named: what was broken off is gone on with so.
fn asked() -> Result<Vec<&'static Named>, Trouble> {
    let names = std::env::var(ASKED).ok().filter(|names| !names.is_empty());
    troubles::asked(Some(names.as_deref().unwrap_or("all")))
        .map_err(|name| NotSo(format!("no trouble {name}")).into())
}

/// Patches that take out the same are built once.
fn spoiled(copied: &Copied, names: &[&'static str]) -> Result<Vec<Spoiled>, Trouble> {
    let mut all: Vec<Spoiled> = Vec::new();
    for name in names {
        let patch = std::fs::read(copied.patch(name))?;
        match all.iter_mut().find(|one| one.patch == patch) {
            Some(same) => same.names.push(name),
            None => all.push(Spoiled {
                patch,
                names: vec![name],
            }),
        }
    }
    Ok(all)
}

fn without(copied: &Copied, one: &Spoiled) -> Result<Built, Trouble> {
    let Some(first) = one.names.first() else {
        return Ok(Built::Not("it is no trouble's"));
    };
    let patch = copied.patch(first);
    if !copied.apply(&patch, &[])? {
        return Ok(Built::Not("the patch does not apply any more"));
    }
    let within = one.names.iter().any(|name| WITHIN_THE_TESTS.contains(name));
    let what = if within {
        What::BinaryAndTests
    } else {
        What::Binary
    };
    let built = copied.programs(first, what);
    copied.apply(&patch, &["--reverse"])?;
    Ok(match built? {
        Some(programs) => Built::Programs(programs),
        None => Built::Not("the patched code does not build"),
    })
}

/// What is not as it should be, in words; none: the test passes, and fails without the handling.
fn judged(
    copied: &Copied,
    name: &str,
    met: &str,
    built: &Built,
) -> Result<Option<&'static str>, Trouble> {
    if !told::is_met(met, name) {
        copied.keep(name, "whole", told::section(met, name))?;
        return Ok(Some("the test does not pass as the code is"));
    }
    let programs = match built {
        Built::Programs(programs) => programs,
        Built::Not(why) => return Ok(Some(why)),
    };
    let patched = told::tell(copied, programs, &[name])?;
    if told::is_met(&patched, name) {
        return Ok(Some("the test passes without the handling"));
    }
    copied.keep(name, "patched", &patched)?;
    Ok(match told::failed_at(&patched, name) {
        Some(at) => {
            println!("{name:<24} without its handling: {at}");
            None
        }
        None => Some("the test fails elsewhere than at its assertion"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_has_its_patch() {
        let here = crate::workspace::root().join("xtask/src/figure/kafka_troubles");
        for trouble in TROUBLES {
            let patch = here.join(format!("{}.patch", trouble.name));
            assert!(patch.is_file(), "{}", patch.display());
        }
    }
}
