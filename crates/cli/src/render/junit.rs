//! Findings as JUnit XML, for pipelines: a suite a cluster, a case a check.
//!
//! What bars is a failure with its evidence and mending, what could not be looked at an error, what a
//! human let pass is skipped; a warning passes with its words beside it.
//! Must never know: how findings were made. Stories: in this file, `tests/it/check.rs`.

use super::findings::binds;
use super::xml::escaped;
use crate::outlet::spoken;
use std::fmt::Write as _;
use windlass_engine::check::{Finding, Verdict};
use windlass_engine::refusal::Refusal;

/// What became of one cluster.
#[derive(Debug)]
pub struct Suite<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What stands for it in commands.
    pub typed: &'a str,
    /// What came of it.
    pub came: Came<'a>,
}

/// What came of asking a cluster.
#[derive(Debug)]
pub enum Came<'a> {
    /// It was judged.
    Judged {
        /// What was asked and answered.
        found: &'a [Finding],
        /// Why there is no way to the goal: a case of its own, `plan`.
        refusal: Option<&'a Refusal>,
    },
    /// It could not be asked: why.
    Trouble(String),
}

/// Whether warnings fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    /// They pass.
    Pass,
    /// They fail (`--strict`).
    Fail,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// One case: what stands within it decides what it counts as.
struct Case<'a> {
    name: &'a str,
    within: Within,
}

enum Within {
    Nothing,
    Failure {
        kind: &'static str,
        message: String,
        text: String,
    },
    Error {
        message: String,
        text: String,
    },
    Skipped(String),
    Words(String),
}

/// All suites as one document.
#[must_use]
pub fn document(suites: &[Suite<'_>], warnings: Warnings) -> String {
    let mut body = String::new();
    let mut all = Counts::default();
    for suite in suites {
        let cases = cases(suite, warnings);
        let counts = counted(&cases);
        all = Counts {
            tests: all.tests + counts.tests,
            failures: all.failures + counts.failures,
            errors: all.errors + counts.errors,
            skipped: all.skipped + counts.skipped,
        };
        let name = escaped(suite.name);
        line(
            &mut body,
            1,
            &format!("<testsuite name=\"{name}\" {}>", words(counts)),
        );
        for case in &cases {
            write_case(&mut body, &name, case);
        }
        line(&mut body, 1, "</testsuite>");
    }
    let head = format!("<testsuites name=\"windlass check\" {}>", words(all));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}\n{body}</testsuites>")
}

fn cases<'a>(suite: &'a Suite<'_>, warnings: Warnings) -> Vec<Case<'a>> {
    match &suite.came {
        Came::Judged { found, refusal } => {
            let plan = refusal.map(|refusal| Case {
                name: "plan",
                within: Within::Failure {
                    kind: refusal.code.name(),
                    message: refusal.says.clone(),
                    text: because(refusal, suite.typed),
                },
            });
            let found = found.iter().map(|finding| Case {
                name: finding.check.as_str(),
                within: within(finding, suite.typed, warnings),
            });
            plan.into_iter().chain(found).collect()
        }
        Came::Trouble(why) => vec![Case {
            name: "look",
            within: Within::Error {
                message: why.clone(),
                text: why.clone(),
            },
        }],
    }
}

fn within(finding: &Finding, typed: &str, warnings: Warnings) -> Within {
    let text = evidence(finding, typed);
    let message = finding.title.clone();
    match (&finding.verdict, finding.bars(), warnings) {
        (Verdict::Pass, ..) => Within::Nothing,
        (Verdict::Waived { by, reason, .. }, ..) => {
            Within::Skipped(format!("waived by {by}: {reason}"))
        }
        (Verdict::Unknown(why), true, _) => Within::Error {
            message: format!("could not be looked at: {why}"),
            text,
        },
        (Verdict::Fail, true, _) => Within::Failure {
            kind: "fail",
            message,
            text,
        },
        (Verdict::Warn | Verdict::Fail | Verdict::Unknown(_), _, Warnings::Fail) => {
            Within::Failure {
                kind: "warn",
                message,
                text,
            }
        }
        (Verdict::Warn | Verdict::Fail | Verdict::Unknown(_), _, Warnings::Pass) => {
            Within::Words(format!("warning: {message}\n{text}"))
        }
    }
}

