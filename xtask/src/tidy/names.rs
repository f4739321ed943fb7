//! File names that say nothing.
//!
//! Must never know: what is in a file.
//! Tests: below.

/// A file of such a name has no subject, so anything ends up in it.
const EMPTY: [&str; 7] = [
    "imp", "utils", "helpers", "common", "types", "misc", "manager",
];

pub(super) fn findings(files: &[String]) -> Vec<String> {
    let empty = |path: &&String| {
        let is_source = path.ends_with(".rs");
        is_source
            && path
                .trim_end_matches(".rs")
                .split('/')
                .any(|part| EMPTY.contains(&part))
    };
    files
        .iter()
        .filter(empty)
        .map(|path| format!("{path}: a name that names no subject"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn files_and_folders_without_a_subject_are_found() {
        let files = [
            "a/src/utils.rs",
            "a/src/common/x.rs",
            "a/src/kafka.rs",
            "docs/types.md",
        ];
        let found = findings(&files.map(str::to_owned));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
