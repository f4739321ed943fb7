//! The troubles that are tested on real parts: one table for the tests, for `cargo xtask test` and for
//! the figure `kafka-troubles`.
//!
//! Must never know: how a trouble is made or what must come of it; its story does, under
//! `tests/it/trouble/`. The handling that a story proves is taken out by the patch of the same name in
//! `figure/kafka_troubles/`.
//! Tests: here; `tests/it/trouble.rs` has a story for each.

/// Names the troubles whose stories are told: a list of names with commas between, or `all`; unset: the
/// quick ones.
pub const ASKED: &str = "WINDLASS_TROUBLES";

/// When a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// By every `cargo xtask test`.
    Quick,
    /// By `cargo xtask test --all` only.
    Long,
}

/// What a story needs to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Three nodes that are controller and broker both.
    Combined,
    /// Three controllers and three brokers.
    Separated,
    /// Three nodes; controllers hold the session of a broker that is gone for long.
    LongSession,
    /// One node with a listener for each way in, and one for each way in which that goes wrong.
    Doors,
}

/// One trouble.
#[derive(Debug)]
pub struct Trouble {
    pub name: &'static str,
    /// In a few words.
    pub what: &'static str,
    pub half: Half,
    pub stand: Stand,
}

const fn quick(name: &'static str, what: &'static str) -> Trouble {
    on(Stand::Combined, Half::Quick, name, what)
}

const fn long(name: &'static str, what: &'static str) -> Trouble {
    on(Stand::Combined, Half::Long, name, what)
}

const fn on(stand: Stand, half: Half, name: &'static str, what: &'static str) -> Trouble {
    Trouble {
        name,
        what,
        half,
        stand,
    }
}

/// All of them, in the order in which they are told.
pub const TROUBLES: &[Trouble] = &[
    quick(
        "release-incomplete",
        "the folder of the new release has no program",
    ),
    quick(
        "release-other-inside",
        "the folder of the new release holds another one",
    ),
    quick(
        "under-min-isr-before",
        "partitions below min ISR before the start",
    ),
    quick(
        "bad-key",
        "a broker refuses a setting on the new release; mended and tried again",
    ),
    quick(
        "below-minimum-old",
        "a value below the new minimum; the old release is put back",
    ),
    long(
        "port-taken",
        "somebody else listens at a broker's port when it comes back",
    ),
    quick(
        "other-store",
        "another store acts on the same cluster; adopt",
    ),
    quick("second-windlass", "a second windlass on the same store"),
    quick("stale-deed", "a deed of an older carrier is delivered late"),
    quick("store-full", "the disk of the store is full"),
    quick("host-full", "the disk of a broker's host is full"),
    quick("hangs-in-stop", "a broker does not end when it is told to"),
    quick("words", "pause, continue, cancel, stop and skip"),
    quick(
        "ssh-gone",
        "ssh is cut in mid deed, and its server is gone for longer than patience",
    ),
    quick("wrong-host-key", "a host shows another key than expected"),
    on(
        Stand::Doors,
        Half::Quick,
        "wrong-password",
        "the password is not the one that the brokers know",
    ),
    on(
        Stand::Doors,
        Half::Quick,
        "certificate-ended",
        "the certificate of a broker has ended",
    ),
    on(
        Stand::Doors,
        Half::Quick,
        "tls-asked-in-plain",
        "a listener with TLS is spoken to without it",
    ),
    on(
        Stand::Doors,
        Half::Quick,
        "plain-asked-by-tls",
        "a listener without TLS is spoken to by it",
    ),
    long(
        "release-vanishes",
        "the release is taken away after the checks",
    ),
    long("broker-killed", "a broker is killed while it is moved"),
    long("other-identity", "another cluster answers at the address"),
    long("under-min-isr-midway", "a broker hangs between two moves"),
    long(
        "dies-in-a-pause",
        "a broker dies while the run is paused, and it is told to go on",
    ),
    long(
        "active-controller",
        "the active controller dies in mid roll",
    ),
    long("expiry", "a pause that nobody ends"),
    long(
        "clock-jumps",
        "the carrier's wall clock jumps (a stand-in clock)",
    ),
    long("window-closes", "a window closes while a broker is moved"),
    long(
        "wrong-cluster-id",
        "the data of a broker belongs to another cluster",
    ),
    long(
        "killed-25-times",
        "windlass is killed at 25 random instants of one roll",
    ),
    long(
        "log-recovery",
        "a broker reads its logs again for longer than patience",
    ),
    on(
        Stand::Separated,
        Half::Long,
        "two-controllers-gone",
        "two of three controllers are gone",
    ),
    on(
        Stand::LongSession,
        Half::Long,
        "duplicate-registration",
        "a broker starts again before its old session is over",
    ),
];

/// The troubles that are told, by what was asked for.
///
/// # Errors
/// The name that is none of them.
pub fn asked(words: Option<&str>) -> Result<Vec<&'static Trouble>, String> {
    match words {
        None | Some("") => Ok(of(Half::Quick)),
        Some("all") => Ok(TROUBLES.iter().collect()),
        Some(names) => names
            .split(',')
            .map(|name| {
                let known = TROUBLES.iter().find(|trouble| trouble.name == name);
                known.ok_or_else(|| name.to_owned())
            })
            .collect(),
    }
}

/// The troubles of one half.
#[must_use]
pub fn of(half: Half) -> Vec<&'static Trouble> {
    let all = TROUBLES.iter();
    all.filter(|trouble| trouble.half == half).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_ask_for_themselves() {
        for trouble in TROUBLES {
            let found = asked(Some(trouble.name)).expect("known");
            assert_eq!(found.len(), 1);
            let same = TROUBLES.iter().filter(|other| other.name == trouble.name);
            assert_eq!(same.count(), 1, "{}", trouble.name);
        }
        assert_eq!(asked(Some("none")).expect_err("unknown"), "none");
    }

    #[test]
    fn unasked_the_quick_ones_are_told() {
        let quick = asked(None).expect("known");
        assert!(quick.iter().all(|trouble| trouble.half == Half::Quick));
        assert!(asked(Some("all")).expect("known").len() > quick.len());
    }
}
