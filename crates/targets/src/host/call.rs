//! Sends the script to a host and reads its one line of answer.
//!
//! The script and all that it is told travel over its input; the command line that starts it is the
//! same for every call but for a length and two names that show in a list of processes. It runs in a
//! session of its own: dropping the call, our death, or a lost connection leave it running.
//! Must never know: what the answer means for a run. Stories: `tests/it/host.rs`, `tests/it/ssh.rs`.

use super::deed::{Deed, Places};
use super::reach::{Purpose, Reach, Session, Unreached};
use super::spec::{MemberSpec, ReleaseSource, StopSignal, Supervisor};
use futures_util::future::{Either, select};
use std::pin::pin;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use windlass_engine::effect::{Ensure, Manner};
use windlass_engine::hash::Hash;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::ports::target::Fence;

/// All that is ever run on a host.
const SCRIPT: &str = concat!(
    include_str!("deed/mark.sh"),
    include_str!("deed/process.sh"),
    include_str!("deed/look.sh"),
    include_str!("deed/release.sh"),
    include_str!("deed/deed.sh"),
);
/// Reads the script from the input, as many bytes as its first word says, and runs it only when all
/// of it came: a cut connection must not run half a script. Free of quotes, so that any login shell
/// passes it on as it stands. `-w`: where sshd made us the leader of a session, setsid forks, and a
/// host that saw its child end would close our input.
const READ: &str = r##"exec setsid -w sh -c 'p=$(head -c "$1"); case $p in *"#whole") eval "$p" ;; esac' windlass-deed"##;
const WHOLE: &str = "#whole";
/// No answer and no tail of a log that a screen shows is longer; a host gone mad must not fill us up.
const OUTPUT_MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Requests sent under a held lock end within a minute; a caller that could not be heard for so long
/// is gone, and its connection was cut without a word.
const HOLD_LIMIT_S: u64 = 600;
/// A release is some hundred megabytes; a mirror that needs longer than this hangs.
const FETCH_LIMIT_S: u64 = 1800;

/// What the script answered: the first word, and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) word: String,
    pub(super) rest: Vec<String>,
    /// What it wrote before.
    pub(super) before: Vec<String>,
}

impl Said {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("windlass\t")?.split('\t');
        Some(Self {
            word: words.next()?.into(),
            rest: words.map(Into::into).collect(),
            before: Vec::new(),
        })
    }

    /// One of the words that follow.
    pub(super) fn part(&self, n: usize) -> &str {
        self.rest.get(n).map_or("", String::as_str)
    }
}

/// What the script is asked for.
pub(super) enum Verb<'a> {
    Look {
        /// `PID:START` of the process whose release and runtime are known already.
        seen: Option<&'a str>,
    },
    Log {
        lines: usize,
    },
    Peek {
        paths: &'a [String],
    },
    Ready {
        version: &'a Version,
        deed: &'a Deed,
    },
    Receive {
        version: &'a Version,
        deed: &'a Deed,
        size: u64,
        offset: u64,
    },
    Claim(&'a Fence),
    Release(&'a Fence),
    Adopt(&'a Fence),
    Hold(&'a Fence),
    Deed {
        fence: &'a Fence,
        deed: &'a Deed,
        ensure: &'a Ensure,
        patience: Ms,
    },
}

impl Verb<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Look { .. } => "look",
            Self::Log { .. } => "log",
            Self::Peek { .. } => "peek",
            Self::Ready { .. } => "ready",
            Self::Receive { .. } => "receive",
            Self::Claim(_) => "claim",
            Self::Release(_) => "release",
            Self::Adopt(_) => "adopt",
            Self::Hold(_) => "hold",
            Self::Deed { .. } => "deed",
        }
    }

    fn purpose(&self) -> Purpose {
        match self {
            Self::Look { .. } | Self::Log { .. } | Self::Peek { .. } => Purpose::Look,
            Self::Ready { .. }
            | Self::Receive { .. }
            | Self::Claim(_)
            | Self::Release(_)
            | Self::Adopt(_)
            | Self::Hold(_)
            | Self::Deed { .. } => Purpose::Act,
        }
    }
}

/// A word as any POSIX shell reads it back.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// Marks are read by shells too: what would break their one line a field is replaced.
fn plain(text: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '"' | '\\');
    text.replace(odd, "_")
}

/// The text that is run: exports, the script, and what it is told.
#[derive(Default)]
struct Text {
    exports: String,
    words: String,
    lists: String,
}

