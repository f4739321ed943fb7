//! What a user declares of a member on its host, checked once: paths, supervisor, releases.
//!
//! Must never know: how it is carried out. Stories: in this file and `tests/it/host.rs`.

use std::collections::BTreeMap;
use thiserror::Error;
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
    /// Fetched once by a declared command, which fills the folder `{into}`; it is checked and then
    /// put in place whole.
    Fetch {
        /// An argument list, never through a shell.
        command: Vec<String>,
        /// Where it shall lie: `/opt/kafka/{version}`.
        into: String,
        /// What is compared before it is used.
        checksum: Checksum,
    },
}

/// What is compared of a fetched release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-256 of one file of the release, declared by version.
    File {
        /// Its path within the release: `libs/kafka-clients-{version}.jar`.
        path: String,
        /// 64 hexadecimal digits a version.
        sha256: BTreeMap<Version, String>,
    },
    /// A list as `sha256sum` writes it, on the host and outside of what is fetched; paths in it are
    /// within the release.
    Manifest(String),
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
    /// Files put in place before the start: where to, and where from.
    pub files: BTreeMap<String, String>,
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

/// What placeholders stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Words<'a> {
    pub(super) id: &'a str,
    pub(super) dir: &'a str,
    pub(super) config: Option<&'a str>,
    pub(super) release: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) into: Option<&'a str>,
}

impl Words<'_> {
    /// Replaces each `{word}`; braces around anything but lower-case letters stay.
    pub(super) fn expand(&self, text: &str) -> Result<String, SpecError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            out.push_str(before);
            let name = from[1..].split('}').next().unwrap_or_default();
            let is_word = !name.is_empty()
                && name.chars().all(|c| c.is_ascii_lowercase())
                && from.len() > name.len() + 1;
            if !is_word {
                out.push('{');
                rest = &from[1..];
                continue;
            }
            let value = match name {
                "id" => Some(self.id),
                "dir" => Some(self.dir),
                "config" => self.config,
                "release" => self.release,
                "version" => self.version,
                "into" => self.into,
                _ => None,
            };
            out.push_str(value.ok_or_else(|| SpecError::Placeholder {
                name: name.into(),
                text: text.into(),
            })?);
            rest = &from[name.len() + 2..];
        }
        out.push_str(rest);
        match out.chars().any(char::is_control) {
            true => Err(SpecError::Control(out.escape_default().to_string())),
            false => Ok(out),
        }
    }
}

/// A member's places, absolute.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) dir: String,
    pub(super) config: String,
    pub(super) log: String,
    pub(super) fence: String,
    pub(super) pid_file: Option<String>,
}

/// `path` under `dir`, without `./`.
pub(super) fn under(dir: &str, path: &str) -> String {
    match path.starts_with('/') {
        true => path.into(),
        false => format!(
            "{}/{}",
            dir.trim_end_matches('/'),
            path.trim_start_matches("./")
        ),
    }
}

impl MemberSpec {
    /// Where its things lie; checks all that can be checked without a host, for some release.
    pub(super) fn places(&self) -> Result<Places, SpecError> {
        if !self.dir.starts_with('/') {
            return Err(SpecError::DirNotAbsolute(self.dir.clone()));
        }
        let words = Words {
            id: self.id.as_str(),
            dir: &self.dir,
            ..Words::default()
        };
        let dir = words.expand(&self.dir)?.trim_end_matches('/').to_string();
        let place = |text: &str| words.expand(text).map(|path| under(&dir, &path));
        let pid_file = match &self.supervisor {
            Supervisor::Process { pid_file, .. } => Some(place(pid_file)?),
            Supervisor::Commands { .. } => None,
        };
        let fence = self.fence.as_deref().unwrap_or(".windlass/{id}.fence");
        let places = Places {
            config: place(&self.config)?,
            log: place(&self.log)?,
            fence: place(fence)?,
            pid_file,
            dir,
        };
        self.check(&places)?;
        Ok(places)
    }

    fn check(&self, places: &Places) -> Result<(), SpecError> {
        if let Ok(any) = Version::parse("0.0.0") {
            self.deed(places, &any)?;
        }
        let empty = |lists: &[Vec<String>]| lists.is_empty() || lists.iter().any(Vec::is_empty);
        match &self.supervisor {
            Supervisor::Process { start, .. } if start.is_empty() => Err(SpecError::Empty("start")),
            Supervisor::Process { .. } => Ok(()),
            Supervisor::Commands { start, .. } if empty(start) => Err(SpecError::Empty("start")),
            Supervisor::Commands { stop, .. } if empty(stop) => Err(SpecError::Empty("stop")),
            Supervisor::Commands { status, .. } if empty(status) => Err(SpecError::Empty("status")),
            Supervisor::Commands { .. } => Ok(()),
        }
    }

    /// The folder of a release.
    pub(super) fn folder(&self, places: &Places, version: &Version) -> Result<String, SpecError> {
        let (ReleaseSource::Folder(template) | ReleaseSource::Fetch { into: template, .. }) =
            &self.release;
        let words = Words {
            id: self.id.as_str(),
            dir: &places.dir,
            version: Some(version.as_str()),
            ..Words::default()
        };
        Ok(under(&places.dir, &words.expand(template)?))
    }

