//! The second judge of a plan: reads the catalog's rules by itself, and walks the plan member by member.
//!
//! Each single move makes a mix of its own, judged pair by pair. Shares no code with the search, so
//! that a fault there does not hide itself: it imports nothing of `plan/` and not `mix`.
//! Must never know: how a way is found. Stories: `tests/it/audit.rs`, `tests/it/oracle.rs`.

mod book;
mod rules;
mod stands;
mod walk;

pub use book::Book;

use crate::catalog::{Catalog, Release};
use crate::names::MemberId;
use crate::plan::{Goal, Plan, Stage};
use crate::policy::{Finalize, Policy};
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use walk::{Course, Walk};

/// Something in a plan that may not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// At which step: `hop 1, stage 2, member 7`.
    pub step: String,
    /// Which rule: a skew rule's name, or `path`, `level`, `goal`, `via`, `member`, `action`.
    pub rule: String,
    /// What is wrong, in words.
    pub what: String,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.step, self.rule, self.what)
    }
}

/// All objections to a plan for a cluster as seen, in which the members in `left` stay as they are;
/// none for a sound one.
#[must_use]
pub fn audit(
    plan: &Plan,
    catalog: &Catalog,
    policy: &Policy,
    snapshot: &Snapshot,
    left: &BTreeSet<MemberId>,
) -> Vec<Objection> {
    audit_by(&Book::of(catalog), plan, policy, snapshot, left)
}

/// The same by a catalog that the second judge has read before.
#[must_use]
pub fn audit_by(
    book: &Book,
    plan: &Plan,
    policy: &Policy,
    snapshot: &Snapshot,
    left: &BTreeSet<MemberId>,
) -> Vec<Objection> {
    let catalog = book.catalog;
    let course = match &plan.goal {
        Goal::Version(_) | Goal::Finalize | Goal::Of(_) => Course::Up,
        Goal::Back(_) => Course::Down,
    };
    let mut walk = Walk::new(book, policy, snapshot, left, course);
    if snapshot.identity.as_ref() != Some(&plan.identity) {
        walk.object("start", "goal", "the plan is for another cluster".into());
    }
    let stops = stops(plan, catalog, policy, snapshot, left);
    let mut reached = Vec::new();
    for (h, hop) in plan.hops.iter().enumerate() {
        for (s, stage) in hop.stages.iter().enumerate() {
            let step = format!("hop {}, stage {}", h + 1, s + 1);
            match stage {
                Stage::Move(stage) => {
                    if stage.to != hop.to {
                        let what = format!("moves to {} in a hop to {}", stage.to, hop.to);
                        walk.object(&step, "path", what);
                    }
                    walk.take_move(&step, stage);
                }
                Stage::Raise(raise) => {
                    if course == Course::Down {
                        let what = format!("{} is raised on the way back", raise.level);
                        walk.object(&step, "level", what);
                    } else if !raises_asked(plan, policy)
                        && !rules::needed_later(catalog, plan, (h, s), raise)
                    {
                        let what =
                            format!("{} is raised, and no later step asks for it", raise.level);
                        walk.object(&step, "level", what);
                    }
                    walk.take_raise(&step, raise);
                }
                Stage::Hold(hold) => walk.take_hold(&step, hold),
                Stage::Act(act) => {
                    if !catalog.actions.iter().any(|facts| facts.name == act.action) {
                        let what = format!("the catalog knows no action {}", act.action);
                        walk.object(&step, "action", what);
                    }
                }
            }
            for stop in &stops {
                if !reached.contains(stop) && walk.all_at_least(stop) {
                    if walk.passed(stop) {
                        let what = format!("a member went past {stop} before all stood there");
                        walk.object(&step, "via", what);
                    }
                    reached.push(stop.clone());
                }
            }
        }
        walk.take_actions(&format!("hop {}", h + 1), hop);
    }
    for stop in stops.iter().filter(|stop| !reached.contains(stop)) {
        walk.object(
            "end",
            "via",
            format!("the stop {stop} is never reached by all"),
        );
    }
    at_goal(&mut walk, plan, catalog, policy);
    walk.objections
}

