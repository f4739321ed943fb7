//! Faults of a catalog that its types cannot keep out: facts without a source, names that lead nowhere.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`.

use super::{Catalog, Raising, Skew};
use crate::names::Component;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// A fault of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// Where: `skew broker-not-newer`.
    pub at: String,
    /// What is wrong, in words.
    pub what: String,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl Catalog {
    /// Everything in it that cannot be meant so; nothing for a sound catalog.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let mut found = Vec::new();
        self.lint_names(&mut found);
        self.lint_sources(&mut found);
        self.lint_releases(&mut found);
        self.lint_levels(&mut found);
        self.lint_rules(&mut found);
        found
    }

    fn lint_names(&self, found: &mut Vec<Lint>) {
        let mut each = |kind: &str, names: Vec<String>| {
            let mut seen = BTreeSet::new();
            for name in names {
                if name.is_empty() {
                    say(found, kind, "has an empty name");
                } else if !seen.insert(name.clone()) {
                    say(found, &format!("{kind} {name}"), "stands twice");
                }
            }
        };
        let text = |v: &dyn fmt::Display| v.to_string();
        each(
            "component",
            self.components.iter().map(|c| text(&c.name)).collect(),
        );
        each(
            "release",
            self.releases.iter().map(|r| text(&r.version)).collect(),
        );
        each("line", self.lines.iter().map(|l| text(&l.line)).collect());
        each("level", self.levels.iter().map(|l| text(&l.name)).collect());
        each("skew", self.skew.iter().map(|r| r.id.clone()).collect());
        each("check", self.checks.iter().map(|c| text(&c.id)).collect());
        each(
            "hazard",
            self.hazards.iter().map(|h| h.id.clone()).collect(),
        );
        each(
            "action",
            self.actions.iter().map(|a| text(&a.name)).collect(),
        );
    }

    fn lint_sources(&self, found: &mut Vec<Lint>) {
        let components = self
            .components
            .iter()
            .map(|c| (format!("component {}", c.name), &c.source));
        let releases = self
            .releases
            .iter()
            .map(|r| (format!("release {}", r.version), &r.source));
        let lines = self
            .lines
            .iter()
            .map(|l| (format!("line {}", l.line), &l.source));
        let levels = self
            .levels
            .iter()
            .map(|l| (format!("level {}", l.name), &l.source));
        let paths = self
            .paths
            .iter()
            .map(|p| (format!("path {} to {}", p.from, p.to), &p.source));
        let skew = self
            .skew
            .iter()
            .map(|r| (format!("skew {}", r.id), &r.source));
        let checks = self
            .checks
            .iter()
            .map(|c| (format!("check {}", c.id), &c.source));
        let hazards = self
            .hazards
            .iter()
            .map(|h| (format!("hazard {}", h.id), &h.source));
        let actions = self
            .actions
            .iter()
            .map(|a| (format!("action {}", a.name), &a.source));
        let all = components
            .chain(releases)
            .chain(lines)
            .chain(levels)
            .chain(paths);
        for (at, source) in all.chain(skew).chain(checks).chain(hazards).chain(actions) {
            if source.trim().is_empty() {
                say(found, &at, "names no source");
            }
        }
        for check in &self.checks {
            if check.mend.trim().is_empty() {
                say(
                    found,
                    &format!("check {}", check.id),
                    "does not say what to do",
                );
            }
        }
    }

    fn lint_releases(&self, found: &mut Vec<Lint>) {
        for pair in self.releases.windows(2) {
            if pair[0].version > pair[1].version {
                say(
                    found,
                    &format!("release {}", pair[1].version),
                    &format!("stands after {}: releases go oldest first", pair[0].version),
                );
            }
        }
        for release in &self.releases {
            if release.version.is_line() {
                say(
                    found,
                    &format!("release {}", release.version),
                    "is a line, no release",
                );
            }
            if self.line(&release.version).is_none() {
                say(
                    found,
                    &format!("release {}", release.version),
                    &format!("nothing says what line {} supports", release.version.line()),
                );
            }
        }
        for path in &self.paths {
            if !self.releases.iter().any(|r| path.to.holds(&r.version)) {
                say(
                    found,
                    &format!("path {} to {}", path.from, path.to),
                    "leads to no release",
                );
            }
        }
        for hazard in &self.hazards {
            if !self.releases.iter().any(|r| hazard.at.holds(&r.version)) {
                say(found, &format!("hazard {}", hazard.id), "is at no release");
            }
        }
    }

    fn lint_levels(&self, found: &mut Vec<Lint>) {
        for line in &self.lines {
            for (name, (low, high)) in &line.levels {
                let at = format!("line {}", line.line);
                match self.level(name) {
                    None => say(found, &at, &format!("level {name} is described nowhere")),
                    Some(facts) => {
                        let nameless = !facts.names.is_empty() && !facts.names.contains_key(high);
                        if facts.raise == Raising::OnFinalize && nameless {
                            say(found, &at, &format!("level {name} {high} has no name"));
                        }
                    }
                }
                if low > high {
                    say(found, &at, &format!("level {name}: {low} is above {high}"));
                }
            }
        }
        for path in &self.paths {
            for name in path.needs.keys().filter(|name| self.level(name).is_none()) {
                say(
                    found,
                    &format!("path {} to {}", path.from, path.to),
                    &format!("needs level {name}, which is described nowhere"),
                );
            }
        }
    }

    fn lint_rules(&self, found: &mut Vec<Lint>) {
        let known = |name: &Component| self.component(name).is_some();
        for rule in &self.skew {
            let at = format!("skew {}", rule.id);
            for name in [&rule.of, &rule.from]
                .into_iter()
                .filter(|name| !known(name))
            {
                say(
                    found,
                    &at,
                    &format!("component {name} is described nowhere"),
                );
            }
            match rule.allow {
                Skew::Lines(low, high) | Skew::Minors(low, high) if low > high => {
                    say(
                        found,
                        &at,
                        &format!("{low} is above {high}: nothing is allowed"),
                    );
                }
                Skew::NotNewer | Skew::Equal if rule.of == rule.from => {
                    say(
                        found,
                        &at,
                        "forbids any roll: a component cannot move all at once",
                    );
                }
                Skew::Pairs(ref pairs) if pairs.is_empty() => {
                    say(found, &at, "names no pair: nothing is allowed");
                }
                Skew::NotNewer
                | Skew::Equal
                | Skew::Lines(..)
                | Skew::Minors(..)
                | Skew::Pairs(_) => {}
            }
        }
        for action in self.actions.iter().filter(|action| !known(&action.after)) {
            say(
                found,
                &format!("action {}", action.name),
                &format!("component {} is described nowhere", action.after),
            );
        }
    }
}

fn say(found: &mut Vec<Lint>, at: &str, what: &str) {
    found.push(Lint {
        at: at.into(),
        what: what.into(),
    });
}
