//! `cargo xtask deny`: licences and banned crates of all that is built into windlass.
//!
//! Must never know: anything but names and licence texts. Advisories need a database and are not looked at.
//! Tests: below, and the real tree each time it runs.

use std::collections::BTreeSet;

use crate::fuzz;
use crate::peers::process::run as output;
use crate::workspace::{NotSo, Trouble, cargo, root};

/// Licences that ask for no more than a notice.
const ALLOWED: [&str; 14] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "BSL-1.0",
    "CC0-1.0",
    "MIT-0",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
    "Apache-2.0 WITH LLVM-exception",
];

/// Crates that may not be built in, with the reason.
const BANNED: [(&str, &str); 6] = [
    (
        "openssl",
        "one crypto provider, and none that needs a system library",
    ),
    (
        "openssl-sys",
        "one crypto provider, and none that needs a system library",
    ),
    ("native-tls", "one crypto provider"),
    (
        "ring",
        "in security-only maintenance; aws-lc-rs is the provider",
    ),
    (
        "chrono",
        "soft-deprecated by its maintainers; jiff is the calendar",
    ),
    ("rsa", "RUSTSEC-2023-0071 has no fix"),
];

/// Allowed in what only the fuzz targets are built of, which are never shipped: a notice is asked for there too.
const ALLOWED_UNSHIPPED: [(&str, &str); 1] = [("libfuzzer-sys", "(MIT OR Apache-2.0) AND NCSA")];

/// The two trees: what windlass is built of, and what the fuzz targets are built of.
const TREES: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Looks at every crate in the built trees and prints what is not allowed.
///
/// # Errors
/// When cargo cannot be asked, or something is not allowed.
pub fn run() -> Result<(), Trouble> {
    fuzz::lock()?;
    for tree in TREES {
        allowed(tree)?;
    }
    let lock = |manifest: &str| {
        let lock = root().join(manifest).with_file_name("Cargo.lock");
        std::fs::read_to_string(lock)
    };
    let apart = apart(&lock(TREES[0])?, &lock(TREES[1])?);
    apart.iter().for_each(|crate_| eprintln!("{crate_}"));
    if apart.is_empty() {
        return Ok(());
    }
    Err(NotSo("fuzz/Cargo.lock tests other crates than are shipped".into()).into())
}

fn allowed(manifest: &str) -> Result<(), Trouble> {
    // The built tree, not the lock file: that names crates which no feature turns on.
    let tree = output(&mut cargo(&[
        "tree",
        "--locked",
        "--manifest-path",
        manifest,
        "--workspace",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
    ])?)?;
    let crates: BTreeSet<&str> = tree.lines().filter(|line| line.contains('\t')).collect();
    let findings: Vec<String> = crates.iter().filter_map(|line| finding(line)).collect();
    findings.iter().for_each(|finding| eprintln!("{finding}"));
    match findings.len() {
        0 if crates.is_empty() => {
            Err(NotSo("cargo named no crates: nothing was looked at".into()).into())
        }
        0 => {
            eprintln!("{manifest}: {} crates, all allowed", crates.len());
            Ok(())
        }
        count => Err(NotSo(format!(
            "{count} of {} crates are not allowed",
            crates.len()
        ))
        .into()),
    }
}

/// Crates that both lock files name, and the second in a version that the first does not.
fn apart(shipped: &str, fuzzed: &str) -> Vec<String> {
    let shipped = locked(shipped);
    let names: BTreeSet<&str> = shipped.iter().map(|(name, _)| *name).collect();
    let mut apart: Vec<String> = locked(fuzzed)
        .difference(&shipped)
        .filter(|(name, _)| names.contains(name))
        .map(|(name, version)| format!("fuzz/Cargo.lock: {name} {version} is not in Cargo.lock"))
        .collect();
    apart.sort();
    apart
}

/// Names and versions of a lock file.
fn locked(lock: &str) -> BTreeSet<(&str, &str)> {
    lock.split("[[package]]")
        .filter_map(|block| Some((quoted(block, "name = \"")?, quoted(block, "version = \"")?)))
        .collect()
}

fn quoted<'t>(block: &'t str, field: &str) -> Option<&'t str> {
    let (_, rest) = block.split_once(field)?;
    rest.split('"').next()
}

fn finding(line: &str) -> Option<String> {
    let (package, licence) = line.split_once('\t')?;
    let name = package.split(' ').next()?;
    if let Some((_name, reason)) = BANNED.iter().find(|(banned, _reason)| *banned == name) {
        return Some(format!("{package} is banned: {reason}"));
    }
    // A star marks a crate that was printed before.
    let licence = licence.trim_end_matches("(*)").trim();
    let is_unshipped = ALLOWED_UNSHIPPED.contains(&(name, licence));
    (!is_unshipped && !is_allowed(licence)).then(|| format!("{package} has licence {licence:?}"))
}

/// Whether a licence expression can be met with allowed ones: one side of `OR`, both of `AND`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ");
    let words = spaced.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut rest = &words[..];
    either(&mut rest) && rest.is_empty()
}

fn either(rest: &mut &[&str]) -> bool {
    let mut met = both(rest);
    while let Some((&"OR", after)) = rest.split_first() {
        *rest = after;
        // Not short-circuited: the words must be read on.
        met |= both(rest);
    }
    met
}

fn both(rest: &mut &[&str]) -> bool {
    let mut met = single(rest);
    while let Some((&"AND", after)) = rest.split_first() {
        *rest = after;
        met &= single(rest);
    }
    met
}

fn single(rest: &mut &[&str]) -> bool {
    match rest.split_first() {
        Some((&"(", after)) => {
            *rest = after;
            let met = either(rest);
            let closed = rest.first() == Some(&")");
            *rest = rest.get(1..).unwrap_or(&[]);
            met && closed
        }
        Some((name, [with, exception, after @ ..])) if *with == "WITH" => {
            *rest = after;
            ALLOWED.contains(&format!("{name} WITH {exception}").as_str())
        }
        Some((name, after)) => {
            *rest = after;
            ALLOWED.contains(name)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_met_by_one_side_of_or_and_both_of_and() {
        for allowed in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in [
            "",
            "MPL-2.0",
            "MIT AND GPL-3.0",
            "(GPL-2.0 OR GPL-3.0) AND MIT",
            "MIT)",
        ] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }

    #[test]
    fn what_is_fuzzed_is_what_is_shipped() {
        let package = |name: &str, version: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n")
        };
        let shipped =
            package("serde", "1.0.1") + &package("syn", "2.0.0") + &package("syn", "3.0.0");
        let same = package("serde", "1.0.1") + &package("syn", "3.0.0") + &package("cc", "1.0.0");
        assert!(apart(&shipped, &same).is_empty());
        let found = apart(&shipped, &package("serde", "1.0.2"));
        assert_eq!(found, ["fuzz/Cargo.lock: serde 1.0.2 is not in Cargo.lock"]);
    }

    #[test]
    fn a_banned_crate_is_named_with_its_reason() {
        let found = finding("ring v0.17.0\tApache-2.0 AND ISC").expect("a finding");
        assert!(found.starts_with("ring v0.17.0 is banned: "));
        assert_eq!(finding("serde v1.0.0\tMIT OR Apache-2.0 (*)"), None);
    }
}
