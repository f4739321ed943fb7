//! A rehearsal as programs read it.
//!
//! Must never know: how it was played. Stories: the rehearsals of `scenarios/`.

use crate::duration::Length;
use serde::Serialize;

/// `kind: Rehearsal`
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RehearsalView {
    /// `windlass.dev/v1`
    pub api_version: &'static str,
    /// `Rehearsal`
    pub kind: &'static str,
    /// The cluster.
    pub cluster: String,
    /// The plan that was played.
    pub plan: String,
    /// What times and troubles were thrown from.
    pub seed: u64,
    /// How it ended: `finished`, `cancelled` …; none: it stands still.
    pub end: Option<String>,
    /// Why it stands still, where it does.
    pub stands: Option<String>,
    /// How long it took.
    pub took: Length,
    /// Who moved, in the order of their beginning.
    pub moves: Vec<RehearsedView>,
    /// What was told, with its time.
    pub notes: Vec<ToldView>,
    /// Most members down at once.
    pub down: usize,
    /// Budgets at their tightest.
    pub budgets: Vec<TightView>,
    /// The spread over many seeds; none: one was played.
    pub spread: Option<SpreadView>,
    /// Paces side by side, where several were asked for.
    pub paces: Vec<PacedView>,
    /// What must not be, with what plays it again.
    pub wrong: Vec<BrokenView>,
}

/// One that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RehearsedView {
    /// A member, `level/NAME` or `action/NAME`.
    pub subject: String,
    /// Since the beginning.
    pub began: Length,
    /// Since the beginning; none: it never was whole.
    pub whole: Option<Length>,
    /// How often it failed.
    pub failed: usize,
}

/// Something that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToldView {
    /// Since the beginning.
    pub at: Length,
    /// One sentence.
    pub says: String,
}

/// A budget at its tightest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TightView {
    /// Whose it is.
    pub reason: String,
    /// So many more could have gone down then.
    pub left: i64,
    /// When that was.
    pub at: Length,
}

/// The spread over many seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpreadView {
    /// So many were played.
    pub runs: u64,
    /// So many of them finished.
    pub finished: usize,
    /// One in ten is shorter.
    pub low: Option<Length>,
    /// Half are longer.
    pub median: Option<Length>,
    /// One in ten is longer.
    pub high: Option<Length>,
    /// Instants at which promises were held against the world.
    pub instants: u64,
}

/// One pace among several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PacedView {
    /// In words.
    pub pace: String,
    /// Its spread.
    pub spread: SpreadView,
    /// Most members down at once in any.
    pub down: usize,
    /// The least that any budget had left.
    pub left: Option<i64>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BrokenView {
    /// What was seen.
    pub says: String,
    /// What plays it again.
    pub again: String,
}
