//! A member as its user declared it, in the words of the hand that moves it.
//!
//! Must never know: how the hand does it. Stories: in this file.

use std::collections::BTreeMap;
use windlass_targets::host::{
    FileName, MemberSpec, Prepare, PreparedFile, ReleaseSource, StopSignal, Supervisor,
};
use windlass_wire::convert::{ClusterDeclared, MemberDeclared, SupervisorDeclared};
use windlass_wire::v1::cluster::{Content, PidFrom, Prepare as Declared, Release, System};

/// The jar that tells a release of Kafka, by its name and because a running process holds it open.
const KAFKA_TELLS: &str = "kafka-clients-{version}.jar";
/// Where output goes of a member whose log was not declared; under its folder, beside its mark.
const LOG_UNDECLARED: &str = ".windlass/{id}.log";

/// What the hand of a member needs to know.
pub fn spec(cluster: &ClusterDeclared, member: &MemberDeclared) -> Result<MemberSpec, String> {
    let tells = match cluster.system {
        System::Kafka => KAFKA_TELLS,
    };
    let release = cluster.release.as_ref().ok_or("no `release` is declared")?;
    Ok(MemberSpec {
        id: member.id.clone(),
        dir: member.dir.clone(),
        config: member.config.clone().unwrap_or_else(|| member.dir.clone()),
        log: member.log.clone().unwrap_or_else(|| LOG_UNDECLARED.into()),
        release: source(release),
        release_from: FileName::parse(tells).map_err(|why| why.to_string())?,
        supervisor: supervisor(member)?,
        prepare: member.prepare.iter().map(prepare).collect(),
        fence: None,
        stop_signal: StopSignal::Term,
    })
}

fn source(release: &Release) -> ReleaseSource {
    match release {
        Release::Folder(folder) => ReleaseSource::Folder(folder.clone()),
        Release::Fetch(fetch) => ReleaseSource::Fetch {
            // The file says `{release}` for the folder that is filled; the hand fills one beside it.
            command: fetch
                .command
                .iter()
                .map(|word| word.replace("{release}", "{into}"))
                .collect(),
            into: fetch.into.clone(),
            checksum: fetch.checksum.clone(),
        },
        Release::Copy(copy) => ReleaseSource::Copy {
            from: copy.from.clone(),
            into: copy.into.clone(),
            checksum: copy.checksum.clone(),
        },
    }
}

fn supervisor(member: &MemberDeclared) -> Result<Supervisor, String> {
    Ok(match &member.supervisor {
        SupervisorDeclared::Process { start, pid_file } => Supervisor::Process {
            start: start.clone(),
            env: member.env.clone(),
            pid_file: pid_file.clone(),
        },
        SupervisorDeclared::Commands { start, stop, pid } => {
            let env = |commands: &Vec<Vec<String>>| {
                let each = commands.iter().map(|one| with_env(&member.env, one));
                each.collect()
            };
            Supervisor::Commands {
                start: env(start),
                stop: env(stop),
                status: vec![match pid {
                    PidFrom::Pid(command) => with_env(&member.env, command),
                    // A file that is not there says that nothing runs.
                    PidFrom::PidFile(file) => {
                        ["sh", "-c", "cat -- \"$1\" 2>/dev/null || :", "sh", file]
                            .map(String::from)
                            .to_vec()
                    }
                }],
            }
        }
    })
}

/// The command with the member's environment before it.
fn with_env(env: &BTreeMap<String, String>, command: &[String]) -> Vec<String> {
    if env.is_empty() {
        return command.to_vec();
    }
    let words = env.iter().map(|(name, value)| format!("{name}={value}"));
    std::iter::once("env".to_owned())
        .chain(words)
        .chain(command.iter().cloned())
        .collect()
}

fn prepare(declared: &Declared) -> Prepare {
    let files = declared.files.iter().map(|file| {
        let content = match &file.content {
            Content::From(path) => PreparedFile::From(path.clone()),
            Content::Text(text) => PreparedFile::Text(text.clone()),
        };
        (file.path.clone(), content)
    });
    Prepare {
        range: declared.releases.clone(),
        env: declared.env.clone(),
        args: declared.arguments.clone(),
        files: files.collect(),
    }
}
