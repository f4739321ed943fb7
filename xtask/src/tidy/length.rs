//! Files over 500 lines stand in a ratchet file that may only shrink.
//!
//! Must never know: what is in a file.
//! Tests: below.

use std::collections::BTreeMap;

/// Lines of `LINES PATH`: what was too long once, and how long it may be today.
pub(super) const RATCHET: &str = "xtask/ratchet.txt";

/// Above this a file has two subjects.
const FILE_MAX_LINES: usize = 500;

/// What is written by hand and read as a whole.
const KINDS: [&str; 4] = [".rs", ".java", ".sh", ".py"];

pub(super) fn findings(ratchet: &str, lengths: &[(&str, usize)]) -> Vec<String> {
    let lines = ratchet
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let allowed: BTreeMap<&str, usize> = lines
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(lines, path)| Some((path, lines.parse().ok()?)))
        .collect();
    let present: BTreeMap<&str, usize> = lengths.iter().copied().collect();
    let mut findings = Vec::new();
    for (path, lines) in &present {
        if !KINDS.iter().any(|kind| path.ends_with(kind)) {
            continue;
        }
        match allowed.get(path) {
            None if *lines > FILE_MAX_LINES => {
                findings.push(format!(
                    "{path}: {lines} lines, above {FILE_MAX_LINES}: look for two rooms"
                ));
            }
            Some(limit) if lines > limit => {
                findings.push(format!(
                    "{path}: {lines} lines, and {RATCHET} lets it only shrink from {limit}"
                ));
            }
            Some(limit) if lines < limit => {
                findings.push(format!(
                    "{path}: {lines} lines; lower its line in {RATCHET} from {limit}"
                ));
            }
            None | Some(_) => {}
        }
    }
    for path in allowed.keys() {
        if present
            .get(path)
            .is_none_or(|lines| *lines <= FILE_MAX_LINES)
        {
            findings.push(format!("{RATCHET}: {path} needs no line any more"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn the_ratchet_only_turns_one_way() {
        assert!(findings("", &[("a.rs", 500)]).is_empty());
        assert_eq!(findings("", &[("a.rs", 501)]).len(), 1);
        assert!(findings("600 a.rs\n", &[("a.rs", 600)]).is_empty());
        assert_eq!(findings("600 a.rs\n", &[("a.rs", 601)]).len(), 1);
        assert_eq!(findings("600 a.rs\n", &[("a.rs", 599)]).len(), 1);
        assert_eq!(
            findings("600 a.rs\n", &[]),
            ["xtask/ratchet.txt: a.rs needs no line any more"]
        );
        assert!(findings("", &[("a.yaml", 900)]).is_empty());
    }
}
