//! Findings: what bars first, each with evidence, source and mending.
//!
//! Must never know: how facts were gathered. Stories: `stories`.

use super::{count, flowing};
use crate::outlet::style::columns;
use crate::outlet::{Outlet, spoken};
use jiff::tz::TimeZone;
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::{Finding, Verdict};
use windlass_wire::stamp;

/// What the ids of gaps begin with.
const GAP: &str = "gap.";
/// Evidence shown of one finding before it says how much more there is.
const SEEN_SHOWN: usize = 5;

/// How many of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The condition holds.
    pub pass: usize,
    /// It does not, and does not bar.
    pub warn: usize,
    /// It does not, and bars.
    pub fail: usize,
    /// It could not be looked at, and bars.
    pub unknown: usize,
    /// A human let it pass.
    pub waived: usize,
}

impl Tally {
    /// Of these.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let mut tally = Self::default();
        for finding in findings {
            let counted = match (&finding.verdict, finding.bars()) {
                (Verdict::Pass, _) => &mut tally.pass,
                (Verdict::Waived { .. }, _) => &mut tally.waived,
                (Verdict::Unknown(_), true) => &mut tally.unknown,
                (Verdict::Fail, true) => &mut tally.fail,
                (Verdict::Warn | Verdict::Fail | Verdict::Unknown(_), _) => &mut tally.warn,
            };
            *counted += 1;
        }
        tally
    }

    /// Whether anything bars.
    #[must_use]
    pub fn bars(&self) -> bool {
        self.fail + self.unknown > 0
    }

    /// `18 pass, 1 warn`.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = [
            (self.pass, "pass"),
            (self.warn, "warn"),
            (self.waived, "waived"),
            (self.fail, "fail"),
            (self.unknown, "unknown"),
        ];
        let named = parts.iter().filter(|(number, _)| *number > 0);
        let named: Vec<String> = named
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
        if named.is_empty() {
            "nothing asked".into()
        } else {
            named.join(", ")
        }
    }
}

/// All findings; what passed is only counted, unless everything is wanted.
#[must_use]
pub fn lines(outlet: &Outlet, typed: &str, findings: &[Finding], zone: &TimeZone) -> Vec<String> {
    let tally = Tally::of(findings);
    let style = &outlet.style;
    let mut lines = Vec::new();
    let passed = || {
        findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Pass)
    };
    if outlet.is_wide() {
        for finding in passed() {
            lines.push(format!(
                "  {} {}  {}",
                style.ok(),
                finding.check,
                style.text(&finding.title)
            ));
        }
    } else if tally.pass > 0 {
        lines.push(format!("  {} {} pass", style.ok(), tally.pass));
    }
    let weight = |finding: &&Finding| match (&finding.verdict, finding.bars()) {
        (Verdict::Waived { .. }, _) => 0,
        (_, false) => 1,
        (Verdict::Unknown(_), true) => 2,
        (_, true) => 3,
    };
    let mut rest: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Pass)
        .collect();
    rest.sort_by_key(weight);
    for (finding, others) in together(&rest) {
        lines.extend(one(outlet, typed, finding, others, zone));
    }
    lines.push(verdict(&tally));
    lines
}

fn verdict(tally: &Tally) -> String {
    match (tally.fail, tally.unknown) {
        (0, 0) if tally.warn > 0 => format!("  nothing bars; {}", count(tally.warn, "warning")),
        (0, 0) => "  nothing bars".into(),
        (fail, 0) => format!("  {fail} fail: upgrade is barred"),
        (0, unknown) => format!("  {unknown} could not be looked at: upgrade is barred"),
        (fail, unknown) => {
            format!("  {fail} fail, {unknown} could not be looked at: upgrade is barred")
        }
    }
}

/// Gaps of many members that differ in nothing but the member are told once, with how many more.
fn together<'f>(findings: &[&'f Finding]) -> Vec<(&'f Finding, usize)> {
    let alike = |a: &Finding, b: &Finding| {
        let (a_gap, b_gap) = (
            a.check.as_str().strip_prefix(GAP),
            b.check.as_str().strip_prefix(GAP),
        );
        a_gap.is_some() && b_gap.is_some() && a.mend == b.mend && a.verdict == b.verdict
    };
    let mut told: Vec<(&Finding, usize)> = Vec::new();
    for finding in findings {
        match told.iter_mut().find(|(first, _)| alike(first, finding)) {
            Some((_, others)) => *others += 1,
            None => told.push((finding, 0)),
        }
    }
    told
}

fn one(
    outlet: &Outlet,
    typed: &str,
    finding: &Finding,
    others: usize,
    zone: &TimeZone,
) -> Vec<String> {
    let style = &outlet.style;
    let glyph = match (&finding.verdict, finding.bars()) {
        (Verdict::Pass, _) => style.ok(),
        (Verdict::Unknown(_), _) => style.unknown(),
        (Verdict::Fail, true) => style.bad(),
        (Verdict::Warn | Verdict::Fail, _) => style.warn(),
        (Verdict::Waived { .. }, _) => style.dot(),
    };
    let binds = format!("binds: {}", binds(finding.binds));
    let more = match others {
        0 => String::new(),
        others => format!(" and {others} like it"),
    };
    let head = format!("  {glyph} {}{more}", style.bold(finding.check.as_str()));
    let gap = outlet
        .width
        .saturating_sub(columns(&head) + columns(&binds));
    let mut lines = if gap >= 2 {
        vec![format!("{head}{}{}", " ".repeat(gap), style.dim(&binds))]
    } else {
        vec![head]
    };
    let mut say = |label: &str, text: &str| {
        let head = if label.is_empty() {
            "    ".to_owned()
        } else {
            format!("      {}", style.dim(&format!("{label:<9}")))
        };
        lines.extend(flowing(outlet, &head, &style.text(&spoken(text, typed))));
    };
    say("", &finding.title);
    match &finding.verdict {
        Verdict::Unknown(why) => say("not seen", why),
        Verdict::Waived { by, reason, until } => {
            say(
                "waived",
                &format!("by {by} until {}: {reason}", stamp::long(*until, zone)),
            );
        }
        Verdict::Pass | Verdict::Warn | Verdict::Fail => {}
    }
    let most = if outlet.is_wide() {
        finding.seen.len()
    } else {
        SEEN_SHOWN
    };
    for (index, found) in finding.seen.iter().take(most).enumerate() {
        say(
            if index == 0 { "seen" } else { " " },
            &format!("{}: {}", found.object, found.seen),
        );
    }
    if finding.seen.len() > most {
        say(
            " ",
            &format!("and {} more: -o wide", finding.seen.len() - most),
        );
    }
    if !finding.source.is_empty() {
        say("source", &finding.source);
    }
    if !finding.mend.is_empty() {
        say("mend", &finding.mend);
    }
    if finding.bars() && finding.severity == Severity::Fail && !typed.starts_with('-') {
        say(
            "or",
            &format!(
                "windlass waive {{cluster}} {} --reason \"…\" --for 7d, once a run stands",
                finding.check
            ),
        );
    }
    lines
}

/// When a finding binds, in words.
#[must_use]
pub fn binds(binds: Binds) -> &'static str {
    match binds {
        Binds::Now => "now",
        Binds::BeforeHop => "before the hop",
        Binds::BeforeEachMember => "before each member",
        Binds::BeforeFinalize => "before finalizing",
    }
}
