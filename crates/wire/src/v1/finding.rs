//! `kind: Findings` and `kind: Refusal`: what was asked and answered, as JSON (`check -o json`).
//!
//! Must never know: who asked. Stories: `tests/it/status.rs`.

use crate::stamp;
use crate::v1::API_VERSION;
use crate::v1::snapshot::FoundView;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Display;
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::{Finding, Verdict};
use windlass_engine::names::{Component, Track};
use windlass_engine::refusal::{FactRef, Proof, Refusal};
use windlass_engine::version::Version;

/// All checks of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingsView {
    /// Always [`API_VERSION`].
    pub api_version: &'static str,
    /// `Findings`
    pub kind: &'static str,
    /// The name of the cluster, where it has one.
    pub cluster: Option<String>,
    /// The goal they were asked for, where there was one.
    pub to: Option<String>,
    /// Whether any of them bars, or there is no way to the goal.
    pub barred: bool,
    /// Why there is no way to the goal; then only what binds whatever the way was asked.
    pub refusal: Option<RefusalView>,
    /// How many of each verdict.
    pub counts: Counts,
    /// One by one.
    pub findings: Vec<FindingView>,
}

/// All checks of all registered clusters (`check --all`).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingsList {
    /// Always [`API_VERSION`].
    pub api_version: &'static str,
    /// `FindingsList`
    pub kind: &'static str,
    /// One a cluster, by name.
    pub items: Vec<ClusterFindings>,
}

/// What became of one cluster: one of the two is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterFindings {
    /// The name of the cluster.
    pub cluster: String,
    /// Its checks.
    pub findings: Option<FindingsView>,
    /// Why it could not be asked.
    pub trouble: Option<String>,
}

impl FindingsList {
    /// Of all that was asked.
    #[must_use]
    pub fn of(items: Vec<ClusterFindings>) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "FindingsList",
            items,
        }
    }
}

/// How many of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The condition holds.
    pub pass: usize,
    /// It does not, and does not bar.
    pub warn: usize,
    /// It does not, and bars.
    pub fail: usize,
    /// It could not be looked at.
    pub unknown: usize,
    /// A human let it pass.
    pub waived: usize,
}

/// A check with its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// Which check.
    pub check: String,
    /// What was asked.
    pub title: String,
    /// `pass`, `warn`, `fail`, `unknown`, `waived`
    pub verdict: &'static str,
    /// Why it is unknown.
    pub why: Option<String>,
    /// Who let it pass.
    pub waived: Option<WaivedView>,
    /// Whether it bars now.
    pub bars: bool,
    /// `warn`, `fail`, `fail-always` (cannot be waived)
    pub severity: &'static str,
    /// `now`, `before-hop`, `before-each-member`, `before-finalize`
    pub binds: &'static str,
    /// What was seen.
    pub seen: Vec<FoundView>,
    /// When.
    pub at: String,
    /// What to do about it.
    pub mend: String,
    /// Where the condition stands.
    pub source: String,
}

/// A permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaivedView {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: String,
}

impl FindingsView {
    /// Of all findings of a cluster.
    #[must_use]
    pub fn of(
        findings: &[Finding],
        refusal: Option<RefusalView>,
        cluster: Option<&str>,
        to: Option<&str>,
    ) -> Self {
        let mut counts = Counts::default();
        for finding in findings {
            match &finding.verdict {
                Verdict::Pass => counts.pass += 1,
                Verdict::Warn => counts.warn += 1,
                Verdict::Fail => counts.fail += 1,
                Verdict::Unknown(_) => counts.unknown += 1,
                Verdict::Waived { .. } => counts.waived += 1,
            }
        }
        Self {
            api_version: API_VERSION,
            kind: "Findings",
            cluster: cluster.map(str::to_owned),
            to: to.map(str::to_owned),
            barred: refusal.is_some() || findings.iter().any(Finding::bars),
            refusal,
            counts,
            findings: findings.iter().map(FindingView::from).collect(),
        }
    }
}

/// The stable word for when a finding binds.
#[must_use]
pub fn binds_word(binds: Binds) -> &'static str {
    match binds {
        Binds::Now => "now",
        Binds::BeforeHop => "before-hop",
        Binds::BeforeEachMember => "before-each-member",
        Binds::BeforeFinalize => "before-finalize",
    }
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        let (verdict, why, waived) = match &finding.verdict {
            Verdict::Pass => ("pass", None, None),
            Verdict::Warn => ("warn", None, None),
            Verdict::Fail => ("fail", None, None),
            Verdict::Unknown(why) => ("unknown", Some(why.clone()), None),
            Verdict::Waived { by, reason, until } => {
                let waived = WaivedView {
                    by: by.clone(),
                    reason: reason.clone(),
                    until: stamp::rfc3339(*until),
                };
                ("waived", None, Some(waived))
            }
        };
        Self {
            check: finding.check.to_string(),
            title: finding.title.clone(),
            verdict,
            why,
            waived,
            bars: finding.bars(),
            severity: match finding.severity {
                Severity::Warn => "warn",
                Severity::Fail => "fail",
                Severity::FailAlways => "fail-always",
            },
            binds: binds_word(finding.binds),
            seen: finding.seen.iter().map(FoundView::from).collect(),
            at: stamp::rfc3339(finding.at),
            mend: finding.mend.clone(),
            source: finding.source.clone(),
        }
    }
}