impl Text {
    fn say(&mut self, name: &str, value: &str) {
        self.words.push(' ');
        self.words.push_str(&quoted(&format!("{name}={value}")));
    }

    fn list(&mut self, kind: &str, words: &[String]) {
        self.lists.push_str(&format!(" {kind} {}", words.len()));
        for word in words {
            self.lists.push(' ');
            self.lists.push_str(&quoted(word));
        }
    }

    fn fence(&mut self, fence: &Fence) {
        self.say("store", &plain(&fence.store));
        self.say("identity", &plain(fence.identity.as_str()));
        self.say("run", &plain(fence.run.as_str()));
        self.say("cluster", &plain(fence.cluster.as_str()));
        self.say("epoch", &fence.epoch.to_string());
        self.say("holder", &plain(&fence.holder));
    }

    fn deed(&mut self, version: &Version, deed: &Deed) {
        self.say("wanted", version.as_str());
        self.say("folder", &deed.folder);
        self.say("program", &deed.program);
        for (kind, words) in &deed.lists {
            self.list(kind, words);
        }
    }

    fn release(&mut self, spec: &MemberSpec, version: &Version, deed: &Deed) {
        self.deed(version, deed);
        let way = match spec.release {
            ReleaseSource::Fetch { .. } if deed.checksum.is_some() => "fetch",
            ReleaseSource::Folder(_) | ReleaseSource::Fetch { .. } => "folder",
            ReleaseSource::Copy { .. } => "copy",
        };
        self.say("way", way);
        self.say("fetch", &FETCH_LIMIT_S.to_string());
        self.say("checksum", &hash(deed.checksum));
        self.say("source", &hash(deed.source));
    }
}

fn hash(hash: Option<Hash>) -> String {
    hash.map(|hash| hash.to_string()).unwrap_or_default()
}

fn text(verb: &Verb<'_>, spec: &MemberSpec, places: &Places) -> String {
    let mut text = Text::default();
    text.say("fence", &places.fence);
    text.say("member", &plain(spec.id.as_str()));
    text.say("dir", &places.dir);
    text.say("config", &places.config);
    text.say("log", &places.log);
    text.say("prefix", spec.release_from.prefix());
    text.say("suffix", spec.release_from.suffix());
    text.say("pidfile", places.pid_file.as_deref().unwrap_or(""));
    text.say(
        "supervisor",
        match spec.supervisor {
            Supervisor::Process { .. } => "process",
            Supervisor::Commands { .. } => "commands",
        },
    );
    match verb {
        Verb::Look { seen } => {
            text.say("seen", seen.unwrap_or(""));
            for words in spec.status(places) {
                text.list("status", &words);
            }
        }
        Verb::Log { lines } => text.say("lines", &lines.to_string()),
        Verb::Peek { paths } => text.list("peek", paths),
        Verb::Ready { version, deed } => text.release(spec, version, deed),
        Verb::Receive {
            version,
            deed,
            size,
            offset,
        } => {
            text.release(spec, version, deed);
            text.say("size", &size.to_string());
            text.say("offset", &offset.to_string());
        }
        Verb::Claim(fence) | Verb::Release(fence) | Verb::Adopt(fence) => text.fence(fence),
        Verb::Hold(fence) => {
            text.fence(fence);
            text.say("hold", &HOLD_LIMIT_S.to_string());
        }
        Verb::Deed {
            fence,
            deed,
            ensure,
            patience,
        } => {
            text.fence(fence);
            text.say("attempt", &ensure.attempt.to_string());
            text.say("incarnation", ensure.incarnation.as_deref().unwrap_or(""));
            text.say(
                "manner",
                match ensure.manner {
                    Manner::Gentle => "gentle",
                    Manner::Kill => "kill",
                },
            );
            text.say("leave", if ensure.leave { "yes" } else { "no" });
            text.say("limit", &patience.0.to_string());
            text.say(
                "signal",
                match spec.stop_signal {
                    StopSignal::Term => "TERM",
                    StopSignal::Int => "INT",
                },
            );
            text.say("envs", &deed.env.len().to_string());
            for version in &ensure.found {
                text.list("found", &[version.to_string()]);
            }
            text.deed(&ensure.wanted, deed);
            for (n, pair) in deed.env.iter().enumerate() {
                let line = format!(
                    "WINDLASS_ENV_{n}={}\nexport WINDLASS_ENV_{n}\n",
                    quoted(pair)
                );
                text.exports.push_str(&line);
            }
        }
    }
    let Text {
        exports,
        words,
        lists,
    } = text;
    let name = verb.name();
    format!("{exports}{SCRIPT}main {name}{words} --{lists}\n{WHOLE}")
}