/// Evidence, source and mending, a line each.
fn evidence(finding: &Finding, typed: &str) -> String {
    let mut out = Vec::new();
    if let Verdict::Unknown(why) = &finding.verdict {
        out.push(format!("not seen: {why}"));
    }
    let seen = finding.seen.iter();
    out.extend(seen.map(|found| format!("seen: {}: {}", found.object, found.seen)));
    out.push(format!("binds: {}", binds(finding.binds)));
    for (label, text) in [("source", &finding.source), ("mend", &finding.mend)] {
        if !text.is_empty() {
            out.push(format!("{label}: {}", spoken(text, typed)));
        }
    }
    out.join("\n")
}

fn because(refusal: &Refusal, typed: &str) -> String {
    let facts = refusal
        .because
        .iter()
        .map(|one| format!("because: {}", one.fact));
    let hints = refusal
        .hints
        .iter()
        .map(|hint| format!("mend: {}", spoken(hint, typed)));
    facts.chain(hints).collect::<Vec<_>>().join("\n")
}

fn counted(cases: &[Case<'_>]) -> Counts {
    let mut counts = Counts {
        tests: cases.len(),
        ..Counts::default()
    };
    for case in cases {
        match &case.within {
            Within::Failure { .. } => counts.failures += 1,
            Within::Error { .. } => counts.errors += 1,
            Within::Skipped(_) => counts.skipped += 1,
            Within::Nothing | Within::Words(_) => {}
        }
    }
    counts
}

fn words(counts: Counts) -> String {
    let Counts {
        tests,
        failures,
        errors,
        skipped,
    } = counts;
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn write_case(body: &mut String, class: &str, case: &Case<'_>) {
    let head = format!(
        "<testcase classname=\"{class}\" name=\"{}\"",
        escaped(case.name)
    );
    let inner = match &case.within {
        Within::Nothing => return line(body, 2, &format!("{head}/>")),
        Within::Failure {
            kind,
            message,
            text,
        } => format!(
            "<failure type=\"{kind}\" message=\"{}\">{}</failure>",
            escaped(message),
            escaped(text)
        ),
        Within::Error { message, text } => format!(
            "<error type=\"unknown\" message=\"{}\">{}</error>",
            escaped(message),
            escaped(text)
        ),
        Within::Skipped(why) => format!("<skipped message=\"{}\"/>", escaped(why)),
        Within::Words(text) => format!("<system-out>{}</system-out>", escaped(text)),
    };
    line(body, 2, &format!("{head}>"));
    line(body, 3, &inner);
    line(body, 2, "</testcase>");
}

fn line(body: &mut String, depth: usize, text: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(body, "{}{text}", "  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_engine::catalog::{Binds, Severity};
    use windlass_engine::snapshot::Found;
    use windlass_engine::time::Wall;

    fn finding(check: &str, verdict: Verdict, severity: Severity) -> Finding {
        Finding {
            check: check.into(),
            title: format!("{check} is <well>"),
            verdict,
            severity,
            binds: Binds::Now,
            seen: vec![Found {
                object: "topic a&b".into(),
                seen: "1 \u{1b}replica \"x\"".into(),
            }],
            at: Wall(0),
            mend: "windlass observe {cluster}".into(),
            source: "docs".into(),
        }
    }

    #[test]
    fn a_document() {
        let waived = Verdict::Waived {
            by: "ada".into(),
            reason: "known".into(),
            until: Wall(1),
        };
        let findings = [
            finding("a", Verdict::Pass, Severity::Fail),
            finding("b", Verdict::Fail, Severity::Fail),
            finding("c", Verdict::Unknown("silent".into()), Severity::FailAlways),
            finding("d", waived, Severity::Fail),
            finding("e", Verdict::Warn, Severity::Warn),
        ];
        let suites = [
            Suite {
                name: "orders",
                typed: "orders",
                came: Came::Judged {
                    found: &findings,
                    refusal: None,
                },
            },
            Suite {
                name: "audit",
                typed: "audit",
                came: Came::Trouble("nobody answers".into()),
            },
        ];
        insta::assert_snapshot!(document(&suites, Warnings::Pass));
        let strict = document(&suites, Warnings::Fail);
        assert!(
            strict.contains("tests=\"6\" failures=\"2\" errors=\"2\" skipped=\"1\""),
            "{strict}"
        );
    }
}
