//! Reads a member, and the `defaults` that it may lean on.
//!
//! Must never know: what runs on the host. Stories: `tests/it/errors.rs`.

use super::supervisor;
use super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::{Field, Fields};
use crate::template::{self, IN_COMMANDS, IN_PATHS};
use crate::v1::cluster::{Content, Member, PidFrom, Prepare, PreparedFile, Supervisor};
use crate::value::{self, Wrong};
use std::collections::BTreeMap;

/// What a member, or the defaults for members, may say.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    dir: Option<String>,
    config: Option<String>,
    log: Option<String>,
    supervisor: Option<Supervisor>,
    env: BTreeMap<String, String>,
    prepare: Option<Vec<Prepare>>,
    /// A field stands there without a value: it was told there, not of each member again.
    blank: bool,
}

/// What earlier members of the file took for themselves: ids with their byte, folders with their id.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: BTreeMap<String, usize>,
    dirs: BTreeMap<(String, String), String>,
}

impl Written {
    pub(super) fn defaults(field: &Field<'_>, report: &mut Report<'_>) -> Option<Self> {
        let mut fields = field.fields(report)?;
        let written = Self::read(&mut fields, report);
        let dir = fields.blank("dir", "the folder of each member");
        let config = fields.blank("config", "its configuration file, under `dir`");
        fields.end(report);
        written.map(|own| Self {
            blank: dir || config,
            ..own
        })
    }

