//! Figures whose measured code lives in xtask itself are measured in a release build of xtask.
//!
//! Must never know: what is measured.
//! Tests: below; every figure that uses it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::workspace::{NotSo, Trouble, cargo};

/// The value as a release build measures it, with what it prints beside it; none: this is one already.
///
/// A figure begins with `if let Some(done) = release::again(NAME) { return done; }`.
pub(in crate::figure) fn again(name: &str) -> Option<Result<f64, Trouble>> {
    cfg!(debug_assertions).then(|| measured(name))
}

fn measured(name: &str) -> Result<f64, Trouble> {
    let words = [
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "xtask",
        "--",
        "figure",
        name,
    ];
    let mut child = cargo(&words)?.stdout(Stdio::piped()).spawn()?;
    let mut value = None;
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            let line = line?;
            match value_in(&line, name) {
                // Its verdict is ours to say once more.
                Some(found) => value = Some(found),
                None => println!("{line}"),
            }
        }
    }
    let status = child.wait()?;
    value.ok_or_else(|| {
        NotSo(format!(
            "the release build of xtask measured nothing ({status})"
        ))
        .into()
    })
}

/// The value in a figure's last line.
fn value_in(line: &str, name: &str) -> Option<f64> {
    let mut words = line.split(' ');
    (words.next() == Some(name) && line.contains("(goal: ")).then_some(())?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::value_in;

    #[test]
    fn only_the_figures_own_last_line_has_its_value() {
        let line = "kill9 0 missing (goal: 0) pass";
        assert_eq!(value_in(line, "kill9"), Some(0.0));
        assert_eq!(value_in(line, "reaction"), None);
        assert_eq!(value_in("kill9 400 of 2000 (66.1 a second)", "kill9"), None);
    }
}
