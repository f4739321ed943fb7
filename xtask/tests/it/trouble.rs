//! Trouble on a real cluster, each with the words a user sees. Which are told: `xtask::troubles`.
//!
//! One cluster serves the stories of its kind one after another; between two it is laid down anew.

mod clock;
pub(crate) mod ground;
mod health;
mod identity;
mod kills;
mod lost;
mod others;
mod refusing;
mod release;
mod room;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use ground::Ground;
use xtask::troubles::{self, Stand};

type Story = fn(&mut Ground);

const STORIES: &[(&str, Story)] = &[
    ("release-incomplete", release::incomplete),
    ("release-other-inside", release::other_inside),
    ("release-vanishes", release::vanishes),
    ("under-min-isr-before", health::under_min_isr_before),
    ("under-min-isr-midway", health::under_min_isr_midway),
    ("dies-in-a-pause", health::dies_in_a_pause),
    ("active-controller", health::active_controller),
    ("two-controllers-gone", health::two_controllers_gone),
    ("bad-key", refusing::bad_key),
    ("below-minimum-old", refusing::below_minimum_old),
    ("port-taken", refusing::port_taken),
    ("hangs-in-stop", refusing::hangs_in_stop),
    ("broker-killed", lost::broker_killed),
    ("log-recovery", lost::log_recovery),
    ("duplicate-registration", lost::duplicate_registration),
    ("second-windlass", others::second_windlass),
    ("other-store", others::other_store),
    ("stale-deed", others::stale_deed),
    ("store-full", room::store_full),
    ("host-full", room::host_full),
    ("words", words::all_of_them),
    ("expiry", words::expiry),
    ("other-identity", identity::other_identity),
    ("wrong-cluster-id", identity::wrong_cluster_id),
    ("killed-25-times", kills::twenty_five),
    ("clock-jumps", clock::jumps),
];

#[test]
fn troubles_of_combined_nodes() {
    tell(Stand::Combined);
}

#[test]
fn troubles_of_separated_nodes() {
    tell(Stand::Separated);
}

#[test]
fn troubles_of_long_sessions() {
    tell(Stand::LongSession);
}

#[test]
fn each_trouble_has_its_story() {
    let told = STORIES.iter().map(|(name, _)| *name);
    let mut told: Vec<&str> = told.collect();
    let mut known: Vec<&str> = troubles::TROUBLES.iter().map(|one| one.name).collect();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
}

/// Tells the stories that are asked for and need this.
fn tell(stand: Stand) {
    let asked = std::env::var(troubles::ASKED).ok();
    let asked = troubles::asked(asked.as_deref()).expect("names of troubles");
    let mut ground: Option<Ground> = None;
    let mut failed = Vec::new();
    for trouble in asked.into_iter().filter(|one| one.stand == stand) {
        let ground = match &mut ground {
            Some(used) => {
                used.lay_anew();
                used
            }
            none => none.insert(Ground::lay(stand)),
        };
        let begun = std::time::Instant::now();
        let (_, story) = STORIES
            .iter()
            .find(|(name, _)| *name == trouble.name)
            .expect("a story");
        eprintln!("trouble {} begins: {}", trouble.name, trouble.what);
        let told = catch_unwind(AssertUnwindSafe(|| story(ground)));
        let took = begun.elapsed().as_secs_f64();
        if told.is_ok() {
            eprintln!("trouble {} was met, {took:.1} s", trouble.name);
        } else {
            eprintln!("trouble {} was not met, {took:.1} s", trouble.name);
            failed.push(trouble.name);
        }
    }
    // The stories after one that failed are told all the same: each has a cluster laid anew.
    assert!(failed.is_empty(), "not met: {}", failed.join(", "));
}