    /// What a deed towards a release is told, beside the mark.
    pub(super) fn deed(&self, places: &Places, version: &Version) -> Result<Deed, SpecError> {
        let folder = self.folder(places, version)?;
        let words = Words {
            id: self.id.as_str(),
            dir: &places.dir,
            config: Some(&places.config),
            release: Some(&folder),
            version: Some(version.as_str()),
            into: None,
        };
        let list = |texts: &[String]| -> Result<Vec<String>, SpecError> {
            texts.iter().map(|text| words.expand(text)).collect()
        };
        let mut deed = Deed::default();
        let mut env = BTreeMap::new();
        match &self.supervisor {
            Supervisor::Process {
                start, env: own, ..
            } => {
                env.extend(own.clone());
                deed.lists.push(("start", list(start)?));
            }
            Supervisor::Commands {
                start,
                stop,
                status,
            } => {
                for (kind, lists) in [("start", start), ("stop", stop), ("status", status)] {
                    for one in lists {
                        deed.lists.push((kind, list(one)?));
                    }
                }
            }
        }
        let program = deed.lists.first().and_then(|(_, words)| words.first());
        deed.program = program.cloned().unwrap_or_default();
        for prepare in &self.prepare {
            let holds = prepare.range.holds(version);
            for (to, from) in &prepare.files {
                let to = under(&places.dir, &words.expand(to)?);
                let from = under(&places.dir, &words.expand(from)?);
                deed.lists.push(match holds {
                    true => ("put", vec![from, to]),
                    false => ("back", vec![to]),
                });
            }
            // Read for each range, so that a mistake shows before its release is wanted.
            let args = list(&prepare.args)?;
            for (name, value) in &prepare.env {
                variable(name)?;
                words.expand(value)?;
            }
            if holds {
                env.extend(prepare.env.clone());
                if let (Supervisor::Process { .. }, Some((_, start))) =
                    (&self.supervisor, deed.lists.first_mut())
                {
                    start.extend(args);
                }
            }
        }
        for (name, value) in env {
            variable(&name)?;
            deed.env.push(format!("{name}={}", words.expand(&value)?));
        }
        deed.folder = folder;
        Ok(deed)
    }
}

/// Whether a shell and a process take it as a name of the environment.
fn variable(name: &str) -> Result<(), SpecError> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match plain && name.starts_with(|c: char| !c.is_ascii_digit()) {
        true => Ok(()),
        false => Err(SpecError::Variable(name.into())),
    }
}

/// What a deed towards one release is told, with nothing left to fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) folder: String,
    pub(super) program: String,
    /// `NAME=value` each.
    pub(super) env: Vec<String>,
    /// Lists for the script: `start`, `stop`, `status`, `put FROM TO`, `back TO`.
    pub(super) lists: Vec<(&'static str, Vec<String>)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(start: &[&str]) -> MemberSpec {
        MemberSpec {
            id: "101".into(),
            dir: "/srv/k{id}".into(),
            config: "./controller.properties".into(),
            log: "logs/server.log".into(),
            release: ReleaseSource::Folder("/opt/kafka/{version}".into()),
            release_from: FileName::parse("kafka-clients-{version}.jar").expect("a pattern"),
            supervisor: Supervisor::Process {
                start: start.iter().map(ToString::to_string).collect(),
                env: BTreeMap::new(),
                pid_file: "run/{id}.pid".into(),
            },
            prepare: vec![Prepare {
                range: Range::parse("4.0..").expect("a range"),
                env: BTreeMap::from([("LOG".into(), "{dir}/log4j2.yaml".into())]),
                args: vec!["--release={version}".into()],
                files: BTreeMap::from([("config/log.yaml".into(), "{release}/log.yaml".into())]),
            }],
            fence: None,
            stop_signal: StopSignal::Term,
        }
    }

    #[test]
    fn places_are_under_the_folder_and_words_are_filled_in() {
        let spec = spec(&["{release}/bin/start.sh", "{config}", "{}"]);
        let places = spec.places().expect("places");
        assert_eq!(places.config, "/srv/k101/controller.properties");
        assert_eq!(places.log, "/srv/k101/logs/server.log");
        assert_eq!(places.pid_file.as_deref(), Some("/srv/k101/run/101.pid"));
        assert_eq!(places.fence, "/srv/k101/.windlass/101.fence");
    }

    #[test]
    fn a_range_adds_what_differs_and_takes_it_back_outside() {
        let spec = spec(&["{release}/start", "{config}", "{}"]);
        let places = spec.places().expect("places");
        let deed = |version| {
            let version = Version::parse(version).expect("a version");
            spec.deed(&places, &version).expect("a deed")
        };
        let new = deed("4.1.2");
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let config = "/srv/k101/controller.properties";
        assert_eq!(
            new.lists,
            [
                (
                    "start",
                    words(&["/opt/kafka/4.1.2/start", config, "{}", "--release=4.1.2"])
                ),
                (
                    "put",
                    words(&["/opt/kafka/4.1.2/log.yaml", "/srv/k101/config/log.yaml"])
                ),
            ]
        );
        assert_eq!(new.env, ["LOG=/srv/k101/log4j2.yaml"]);
        let old = deed("3.9.1");
        assert_eq!(
            old.lists[1],
            ("back", words(&["/srv/k101/config/log.yaml"]))
        );
        assert_eq!(old.env, Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let says = |spec: &MemberSpec| spec.places().expect_err("refused").to_string();
        assert_eq!(says(&spec(&[])), "start is empty");
        let mut relative = spec(&["start"]);
        relative.dir = "srv".into();
        assert_eq!(says(&relative), "dir `srv` of the member is not absolute");
        let mut variable = spec(&["start"]);
        variable.prepare[0].env = BTreeMap::from([("A-B".into(), String::new())]);
        assert_eq!(
            says(&variable),
            "`A-B` is no name for an environment variable"
        );
        assert_eq!(
            says(&spec(&["${brace}"])),
            "`{brace}` in `${brace}` is no placeholder here: {id}, {dir}, {config}, {release}, {version} are"
        );
        assert!(FileName::parse("kafka.jar").is_err());
        assert!(says(&spec(&["a\nb"])).contains("control character"));
    }
}
