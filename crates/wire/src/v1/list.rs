//! Lists as JSON: `kind: Targets`, `Openings`, `Freezes`, `RunList`, `ClusterList`, `EventList`.
//!
//! Must never know: stores; the door hands in plain values. Stories: `tests/it/status.rs`.

use crate::stamp;
use crate::v1::API_VERSION;
use crate::v1::hours::OpeningView;
use crate::v1::plan::GoalView;
use serde::Serialize;
use std::collections::BTreeMap;
use windlass_engine::plan::Goal;
use windlass_engine::time::Wall;
use windlass_engine::version::Version;

/// A list of something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// Always [`API_VERSION`].
    pub api_version: &'static str,
    /// `Targets`, `Openings`, `Freezes`, `RunList`, `ClusterList`, `EventList`
    pub kind: &'static str,
    /// The name of the cluster it is about, where it is about one.
    pub cluster: Option<String>,
    /// One by one.
    pub items: Vec<T>,
}

impl<T> List<T> {
    fn new(kind: &'static str, cluster: Option<&str>, items: Vec<T>) -> Self {
        Self {
            api_version: API_VERSION,
            kind,
            cluster: cluster.map(str::to_owned),
            items,
        }
    }
}

/// Where a cluster can go.
#[must_use]
pub fn targets(cluster: Option<&str>, items: Vec<TargetView>) -> List<TargetView> {
    List::new("Targets", cluster, items)
}

/// When windows open.
#[must_use]
pub fn openings(cluster: &str, items: Vec<OpeningView>) -> List<OpeningView> {
    List::new("Openings", Some(cluster), items)
}

/// When freezes hold.
#[must_use]
pub fn freezes(cluster: &str, items: Vec<OpeningView>) -> List<OpeningView> {
    List::new("Freezes", Some(cluster), items)
}

/// Runs of one cluster, or of all.
#[must_use]
pub fn runs(cluster: Option<&str>, items: Vec<RunView>) -> List<RunView> {
    List::new("RunList", cluster, items)
}

/// Registered clusters.
#[must_use]
pub fn clusters(items: Vec<ClusterView>) -> List<ClusterView> {
    List::new("ClusterList", None, items)
}

/// Events of a run.
#[must_use]
pub fn events(
    cluster: Option<&str>,
    items: Vec<super::event::EventView>,
) -> List<super::event::EventView> {
    List::new("EventList", cluster, items)
}

/// How a release stands as a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// There is a way, and no known trouble.
    Recommended,
    /// There is a way; `why` says what to know first.
    Conditional,
    /// There is none; `why` says why.
    Barred,
}

/// A release as a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetView {
    /// Which.
    pub version: String,
    /// How it stands.
    pub advice: Advice,
    /// Hops on the way; 0 where there is none.
    pub hops: usize,
    /// What to know first, or why there is no way.
    pub why: Option<String>,
    /// A short word about it.
    pub note: String,
}

impl TargetView {
    /// Of what the planner says of a release.
    #[must_use]
    pub fn of(
        version: &Version,
        advice: Advice,
        hops: usize,
        why: Option<&str>,
        note: &str,
    ) -> Self {
        Self {
            version: version.to_string(),
            advice,
            hops,
            why: why.map(str::to_owned),
            note: note.to_owned(),
        }
    }
}

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunView {
    /// Which.
    pub run: String,
    /// The name of its cluster.
    pub cluster: String,
    /// What is wanted; none: its line cannot be read.
    pub goal: Option<GoalView>,
    /// The stable word for its phase.
    pub phase: String,
    /// One sentence.
    pub says: String,
    /// Members moved.
    pub moved: usize,
    /// Members the plan touches.
    pub touched: usize,
    /// When it was asked for.
    pub created: String,
    /// When it ended.
    pub ended: Option<String>,
}

/// What the store and its run row say of a run.
#[derive(Clone, Debug)]
pub struct RunLine<'a> {
    /// Which.
    pub run: &'a str,
    /// The name of its cluster.
    pub cluster: &'a str,
    /// What is wanted.
    pub goal: Option<&'a Goal>,
    /// The stable word for its phase.
    pub phase: &'a str,
    /// One sentence.
    pub says: &'a str,
    /// Members moved.
    pub moved: usize,
    /// Members the plan touches.
    pub touched: usize,
    /// When it was asked for.
    pub created: Wall,
    /// When it ended.
    pub ended: Option<Wall>,
}

impl From<&RunLine<'_>> for RunView {
    fn from(line: &RunLine<'_>) -> Self {
        Self {
            run: line.run.to_owned(),
            cluster: line.cluster.to_owned(),
            goal: line.goal.map(GoalView::from),
            phase: line.phase.to_owned(),
            says: line.says.to_owned(),
            moved: line.moved,
            touched: line.touched,
            created: stamp::rfc3339(line.created),
            ended: line.ended.map(stamp::rfc3339),
        }
    }
}

/// A registered cluster in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterView {
    /// Its name.
    pub name: String,
    /// `kafka`
    pub system: String,
    /// Who it says it is, once asked.
    pub identity: Option<String>,
    /// The user's own words about it.
    pub labels: BTreeMap<String, String>,
    /// Where clients first connect.
    pub bootstrap: Vec<String>,
    /// Declared members.
    pub members: usize,
    /// Its live run.
    pub run: Option<String>,
    /// When its registration last changed.
    pub changed: String,
}

impl ClusterView {
    /// Of a registration, with what the store knows besides.
    #[must_use]
    pub fn of(
        declared: &crate::convert::ClusterDeclared,
        identity: Option<&str>,
        run: Option<&str>,
        changed: Wall,
    ) -> Self {
        Self {
            name: declared.name.to_string(),
            system: declared.system.name().to_owned(),
            identity: identity.map(str::to_owned),
            labels: declared.labels.clone(),
            bootstrap: declared.bootstrap.iter().map(ToString::to_string).collect(),
            members: declared.members.len(),
            run: run.map(str::to_owned),
            changed: stamp::rfc3339(changed),
        }
    }
}
