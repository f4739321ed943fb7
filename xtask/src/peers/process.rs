//! Processes by pid: started in a session of their own, looked at through /proc, ended gently or not.
//!
//! Must never know: what kind of program it is.
//! Tests: here, and every lab in `tests/it`.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, kill_process};

pub use rustix::process::Signal;

use super::{PeerError, doing};

/// Ends are looked for this often: short beside the 0.3 s that a broker needs at least.
const LOOK_EVERY_MS: u64 = 20;

/// Output kept in an error: enough for a Maven or Kafka complaint, not for a whole log.
const TAIL_LINES: usize = 30;

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or does not end with 0; its last lines are in the error.
pub fn run(command: &mut Command) -> Result<String, PeerError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(doing(format!("run {name}")))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let all = stdout + &String::from_utf8_lossy(&output.stderr);
    Err(PeerError::Failed {
        command: name,
        status: output.status.to_string(),
        output: tail(&all),
    })
}

/// The last lines of a text.
#[must_use]
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// What to start, and where it writes.
#[derive(Debug)]
pub struct Launch<'a> {
    pub program: &'a Path,
    pub arguments: &'a [String],
    pub environment: &'a [(String, String)],
    pub folder: &'a Path,
    pub log: &'a Path,
    pub pid_file: &'a Path,
}

/// Starts a program in a session of its own that outlives us, and writes its pid file.
///
/// The shell between us and it ends at once, so that the program is nobody's child here: when it ends it is
/// reaped by the system and is really gone for everyone who looks.
///
/// # Errors
/// When it cannot be started.
pub fn launch(launch: &Launch<'_>) -> Result<i32, PeerError> {
    const SCRIPT: &str = r#"log=$1; shift; setsid "$@" </dev/null >>"$log" 2>&1 & echo $!"#;
    let mut command = Command::new("sh");
    command
        .args(["-c", SCRIPT, "launch"])
        .arg(launch.log)
        .arg(launch.program)
        .args(launch.arguments);
    command
        .envs(launch.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(launch.folder);
    let printed = run(&mut command)?;
    let pid: i32 = printed.trim().parse().map_err(|_not_a_number| {
        PeerError::Refused(format!("no pid from the launcher: {printed:?}"))
    })?;
    super::cache::put(launch.pid_file, format!("{pid}\n").as_bytes())?;
    Ok(pid)
}

/// The pid in a pid file, if there is one.
#[must_use]
pub fn pid_in(file: &Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// Whether the process runs; one that ended and was not yet reaped does not.
#[must_use]
pub fn alive(pid: i32) -> bool {
    stat(pid).is_some_and(|(state, _start)| state != "Z" && state != "X")
}

/// Start time in clock ticks since boot: with the pid it names one process for good.
#[must_use]
pub fn start_ticks(pid: i32) -> Option<u64> {
    stat(pid).map(|(_state, start)| start)
}

/// Whether one of the process's arguments names this file, absolute or from where the process runs.
#[must_use]
pub fn names_file(pid: i32, file: &Path) -> bool {
    let folder = fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
    let named = |part: &[u8]| folder.join(std::ffi::OsStr::from_bytes(part)) == file;
    fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|line| line.split(|byte| *byte == 0).any(named))
}

/// State letter and start time of `/proc/PID/stat`, whose second field may hold blanks.
fn stat(pid: i32) -> Option<(String, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some(((*fields.first()?).to_owned(), fields.get(19)?.parse().ok()?))
}

/// Sends a signal; a process that is already gone is no error.
pub fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        // The only other outcome than success is that it is gone or not ours; callers look with `alive`.
        kill_process(pid, signal).unwrap_or_default();
    }
}

/// Waits until the process is gone; false when it still runs after the limit.
#[must_use]
pub fn gone_within(pid: i32, limit: Duration) -> bool {
    let start = Instant::now();
    while alive(pid) {
        if start.elapsed() >= limit {
            return false;
        }
        sleep(Duration::from_millis(LOOK_EVERY_MS));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_alive_and_have_a_start() {
        let me = i32::try_from(std::process::id()).expect("pids are small");
        assert!(alive(me));
        assert!(start_ticks(me).is_some_and(|ticks| ticks > 0));
        assert!(!alive(i32::MAX));
    }

    #[test]
    fn a_launched_program_is_not_our_child_and_can_be_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, pid_file) = (folder.path().join("log"), folder.path().join("pid"));
        let pid = launch(&Launch {
            program: Path::new("sleep"),
            arguments: &["30".to_owned()],
            environment: &[],
            folder: folder.path(),
            log: &log,
            pid_file: &pid_file,
        })
        .expect("sleep starts");
        assert_eq!(pid_in(&pid_file), Some(pid));
        assert!(alive(pid));
        signal(pid, Signal::TERM);
        assert!(gone_within(pid, Duration::from_secs(5)));
    }
}
