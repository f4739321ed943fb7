//! `planted-bugs`: bugs planted one by one in a copy of the checkout, and whether the judge of the false
//! world finds each, with what found it.
//!
//! Of the changes that a machine would make these were tried and replaced, because no promise tells them from
//! the code as it is: a sample, or an answer of a deed, is taken where either its attempt or its state fits (hands
//! of another attempt are dropped before they answer); news of a look are told only when the last telling grows
//! old (5 s, decisions rest on looks of 10 s at most); a worse way to a state known is looked at as well.
//! Must never know: what any bug is. Tests: `tests/it/planted.rs` (three of them).

use std::time::Instant;

use crate::planted::{ASKED, Field, Hunted, asked};
use crate::workspace::{NotSo, Trouble};

pub(super) const NAME: &str = "planted-bugs";

pub(super) fn measure() -> Result<f64, Trouble> {
    let names = std::env::var(ASKED).ok();
    let bugs = asked(names.as_deref())?;
    let field = Field::of_the_checkout()?;
    match field.hunt_whole()? {
        Hunted::Nothing(plays) => println!("as the code is: nothing in {plays} plays"),
        Hunted::Found { rule, again, says } => {
            println!("as the code is: {rule}: {says}\n  cargo xtask replay '{again}'");
            return Err(NotSo("the judge objects to the code as it is".into()).into());
        }
        Hunted::Not(why) => return Err(NotSo(format!("as the code is: {why}")).into()),
    }
    let mut found = 0_u32;
    for bug in &bugs {
        let begun = Instant::now();
        let hunted = field.hunt(bug)?;
        let took = begun.elapsed().as_secs();
        println!("{:<36} {}", bug.name, bug.words);
        match hunted {
            Hunted::Found { rule, again, says } => {
                found += 1;
                println!("  found in {took} s by \"{rule}\": {says}");
                println!("  again, in a tree with its patch: cargo xtask replay '{again}'");
            }
            Hunted::Nothing(plays) => println!("  NOT FOUND in {plays} plays, {took} s"),
            Hunted::Not(why) => println!("  NOT FOUND: {why}"),
        }
    }
    println!("found {found} of {}", bugs.len());
    Ok(f64::from(found))
}