    fn read(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Self> {
        let dir = fields.get("dir").map(|field| field.value(absolute, report));
        let config = fields.get("config").map(|field| field.value(path, report));
        let log = fields.get("log").map(|field| field.value(path, report));
        let env = fields.get("env").map(|field| env(&field, report));
        let supervisor = fields
            .get("supervisor")
            .map(|field| supervisor::supervisor(&field, report));
        let prepare = fields.get("prepare").map(|field| prepare(&field, report));
        let mut env = given(env)?.unwrap_or_default();
        let supervisor = given(supervisor)?.map(|(supervisor, own)| {
            env.extend(own);
            supervisor
        });
        Some(Self {
            dir: given(dir)?,
            config: given(config)?,
            log: given(log)?,
            supervisor,
            env,
            prepare: given(prepare)?,
            blank: false,
        })
    }

    /// This one, with what it does not say taken from the other.
    pub(super) fn over(self, other: &Self) -> Self {
        let mut env = other.env.clone();
        env.extend(self.env);
        Self {
            dir: self.dir.or_else(|| other.dir.clone()),
            config: self.config.or_else(|| other.config.clone()),
            log: self.log.or_else(|| other.log.clone()),
            supervisor: self.supervisor.or_else(|| other.supervisor.clone()),
            env,
            prepare: self.prepare.or_else(|| other.prepare.clone()),
            blank: self.blank || other.blank,
        }
    }
}

pub(super) fn member(
    item: &Field<'_>,
    host: &str,
    defaults: &Written,
    seen: &mut Seen,
    report: &mut Report<'_>,
) -> Option<Member> {
    let mut fields = item.fields(report)?;
    let id = fields
        .need("id", "the system's own id, as 101")
        .and_then(|field| {
            let id = field.value(value::member_id, report)?;
            match seen.ids.get(&id) {
                Some(first) => {
                    let line = report.line_of(*first);
                    field.say(
                        report,
                        Code::DuplicateName,
                        format!("member `{id}` is given twice"),
                        format!("it stands on line {line} already"),
                        None,
                    );
                }
                None => {
                    seen.ids.insert(id.clone(), field.node.span.start);
                }
            }
            Some(id)
        });
    let written = Written::read(&mut fields, report).map(|own| own.over(defaults));
    if let Some(written) = &written {
        if written.dir.is_none() && !written.blank {
            fields.missing("dir", "the member's folder (or under `defaults`)");
        }
        if written.supervisor.is_none() {
            let what = "how it is started and stopped (or under `defaults`)";
            fields.missing("supervisor", what);
        }
        if written.config.is_none() && !written.blank && needs_config(written) {
            let what = "its configuration file, named by `{config}`";
            fields.missing("config", what);
        }
        let process = matches!(written.supervisor, Some(Supervisor::Process { .. }) | None);
        if !process
            && written
                .prepare
                .iter()
                .flatten()
                .any(|one| !one.arguments.is_empty())
        {
            item.say(
                report,
                Code::BadValue,
                format!(
                    "`{}`: `prepare` has `arguments`, which need the supervisor `process`",
                    item.path
                ),
                "its commands take none",
                Some("put what differs into `env` or `files`".into()),
            );
        }
    }
    fields.end(report);
    let (id, written) = (id?, written?);
    let with = |name: &str| (name == "id").then_some(id.as_str());
    let dir = template::fill(&written.dir?, with);
    if let Some(other) = seen.dirs.insert((host.to_owned(), dir.clone()), id.clone())
        && other != id
    {
        item.say(
            report,
            Code::DuplicateName,
            format!(
                "`{}`: the folder {dir} is member {other}'s already",
                item.path
            ),
            "each member needs a folder of its own",
            Some("{id} in `dir` tells them apart".into()),
        );
    }
    Some(Member {
        config: written.config.map(|text| template::fill(&text, with)),
        log: written.log.map(|text| template::fill(&text, with)),
        supervisor: written.supervisor?,
        env: written.env,
        prepare: written.prepare.unwrap_or_default(),
        dir,
        id: id.as_str().into(),
    })
}

/// Whether `{config}` stands in anything that a member runs.
fn needs_config(written: &Written) -> bool {
    let commands: Vec<&String> = match &written.supervisor {
        Some(Supervisor::Process { start, .. }) => start.iter().collect(),
        Some(Supervisor::Commands { start, stop, pid }) => {
            let pid = match pid {
                PidFrom::Pid(command) => command.as_slice(),
                PidFrom::PidFile(_) => &[],
            };
            start.iter().chain(stop).flatten().chain(pid).collect()
        }
        Some(Supervisor::Systemd { .. }) | None => Vec::new(),
    };
    let prepared = written.prepare.iter().flatten();
    prepared
        .flat_map(|one| one.arguments.iter().chain(one.env.values()))
        .chain(commands)
        .chain(written.env.values())
        .any(|text| template::uses(text, "config"))
}

fn prepare(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<Prepare>> {
    let items = field.list(report)?;
    let read: Vec<Option<Prepare>> = items
        .iter()
        .map(|item| {
            let mut fields = item.fields(report)?;
            let releases = fields
                .need("releases", "a range of releases, as 3.3..3.9")
                .and_then(|field| field.value(value::range, report));
            let files = fields.get("files").map(|field| {
                let items = field.list(report)?;
                let read: Vec<_> = items.iter().map(|item| file(item, report)).collect();
                read.into_iter().collect::<Option<Vec<_>>>()
            });
            let arguments = fields
                .get("arguments")
                .map(|field| field.values(|text| template::check(text, IN_COMMANDS), report));
            let env = fields.get("env").map(|field| env(&field, report));
            fields.end(report);
            Some(Prepare {
                releases: releases?,
                files: given(files)?.unwrap_or_default(),
                arguments: given(arguments)?.unwrap_or_default(),
                env: given(env)?.unwrap_or_default(),
            })
        })
        .collect();
    read.into_iter().collect()
}

fn file(item: &Field<'_>, report: &mut Report<'_>) -> Option<PreparedFile> {
    let mut fields = item.fields(report)?;
    let path = fields
        .need("path", "where it is put, under the member's `dir`")
        .and_then(|field| field.value(below, report));
    let text = fields.get("text").map(|field| field.text(report));
    let from = fields
        .get("from")
        .map(|field| field.value(|text| template::check(text, IN_COMMANDS), report));
    let content = match (text, from) {
        (Some(text), None) => text.map(|text| Content::Text(text.to_owned())),
        (None, Some(from)) => from.map(Content::From),
        (None, None) => {
            fields.missing("text", "or `from`, a file of the host");
            None
        }
        (Some(_), Some(_)) => {
            item.say(
                report,
                Code::BadValue,
                format!("`{}` has both `text` and `from`", item.path),
                "expected one of them",
                None,
            );
            None
        }
    };
    fields.end(report);
    Some(PreparedFile {
        path: path?,
        content: content?,
    })
}

/// An argument list with something in it.
pub(super) fn command(
    field: &Field<'_>,
    allowed: &[&str],
    report: &mut Report<'_>,
) -> Option<Vec<String>> {
    let list = field.values(|text| template::check(text, allowed), report)?;
    if list.is_empty() {
        field.say(
            report,
            Code::BadValue,
            format!("`{}` is empty", field.path),
            "expected a program and its arguments",
            None,
        );
        return None;
    }
    Some(list)
}

/// Names and texts of the user's own.
pub(super) fn words(
    field: &Field<'_>,
    read: impl Fn(&str) -> Result<String, Wrong>,
    report: &mut Report<'_>,
) -> Option<BTreeMap<String, String>> {
    let pairs = field.pairs(report)?;
    let all: Vec<Option<(String, String)>> = pairs
        .iter()
        .map(|(entry, field)| Some((entry.key.clone(), field.value(&read, report)?)))
        .collect();
    all.into_iter().collect()
}

pub(super) fn env(field: &Field<'_>, report: &mut Report<'_>) -> Option<BTreeMap<String, String>> {
    for (entry, field) in field.pairs(report)? {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let first = |c: char| letter(c) && !c.is_ascii_digit();
        if !entry.key.starts_with(first) || !entry.key.chars().all(letter) {
            field.say_of_name(
                report,
                format!("`{}` is no name of a variable", entry.key),
                "expected letters, digits and `_`, no digit first".into(),
            );
        }
    }
    words(field, |text| template::check(text, IN_COMMANDS), report)
}

pub(super) fn absolute(text: &str) -> Result<String, Wrong> {
    template::check(text, IN_PATHS)?;
    if !text.starts_with('/') {
        return Err(Wrong::new(
            format!("`{text}` is no absolute path"),
            "a path from the root, as /srv/kafka-{id}",
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// A path under `dir`, or an absolute one.
pub(super) fn path(text: &str) -> Result<String, Wrong> {
    template::check(text, IN_PATHS)
}

/// A path that does not leave the member's folder.
fn below(text: &str) -> Result<String, Wrong> {
    template::check(text, IN_PATHS)?;
    if text.starts_with('/') || text.split('/').any(|part| part == "..") || text.is_empty() {
        return Err(Wrong::new(
            format!("`{text}` leaves the member's folder"),
            "a path under `dir`, without `..`",
        ));
    }
    Ok(text.to_owned())
}
