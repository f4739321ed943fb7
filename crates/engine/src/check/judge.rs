//! Every question of the catalog that applies, asked of a snapshot.
//!
//! What could not be looked at is never a pass. A gap that bars is a finding of its own that nobody
//! can waive: what cannot be seen cannot be let pass with open eyes.
//! Must never know: how facts are gathered. Stories: `tests/it/check.rs`.

use super::{Finding, OwnCheck, Verdict, Waiver};
use crate::catalog::{Binds, Catalog, Check, Must, Severity};
use crate::names::CheckId;
use crate::plan::{Hop, Plan, Stage};
use crate::snapshot::{Fact, Found, Gap, Said, Snapshot, Weight};
use crate::time::Wall;
use crate::version::{Range, Version};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// All findings: gaps that bar first, then the catalog's checks in its order, then the user's own.
/// Without a plan only those are asked that bind whatever the way: none of a hop, of a release, or of
/// raising levels.
#[must_use]
pub fn judge(
    catalog: &Catalog,
    own: &[OwnCheck],
    snapshot: &Snapshot,
    plan: Option<&Plan>,
    waivers: &[Waiver],
    now: Wall,
) -> Vec<Finding> {
    let checks = catalog
        .checks
        .iter()
        .filter(|check| applies(check, plan) && has_meaning(check, catalog, snapshot))
        .map(|check| waived(finding(check, snapshot), waivers, now));
    let own = own
        .iter()
        .filter(|check| binds(check.binds, plan))
        .map(|check| waived(finding_of_own(check, snapshot), waivers, now));
    gaps(snapshot)
        .into_iter()
        .chain(checks)
        .chain(own)
        .collect()
}

/// Whether a check has anything to do with the way.
fn applies(check: &Check, plan: Option<&Plan>) -> bool {
    let any = |fits: &dyn Fn(&Hop) -> bool| plan.is_some_and(|plan| plan.hops.iter().any(fits));
    let ranged = check.from.is_some() || check.to.is_some();
    if ranged && !any(&|hop| within(check, hop)) {
        return false;
    }
    binds(check.binds, plan)
}

/// Whether the level that a check asks for stands high enough.
fn has_meaning(check: &Check, catalog: &Catalog, snapshot: &Snapshot) -> bool {
    check.when.as_ref().is_none_or(|(name, least)| {
        let absent = catalog.level(name).map_or(0, |facts| facts.absent);
        let stands = snapshot.levels.get(name).map(|level| level.finalized);
        stands.unwrap_or(absent) >= *least
    })
}

/// Whether the way comes to where a check binds.
fn binds(at: Binds, plan: Option<&Plan>) -> bool {
    let any = |fits: &dyn Fn(&Hop) -> bool| plan.is_some_and(|plan| plan.hops.iter().any(fits));
    match at {
        Binds::Now | Binds::BeforeEachMember => true,
        Binds::BeforeHop => any(&|hop| hop.stages.iter().any(|stage| stage.moves() > 0)),
        Binds::BeforeFinalize => any(&|hop| {
            let mut stages = hop.stages.iter();
            stages.any(|stage| matches!(stage, Stage::Raise(_)))
        }),
    }
}

/// Whether a hop comes from and goes to where the check asks.
fn within(check: &Check, hop: &Hop) -> bool {
    let to = check.to.as_ref().is_none_or(|range| range.holds(&hop.to));
    let from = check.from.as_ref().is_none_or(|range| {
        let left: BTreeSet<&Version> = hop.stages.iter().flat_map(leaves).collect();
        if left.is_empty() {
            range.holds(&hop.to)
        } else {
            left.into_iter().any(|version| range.holds(version))
        }
    });
    to && from
}

fn leaves(stage: &Stage) -> Vec<&Version> {
    match stage {
        Stage::Move(step) => step.from.iter().collect(),
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => Vec::new(),
    }
}

fn finding(check: &Check, snapshot: &Snapshot) -> Finding {
    let (verdict, seen) = ask(check, snapshot);
    Finding {
        check: check.id.clone(),
        title: check.title.clone(),
        verdict,
        severity: check.severity,
        binds: check.binds,
        seen,
        at: snapshot.seen,
        mend: check.mend.clone(),
        source: check.source.clone(),
    }
}

fn finding_of_own(check: &OwnCheck, snapshot: &Snapshot) -> Finding {
    let (verdict, seen) = match snapshot.facts.get(&check.fact()) {
        None => (
            Verdict::Unknown("it was not asked in any look yet".into()),
            Vec::new(),
        ),
        Some(Fact::Unknown(why)) => (Verdict::Unknown(why.clone()), Vec::new()),
        Some(Fact::Said(said, seen)) => (verdict_of(*said, check.severity), seen.clone()),
        Some(
            Fact::Truth(_) | Fact::Number(_) | Fact::List(_) | Fact::Word(_) | Fact::Versions(_),
        ) => (
            Verdict::Unknown("it was answered in another shape than asked".into()),
            Vec::new(),
        ),
    };
    Finding {
        check: check.id(),
        title: check.title(),
        verdict,
        severity: check.severity,
        binds: check.binds,
        seen,
        at: snapshot.seen,
        mend: check.mend.clone(),
        source: check.source(),
    }
}

/// What was said elsewhere, under the weight that the check has here.
fn verdict_of(said: Said, severity: Severity) -> Verdict {
    match (said, severity) {
        (Said::Pass, _) => Verdict::Pass,
        (Said::Warn, _) | (Said::Fail, Severity::Warn) => Verdict::Warn,
        (Said::Fail, Severity::Fail | Severity::FailAlways) => Verdict::Fail,
    }
}

