//! A declaration filled in: where a member's things lie, and what a deed towards a release is told.
//!
//! Must never know: how the script carries it out. Stories: in this file.

use super::spec::{MemberSpec, PreparedFile, ReleaseSource, SpecError, Supervisor};
use std::collections::BTreeMap;
use windlass_engine::hash::Hash;
use windlass_engine::version::Version;

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
        let words = Words {
            id: self.id.as_str(),
            dir: &places.dir,
            version: Some(version.as_str()),
            ..Words::default()
        };
        Ok(under(&places.dir, &words.expand(self.release.folder())?))
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
                // Read for each range, as its arguments are.
                let put = match from {
                    PreparedFile::From(from) => (
                        "put",
                        vec![under(&places.dir, &words.expand(from)?), to.clone()],
                    ),
                    PreparedFile::Text(text) => ("write", vec![to.clone(), text.clone()]),
                };
                deed.lists.push(match holds {
                    true => put,
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
        self.source(places, version, &mut deed)?;
        Ok(deed)
    }

    /// How the release comes to the host, where it does not lie there.
    fn source(&self, places: &Places, version: &Version, deed: &mut Deed) -> Result<(), SpecError> {
        match &self.release {
            ReleaseSource::Folder(_) => {}
            ReleaseSource::Fetch {
                command, checksum, ..
            } => {
                let into = format!("{}.fetching", deed.folder);
                let words = Words {
                    id: self.id.as_str(),
                    dir: &places.dir,
                    version: Some(version.as_str()),
                    into: Some(&into),
                    ..Words::default()
                };
                let command: Result<Vec<String>, SpecError> =
                    command.iter().map(|text| words.expand(text)).collect();
                deed.lists.push(("fetch", command?));
                deed.checksum = checksum.get(version).copied();
            }
            ReleaseSource::Copy { from, checksum, .. } => {
                let words = Words {
                    version: Some(version.as_str()),
                    ..Words::default()
                };
                deed.from = Some(words.expand(from)?);
                deed.checksum = checksum.get(version).copied();
            }
        }
        Ok(())
    }

    /// The lists that ask the declared supervisor for its pid; what names a release tells no member.
    pub(super) fn status(&self, places: &Places) -> Vec<Vec<String>> {
        let Supervisor::Commands { status, .. } = &self.supervisor else {
            return Vec::new();
        };
        let words = Words {
            id: self.id.as_str(),
            dir: &places.dir,
            config: Some(&places.config),
            ..Words::default()
        };
        let list = |list: &Vec<String>| {
            let list = list.iter().map(|text| words.expand(text));
            list.collect::<Result<Vec<String>, SpecError>>().ok()
        };
        status.iter().filter_map(list).collect()
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
    /// Lists for the script: `start`, `stop`, `status`, `put FROM TO`, `write TO TEXT`, `back TO`, `fetch`.
    pub(super) lists: Vec<(&'static str, Vec<String>)>,
    /// What the list of the release's files is compared with before it is put in place.
    pub(super) checksum: Option<Hash>,
    /// Where it lies here, to be sent.
    pub(super) from: Option<String>,
    /// Of what is sent; known once it was read.
    pub(super) source: Option<Hash>,
}

#[cfg(test)]
mod tests {
    use super::super::spec::{FileName, Prepare, StopSignal};
    use super::*;
    use windlass_engine::version::Range;

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
                files: BTreeMap::from([(
                    "config/log.yaml".into(),
                    PreparedFile::From("{release}/log.yaml".into()),
                )]),
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