/// Where an answer of the script comes from: a way to the host, and the member there.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) reach: &'a dyn Reach,
    pub(super) spec: &'a MemberSpec,
    pub(super) places: &'a Places,
}

/// What follows the script on its input.
pub(super) type Body = Box<dyn AsyncRead + Send + Unpin>;

impl Ask<'_> {
    async fn start(&self, verb: &Verb<'_>) -> Result<(Session, String), Unsaid> {
        let text = text(verb, self.spec, self.places);
        let (name, fence) = (verb.name(), quoted(&self.places.fence));
        let command = format!("{READ} {} {name} {fence} 2>&1", text.len());
        let session = self.reach.start(&command, verb.purpose()).await;
        Ok((session.map_err(Unsaid::NotRun)?, text))
    }

    /// Runs it to its end. An error says what hindered it: it could not be run, or ended unanswered.
    pub(super) async fn run(&self, verb: Verb<'_>, body: Option<Body>) -> Result<Said, Unsaid> {
        let (session, text) = self.start(&verb).await?;
        let Session {
            mut input,
            output,
            kept,
        } = session;
        let sending = async move {
            // What could not be sent shows in what is answered.
            if input.write_all(text.as_bytes()).await.is_ok() {
                if let Some(mut body) = body {
                    let _ = tokio::io::copy(&mut body, &mut input).await;
                }
                let _ = input.shutdown().await;
            }
        };
        let mut bytes = Vec::new();
        let mut output = output.take(OUTPUT_MAX_BYTES);
        let reading = async { output.read_to_end(&mut bytes).await.map(|_| ()) };
        // An answer may come before all was sent; nobody reads the rest then.
        let read = match select(pin!(sending), pin!(reading)).await {
            Either::Left(((), reading)) => reading.await,
            Either::Right((read, _)) => read,
        };
        drop(kept);
        let text = String::from_utf8_lossy(&bytes);
        let mut lines: Vec<&str> = text.lines().collect();
        let at = lines
            .iter()
            .rposition(|line| line.starts_with("windlass\t"));
        let said = at.and_then(|at| Some((at, Said::read(lines.get(at)?)?)));
        if let Some((at, mut said)) = said {
            lines.truncate(at);
            said.before = lines.into_iter().map(Into::into).collect();
            return Ok(said);
        }
        let last = match read {
            Err(why) => why.to_string(),
            Ok(()) => lines
                .last()
                .map_or("it said nothing", |line| line)
                .to_string(),
        };
        Err(Unsaid::Ended(format!(
            "the deed script ended unanswered: {last}"
        )))
    }

    /// Takes the lock; the script's answer where it does not hold it.
    pub(super) async fn hold(&self, fence: &Fence) -> Result<Result<Holding, Said>, Unsaid> {
        let (mut session, text) = self.start(&Verb::Hold(fence)).await?;
        let unanswered = || Unsaid::Ended("the deed script ended unanswered".to_string());
        session
            .input
            .write_all(text.as_bytes())
            .await
            .map_err(|_| unanswered())?;
        session.input.flush().await.map_err(|_| unanswered())?;
        let mut line = String::new();
        let mut out = BufReader::new(&mut session.output);
        out.read_line(&mut line).await.map_err(|_| unanswered())?;
        let said = Said::read(line.trim_end()).ok_or_else(unanswered)?;
        if said.word == "held" {
            return Ok(Ok(Holding { _session: session }));
        }
        Ok(Err(said))
    }
}

/// Why there is no answer.
pub(super) enum Unsaid {
    /// It never ran.
    NotRun(Unreached),
    /// It ended without one, or the way to it was cut: how far it came is in the mark.
    Ended(String),
}

impl Unsaid {
    pub(super) fn words(self) -> String {
        match self {
            Self::NotRun(why) => why.to_string(),
            Self::Ended(words) => words,
        }
    }
}

/// A running script that holds the lock until its input is closed, which our death does too.
pub(super) struct Holding {
    _session: Session,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_through_a_shell_as_they_are() {
        for word in [
            "",
            "plain",
            "it's",
            "$HOME `x` \"y\" \\ ! *",
            "two\nlines",
            "'''",
        ] {
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("printf '%s|' {}", quoted(word))])
                .output()
                .expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{word}|"));
        }
    }
}
