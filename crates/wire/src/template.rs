//! Placeholders in texts: `{release}` and its like, a closed set.
//!
//! Only `{letters}` is a placeholder; all other braces stand for themselves.
//! Must never know: what is filled in. Stories: in this file.

use crate::diagnostic::Code;
use crate::field::one_of;
use crate::value::Wrong;
use windlass_engine::nearest::nearest;

/// In commands, arguments and environments.
pub const IN_COMMANDS: &[&str] = &["release", "version", "config", "id", "dir"];
/// In the place where releases lie.
pub const IN_RELEASES: &[&str] = &["version"];
/// In the command that fetches a release.
pub const IN_FETCHES: &[&str] = &["release", "version"];
/// In paths of members.
pub const IN_PATHS: &[&str] = &["id"];

/// The text, if each placeholder in it is one of the allowed.
///
/// # Errors
/// [`Wrong`] with the nearest name.
pub fn check(text: &str, allowed: &[&str]) -> Result<String, Wrong> {
    if text.chars().any(char::is_control) {
        return Err(Wrong::new(
            "it holds a line break or another control character",
            "one line of text",
        ));
    }
    let quoted: Vec<String> = allowed.iter().map(|name| format!("{{{name}}}")).collect();
    let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
    for name in names(text) {
        if allowed.contains(&name) {
            continue;
        }
        let known = IN_COMMANDS.contains(&name);
        let says = if known {
            format!("`{{{name}}}` is not to be had here")
        } else {
            format!("unknown placeholder `{{{name}}}`")
        };
        return Err(Wrong {
            code: Code::UnknownPlaceholder,
            says,
            expected: one_of(&quoted),
            help: nearest(name, allowed.iter().copied())
                .map(|near| format!("did you mean `{{{near}}}`?")),
        });
    }
    Ok(text.to_owned())
}

/// Whether the text names the placeholder.
#[must_use]
pub fn uses(text: &str, name: &str) -> bool {
    names(text).any(|found| found == name)
}

/// The text with each placeholder replaced that `with` knows.
#[must_use]
pub fn fill<'v>(text: &str, with: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = first(rest) {
        out.push_str(before);
        match with(name) {
            Some(value) => out.push_str(value),
            None => out.push_str(&format!("{{{name}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, name, after) = first(rest)?;
        rest = after;
        Some(name)
    })
}

/// What stands before the first placeholder, its name, and what follows.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let inner = &text[open + 1..];
        let letters = inner
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(inner.len());
        if letters > 0 && inner[letters..].starts_with('}') {
            return Some((&text[..open], &inner[..letters], &inner[letters + 1..]));
        }
        from = open + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_in_braces_are_a_placeholder() {
        let filled = fill("{release}/{id} {\"a\": {}} {{id}", |name| {
            (name == "id").then_some("7")
        });
        assert_eq!(filled, "{release}/7 {\"a\": {}} {7");
        assert!(uses("-{config}-", "config") && !uses("{config", "config"));
    }

    #[test]
    fn a_wrong_name_is_said_with_the_nearest() {
        let wrong = check("{relaese}/bin", IN_COMMANDS).expect_err("no such name");
        assert_eq!(wrong.says, "unknown placeholder `{relaese}`");
        assert_eq!(wrong.help.as_deref(), Some("did you mean `{release}`?"));
        let wrong = check("/srv/{config}", IN_PATHS).expect_err("not there");
        assert_eq!(wrong.says, "`{config}` is not to be had here");
        assert_eq!(wrong.expected, "`{id}`");
    }
}
