//! Trouble on a real cluster, each with the words a user sees. Which are told: `xtask::troubles`.
//!
//! One cluster serves the stories of its kind one after another; between two it is laid down anew.

mod clock;
mod doors;
mod far;
pub(crate) mod ground;
mod health;
mod hours;
mod identity;
mod kills;
mod lost;
mod others;
mod refusing;
mod release;
mod room;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::reach::Doors;
use ground::Ground;
use xtask::troubles::{self, Stand};

/// What stories stand on.
trait Site {
    fn lay(stand: Stand) -> Self;
    fn lay_anew(&mut self);
}

impl Site for Ground {
    fn lay(stand: Stand) -> Self {
        Self::lay(stand)
    }
    fn lay_anew(&mut self) {
        self.lay_anew();
    }
}

impl Site for Doors {
    fn lay(_stand: Stand) -> Self {
        Self::open()
    }
    /// Nothing of it is changed by asking at its doors.
    fn lay_anew(&mut self) {}
}

type Stories<S> = &'static [(&'static str, fn(&mut S))];

const STORIES: Stories<Ground> = &[
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
    ("window-closes", hours::closes),
    ("ssh-gone", far::gone),
    ("wrong-host-key", far::wrong_host_key),
];

const AT_DOORS: Stories<Doors> = &[
    ("wrong-password", doors::wrong_password),
    ("certificate-ended", doors::certificate_ended),
    ("tls-asked-in-plain", doors::tls_asked_in_plain),
    ("plain-asked-by-tls", doors::plain_asked_by_tls),
];

#[test]
fn troubles_of_combined_nodes() {
    tell(Stand::Combined, STORIES);
}

#[test]
fn troubles_of_separated_nodes() {
    tell(Stand::Separated, STORIES);
}

#[test]
fn troubles_of_long_sessions() {
    tell(Stand::LongSession, STORIES);
}

#[test]
fn troubles_of_doors() {
    tell(Stand::Doors, AT_DOORS);
}

#[test]
fn each_trouble_has_its_story() {
    let told = STORIES.iter().map(|(name, _)| *name);
    let told = told.chain(AT_DOORS.iter().map(|(name, _)| *name));
    let mut told: Vec<&str> = told.collect();
    let mut known: Vec<&str> = troubles::TROUBLES.iter().map(|one| one.name).collect();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
}

/// Tells the stories that are asked for and need this.
fn tell<S: Site>(stand: Stand, stories: Stories<S>) {
    let asked = std::env::var(troubles::ASKED).ok();
    let asked = troubles::asked(asked.as_deref()).expect("names of troubles");
    let mut site: Option<S> = None;
    let mut failed = Vec::new();
    for trouble in asked.into_iter().filter(|one| one.stand == stand) {
        let site = match &mut site {
            Some(used) => {
                used.lay_anew();
                used
            }
            none => none.insert(S::lay(stand)),
        };
        let begun = std::time::Instant::now();
        let (_, story) = stories
            .iter()
            .find(|(name, _)| *name == trouble.name)
            .expect("a story");
        eprintln!("trouble {} begins: {}", trouble.name, trouble.what);
        let told = catch_unwind(AssertUnwindSafe(|| story(site)));
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