/// A waiver lets pass what bars, until it expires; never what can never be waived.
fn waived(mut found: Finding, waivers: &[Waiver], now: Wall) -> Finding {
    if found.bars() && found.severity == Severity::Fail {
        let waiver = waivers
            .iter()
            .filter(|waiver| waiver.check == found.check && waiver.until > now)
            .max_by_key(|waiver| waiver.until);
        if let Some(waiver) = waiver {
            found.verdict = Verdict::Waived {
                by: waiver.by.clone(),
                reason: waiver.reason.clone(),
                until: waiver.until,
            };
        }
    }
    found
}

/// The bare answer with its evidence.
fn ask(check: &Check, snapshot: &Snapshot) -> (Verdict, Vec<Found>) {
    let note = |seen: String| {
        vec![Found {
            object: check.fact.clone(),
            seen,
        }]
    };
    let (holds, seen) = match (&check.must, snapshot.facts.get(&check.fact)) {
        (_, None) => {
            let why = format!("nothing was seen of {}", check.fact);
            return (Verdict::Unknown(why), Vec::new());
        }
        (_, Some(Fact::Unknown(why))) => return (Verdict::Unknown(why.clone()), Vec::new()),
        (Must::BeEmpty, Some(Fact::List(found))) => (found.is_empty(), found.clone()),
        (Must::BeTrue, Some(Fact::Truth(holds))) => (
            *holds,
            note(if *holds { "yes".into() } else { "no".into() }),
        ),
        (Must::BeAtLeast(least), Some(Fact::Number(number))) => (
            number >= least,
            note(format!("{number}, at least {least} wanted")),
        ),
        (Must::BeAtMost(most), Some(Fact::Number(number))) => (
            number <= most,
            note(format!("{number}, at most {most} wanted")),
        ),
        (Must::BeOneOf(words), Some(Fact::Word(word))) => (
            words.contains(word),
            note(format!("{word}, one of {} wanted", words.join(", "))),
        ),
        (Must::BeIn(ranges), Some(Fact::Versions(ran))) => outside(ranges, ran),
        (Must::CountAtMost(most), Some(Fact::List(found))) => (
            u32::try_from(found.len()).is_ok_and(|count| count <= *most),
            found.clone(),
        ),
        (Must::CountAtLeast(least), Some(Fact::List(found))) => (
            u32::try_from(found.len()).map_or(true, |count| count >= *least),
            note(format!("{} found, at least {least} wanted", found.len())),
        ),
        (
            Must::BeEmpty
            | Must::BeTrue
            | Must::BeAtLeast(_)
            | Must::BeAtMost(_)
            | Must::BeOneOf(_)
            | Must::BeIn(_)
            | Must::CountAtMost(_)
            | Must::CountAtLeast(_),
            Some(
                Fact::List(_)
                | Fact::Truth(_)
                | Fact::Number(_)
                | Fact::Said(..)
                | Fact::Word(_)
                | Fact::Versions(_),
            ),
        ) => {
            let why = format!("{} was answered in another shape than asked", check.fact);
            return (Verdict::Unknown(why), Vec::new());
        }
    };
    let verdict = match (holds, check.severity) {
        (true, _) => Verdict::Pass,
        (false, Severity::Warn) => Verdict::Warn,
        (false, Severity::Fail | Severity::FailAlways) => Verdict::Fail,
    };
    (verdict, seen)
}

/// Whether all that runs lies in one of the ranges, and what does not.
fn outside(ranges: &[Range], ran: &BTreeMap<String, Version>) -> (bool, Vec<Found>) {
    let wanted: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    let wrong: Vec<Found> = ran
        .iter()
        .filter(|(_, version)| !ranges.iter().any(|range| range.holds(version)))
        .map(|(object, version)| Found {
            object: object.clone(),
            seen: format!("{version}, {} wanted", wanted.join(" or ")),
        })
        .collect();
    (wrong.is_empty(), wrong)
}

/// One finding for each thing about which something that bars could not be seen.
fn gaps(snapshot: &Snapshot) -> Vec<Finding> {
    let mut order: Vec<&str> = Vec::new();
    let mut found: BTreeMap<&str, Vec<&Gap>> = BTreeMap::new();
    let bars = |gap: &&Gap| gap.weight == Weight::Bars;
    for gap in snapshot.gaps.iter().filter(bars) {
        let gaps = found.entry(&gap.about).or_default();
        if gaps.is_empty() {
            order.push(&gap.about);
        }
        gaps.push(gap);
    }
    let found = order
        .into_iter()
        .filter_map(|about| Some((about, found.remove(about)?)));
    found
        .map(|(about, gaps)| Finding {
            check: gap_id(about),
            title: format!("all that an upgrade needs to know of {about} can be seen"),
            verdict: Verdict::Fail,
            severity: Severity::FailAlways,
            binds: Binds::Now,
            seen: gaps
                .iter()
                .map(|gap| Found {
                    object: about.to_string(),
                    seen: gap.what.clone(),
                })
                .collect(),
            at: snapshot.seen,
            mend: mends(&gaps),
            source: "what cannot be seen is never taken for health".into(),
        })
        .collect()
}

fn mends(gaps: &[&Gap]) -> String {
    let mut mends: Vec<&str> = gaps.iter().map(|gap| gap.mend.as_str()).collect();
    mends.dedup();
    mends.join("; ")
}

/// `gap.broker-3`.
fn gap_id(about: &str) -> CheckId {
    let words: Vec<&str> = about.split_whitespace().collect();
    CheckId::from(format!("gap.{}", words.join("-")))
}
