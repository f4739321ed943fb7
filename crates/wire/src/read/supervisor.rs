//! Reads how a member is started and stopped.
//!
//! Must never know: whether the programs exist. Stories: `tests/it/errors.rs`.

use super::member::{absolute, command, env, path};
use super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::Field;
use crate::node::Value;
use crate::template::{self, IN_COMMANDS, IN_PATHS};
use crate::v1::cluster::{PidFrom, Supervisor};
use std::collections::BTreeMap;

/// Where the pid is kept unless the file says so, under the member's `dir`.
const PID_FILE: &str = "windlass.pid";

type Env = BTreeMap<String, String>;

/// The supervisor, and the environment that stands beside its commands.
pub(super) fn supervisor(field: &Field<'_>, report: &mut Report<'_>) -> Option<(Supervisor, Env)> {
    let mut fields = field.fields(report)?;
    let process = fields.get("process");
    let commands = fields.get("commands");
    let systemd = fields.get("systemd");
    fields.end(report);
    match (process, commands, systemd) {
        (Some(field), None, None) => process_of(&field, report),
        (None, Some(field), None) => commands_of(&field, report),
        (None, None, Some(field)) => systemd_of(&field, report),
        (None, None, None) | (Some(_), ..) | (_, Some(_), _) => {
            field.say(
                report,
                Code::BadValue,
                format!("`{}` must name one way", field.path),
                "expected one of `process`, `commands`, `systemd`",
                None,
            );
            None
        }
    }
}

fn process_of(field: &Field<'_>, report: &mut Report<'_>) -> Option<(Supervisor, Env)> {
    let mut fields = field.fields(report)?;
    let start = fields
        .need("start", "an argument list")
        .and_then(|field| command(&field, IN_COMMANDS, report));
    let pid_file = fields.get("pidFile").map(|field| field.value(path, report));
    let env = fields.get("env").map(|field| env(&field, report));
    fields.end(report);
    let supervisor = Supervisor::Process {
        start: start?,
        pid_file: given(pid_file)?.unwrap_or_else(|| PID_FILE.into()),
    };
    Some((supervisor, given(env)?.unwrap_or_default()))
}

fn commands_of(field: &Field<'_>, report: &mut Report<'_>) -> Option<(Supervisor, Env)> {
    let mut fields = field.fields(report)?;
    let start = fields
        .need("start", "an argument list, or a list of them")
        .and_then(|field| lists(&field, report));
    let stop = fields
        .need("stop", "an argument list, or a list of them")
        .and_then(|field| lists(&field, report));
    let pid = fields
        .get("pid")
        .map(|field| command(&field, IN_COMMANDS, report));
    let pid_file = fields.get("pidFile").map(|field| field.value(path, report));
    let env = fields.get("env").map(|field| env(&field, report));
    let pid = match (pid, pid_file) {
        (Some(pid), None) => pid.map(PidFrom::Pid),
        (None, Some(file)) => file.map(PidFrom::PidFile),
        (None, None) => {
            let what = "a command that prints the pid, or `pidFile`";
            fields.missing("pid", what);
            None
        }
        (Some(_), Some(_)) => {
            field.say(
                report,
                Code::BadValue,
                format!("`{}` has both `pid` and `pidFile`", field.path),
                "expected one of them",
                None,
            );
            None
        }
    };
    fields.end(report);
    let supervisor = Supervisor::Commands {
        start: start?,
        stop: stop?,
        pid: pid?,
    };
    Some((supervisor, given(env)?.unwrap_or_default()))
}

fn systemd_of(field: &Field<'_>, report: &mut Report<'_>) -> Option<(Supervisor, Env)> {
    let mut fields = field.fields(report)?;
    let unit = fields
        .need("unit", "the unit, as kafka@{id}.service")
        .and_then(|field| field.value(|text| template::check(text, IN_PATHS), report));
    let link = fields
        .need("link", "the link that the unit starts the release from")
        .and_then(|field| field.value(absolute, report));
    fields.end(report);
    let supervisor = Supervisor::Systemd {
        unit: unit?,
        link: link?,
    };
    Some((supervisor, Env::new()))
}

/// One argument list, or several that are run one after another.
fn lists(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<Vec<String>>> {
    let items = field.list(report)?;
    let several = items
        .first()
        .is_some_and(|item| matches!(item.node.value, Value::List(_)));
    if !several {
        return command(field, IN_COMMANDS, report).map(|one| vec![one]);
    }
    let read: Vec<_> = items
        .iter()
        .map(|item| command(item, IN_COMMANDS, report))
        .collect();
    read.into_iter().collect()
}
