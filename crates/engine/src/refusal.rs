//! A typed "no" with its proof and its hints: an answer, not an error.
//!
//! Must never know: how it is rendered on a terminal. Stories: `tests/it/refusal.rs`.

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
    /// What would open a way, in words, and commands.
    pub hints: Vec<String>,
}

/// What is known of a proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The facts speak for themselves; no way was searched.
    #[default]
    Plain,
    /// With these facts alone there is no way, and without any one of them there is.
    Minimal,
    /// With these facts there is no way; whether each is needed was not found out within the limit.
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

/// One fact that bars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// The fact, as a sentence.
    pub fact: String,
    /// Where it stands; none: it was seen on the cluster.
    pub source: Option<String>,
}