/// A "no" with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalView {
    /// Always [`API_VERSION`].
    pub api_version: &'static str,
    /// `Refusal`
    pub kind: &'static str,
    /// Which "no".
    pub code: &'static str,
    /// The answer in one sentence.
    pub says: String,
    /// The facts that together bar the way.
    pub because: Vec<BecauseView>,
    /// What is known of the proof: `plain` (the facts speak for themselves), `minimal` (without any one
    /// of them there is a way), `notMinimized` (whether each is needed was not found out within 4,000
    /// calls of the planner).
    pub proof: &'static str,
    /// Facts whose removal together opens a way; empty where that was not looked for.
    pub opens: Vec<BecauseView>,
    /// What is known of `opens`: `plain` (it was not looked for), `minimal` (with any one of them there is
    /// no way), `notMinimized` (whether each has to go was not found out within 4,000 calls of the planner).
    pub opener: &'static str,
    /// What would help, in words and commands.
    pub hints: Vec<String>,
}

/// One fact that bars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BecauseView {
    /// The fact.
    pub fact: String,
    /// Where it stands; none: it was seen on the cluster.
    pub source: Option<String>,
    /// Which facts these are, where catalog or cluster holds them: one, or several of a kind that are told
    /// in one sentence.
    pub refs: Vec<FactRefView>,
}

/// A fact that bars, by its place in the catalog or on the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FactRefView {
    /// `runs` (members that carry just `carries`), `stays` (such that were left as they stand), `absent`
    /// (no path is offered between two lines), `blocked` (a hop), `risk`, `level`, `rule` (of skew),
    /// `offer`, `said` (what the cluster says under a name, or does not), `member`, `release`, `stop`.
    pub is: &'static str,
    /// What it is called; none for what runs, and for hops.
    pub name: Option<String>,
    /// Of hops: from this line, or from these releases.
    pub from: Option<String>,
    /// Of hops: to this line, or to these releases.
    pub to: Option<String>,
    /// Of hops: the scheme of these versions; none: the main one.
    pub track: Option<String>,
    /// Of blocked hops: components for which they are; empty: for all.
    pub of: Vec<String>,
    /// Of what runs: releases by component.
    pub carries: BTreeMap<String, String>,
}

impl From<&FactRef> for FactRefView {
    fn from(fact: &FactRef) -> Self {
        let named = |is, name: &dyn Display| Self {
            is,
            name: Some(name.to_string()),
            ..Self::default()
        };
        let here = |is, carries: &BTreeMap<Component, Version>| {
            let carries = carries.iter();
            Self {
                is,
                carries: carries
                    .map(|(name, version)| (name.to_string(), version.to_string()))
                    .collect(),
                ..Self::default()
            }
        };
        let hop = |is, track: &Track, from: &dyn Display, to: &dyn Display| Self {
            is,
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            track: (!track.is_main()).then(|| track.to_string()),
            ..Self::default()
        };
        match fact {
            FactRef::Runs { carries } => here("runs", carries),
            FactRef::Stays { carries } => here("stays", carries),
            FactRef::Absent { track, from, to } => hop("absent", track, from, to),
            FactRef::Blocked {
                of,
                track,
                from,
                to,
            } => Self {
                of: of.iter().map(ToString::to_string).collect(),
                ..hop("blocked", track, from, to)
            },
            FactRef::Risk { risk } => named("risk", risk),
            FactRef::Level { level } => named("level", level),
            FactRef::Rule { rule } => named("rule", rule),
            FactRef::Offer { offer } => named("offer", offer),
            FactRef::Said { name } => named("said", name),
            FactRef::Member { member } => named("member", member),
            FactRef::Release { release } => named("release", release),
            FactRef::Stop { stop } => named("stop", stop),
        }
    }
}

/// The stable word for what is known of a proof.
fn proof_word(proof: Proof) -> &'static str {
    match proof {
        Proof::Plain => "plain",
        Proof::Minimal => "minimal",
        Proof::NotMinimized => "notMinimized",
    }
}

impl From<&Refusal> for RefusalView {
    fn from(refusal: &Refusal) -> Self {
        let because = |one: &windlass_engine::refusal::Because| BecauseView {
            fact: one.fact.clone(),
            source: one.source.clone(),
            refs: one.refs.iter().map(FactRefView::from).collect(),
        };
        Self {
            api_version: API_VERSION,
            kind: "Refusal",
            code: refusal.code.name(),
            says: refusal.says.clone(),
            because: refusal.because.iter().map(because).collect(),
            proof: proof_word(refusal.proof),
            opens: refusal.opens.iter().map(because).collect(),
            opener: proof_word(refusal.opener),
            hints: refusal.hints.clone(),
        }
    }
}
