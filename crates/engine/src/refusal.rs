//! A typed "no" with its proof and its hints: an answer, not an error.
//!
//! Must never know: how it is rendered on a terminal. Stories: `tests/it/refusal.rs`.

use crate::names::{Component, LevelName, MemberId, RiskName, Track};
use crate::version::{Range, Version};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Why there is no plan. Each code has a page in docs/refusals/.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The goal names no release of the catalog.
    NoSuchRelease,
    /// The goal is older than what runs.
    Older,
    /// No chain of supported paths leads there.
    NoPath,
    /// Paths lead there, but each passes a forbidden mix.
    Skew,
    /// A level that a path requires cannot be reached.
    Level,
    /// What runs cannot be told: a gap that planning cannot do without.
    Gap,
    /// A stop asked for does not lie on any way.
    Via,
    /// The search passed its limit.
    TooLarge,
    /// A level is finalized above what the release to go back to supports.
    Finalized,
    /// The release to go back to is newer than what some member runs.
    Newer,
    /// Every way passes a hop that the maker forbids.
    Blocked,
    /// Every way passes a risk that applies, or of which it is not known whether it does.
    Risk,
    /// The maker does not offer it to this cluster.
    NotOffered,
    /// The way has steps that humans do: it can be planned, and no run takes it.
    ByHand,
    /// The second judge does not agree with the plan that was found.
    Objection,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::NoSuchRelease,
        Self::Older,
        Self::NoPath,
        Self::Skew,
        Self::Level,
        Self::Gap,
        Self::Via,
        Self::TooLarge,
        Self::Finalized,
        Self::Newer,
        Self::Blocked,
        Self::Risk,
        Self::NotOffered,
        Self::ByHand,
        Self::Objection,
    ];

    /// The stable name, as the docs page is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSuchRelease => "no-such-release",
            Self::Older => "older",
            Self::NoPath => "no-path",
            Self::Skew => "skew",
            Self::Level => "level",
            Self::Gap => "gap",
            Self::Via => "via",
            Self::TooLarge => "too-large",
            Self::Finalized => "finalized",
            Self::Newer => "newer",
            Self::Blocked => "blocked",
            Self::Risk => "risk",
            Self::NotOffered => "not-offered",
            Self::ByHand => "by-hand",
            Self::Objection => "objection",
        }
    }
}

/// A "no" with its proof and its hints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which "no".
    pub code: Code,
    /// The answer in one sentence.
    pub says: String,
    /// The facts that together bar the way, each with its source where it has one.
    pub because: Vec<Because>,
    /// Facts whose removal together opens a way, none of them superfluous; empty where that was not
    /// looked for, or where nothing would.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opens: Vec<Because>,
    /// What is known of the proof.
    #[serde(default, skip_serializing_if = "Proof::is_plain")]
    pub proof: Proof,
    /// What is known of what opens; plain where that was not looked for.
    #[serde(default, skip_serializing_if = "Proof::is_plain")]
    pub opener: Proof,
    /// What would open a way, in words, and commands.
    pub hints: Vec<String>,
}

/// The planner is called so often at most to find a proof, and so often again to find what opens; what
/// is not found within that is marked [`Proof::NotMinimized`]. No refusal of a shipped catalog, and none
/// of a hundred thousand worlds drawn by lot, needed half of it.
pub const PLANNER_CALLS_MAX: usize = 4_000;

/// What is known of a proof, or of what opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The facts speak for themselves; no way was searched.
    #[default]
    Plain,
    /// With these facts alone there is no way, and without any one of them there is. Of what opens:
    /// without all of them there is a way, and with any one of them there is none.
    Minimal,
    /// As before, but whether each of them is needed was not found out within [`PLANNER_CALLS_MAX`].
    NotMinimized,
}

impl Proof {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }
}

/// One fact that bars, or several of a kind that are told in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// The fact, as a sentence.
    pub fact: String,
    /// Where it stands; none: it was seen on the cluster.
    pub source: Option<String>,
    /// Which facts they are, for programs; empty: an answer about no fact of catalog or cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<FactRef>,
}

impl Because {
    /// What was seen on the cluster.
    #[must_use]
    pub fn seen(fact: String, refs: Vec<FactRef>) -> Self {
        Self {
            fact,
            source: None,
            refs,
        }
    }

    /// What stands somewhere.
    #[must_use]
    pub fn stands(fact: String, source: &str, refs: Vec<FactRef>) -> Self {
        Self {
            fact,
            source: Some(source.into()),
            refs,
        }
    }
}

/// A fact that bars, by its place in the catalog or on the cluster: what a program takes away to try
/// what would be without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "is",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum FactRef {
    /// There are members, to be moved, that carry just these at just these releases. Without it: no
    /// such member.
    Runs {
        /// All that they carry.
        carries: BTreeMap<Component, Version>,
    },
    /// There are members, left as they stand by a human's word, that carry just these.
    Stays {
        /// All that they carry.
        carries: BTreeMap<Component, Version>,
    },
    /// A member of whom something is not known, or that does not fit the others.
    Member {
        /// Which.
        member: MemberId,
    },
    /// No path is offered from one line to another. Without it: all components may go from each release
    /// of the one to each of the other, and no level is asked for.
    Absent {
        /// The scheme of both lines.
        #[serde(default, skip_serializing_if = "Track::is_main")]
        track: Track,
        /// From this line.
        from: Version,
        /// To this one.
        to: Version,
    },
    /// A blocked hop of the catalog.
    Blocked {
        /// Of these components; none: of all in the scheme.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Component>,
        /// The scheme of its releases.
        #[serde(default, skip_serializing_if = "Track::is_main")]
        track: Track,
        /// From these.
        from: Range,
        /// To these.
        to: Range,
    },
    /// A risk of the catalog that applies, or of which it is not known whether it does. Without it: it
    /// does not apply.
    Risk {
        /// Which.
        risk: RiskName,
    },
    /// Where a level stands, and what paths and lines of the catalog ask of it. Without it: there is no
    /// such level, nor any that counts only with it.
    Level {
        /// Which.
        level: LevelName,
    },
    /// A skew rule of the catalog.
    Rule {
        /// Which.
        rule: String,
    },
    /// An offer of the catalog.
    Offer {
        /// Which.
        offer: String,
    },
    /// What the cluster says, or does not say, under a name.
    Said {
        /// Which fact.
        name: String,
    },
    /// What the catalog says of a release.
    Release {
        /// Which, of the main scheme.
        release: Version,
    },
    /// A stop that was asked for.
    Stop {
        /// Which.
        stop: Version,
    },
}
