//! One target under the driver: its limits, what it leaves, and what is said of it.
//!
//! Must never know: what the target reads. Tests: each `cargo xtask fuzz`; the words of the driver below.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::build::Built;
use super::dictionary;
use crate::peers::process::tail;
use crate::workspace::{NotSo, Trouble, root};

/// The slowest input of the kept corpus takes a hundredth of it; a reader that needs more is unbounded.
const INPUT_MAX_SECS: u64 = 10;

/// The nine catalogs made ready take a tenth of it; what is read from a few kilobytes must not need it.
const MEMORY_MAX_MB: u64 = 768;

/// Room for two of each thing that a catalog can hold; longer inputs only slow the driver down.
const INPUT_MAX_BYTES: u64 = 8 << 10;

/// What becomes of inputs that reached new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// They go with the run, so that each run of the tests begins with the same.
    Forgotten,
    /// They stay beside the built targets, and the next run by hand begins with them.
    Remembered,
    /// Those that reach more than what is kept already are kept too.
    Kept,
}

/// Looks for inputs that break a target; the line says how many were tried.
///
/// # Errors
/// When one does, with how to feed it again; or when the driver did not try.
pub(super) fn hunt(
    built: &Built,
    target: &str,
    time: Duration,
    growth: Growth,
) -> Result<String, Trouble> {
    let kept = root().join("fuzz/corpus").join(target);
    let begun = fs::read_dir(&kept)?.count();
    let temporary = tempfile::tempdir()?;
    let found = match growth {
        Growth::Forgotten => temporary.path().to_path_buf(),
        Growth::Remembered | Growth::Kept => folder(&built.leavings, "corpus", target)?,
    };
    let crashes = folder(&built.leavings, "crashes", target)?;
    let mut command = driver(built, target, &crashes)?;
    command
        .arg(format!("-max_total_time={}", time.as_secs()))
        .arg("-print_final_stats=1");
    let (said, ended) = logged(command.arg(&found).arg(&kept), built, target)?;
    if !ended {
        return Err(NotSo(broken(target, &said)).into());
    }
    let tried = stat(&said, "number_of_executed_units").unwrap_or(0);
    if tried <= u64::try_from(begun)? {
        let what = format!("{target}: only {tried} inputs were tried, and {begun} are kept");
        return Err(NotSo(format!("{what}\n{}", tail(&said))).into());
    }
    let grown = stat(&said, "new_units_added").unwrap_or(0);
    if growth == Growth::Kept {
        let mut command = driver(built, target, &crashes)?;
        let merge = command.arg("-merge=1").arg(&kept).arg(&found);
        let (said, ended) = logged(merge, built, &format!("{target}-merge"))?;
        if !ended {
            return Err(NotSo(broken(target, &said)).into());
        }
    }
    let seconds = time.as_secs();
    Ok(format!(
        "{target}: {tried} inputs in {seconds} s, {begun} kept at first, {grown} reached new code, none broke it"
    ))
}

/// Feeds one input, and shows all that is said.
///
/// # Errors
/// When it breaks the target.
pub(super) fn again(built: &Built, target: &str, input: &Path) -> Result<(), Trouble> {
    let crashes = folder(&built.leavings, "crashes", target)?;
    let status = driver(built, target, &crashes)?.arg(input).status()?;
    if status.success() {
        return Ok(());
    }
    Err(NotSo(format!("{} breaks {target} ({status})", input.display())).into())
}

/// The target's program with its limits.
fn driver(built: &Built, target: &str, crashes: &Path) -> Result<Command, Trouble> {
    let mut command = Command::new(built.programs.join(target));
    command
        .arg(format!("-artifact_prefix={}/", crashes.display()))
        .arg(format!("-timeout={INPUT_MAX_SECS}"))
        .arg(format!("-rss_limit_mb={MEMORY_MAX_MB}"))
        .arg(format!("-max_len={INPUT_MAX_BYTES}"));
    if let Some(dictionary) = dictionary::of(target, &built.leavings)? {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    Ok(command)
}

/// Runs with its words in a file; they are thousands of lines. Returns them, and whether it ended well.
fn logged(command: &mut Command, built: &Built, name: &str) -> Result<(String, bool), Trouble> {
    let file = folder(&built.leavings, "logs", "")?.join(format!("{name}.log"));
    let log = File::create(&file)?;
    let status = command.stdout(log.try_clone()?).stderr(log).status()?;
    let said = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
    Ok((said, status.success()))
}

/// What went wrong, as the target and the driver said it, and how to see it again.
fn broken(target: &str, said: &str) -> String {
    let input = said
        .lines()
        .rev()
        .find_map(|line| line.split_once("Test unit written to "));
    let again = match input {
        Some((_, file)) => format!("again: cargo xtask fuzz {target} --again {}", file.trim()),
        None => "the driver left no input".to_owned(),
    };
    let panic: Vec<&str> = said
        .lines()
        .skip_while(|line| !line.contains("panicked at"))
        .take(PANIC_SHOWN_LINES)
        .collect();
    format!(
        "{target} is broken:\n{}\n{}\n{again}",
        panic.join("\n"),
        tail(said)
    )
}

/// A panic's place and message, with the values that differ.
const PANIC_SHOWN_LINES: usize = 6;

/// A number of `-print_final_stats`.
fn stat(said: &str, name: &str) -> Option<u64> {
    let line = said.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once("stat::")?;
        rest.strip_prefix(name)?.strip_prefix(':')
    });
    line?.trim().parse().ok()
}

fn folder(leavings: &Path, kind: &str, target: &str) -> Result<PathBuf, Trouble> {
    let folder = leavings.join(kind).join(target);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_driver_says_is_understood() {
        let said = "Done 9 runs in 1 second(s)\nstat::number_of_executed_units: 9\nstat::new_units_added:          2\n";
        assert_eq!(stat(said, "number_of_executed_units"), Some(9));
        assert_eq!(stat(said, "new_units_added"), Some(2));
        assert_eq!(stat(said, "peak_rss_mb"), None);
        let said = "thread 'x' panicked at a.rs:1:1:\nno\nartifact_prefix='c/'; Test unit written to c/crash-1\n";
        let told = broken("ranges", said);
        assert!(told.contains("panicked at a.rs:1:1:\nno"), "{told}");
        assert!(
            told.ends_with("again: cargo xtask fuzz ranges --again c/crash-1"),
            "{told}"
        );
    }
}
