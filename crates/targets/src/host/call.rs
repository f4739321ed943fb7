//! Sends the script to this host and reads its one line of answer.
//!
//! The script runs in a session of its own: dropping the call, or our death, leaves it running.
//! Must never know: what the answer means for a run. Stories: `tests/it/host.rs`.

use super::deed::{Deed, Places};
use super::spec::{MemberSpec, StopSignal, Supervisor};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use windlass_engine::effect::{Ensure, Manner};
use windlass_engine::time::Ms;
use windlass_runner::ports::target::Fence;

/// All that is ever run on a host.
const SCRIPT: &str = concat!(
    include_str!("deed/mark.sh"),
    include_str!("deed/process.sh"),
    include_str!("deed/deed.sh"),
);

/// What the script answered: the first word, and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) word: String,
    pub(super) rest: Vec<String>,
}

impl Said {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("windlass\t")?.split('\t');
        Some(Self {
            word: words.next()?.into(),
            rest: words.map(Into::into).collect(),
        })
    }

    /// One of the words that follow.
    pub(super) fn part(&self, n: usize) -> &str {
        self.rest.get(n).map_or("", String::as_str)
    }
}

/// What the script is asked for.
pub(super) enum Verb<'a> {
    Claim,
    Release,
    Adopt,
    Hold,
    Deed {
        spec: &'a MemberSpec,
        deed: &'a Deed,
        ensure: &'a Ensure,
        patience: Ms,
    },
}

/// Marks are read by shells too: what would break their one line a field is replaced.
fn plain(text: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '"' | '\\');
    text.replace(odd, "_")
}

fn command(verb: &Verb<'_>, places: &Places, member: &str, fence: &Fence) -> Command {
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", SCRIPT, "windlass-deed"]);
    command.arg(match verb {
        Verb::Claim => "claim",
        Verb::Release => "release",
        Verb::Adopt => "adopt",
        Verb::Hold => "hold",
        Verb::Deed { .. } => "deed",
    });
    let mut say = |name: &str, value: &str| {
        command.arg(format!("{name}={value}"));
    };
    say("fence", &places.fence);
    say("member", &plain(member));
    say("store", &plain(&fence.store));
    say("identity", &plain(fence.identity.as_str()));
    say("run", &plain(fence.run.as_str()));
    say("cluster", &plain(fence.cluster.as_str()));
    say("epoch", &fence.epoch.to_string());
    say("holder", &plain(&fence.holder));
    if let Verb::Deed {
        spec,
        deed,
        ensure,
        patience,
    } = verb
    {
        say("attempt", &ensure.attempt.to_string());
        say("wanted", ensure.wanted.as_str());
        say("incarnation", ensure.incarnation.as_deref().unwrap_or(""));
        say(
            "manner",
            match ensure.manner {
                Manner::Gentle => "gentle",
                Manner::Kill => "kill",
            },
        );
        say("leave", if ensure.leave { "yes" } else { "no" });
        say("limit", &patience.0.to_string());
        say("dir", &places.dir);
        say("config", &places.config);
        say("log", &places.log);
        say("folder", &deed.folder);
        say("program", &deed.program);
        say("prefix", spec.release_from.prefix());
        say("suffix", spec.release_from.suffix());
        say(
            "supervisor",
            match spec.supervisor {
                Supervisor::Process { .. } => "process",
                Supervisor::Commands { .. } => "commands",
            },
        );
        say("pidfile", places.pid_file.as_deref().unwrap_or(""));
        say(
            "signal",
            match spec.stop_signal {
                StopSignal::Term => "TERM",
                StopSignal::Int => "INT",
            },
        );
        say("envs", &deed.env.len().to_string());
        command.arg("--");
        for version in &ensure.found {
            command.args(["found", "1", version.as_str()]);
        }
        for (kind, words) in &deed.lists {
            command.args([*kind, &words.len().to_string()]).args(words);
        }
        for (n, pair) in deed.env.iter().enumerate() {
            command.env(format!("WINDLASS_ENV_{n}"), pair);
        }
    }
    command
}

/// Runs it to its end. An error says what hindered it: it could not be run, or it ended unanswered.
pub(super) async fn run(
    verb: Verb<'_>,
    places: &Places,
    member: &str,
    fence: &Fence,
) -> Result<Said, Unsaid> {
    let output = command(&verb, places, member, fence)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .await
        .map_err(|why| Unsaid::NotRun(format!("the deed script could not be run: {why}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().rev().find_map(Said::read).ok_or_else(|| {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.lines().last().unwrap_or("it said nothing");
        Unsaid::Ended(format!("the deed script ended unanswered: {last}"))
    })
}

/// Why there is no answer.
pub(super) enum Unsaid {
    /// It never ran.
    NotRun(String),
    /// It ended without one: how far it came is in the mark.
    Ended(String),
}

impl Unsaid {
    pub(super) fn words(self) -> String {
        match self {
            Self::NotRun(words) | Self::Ended(words) => words,
        }
    }
}

/// A running script that holds the lock until its input is closed, which our death does too.
pub(super) struct Holding {
    _script: Child,
}

/// Takes the lock; the script's answer where it does not hold it.
pub(super) async fn hold(
    places: &Places,
    member: &str,
    fence: &Fence,
) -> Result<Result<Holding, Said>, String> {
    let mut script = command(&Verb::Hold, places, member, fence)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| format!("the deed script could not be run: {why}"))?;
    let unanswered = || "the deed script ended unanswered".to_string();
    let mut line = String::new();
    let mut out = BufReader::new(script.stdout.take().ok_or_else(unanswered)?);
    out.read_line(&mut line).await.map_err(|_| unanswered())?;
    let said = Said::read(line.trim_end()).ok_or_else(unanswered)?;
    if said.word == "held" {
        return Ok(Ok(Holding { _script: script }));
    }
    // Nothing more comes; reading to the end lets the script end by itself.
    let _ = out.read_to_string(&mut line).await;
    Ok(Err(said))
}