/// The stops asked for that lie between some member and the goal.
fn stops(
    plan: &Plan,
    catalog: &Catalog,
    policy: &Policy,
    snapshot: &Snapshot,
    left: &BTreeSet<MemberId>,
) -> Vec<Version> {
    let goal = match &plan.goal {
        Goal::Version(goal) => goal,
        Goal::Finalize | Goal::Back(_) | Goal::Of(_) => return Vec::new(),
    };
    let behind = |via: &Version| {
        let mut all = snapshot
            .members
            .values()
            .filter(|m| !left.contains(&m.id))
            .flat_map(|m| m.components.iter());
        all.any(|(name, v)| rules::is_main(catalog, name) && v < via && !via.names(v))
    };
    policy
        .via
        .iter()
        .filter(|via| behind(via) && !via.names(goal) && !(goal.is_line() && goal.names(via)))
        .filter_map(|via| {
            let named = catalog.releases.iter();
            let named = named.filter(|r| r.track.is_main() && via.names(&r.version));
            meant(via, named)
        })
        .filter(|stop| goal.names(stop) || stop < goal)
        .collect()
}

/// Whether what was asked for stands at the end.
fn at_goal(walk: &mut Walk, plan: &Plan, catalog: &Catalog, policy: &Policy) {
    let release = match &plan.goal {
        Goal::Version(goal) => {
            let named = catalog.releases.iter();
            let named = named.filter(|r| r.track.is_main() && goal.names(&r.version));
            Some(meant(goal, named).unwrap_or_else(|| goal.clone()))
        }
        Goal::Finalize => walk.newest(),
        Goal::Back(goal) => Some(back_at(goal, catalog, &walk.began())),
        Goal::Of(ends) => {
            for (name, end) in ends {
                let track = catalog.components.iter().find(|c| &c.name == name);
                let track = track.map(|c| &c.track);
                let releases = catalog.releases.iter();
                let named = releases.filter(|r| Some(&r.track) == track && end.names(&r.version));
                let exact = meant(end, named).unwrap_or_else(|| end.clone());
                walk.component_exactly(name, &exact);
            }
            return;
        }
    };
    let Some(release) = release else {
        walk.object("end", "goal", "no member is seen".to_string());
        return;
    };
    walk.all_exactly(&release);
    if raises_asked(plan, policy) {
        walk.all_raised(&release);
    }
}

/// Whether levels were asked to end as high as the software supports.
fn raises_asked(plan: &Plan, policy: &Policy) -> bool {
    match &plan.goal {
        Goal::Finalize => true,
        Goal::Version(_) => policy.finalize == Finalize::Soon,
        Goal::Back(_) | Goal::Of(_) => false,
    }
}

/// The release that a way back is meant to end at: one of that name that ran at the start, else the
/// newest advised of that name.
fn back_at(goal: &Version, catalog: &Catalog, began: &BTreeSet<Version>) -> Version {
    if let Some(ran) = began.iter().rfind(|v| goal.names(v)) {
        return ran.clone();
    }
    let named = catalog.releases.iter().filter(|r| goal.names(&r.version));
    meant(goal, named).unwrap_or_else(|| goal.clone())
}

/// The release of a name: that very one, else the newest advised of a line.
fn meant<'a>(asked: &Version, named: impl Iterator<Item = &'a Release>) -> Option<Version> {
    let named: Vec<&Release> = named.collect();
    if let Some(exact) = named.iter().find(|r| &r.version == asked) {
        return Some(exact.version.clone());
    }
    let advised = named.into_iter().filter(|r| r.avoid.is_none());
    advised.map(|r| r.version.clone()).max()
}
