//! What a user declares of a member on its host, checked once: paths, supervisor, releases.
//!
//! SHA-256 sums of releases are those of the list that `sha256sum` writes of all files: paths begin
//! with `./` and are sorted by their bytes. Links are refused, since they are in no such list.
//! Must never know: how it is carried out. Stories: `deed.rs` and `tests/it/host.rs`.

use std::collections::BTreeMap;
use thiserror::Error;
use windlass_engine::hash::Hash;
use windlass_engine::names::MemberId;
use windlass_engine::version::{Range, Version};

/// A member on its host. Relative paths are under `dir`; texts may hold `{id}`, `{dir}`, `{config}`,
/// and where a release is known `{release}` (its folder) and `{version}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSpec {
    /// Which member.
    pub id: MemberId,
    /// Its folder, absolute.
    pub dir: String,
    /// Its configuration file: also how its process is known among others.
    pub config: String,
    /// Its log; what it prints goes there too.
    pub log: String,
    /// Where its releases lie.
    pub release: ReleaseSource,
    /// The file that tells a release: by its name in the release's folder, and held open by the process.
    pub release_from: FileName,
    /// What starts and stops it.
    pub supervisor: Supervisor,
    /// What differs by release.
    pub prepare: Vec<Prepare>,
    /// Where its mark lies; none: `{dir}/.windlass/{id}.fence`. The same for every user of the host.
    pub fence: Option<String>,
    /// What tells it to stop gently (supervisor `Process`).
    pub stop_signal: StopSignal,
}

/// Where releases lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseSource {
    /// A folder each: `/opt/kafka/{version}`.
    Folder(String),
    /// Fetched once by a declared command, which fills the folder `{into}`; it is compared and then
    /// put in place whole.
    Fetch {
        /// An argument list, never through a shell.
        command: Vec<String>,
        /// Where it shall lie: `/opt/kafka/{version}`.
        into: String,
        /// What is compared before it is used, by release.
        checksum: BTreeMap<Version, Hash>,
    },
    /// Sent by us, once, from a folder or an archive that lies beside us.
    Copy {
        /// Where it lies here: `/srv/releases/kafka-{version}.tgz`.
        from: String,
        /// Where it shall lie: `/opt/kafka/{version}`.
        into: String,
        /// What is compared besides before it is used, by release; that what came is what was sent is
        /// always compared.
        checksum: BTreeMap<Version, Hash>,
    },
}

impl ReleaseSource {
    /// The folder of each release on its host, with `{version}` in it.
    pub(super) fn folder(&self) -> &str {
        match self {
            Self::Folder(template)
            | Self::Fetch { into: template, .. }
            | Self::Copy { into: template, .. } => template,
        }
    }
}

/// The name of a file that tells a release: `kafka-clients-{version}.jar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    prefix: String,
    suffix: String,
}

/// What starts and stops a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supervisor {
    /// We do: it runs in a session of its own and survives us. The command stays in the foreground.
    Process {
        /// An argument list.
        start: Vec<String>,
        /// Its environment beside what we have.
        env: BTreeMap<String, String>,
        /// Where its pid is written.
        pid_file: String,
    },
    /// Another supervisor does, told by argument lists, run one after another, never through a shell.
    Commands {
        /// Starts it; returns when it was started.
        start: Vec<Vec<String>>,
        /// Stops it gently; may wait for its end.
        stop: Vec<Vec<String>>,
        /// Prints its main pid on a line of its own, 0 or nothing where it does not run.
        status: Vec<Vec<String>>,
    },
}

/// What differs for a range of releases. The old is kept, and put back where a release outside of
/// the range is started again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepare {
    /// For which releases.
    pub range: Range,
    /// Environment beside the supervisor's.
    pub env: BTreeMap<String, String>,
    /// Arguments after the start command's (supervisor `Process`).
    pub args: Vec<String>,
    /// Files put in place before the start: where to, and what is in them.
    pub files: BTreeMap<String, PreparedFile>,
}

/// What is in a file that is put in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreparedFile {
    /// A copy of this file of the host.
    From(String),
    /// This text, as it stands.
    Text(String),
}

/// How a process is told to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM.
    #[default]
    Term,
    /// SIGINT.
    Int,
}

/// Why a declaration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpecError {
    /// The folder of a member is a place of its own.
    #[error("dir `{0}` of the member is not absolute")]
    DirNotAbsolute(String),
    /// A list that may not be empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// No such placeholder, or not there.
    #[error(
        "`{{{name}}}` in `{text}` is no placeholder here: {{id}}, {{dir}}, {{config}}, {{release}}, {{version}} are"
    )]
    Placeholder {
        /// What stood there.
        name: String,
        /// Where.
        text: String,
    },
    /// Shell scripts and pid files cannot carry these.
    #[error("`{0}` holds a control character")]
    Control(String),
    /// No name for a variable of the environment.
    #[error("`{0}` is no name for an environment variable")]
    Variable(String),
    /// A pattern that tells no version.
    #[error("`{0}` tells no release: expected a file name with {{version}} in it")]
    FileName(String),
}

impl Supervisor {
    /// A systemd unit. The release is told by a link that the unit starts from, moved before each
    /// start: `systemd("kafka@{id}", "/opt/kafka/current")`, with
    /// `ExecStart=/opt/kafka/current/bin/kafka-server-start.sh …` in the unit. Written out:
    ///
    /// ```yaml
    /// start:  [[ln, -sfn, "{release}", /opt/kafka/current], [systemctl, start, "kafka@{id}"]]
    /// stop:   [[systemctl, stop, "kafka@{id}"]]
    /// status: [[systemctl, show, --property=MainPID, --value, "kafka@{id}"]]
    /// ```
    #[must_use]
    pub fn systemd(unit: &str, link: &str) -> Self {
        let list = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Self::Commands {
            start: vec![
                list(&["ln", "-sfn", "{release}", link]),
                list(&["systemctl", "start", unit]),
            ],
            stop: vec![list(&["systemctl", "stop", unit])],
            status: vec![list(&[
                "systemctl",
                "show",
                "--property=MainPID",
                "--value",
                unit,
            ])],
        }
    }
}

impl FileName {
    /// Reads `kafka-clients-{version}.jar`.
    ///
    /// # Errors
    /// [`SpecError::FileName`] where `{version}` is missing, nothing leads it, or a `/` stands in it.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        match text.split_once("{version}") {
            Some((prefix, suffix)) if !prefix.is_empty() && !text.contains('/') => Ok(Self {
                prefix: prefix.into(),
                suffix: suffix.into(),
            }),
            Some(_) | None => Err(SpecError::FileName(text.into())),
        }
    }

    /// What stands before the version.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What stands after it.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// The release that a file of this name tells.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<Version> {
        let middle = name
            .strip_prefix(self.prefix.as_str())?
            .strip_suffix(self.suffix.as_str())?;
        let plain = middle.starts_with(|c: char| c.is_ascii_digit());
        plain.then(|| Version::parse(middle).ok()).flatten()
    }
}
