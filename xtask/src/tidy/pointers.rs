//! A module that says where its stories are names files that are there.
//!
//! Must never know: what is in them. Tests: below.

/// What a story's place looks like.
const STORIES: &str = "tests/it/";

/// Places of stories that lead nowhere, in the text of one file, given all files.
pub(super) fn findings(path: &str, text: &str, files: &[String]) -> Vec<String> {
    let Some((crate_of, _)) = path.split_once("/src/") else {
        return Vec::new();
    };
    let header = text.lines().take_while(|line| line.starts_with("//!"));
    let named = header.flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_file = |name: &&str| name.contains(STORIES) && name.ends_with(".rs");
    let is_there = |name: &&str| {
        let own = format!("{crate_of}/{name}");
        files.iter().any(|file| file == name || *file == own)
    };
    named
        .filter(is_file)
        .filter(|name| !is_there(name))
        .map(|name| format!("{path}: it says that stories are in `{name}`, which is not there"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_of_the_own_crate_or_of_the_whole_project() {
        let files = ["crates/a/tests/it/one.rs", "crates/b/tests/it/two.rs"].map(String::from);
        let said = |text: &str| findings("crates/a/src/lib.rs", text, &files);
        let good = "//! Stories: `tests/it/one.rs`, `crates/b/tests/it/two.rs`.\n";
        assert_eq!(said(good), Vec::<String>::new());
        assert_eq!(
            said("//! Stories: `tests/it/two.rs`.\n"),
            [
                "crates/a/src/lib.rs: it says that stories are in `tests/it/two.rs`, which is not there"
            ]
        );
    }
}
