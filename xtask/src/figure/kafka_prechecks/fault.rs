//! A planted fault, and whether it was named: by its check, with the right object and remedy.
//!
//! Must never know: how it was planted.

use serde_json::Value;

/// What must be told of a fault.
pub(super) struct Fault {
    /// What was done.
    pub(super) what: &'static str,
    /// The check that must name it.
    pub(super) check: &'static str,
    /// The object that must be named, and a part of what must be said of it.
    pub(super) object: &'static str,
    pub(super) says: &'static str,
    /// A part of the remedy.
    pub(super) mend: &'static str,
}

impl Fault {
    pub(super) const fn new(
        what: &'static str,
        check: &'static str,
        object: &'static str,
        says: &'static str,
        mend: &'static str,
    ) -> Self {
        Self {
            what,
            check,
            object,
            says,
            mend,
        }
    }

    /// None: it was named; else what was told instead.
    pub(super) fn missed(&self, told: &Value) -> Option<String> {
        let Some(findings) = told["findings"].as_array() else {
            return Some(format!("no findings: {told}"));
        };
        let Some(one) = findings.iter().find(|one| one["check"] == self.check) else {
            return Some("it was not asked".into());
        };
        let text = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
        if text("verdict") == "pass" {
            return Some("it passed".into());
        }
        if !text("mend").contains(self.mend) {
            return Some(format!("another remedy: {}", text("mend")));
        }
        let named = |found: &Value| {
            found["object"].as_str() == Some(self.object)
                && found["seen"]
                    .as_str()
                    .is_some_and(|seen| seen.contains(self.says))
        };
        let seen = one["seen"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let unknown = text("verdict") == "unknown" && text("why").contains(self.says);
        if seen.iter().any(named) || (self.object.is_empty() && unknown) {
            return None;
        }
        Some(format!("other evidence: {} {}", one["seen"], one["why"]))
    }
}

/// Which of them were named; the misses are printed.
pub(super) fn named(told: &Value, faults: &[Fault]) -> (u32, u32) {
    let mut found = 0;
    for fault in faults {
        match fault.missed(told) {
            None => {
                found += 1;
                println!("  named   {:<28} {}", fault.check, fault.what);
            }
            Some(why) => println!("  MISSED  {:<28} {}: {why}", fault.check, fault.what),
        }
    }
    (found, u32::try_from(faults.len()).unwrap_or(u32::MAX))
}
