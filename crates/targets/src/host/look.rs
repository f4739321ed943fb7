//! What runs for a member, seen in `/proc`: process, start time, and its release by the files it
//! holds open. A pid alone names nobody (pids are used again); boot, pid and start time do.
//!
//! Must never know: any system; change anything. Stories: `tests/it/host.rs`.

use super::deed::Places;
use super::mark::Mark;
use super::spec::FileName;
use std::fs;
use std::sync::{Mutex, OnceLock, PoisonError};
use windlass_engine::version::Version;
use windlass_runner::ports::hand::Running;

/// Start times in /proc count these; the kernel's unit for user space on every Linux we run on.
const TICKS_PER_SECOND: i64 = 100;

/// A process that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    pid: u32,
    start: u64,
    release: Option<Version>,
}

/// Looks, and remembers the process it saw last: most looks find the same again.
#[derive(Debug, Default)]
pub(super) struct Looker {
    last: Mutex<Option<Seen>>,
    boot: OnceLock<(String, i64)>,
}

impl Looker {
    /// What runs. `status` asks the declared supervisor for a pid, where there is one.
    pub(super) fn look(
        &self,
        places: &Places,
        name: &FileName,
        mark: Option<&Mark>,
        status: &dyn Fn() -> Option<u32>,
    ) -> Running {
        let (boot, booted) = match self.boot() {
            Ok(boot) => boot,
            Err(why) => return Running::Unknown(why),
        };
        let last = self.lock().clone();
        let seen = recorded(mark, boot, last.as_ref(), name)
            .or_else(|| again(last.as_ref(), name))
            .or_else(|| by_pid_file(places, name))
            .or_else(|| status().and_then(|pid| seen_as(pid, name)))
            .or_else(|| by_configuration(places, name));
        self.lock().clone_from(&seen);
        match seen {
            Some(Seen {
                pid,
                start,
                release,
            }) => Running::Process {
                release,
                incarnation: format!("{boot}:{pid}:{start}"),
                since: booted + i64::try_from(start).unwrap_or(0) * (1_000_000 / TICKS_PER_SECOND),
            },
            None => Running::Nothing,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Seen>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The short name of this boot, and its time in microseconds since the Unix epoch.
    fn boot(&self) -> Result<&(String, i64), String> {
        if let Some(boot) = self.boot.get() {
            return Ok(boot);
        }
        let read = |path| fs::read_to_string(path).map_err(|why| format!("{path}: {why}"));
        let id = read("/proc/sys/kernel/random/boot_id")?;
        let id = id.split('-').next().unwrap_or_default().to_string();
        let time = read("/proc/stat")?
            .lines()
            .find_map(|line| line.strip_prefix("btime ")?.trim().parse::<i64>().ok())
            .ok_or("/proc/stat tells no boot time")?;
        Ok(self.boot.get_or_init(|| (id, time * 1_000_000)))
    }
}

/// When a process began, in ticks since boot; none where it ended (a zombie has).
fn start_of(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything, brackets too.
    let (_, rest) = text.rsplit_once(") ")?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    let start = fields.nth(18)?.parse().ok()?;
    (!matches!(state, "Z" | "X" | "x")).then_some(start)
}

fn seen_as(pid: u32, name: &FileName) -> Option<Seen> {
    let start = start_of(pid)?;
    Some(Seen {
        pid,
        start,
        release: release_of(pid, name),
    })
}

/// The process that the mark names, if it still runs. Its release is what its open files tell, never
/// what the mark says it was started as.
fn recorded(mark: Option<&Mark>, boot: &str, last: Option<&Seen>, name: &FileName) -> Option<Seen> {
    let mark = mark.filter(|mark| mark.pid != 0 && mark.boot == boot)?;
    let known = last.filter(|seen| seen.pid == mark.pid && seen.start == mark.start);
    if known.is_some() {
        return again(known, name);
    }
    (start_of(mark.pid)? == mark.start).then(|| seen_as(mark.pid, name))?
}

/// The process of the last look, if it still runs; its release is read once.
fn again(last: Option<&Seen>, name: &FileName) -> Option<Seen> {
    let last = last?;
    (start_of(last.pid)? == last.start).then(|| Seen {
        release: last.release.clone().or_else(|| release_of(last.pid, name)),
        ..last.clone()
    })
}

fn by_pid_file(places: &Places, name: &FileName) -> Option<Seen> {
    let text = fs::read_to_string(places.pid_file.as_ref()?).ok()?;
    let seen = seen_as(text.trim().parse().ok()?, name)?;
    let cwd = fs::read_link(format!("/proc/{}/cwd", seen.pid)).ok();
    let at_home = cwd.is_some_and(|cwd| cwd.as_os_str() == places.dir.as_str());
    let ours = names_config(seen.pid, &places.config) || (at_home && seen.release.is_some());
    ours.then_some(seen)
}

/// Whoever was started for this configuration by other means and holds a release open.
fn by_configuration(places: &Places, name: &FileName) -> Option<Seen> {
    fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| names_config(*pid, &places.config))
        .filter_map(|pid| seen_as(pid, name))
        .find(|seen| seen.release.is_some())
}

fn names_config(pid: u32, config: &str) -> bool {
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    let file = config.rsplit('/').next().unwrap_or(config);
    let mut cwd = None;
    line.split(|byte| *byte == 0)
        .filter_map(|word| std::str::from_utf8(word).ok())
        .filter(|word| word.ends_with(file))
        .any(|word| {
            let beside = word.strip_suffix(config);
            if beside.is_some_and(|before| before.is_empty() || before.ends_with('=')) {
                return true;
            }
            let cwd = cwd.get_or_insert_with(|| {
                fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default()
            });
            cwd.join(word.strip_prefix("./").unwrap_or(word))
                .as_os_str()
                == config
        })
}

/// The release that the open files tell; none where they tell nothing, or two.
fn release_of(pid: u32, name: &FileName) -> Option<Version> {
    let read = |path: &str| name.read(path.trim_end_matches(" (deleted)").rsplit('/').next()?);
    let links = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten();
    let mut told: Vec<Version> = links
        .filter_map(|entry| read(fs::read_link(entry.ok()?.path()).ok()?.to_str()?))
        .collect();
    if told.is_empty() {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        told = maps.lines().filter_map(read).collect();
    }
    told.sort();
    told.dedup();
    match told.as_slice() {
        [one] => Some(one.clone()),
        [] | [_, ..] => None,
    }
}
